"""Recoveries: which pod came for which, how long each phase took, and what no statistic may eat."""

from __future__ import annotations

import math
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconverge.judges.budgets import ReplacedWithin
from reconverge.judges.ledger import BACKLOG_S, SENTINEL_LABEL, recoveries
from reconverge.judges.phases import PHASES, Recovery, Spread, known, spread_of_phases
from reconverge.model import COMPLETION_INDEX, Ref
from reconverge.timeline import Gap, RolledBack
from reconverge.verdict import Finding, Verdict
from tests.builders import KUBIA, NAMESPACE, Json, Story, meta, owned_by, pod, workload

SET = Ref("StatefulSet", NAMESPACE, "db", "sts-1")
DAEMON = Ref("DaemonSet", NAMESPACE, "agent", "ds-1")
JOB = Ref("Job", NAMESPACE, "batch", "job-1")
DEPLOYMENT = Ref("Deployment", NAMESPACE, "web", "dep-1")
OF_DEPLOYMENT = Ref("ReplicaSet", NAMESPACE, "web-1", "rs-1")


def unborn(status: Json | None = None) -> Json:
    """A pod that was created and nothing more."""
    return {"node": "", "ready": False, "status": {"phase": "Pending", "containerStatuses": []}} | (
        status or {}
    )


def scheduled() -> Json:
    return unborn() | {"node": "worker"}


def grow(story: Story, uid: str, at_s: tuple[float, float, float, float], **more: object) -> None:
    """A pod is created, scheduled, started and ready at these seconds."""
    steps: tuple[Json, ...] = (unborn(), scheduled(), {"ready": False}, {})
    for number, (second_s, step) in enumerate(zip(at_s, steps, strict=True)):
        change = "added" if number == 0 else "modified"
        story.at(second_s).pod(uid, change, **{**step, **more})  # type: ignore[arg-type]


def total(one: Recovery) -> float:
    assert one.total_s is not None
    return one.total_s


def test_one_pod_is_lost_and_replaced() -> None:
    """The phases begin with the loss, follow each other, and end with the first readiness."""
    story = Story()
    story.steady("a", "b", "c")
    story.at(1.0).pod("a", terminating=True)
    grow(story, "d", (1.5, 1.75, 3.0, 3.25))
    story.at(30.0).pod("a", "deleted")
    story.at(31.0).pod("d")
    (one,) = recoveries(story.timeline)
    assert (one.owner, one.lost.name, one.lost_s) == (KUBIA, "a", 1.0)
    assert one.replacement is not None
    assert one.replacement.name == "d"
    assert one.phases_s == {"created": 0.5, "scheduled": 0.25, "started": 1.25, "ready": 0.25}
    assert (one.total_s, one.attempts, one.is_interchangeable) == (2.25, 1, True)
    assert str(one) == "d for a (lost at 1.0 s) took 2.2 s, of which 1.2 s to be started"
    assert [story.timeline[index].at_s for index in one.evidence] == [1.0, *one.reached_s]


def test_phases_that_end_together_take_no_time() -> None:
    """A watch may show only the end: what was passed over is over, and counts nothing."""
    story = Story()
    story.steady("a", "b", "c")
    story.at(1.0).pod("a", "deleted")
    story.at(3.0).pod("d", "added")
    (one,) = recoveries(story.timeline)
    assert one.phases_s == {"created": 2.0, "scheduled": 0.0, "started": 0.0, "ready": 0.0}


def test_what_never_became_ready_has_no_duration() -> None:
    """A time-out is not stored as if the state had been reached."""
    story = Story()
    story.steady("a", "b", "c")
    story.at(1.0).pod("a", terminating=True)
    story.at(1.5).pod("d", "added", **scheduled())  # type: ignore[arg-type]
    story.at(600.0).note()
    (one,) = recoveries(story.timeline)
    assert (one.total_s, one.error_s, known([one])) == (None, None, [])
    assert str(one) == "d for a (lost at 1.0 s) is not started"
    assert spread_of_phases([one]) == {}


