"""Promises about what a fault must leave alone are never about nothing."""

from __future__ import annotations

import pytest

from reconverge.errors import BadInput
from reconverge.judges import baselines
from reconverge.judges.invariants import NeverMore, OneAtATime, OnePerPlace
from reconverge.judges.pods import Ended, PodReady
from reconverge.model import Ref, Snapshot
from reconverge.verdict import Verdict
from tests.builders import KUBIA, NAMESPACE, Audience, Json, Responder, Story, meta


def pod(name: str) -> Ref:
    return Ref("Pod", NAMESPACE, name, name)


def three() -> Story:
    story = Story()
    story.steady("a", "b", "c")
    return story


def test_survivors_are_the_pods_that_were_not_hit() -> None:
    """The pod that the fault struck is not promised to live."""
    promise = baselines.survivors(three().timeline.latest(), KUBIA, hit=[pod("b")])
    assert [one.pod.name for one in promise.instances] == ["a", "c"]


def test_a_promise_about_no_survivor_is_refused() -> None:
    """It could not be broken, so it would prove nothing."""
    everyone = [pod("a"), pod("b"), pod("c")]
    with pytest.raises(BadInput, match="no pod"):
        baselines.survivors(three().timeline.latest(), KUBIA, hit=everyone)


def test_elsewhere_leaves_out_the_lost_node() -> None:
    """Pods on the stopped node are lost, those on others must not be."""
    story = three()
    story.pod("b", node="other")
    promise = baselines.elsewhere(story.timeline.latest(), KUBIA, node="worker")
    assert [one.pod.name for one in promise.instances] == ["b"]


def test_pods_that_never_were_cannot_be_kept() -> None:
    """A workload without pods keeps them whatever happens."""
    with pytest.raises(BadInput, match="had no pods"):
        baselines.same_pods(Story().timeline.latest(), KUBIA)


def test_the_restart_is_counted_from_before_the_fault() -> None:
    """The container that ran then, and its count of restarts then."""
    story = three()
    story.pod("a", restarts=4, container_id="containerd://old")
    promise = baselines.restart_of(story.timeline.latest(), pod("a"))
    assert (promise.container_id, promise.restart_count) == ("containerd://old", 4)


def test_a_ready_pod_is_exactly_that_pod() -> None:
    """A namesake with another UID is another pod."""
    story = Story()
    audience = Audience(story, PodReady(pod=pod("a")).judge(deadline_s=9.0))
    story.pod("a", "added", ready=False, phase="Pending")
    assert audience.hear() is None
    story.pod("a")
    finding = audience.hear()
    assert finding is not None
    assert finding.verdict is Verdict.HELD


@pytest.mark.parametrize(
    ("code", "reason", "verdict"),
    [(137, "Error", Verdict.HELD), (0, "Completed", Verdict.BROKEN)],
)
def test_the_end_of_a_container_is_its_code_and_reason(
    code: int, reason: str, verdict: Verdict
) -> None:
    """Killed is not the same as ended."""
    story = Story()
    promise = Ended(pod=pod("a"), exit_code=137, reason="Error")
    audience = Audience(story, promise.judge(deadline_s=9.0))
    ended = {"terminated": {"exitCode": code, "reason": reason}}
    status = {"name": "main", "ready": True, "restartCount": 1, "lastState": ended}
    story.pod("a", "added", status={"containerStatuses": [status]})
    finding = Responder(audience).run(20.0)
    assert finding is not None
    assert finding.verdict is verdict


def world(kind: str, spec: Json) -> tuple[Snapshot, Ref]:
    """A world with one object of that kind."""
    story = Story()
    story.see(kind, "listed", {"metadata": meta("one", "one", 1), "spec": spec})
    return story.timeline.latest(), Ref(kind, NAMESPACE, "one", "one")


def rolling(surge: int | str | None, missing: int | str | None) -> Json:
    bounds = {"maxSurge": surge, "maxUnavailable": missing}
    return {"type": "RollingUpdate", "rollingUpdate": bounds}


@pytest.mark.parametrize(
    ("replicas", "strategy", "bounds"),
    [
        (4, {}, (5, 3)),
        (10, rolling("25%", "25%"), (13, 8)),
        (3, rolling(1, 0), (4, 3)),
        (3, rolling(0, 0), (3, 2)),
        (3, rolling("0%", "10%"), (3, 2)),
        (2, rolling("100%", 5), (4, 0)),
        (100, rolling("29%", "29%"), (129, 71)),
        (3, {"type": "Recreate"}, (3, 0)),
    ],
)
def test_the_bounds_of_a_rollout(replicas: int, strategy: Json, bounds: tuple[int, int]) -> None:
    """Surplus is rounded up and lack down; where both come to nothing one may lack."""
    snapshot, deployment = world("Deployment", {"replicas": replicas, "strategy": strategy})
    promise = baselines.within_surge([snapshot], deployment)
    assert (promise.most, promise.least) == bounds


def test_the_bounds_of_a_rollout_that_is_scaled() -> None:
    """The widest of what held before and after."""
    worlds = [world("Deployment", {"replicas": count})[0] for count in (4, 8)]
    promise = baselines.within_surge(worlds, Ref("Deployment", NAMESPACE, "one", "one"))
    assert (promise.most, promise.least) == (10, 3)