def test_alike_pods_are_paired_in_the_order_of_their_writes() -> None:
    """The first created replaces the first lost, also where a list delivers them the other way."""
    story = Story()
    story.steady("a", "b", "c")
    first, second = story.next_version(), story.next_version()
    story.at(1.0).see("Pod", "modified", pod("b", second, terminating=True))
    story.at(1.1).see("Pod", "modified", pod("a", first, terminating=True))
    grow(story, "d", (1.2, 1.3, 1.4, 1.5))
    grow(story, "e", (1.6, 1.7, 1.8, 1.9))
    pairs = [
        (one.lost.name, one.replacement and one.replacement.name)
        for one in known(recoveries(story.timeline))
    ]
    assert sorted(pairs) == [("a", "d"), ("b", "e")]


def test_a_pod_from_before_the_loss_is_no_replacement() -> None:
    """Scaling up while nothing is missed pairs nothing, and neither does an older pod."""
    story = Story()
    story.steady("a", "b", "c")
    grow(story, "d", (1.0, 1.1, 1.2, 1.3))
    story.workload(replicas=5, ready=4)
    story.at(2.0).pod("a", "deleted")
    (one,) = recoveries(story.timeline)
    assert one.replacement is None
    assert str(one) == "a (lost at 2.0 s) was not replaced"


def test_a_pod_that_is_only_listed_late_is_no_replacement() -> None:
    """It was written before the loss, so it cannot have been made for it; it makes it good."""
    story = Story()
    story.steady("a", "b", "c")
    early = story.next_version()
    story.at(2.0).pod("a", terminating=True)
    story.at(3.0).see("Pod", "listed", pod("x", early))
    grow(story, "d", (4.0, 4.1, 4.2, 4.3))
    assert recoveries(story.timeline) == ()


def test_scaling_down_loses_nothing() -> None:
    """What leaves as many pods as are wanted needs no replacement, whichever watch is first."""
    story = Story()
    story.steady("a", "b", "c")
    story.at(1.0).pod("a", terminating=True)
    story.workload(replicas=1, ready=3)
    story.pod("b", terminating=True)
    assert recoveries(story.timeline) == ()


def test_an_old_wish_is_not_paired_with_a_later_replacement() -> None:
    """A surplus pod that was removed long ago does not make a later recovery look long."""
    story = Story()
    story.steady("a", "b", "c")
    story.at(1.0).pod("surplus", "added")
    story.at(1.1).pod("surplus", terminating=True)
    story.at(50.0).pod("a", terminating=True)
    grow(story, "d", (50.1, 50.2, 50.3, 50.4))
    (one,) = recoveries(story.timeline)
    assert (one.lost.name, total(one)) == ("a", pytest.approx(0.4))


def test_a_replacement_that_is_lost_itself_has_replaced_nothing() -> None:
    """The first loss waits on for the next one, and no second is counted twice."""
    story = Story()
    story.steady("a", "b", "c")
    story.at(1.0).pod("a", terminating=True)
    story.at(1.5).pod("d", "added", **scheduled())  # type: ignore[arg-type]
    story.at(2.0).pod("d", "deleted", **scheduled())  # type: ignore[arg-type]
    grow(story, "e", (3.0, 3.25, 4.0, 5.0))
    (one,) = recoveries(story.timeline)
    assert one.replacement is not None
    assert (one.replacement.name, one.attempts, one.total_s) == ("e", 2, 4.0)
    assert one.phases_s["created"] == 2.0
    assert [story.timeline[index].at_s for index in one.evidence] == [1.0, *one.reached_s]


def test_a_ready_replacement_that_is_lost_is_a_loss_of_its_own() -> None:
    """Two losses one after the other are two recoveries."""
    story = Story()
    story.steady("a", "b", "c")
    story.at(1.0).pod("a", "deleted")
    grow(story, "d", (1.1, 1.2, 1.3, 2.0))
    story.at(5.0).pod("d", "deleted")
    grow(story, "e", (5.1, 5.2, 5.3, 5.5))
    first, second = recoveries(story.timeline)
    assert (first.lost.name, total(first)) == ("a", 1.0)
    assert (second.lost.name, total(second)) == ("d", 0.5)


def test_a_released_pod_was_lost_when_its_labels_changed() -> None:
    """The owner's letting go is its reaction, and part of the time."""
    story = Story()
    story.steady("a", "b", "c")
    story.at(1.0).pod("a", labels={"app": "x"})
    story.at(1.5).pod("a", labels={"app": "x"}, owner=None)
    grow(story, "d", (1.6, 1.7, 1.8, 2.0))
    (one,) = recoveries(story.timeline)
    assert (one.lost_s, total(one), one.stamped_s) == (1.0, 1.0, None)


def test_a_pod_on_a_lost_node_was_lost_with_it() -> None:
    """The wait for the eviction counts; a pod whose node came back in time was never lost."""
    story = Story()
    story.steady("a", "b", "c")
    story.node("worker")
    story.at(5.0).node("worker", ready="Unknown")
    story.at(10.0).pod("a", terminating=True)
    story.at(11.0).node("worker")
    grow(story, "d", (10.5, 10.6, 10.7, 12.0), node="other")
    story.at(20.0).pod("b", terminating=True)
    first, second = recoveries(story.timeline)
    assert (first.lost_s, total(first), second.lost_s) == (5.0, 7.0, 20.0)


def test_a_set_replaces_by_name() -> None:
    """db-1 replaces db-1, whatever comes first."""
    story = Story()
    db = [Ref("Pod", NAMESPACE, f"db-{n}", "") for n in (0, 1)]
    for number, one in enumerate(db):
        named(story, f"old-{number}", one.name, SET, "listed")
    story.at(1.0)
    for number, one in enumerate(db):
        named(story, f"old-{number}", one.name, SET, "deleted")
    for number, one in reversed(list(enumerate(db))):
        named(story.at(2.0 + number), f"new-{number}", one.name, SET, "added")
    found = recoveries(story.timeline)
    assert [(one.lost.uid, one.replacement and one.replacement.uid) for one in found] == [
        ("old-0", "new-0"),
        ("old-1", "new-1"),
    ]
    assert [one.is_interchangeable for one in found] == [False, False]


def named(story: Story, uid: str, name: str, owner: Ref, change: str, **more: object) -> None:
    wire = pod(uid, story.next_version(), owner=owner, **more)  # type: ignore[arg-type]
    cast(Json, wire["metadata"])["name"] = name
    story.see("Pod", change, wire)  # type: ignore[arg-type]