def test_bounds_that_cannot_be_told() -> None:
    """A pod that is ready is not available yet where the Deployment asks for more."""
    with pytest.raises(BadInput, match="minReadySeconds"):
        baselines.within_surge(*_wrapped(*world("Deployment", {"minReadySeconds": 5})))
    with pytest.raises(BadInput, match="is not there"):
        baselines.within_surge([Story().timeline.latest()], KUBIA)


def _wrapped(snapshot: Snapshot, one: Ref) -> tuple[list[Snapshot], Ref]:
    return [snapshot], one


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("DaemonSet", {}),
        ("DaemonSet", {"updateStrategy": rolling(0, 1)}),
        ("StatefulSet", {}),
        ("Job", {"completionMode": "Indexed"}),
    ],
)
def test_workloads_whose_pods_have_places(kind: str, spec: Json) -> None:
    """A node, an ordinal, a completion index."""
    snapshot, one = world(kind, spec)
    assert baselines.one_per_place(snapshot, one) == OnePerPlace(workload=one)


@pytest.mark.parametrize(
    ("kind", "spec", "reason"),
    [
        ("DaemonSet", {"updateStrategy": rolling(1, 0)}, "maxSurge"),
        ("Job", {}, "no places"),
        ("ReplicaSet", {}, "no places"),
    ],
)
def test_workloads_whose_pods_have_none(kind: str, spec: Json, reason: str) -> None:
    """There two pods in one place are as it should be."""
    with pytest.raises(BadInput, match=reason):
        baselines.one_per_place(*world(kind, spec))


def test_what_a_job_may_do() -> None:
    """As many at a time as it says, and as many in all as it needs."""
    snapshot, job = world("Job", {"parallelism": 3, "completions": 7})
    assert baselines.parallel(snapshot, job) == NeverMore(workload=job, pods=3)
    assert baselines.no_pod_in_vain(snapshot, job).completions == 7
    with pytest.raises(BadInput, match="no number of completions"):
        baselines.no_pod_in_vain(*world("Job", {}))
    with pytest.raises(BadInput, match="is not there"):
        baselines.parallel(Story().timeline.latest(), job)


def test_what_a_cron_job_may_do() -> None:
    """Two Jobs at a time only where its policy allows them."""
    snapshot, cron = world("CronJob", {"concurrencyPolicy": "Forbid"})
    assert baselines.one_at_a_time(snapshot, cron) == OneAtATime(cron_job=cron)
    with pytest.raises(BadInput, match="several Jobs"):
        baselines.one_at_a_time(*world("CronJob", {}))


def test_nothing_created_is_nothing_adopted() -> None:
    """With the fault switched off the promise is about a pod that never was."""
    promise = baselines.adopted_first(KUBIA, [pod("a")], after="fault-1")
    assert promise.sentence() == 'pod "a" is not deleted until "kubia" owns pod "a"'
    assert promise.injections == ("fault-1",)
    nobody = baselines.adopted_first(KUBIA, [], after="fault-1")
    assert nobody.until.lack(three().timeline.latest()) == "nobody does not exist"


def test_what_is_claimed_is_told_by_its_labels() -> None:
    """Labels that no pod was given are a mistake in the scenario."""
    created = [(pod("x"), {"env": "a"}), (pod("y"), {"env": "b"})]
    promise = baselines.claims(KUBIA, created, mine=[{"env": "b"}])
    assert (promise.mine, promise.others) == ((pod("y"),), (pod("x"),))
    with pytest.raises(BadInput, match="no pod was created with the labels"):
        baselines.claims(KUBIA, created, mine=[{"env": "c"}])
    assert baselines.claims(KUBIA, [], mine=[{"env": "b"}]).mine == ()


def test_only_pods_that_were_hit_are_excused() -> None:
    """A workload that was changed is no pod."""
    promise = baselines.turnover(KUBIA, made=1, removed=0, hit=[KUBIA, pod("a")])
    assert promise.hit == (pod("a"),)


def test_pods_are_let_go_one_and_all() -> None:
    """As long as one is owned, it is not so."""
    story = three()
    promise = baselines.let_go(story.timeline.latest(), KUBIA, after="fault-1")
    for name in "ab":
        story.pod(name, owner=None)
    assert promise.of.lack(story.timeline.latest()) == '"kubia" owns pod "c"'
    story.pod("c", owner=None)
    assert promise.of.lack(story.timeline.latest()) == ""


def test_the_images_of_the_pods_that_were_not_hit() -> None:
    """Each of them, and not the one that the fault struck."""
    before = three().timeline.latest()
    promise = baselines.images_kept(before, KUBIA, image="", hit=[pod("b")])
    assert promise.sentence() == 'always (pod "a" runs  and pod "c" runs )'


def test_one_change_is_one_generation() -> None:
    """Counted from the world before it."""
    promise = baselines.changed_once(three().timeline.latest(), KUBIA, after="fault-1")
    assert promise.sentence() == '"kubia" eventually reports 2 generation'
    assert promise.injections == ("fault-1",)


def test_a_workload_without_pods_has_none_to_speak_of() -> None:
    """What is said of them would be said of nothing."""
    with pytest.raises(BadInput, match="had no pods"):
        baselines.pods_of(Snapshot(), KUBIA)