def on_node(name: str) -> Json:
    """As the DaemonSet controller pins a pod to its node before it is scheduled."""
    row = {"key": "metadata.name", "operator": "In", "values": [name]}
    terms = {"nodeSelectorTerms": [{"matchFields": [row]}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": terms}
    return {"affinity": {"nodeAffinity": required}}


def test_a_daemon_is_replaced_on_its_own_node() -> None:
    """By the node it is meant for, which is known before it is scheduled."""
    story = Story()
    for node in ("n1", "n2"):
        story.pod(f"old-{node}", "listed", owner=DAEMON, node=node, spec=on_node(node))
    story.at(1.0)
    for node in ("n1", "n2"):
        story.pod(f"old-{node}", "deleted", owner=DAEMON, node=node)
    for node in ("n2", "n1"):
        grow(story, f"new-{node}", (2.0, 2.1, 2.2, 2.3), owner=DAEMON, spec=on_node(node), node="")
    found = recoveries(story.timeline)
    assert [(one.lost.name, one.replacement and one.replacement.name) for one in found] == [
        ("old-n1", "new-n1"),
        ("old-n2", "new-n2"),
    ]


def test_a_daemon_whose_node_no_longer_wants_it_is_not_missed() -> None:
    """What the DaemonSet asks for is what its status says."""
    story = Story()
    for node in ("n1", "n2"):
        story.pod(f"old-{node}", "listed", owner=DAEMON, node=node)
    status = {"desiredNumberScheduled": 1}
    story.at(1.0).pod("old-n1", terminating=True, owner=DAEMON, node="n1")
    assert len(recoveries(story.timeline)) == 1
    wire = {"metadata": meta("agent", DAEMON.uid, story.next_version()), "status": status}
    story.see("DaemonSet", "modified", wire)
    assert recoveries(story.timeline) == ()


def test_finished_work_is_no_loss_and_failed_work_is() -> None:
    """A Job's pod that succeeded has done what it was for; one that failed is replaced."""
    story = Story()
    for uid in ("a", "b"):
        story.pod(uid, "added", owner=JOB)
    story.at(1.0).pod("a", owner=JOB, phase="Succeeded", ready=False)
    story.at(2.0).pod("b", owner=JOB, phase="Failed", ready=False)
    story.at(2.5).pod("c", "added", owner=JOB, **scheduled())  # type: ignore[arg-type]
    story.at(4.0).pod("c", owner=JOB, phase="Succeeded", ready=False)
    (one,) = recoveries(story.timeline)
    assert (one.lost.name, total(one)) == ("b", 2.0)


def test_the_pods_of_a_deployment_are_of_one_owner() -> None:
    """Whichever of its ReplicaSets a replacement belongs to."""
    story = Story()
    wire = workload(story.next_version(), ref=OF_DEPLOYMENT, replicas=1)
    cast(Json, wire["metadata"])["ownerReferences"] = owned_by(DEPLOYMENT)
    story.see("ReplicaSet", "listed", wire)
    story.pod("a", "listed", owner=OF_DEPLOYMENT)
    story.at(1.0).pod("a", "deleted", owner=OF_DEPLOYMENT)
    (one,) = recoveries(story.timeline)
    assert one.owner == DEPLOYMENT


@pytest.mark.parametrize("is_foreground", [False, True])
def test_nobody_is_missed_of_an_owner_that_goes(is_foreground: bool) -> None:
    """Deleted with its owner, a pod is not lost, whichever of them goes first."""
    story = Story()
    story.steady("a", "b", "c")
    wire = workload(story.next_version())
    cast(Json, wire["metadata"])["deletionTimestamp"] = "2026-01-01T00:01:00Z"
    story.at(1.0).see(KUBIA.kind, "modified" if is_foreground else "deleted", wire)
    story.pod("a", terminating=True)
    assert recoveries(story.timeline) == ()


def test_a_job_that_ended_misses_nobody() -> None:
    """Its last failed pod is not replaced, and rightly so."""
    story = Story()
    story.pod("a", "added", owner=JOB)
    story.at(1.0).pod("a", owner=JOB, phase="Failed", ready=False)
    assert len(recoveries(story.timeline)) == 1
    status = {"conditions": [{"type": "Failed", "status": "True"}]}
    wire = {"metadata": meta("batch", JOB.uid, story.next_version()), "status": status}
    story.see("Job", "modified", wire)
    assert recoveries(story.timeline) == ()


def test_an_indexed_job_replaces_by_index() -> None:
    """The pod of index 1 does the work of index 1."""
    story = Story()
    for uid, index in (("a", "0"), ("b", "1")):
        indexed(story, uid, index, "added")
    for uid, index in (("a", "0"), ("b", "1")):
        indexed(story.at(1.0), uid, index, "modified", phase="Failed", ready=False)
    for uid, index in (("d", "1"), ("e", "0")):
        indexed(story.at(2.0), uid, index, "added")
    found = recoveries(story.timeline)
    assert [(one.lost.name, one.replacement and one.replacement.name) for one in found] == [
        ("a", "e"),
        ("b", "d"),
    ]


def indexed(story: Story, uid: str, index: str, change: str, **more: object) -> None:
    wire = pod(uid, story.next_version(), owner=JOB, **more)  # type: ignore[arg-type]
    cast(Json, wire["metadata"])["annotations"] = {COMPLETION_INDEX: index}
    story.see("Pod", change, wire)  # type: ignore[arg-type]


def test_a_sentinel_is_not_missed() -> None:
    """The harness plants it so that a controller removes it, whether or not that is watched."""
    story = Story()
    sentinels = Ref("DaemonSet", NAMESPACE, "sentinels", "ds-9")
    for change in ("added", "deleted"):
        story.pod("s", change, owner=sentinels, labels={SENTINEL_LABEL: "DaemonSet"})  # type: ignore[arg-type]
    assert recoveries(story.timeline) == ()


def test_the_clean_up_loses_nothing() -> None:
    """After the last verdict the namespace goes: that is no part of the story."""
    story = Story()
    story.steady("a", "b", "c")
    story.judged("1", Finding(promise="p", verdict=Verdict.HELD, why="w", decided_s=1.0))
    story.append(lambda at_s: RolledBack(at_s=at_s, id="1", sentence="s"))
    story.pod("a", terminating=True)
    assert recoveries(story.timeline) == ()


def test_a_killed_run_has_no_clean_up() -> None:
    """Where a promise is outstanding, what follows it is the story."""
    story = Story()
    story.steady("a", "b", "c")
    story.judged("1", Finding(promise="p", verdict=Verdict.HELD, why="w", decided_s=1.0))
    story.promise(ReplacedWithin(workload=KUBIA, within_s=5.0), deadline_s=9.0)
    story.pod("a", terminating=True)
    assert [one.lost.name for one in recoveries(story.timeline)] == ["a"]


def test_a_blind_watch_elsewhere_is_no_doubt() -> None:
    """What happens in another namespace is not seen by this watch at all."""
    story = Story()
    story.steady("a", "b", "c")
    story.at(1.0).pod("a", terminating=True)
    story.append(
        lambda at_s: Gap(at_s=at_s, kind="Pod", since_s=0.5, reason="r", namespace="kube-system")
    )
    grow(story, "d", (1.1, 1.2, 1.3, 1.4))
    assert recoveries(story.timeline)[0].doubt == ""


def test_an_outage_counts_from_its_first_second() -> None:
    """Also where that is reported after another outage that is still open."""
    story = Story()
    story.steady("a", "b", "c")
    story.at(1.0).pod("a", terminating=True)
    grow(story, "d", (1.1, 1.2, 1.3, 1.4))
    story.at(4.0).lost("Node")
    story.at(5.0).gap(since_s=1.2)
    assert "the watch of Pod was down" in recoveries(story.timeline)[0].doubt


@pytest.mark.parametrize("outage", ["gap", "lost"])
def test_seconds_from_a_blind_watch_are_in_doubt(outage: str) -> None:
    """Of what was delivered after an outage nobody knows when it happened."""
    story = Story()
    story.steady("a", "b", "c")
    story.at(1.0).pod("a", terminating=True)
    getattr(story.at(2.0), outage)("Pod")
    (story.at(3.0).synced if outage == "gap" else story.at(3.0).resumed)("Pod")
    grow(story, "d", (3.0, 3.1, 3.2, 3.3))
    story.at(3.0 + 2 * BACKLOG_S).pod("b", terminating=True)
    grow(story, "e", (6.0, 6.1, 6.2, 6.3))
    doubtful, fine = recoveries(story.timeline)
    assert "was down" in doubtful.doubt
    assert known([doubtful, fine]) == [fine]
    assert doubtful.is_within(100.0) is None


def stamped(story: Story, *, asked: str, grace_s: int, ready: str) -> Recovery:
    """A loss and a readiness with the server's stamps."""
    story.steady("a", "b", "c")
    wire = pod("a", story.next_version(), terminating=True)
    cast(Json, wire["metadata"]).update(
        {"deletionTimestamp": asked, "deletionGracePeriodSeconds": grace_s}
    )
    story.at(1.0).see("Pod", "modified", wire)
    row = {"type": "Ready", "status": "True", "lastTransitionTime": ready}
    story.at(3.0).pod("d", "added", status={"conditions": [row]})
    (one,) = recoveries(story.timeline)
    return one


def test_the_servers_stamps_bound_the_error() -> None:
    """deletionTimestamp lies a grace period ahead; both ends are whole seconds."""
    one = stamped(Story(), asked="2026-01-01T00:00:31Z", grace_s=30, ready="2026-01-01T00:00:03Z")
    assert (one.total_s, one.stamped_s, one.error_s) == (2.0, 2.0, 1.0)
    assert (one.is_within(2.0), one.is_within(1.9)) == (True, False)


def test_a_duration_that_the_stamps_exclude_is_not_believed() -> None:
    """A watch that delivers late makes it too short or too long; then it is not known."""
    slow = stamped(Story(), asked="2026-01-01T00:00:01Z", grace_s=0, ready="2026-01-01T00:00:09Z")
    assert slow.total_s == 2.0
    assert (slow.is_within(5.0), slow.is_within(1.0), slow.is_within(8.0)) == (None, False, True)
    fast = stamped(Story(), asked="2026-01-01T00:00:01Z", grace_s=0, ready="2026-01-01T00:00:01Z")
    assert (fast.is_within(1.5), fast.is_within(3.0), fast.is_within(0.5)) == (None, True, False)


def test_percentiles_are_members_of_the_sample() -> None:
    """Nearest rank: of three the 95th percentile is the largest."""
    assert Spread.of([3.0, 1.0, 2.0]) == Spread(n=3, p50_s=2.0, p95_s=3.0, max_s=3.0)
    assert Spread.of([]) is None
    hundred = Spread.of(float(number) for number in range(1, 101))
    assert hundred == Spread(n=100, p50_s=50.0, p95_s=95.0, max_s=100.0)
    assert str(hundred) == "p50 50.0 s, p95 95.0 s, max 100.0 s"


EVENTS = st.lists(
    st.tuples(
        st.sampled_from("abcdefgh"),
        st.sampled_from(["unborn", "scheduled", "begun", "ready", "terminating", "gone"]),
        st.sampled_from([0.0, 0.1, 1.0]),
    ),
    max_size=40,
)
STEPS: dict[str, Json] = {
    "unborn": unborn(),
    "scheduled": scheduled(),
    "begun": {"ready": False},
    "ready": {},
    "terminating": {"terminating": True},
}


@given(EVENTS)
def test_phases_add_up_and_never_overlap(events: list[tuple[str, str, float]]) -> None:
    """Whatever pods do: each phase begins where the last ended, nobody replaces two."""
    story = Story()
    story.steady("a", "b", "c")
    doomed = set[str]()
    for uid, what, pause_s in events:
        story.at(story.timeline.now_s() + pause_s)
        if what == "gone":
            story.pod(uid, "deleted")
        elif uid not in doomed:  # a deletion that was asked for is never taken back
            story.pod(uid, **STEPS[what])  # type: ignore[arg-type]
        doomed |= {uid} if what in ("terminating", "gone") else set()
    found = recoveries(story.timeline)
    for one in found:
        ends_s = (one.lost_s, *one.reached_s)
        assert list(ends_s) == sorted(ends_s)
        assert list(one.phases_s) == list(PHASES[: len(one.reached_s)])
        assert all(took_s >= 0 for took_s in one.phases_s.values())
        if one.total_s is not None:
            assert math.isclose(sum(one.phases_s.values()), one.total_s, abs_tol=1e-9)
        assert (one.replacement is None) == (not one.reached_s)
        assert len(one.evidence) == len(ends_s)
    replacements = [one.replacement.uid for one in found if one.replacement is not None]
    assert len(replacements) == len(set(replacements))
    assert len({one.lost.uid for one in found}) == len(found)
    living = sum(member.is_active for member in story.timeline.latest().owned_pods(KUBIA.uid))
    missed = sum(one.replacement is None for one in found)
    assert missed == max(0, 3 - living)
