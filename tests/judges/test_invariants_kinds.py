"""The invariants of each kind of workload: what violates them, and what only looks like it."""

from __future__ import annotations

from typing import cast

import pytest

from reconverge.judges.invariants import (
    NeverFewer,
    NeverMore,
    NeverMoved,
    NoPodInVain,
    OnceAMinute,
    OneAtATime,
    OnePerPlace,
    OwnerGoesLast,
    RestartsNeverFall,
    SamePods,
    WithinSurge,
)
from reconverge.judges.judge import Want, WantSentinel
from reconverge.judges.promise import Promise
from reconverge.model import Ref
from reconverge.verdict import Verdict
from tests.builders import (
    KUBIA,
    NAMESPACE,
    Change,
    Json,
    Story,
    meta,
    owned_by,
    pod,
)
from tests.judges.tales import Scene, Tale, nothing

WEB = Ref("Deployment", NAMESPACE, "web", "deploy-1")
SET_1 = Ref("ReplicaSet", NAMESPACE, "web-1", "set-1")
SET_2 = Ref("ReplicaSet", NAMESPACE, "web-2", "set-2")
JOB = Ref("Job", NAMESPACE, "batch", "job-1")
CRON = Ref("CronJob", NAMESPACE, "tick", "cron-1")
DAEMON = Ref("DaemonSet", NAMESPACE, "net", "ds-1")
STATEFUL = Ref("StatefulSet", NAMESPACE, "db", "ss-1")


def replica_set(story: Story, ref: Ref, change: Change = "added", owner: Ref | None = WEB) -> None:
    owners: Json = {"ownerReferences": owned_by(owner)} if owner is not None else {}
    wire: Json = {"metadata": meta(ref.name, ref.uid, story.next_version(), **owners)}
    story.see("ReplicaSet", change, wire)


def job(
    story: Story,
    name: str,
    change: Change = "added",
    *,
    uid: str = "",
    owner: Ref = CRON,
    end: str = "",
    terminating: bool = False,
) -> None:
    more: Json = {"ownerReferences": owned_by(owner)}
    if terminating:
        more["deletionTimestamp"] = "2026-01-01T00:01:00Z"
    rows = [{"type": end, "status": "True"}] if end else []
    metadata = meta(name, uid or name, story.next_version(), **more)
    story.see("Job", change, {"metadata": metadata, "status": {"conditions": rows}})


def indexed(story: Story, uid: str, index: str, **more: object) -> None:
    """A pod of an Indexed Job; the annotation tells its index."""
    wire = pod(uid, story.next_version(), owner=JOB, **more)  # type: ignore[arg-type]
    metadata = cast(Json, wire["metadata"])
    metadata["annotations"] = {"batch.kubernetes.io/job-completion-index": index}
    story.see("Pod", "added", wire)


def two_of_web(story: Story) -> None:
    replica_set(story, SET_1)
    story.pod("a", "added", owner=SET_1)
    story.pod("b", "added", owner=SET_1)


def rolls_out(story: Story) -> None:
    """A third pod of the new revision, then one less of the old."""
    replica_set(story, SET_2)
    story.pod("c", "added", owner=SET_2, ready=False)
    story.pod("c", owner=SET_2)
    story.pod("a", owner=SET_1, terminating=True)
    story.pod("a", "deleted", owner=SET_1)


SURGE = WithinSurge(workload=WEB, most=3, least=2)


def test_a_rollout_within_its_bounds() -> None:
    """One pod more at most, none fewer, whatever ReplicaSet they belong to."""
    scene = Scene(SURGE, two_of_web)
    rolls_out(scene.story)
    assert scene.end().verdict is Verdict.HELD
    assert SURGE.sentence() == '"web" never has more than 3 pods nor fewer than 2 ready pods'


@pytest.mark.parametrize(
    ("tale", "why"),
    [
        (lambda story: story.pod("d", "added", owner=SET_2, ready=False), "it has 4 active pods"),
        (lambda story: [story.pod(u, owner=SET_1, ready=False) for u in "ab"], "it has 1 ready"),
        (lambda story: replica_set(story, SET_1, "deleted"), "it has 1 ready pod"),
    ],
)
def test_a_rollout_beyond_its_bounds(tale: Tale, why: str) -> None:
    """Pods of every revision count together."""
    scene = Scene(SURGE, two_of_web)
    replica_set(scene.story, SET_2)
    scene.story.pod("c", "added", owner=SET_2)
    tale(scene.story)
    finding = scene.end()
    assert finding.verdict is Verdict.BROKEN
    assert finding.why.startswith(why)


def test_pods_of_a_set_that_is_not_known_yet() -> None:
    """A pod may be known before its ReplicaSet is: until then no number is certain."""
    scene = Scene(SURGE, two_of_web)
    scene.story.pod("c", "added", owner=SET_2)
    scene.story.pod("a", owner=SET_1, terminating=True)
    scene.story.pod("d", "added", owner=SET_2)
    replica_set(scene.story, SET_2)
    assert scene.end().verdict is Verdict.HELD


def test_pods_of_a_set_that_proves_to_be_ours() -> None:
    """Once the ReplicaSet is known, its pods count."""
    scene = Scene(SURGE, two_of_web)
    for uid in "cd":
        scene.story.pod(uid, "added", owner=SET_2)
    replica_set(scene.story, SET_2)
    assert scene.told() == (Verdict.BROKEN, "it has 4 active pods")


@pytest.mark.parametrize("is_adopted", [True, False])
def test_a_set_that_is_adopted_brings_its_pods(is_adopted: bool) -> None:
    """An orphaned ReplicaSet's pods are the Deployment's from its adoption on."""

    def before(story: Story) -> None:
        two_of_web(story)
        replica_set(story, SET_2, owner=None)
        story.pod("c", "added", owner=SET_2)
        story.pod("d", "added", owner=SET_2)

    scene = Scene(SURGE, before)
    if is_adopted:
        replica_set(scene.story, SET_2, "modified")
    assert scene.end().verdict is (Verdict.BROKEN if is_adopted else Verdict.HELD)


@pytest.mark.parametrize("is_deaf", [True, False])
def test_both_watches_are_proven_live(is_deaf: bool) -> None:
    """Which pods are the Deployment's is known by its ReplicaSets: deaf to them is UNKNOWN."""
    scene = Scene(SURGE, two_of_web)
    scene.harness.deaf_to = {"ReplicaSet"} if is_deaf else set()
    told = scene.told()
    wanted: list[Want] = [WantSentinel("ReplicationController"), WantSentinel("Deployment")]
    assert scene.audience.wanted == wanted
    silence = "our own watch of replicasets delivers nothing"
    held = (Verdict.HELD, "at each of 1 entries")
    assert told == ((Verdict.UNKNOWN, silence) if is_deaf else held)


def test_the_same_pods_behind_a_deployment() -> None:
    """A new revision's pods are not the ones there were."""
    pods = tuple(Ref("Pod", NAMESPACE, uid, uid) for uid in "ab")
    scene = Scene(SamePods(workload=WEB, pods=pods), two_of_web)
    replica_set(scene.story, SET_2)
    scene.story.pod("c", "added", owner=SET_2)
    assert scene.told() == (Verdict.BROKEN, "c is new")


@pytest.mark.parametrize(
    ("promise", "verdict"),
    [
        (NeverMore(workload=KUBIA, pods=3, state="standing"), Verdict.BROKEN),
        (NeverMore(workload=KUBIA, pods=3, state="active"), Verdict.HELD),
        (NeverMore(workload=KUBIA, pods=3, state="ready"), Verdict.HELD),
        (NeverMore(workload=KUBIA, pods=2, state="ready"), Verdict.BROKEN),
        (NeverFewer(workload=KUBIA, pods=3, state="standing"), Verdict.HELD),
        (NeverFewer(workload=KUBIA, pods=3, state="active"), Verdict.BROKEN),
        (NeverFewer(workload=KUBIA, pods=2, state="active"), Verdict.HELD),
    ],
)
def test_a_pod_that_is_being_deleted_still_stands(promise: Promise, verdict: Verdict) -> None:
    """It is not active any more, and it is not gone yet."""
    scene = Scene(promise, lambda story: story.steady("a", "b", "c"))
    scene.story.pod("a", terminating=True)
    scene.story.pod("d", "added", ready=False)
    assert scene.end().verdict is verdict


@pytest.mark.parametrize(
    ("workload", "where"),
    [(DAEMON, "on one node"), (STATEFUL, "of one name"), (JOB, "for one index")],
)
def test_places_in_words(workload: Ref, where: str) -> None:
    """Each kind's places have a name."""
    sentence = OnePerPlace(workload=workload).sentence()
    assert sentence == f'"{workload.name}" never has two active pods {where}'


def test_two_daemon_pods_on_one_node() -> None:
    """The second one breaks the promise, though the first is deleted at once."""
    scene = Scene(OnePerPlace(workload=DAEMON), nothing)
    scene.story.pod("a", "added", owner=DAEMON, node="w1")
    scene.story.pod("b", "added", owner=DAEMON, node="w2")
    scene.story.pod("c", "added", owner=DAEMON, node="w1")
    scene.story.pod("a", owner=DAEMON, node="w1", terminating=True)
    assert scene.told() == (Verdict.BROKEN, "a and c share w1")


@pytest.mark.parametrize(
    "tale",
    [
        lambda story: story.pod("b", "added", owner=DAEMON, node="w2"),
        lambda story: story.pod("b", "added", owner=KUBIA, node="w1"),
        lambda story: story.pod("b", "added", owner=None, node="w1"),
        lambda story: story.pod("b", "added", owner=DAEMON, node="w1", phase="Failed"),
        lambda story: (
            story.pod("a", owner=DAEMON, node="w1", terminating=True),
            story.pod("b", "added", owner=DAEMON, node="w1"),
        ),
    ],
)
def test_one_daemon_pod_on_each_node(tale: Tale) -> None:
    """Others' pods, finished ones and those being deleted leave the place free."""
    before: Tale = lambda story: story.pod("a", "added", owner=DAEMON, node="w1")  # noqa: E731
    scene = Scene(OnePerPlace(workload=DAEMON), before)
    tale(scene.story)
    assert scene.end().verdict is Verdict.HELD


@pytest.mark.parametrize(
    ("index", "verdict"), [("0", Verdict.BROKEN), ("1", Verdict.HELD), ("", Verdict.HELD)]
)
def test_completion_indexes(index: str, verdict: Verdict) -> None:
    """Two active pods of one index do the same work twice; without an index there is no place."""
    scene = Scene(OnePerPlace(workload=JOB), lambda story: indexed(story, "a", "0"))
    indexed(scene.story, "b", index)
    assert scene.end().verdict is verdict


def test_a_pod_does_not_move() -> None:
    """From no node to its first is scheduling; from there to another is a broken promise."""
    promise = NeverMoved(namespace=NAMESPACE)
    scene = Scene(promise, lambda story: story.pod("a", "added", node=""))
    scene.story.pod("a", node="w1")
    scene.story.pod("a", node="w2", namespace="other")
    assert scene.audience.hear() is None
    scene.story.pod("a", node="w2")
    assert scene.told() == (Verdict.BROKEN, "a moved from w1 to w2")
    assert promise.sentence() == "no pod is ever moved to another node"


def test_restarts_do_not_fall() -> None:
    """A count may stay or rise; a successor under another UID counts anew."""
    promise = RestartsNeverFall(namespace=NAMESPACE)
    scene = Scene(promise, lambda story: story.pod("a", "added", restarts=1))
    scene.story.pod("a", restarts=1)
    scene.story.pod("a", restarts=3)
    scene.story.pod("b", "added", restarts=0)
    assert scene.audience.hear() is None
    first = scene.story.pod("a", restarts=0)
    finding = scene.end()
    why = "the restarts of container main of a fell from 3 to 0"
    assert (finding.verdict, finding.why) == (Verdict.BROKEN, why)
    assert finding.evidence == (first.index,)
    assert promise.sentence() == "no restart is ever forgotten"


def test_a_stale_delivery_is_no_fall() -> None:
    """A list that lags behind a watch shows an old count; it is not taken for a new one."""
    scene = Scene(RestartsNeverFall(namespace=NAMESPACE), nothing)
    old = scene.story.next_version()
    scene.story.pod("a", "added", restarts=2)
    scene.story.see("Pod", "listed", pod("a", old, restarts=0))
    assert scene.end().verdict is Verdict.HELD


@pytest.mark.parametrize("promise", [RestartsNeverFall(namespace=NAMESPACE), SURGE])
def test_a_fall_that_a_gap_hides(promise: Promise) -> None:
    """What is seen after a gap is compared with what was seen before it."""
    scene = Scene(promise, lambda story: story.pod("a", "added", restarts=2))
    scene.story.gap()
    scene.story.pod("a", "listed", restarts=0)
    scene.story.synced()
    verdict, why = scene.told()
    assert verdict is Verdict.BROKEN, why


VAIN = NoPodInVain(job=JOB, completions=2)


def two_at_work(story: Story) -> None:
    story.pod("a", "added", owner=JOB)
    story.pod("b", "added", owner=JOB)


def test_a_pod_in_vain() -> None:
    """Two succeed, and a third is made all the same; that the first is gone is no excuse."""
    scene = Scene(VAIN, two_at_work)
    scene.story.pod("a", owner=JOB, phase="Succeeded")
    scene.story.pod("a", "deleted", owner=JOB, phase="Succeeded")
    scene.story.pod("c", "added", owner=JOB)
    why = "2 pods are active and 1 have succeeded, of 2 wanted"
    assert scene.told() == (Verdict.BROKEN, why)
    assert VAIN.sentence() == (
        '"batch" makes no more pods than its 2 completions and its failures need'
    )


@pytest.mark.parametrize(
    "lost",
    [
        {"phase": "Failed"},
        {"terminating": True},
        {"terminating": True, "phase": "Succeeded"},
        {"owner": None},
    ],
)
def test_a_failure_needs_another_pod(lost: Json) -> None:
    """Failed, deleted, or released: each of them is replaced, by one."""
    scene = Scene(VAIN, two_at_work)
    scene.story.pod("a", **{"owner": JOB, **lost})
    scene.story.pod("c", "added", owner=JOB)
    scene.story.pod("d", "added", owner=KUBIA)
    assert scene.end().verdict is Verdict.HELD


def test_two_jobs_of_one_minute() -> None:
    """The second of that name does the work again, though the first was deleted before."""
    promise = OnceAMinute(cron_job=CRON)
    scene = Scene(promise, lambda story: job(story, "tick-100", "listed", uid="one"))
    job(scene.story, "tick-101")
    job(scene.story, "tick-100", "deleted", uid="one")
    assert scene.audience.hear() is None
    job(scene.story, "tick-100", uid="two")
    assert scene.told() == (Verdict.BROKEN, "tick-100 was made twice")
    assert promise.sentence() == '"tick" runs at most once for each due minute'


@pytest.mark.parametrize(
    ("name", "owner"), [("tick-100", KUBIA), ("tick-now", CRON), ("t-1", CRON)]
)
def test_jobs_that_no_minute_is_due_for(name: str, owner: Ref) -> None:
    """Others' Jobs, and Jobs that a person made of the CronJob, may be made at will."""
    scene = Scene(OnceAMinute(cron_job=CRON), nothing)
    for uid in ("one", "two"):
        job(scene.story, name, uid=uid, owner=owner)
        job(scene.story, name, "deleted", uid=uid, owner=owner)
    finding = scene.end()
    assert finding.verdict is Verdict.HELD
    assert scene.audience.wanted == [WantSentinel("CronJob")]


@pytest.mark.parametrize(
    ("first", "verdict"),
    [
        ({}, Verdict.BROKEN),
        ({"end": "Complete"}, Verdict.HELD),
        ({"end": "Failed"}, Verdict.HELD),
        ({"terminating": True}, Verdict.HELD),
        ({"change": "deleted"}, Verdict.HELD),
        ({"owner": KUBIA}, Verdict.HELD),
    ],
)
def test_one_job_at_a_time(first: Json, verdict: Verdict) -> None:
    """A second Job begins only when the first has ended, or is being deleted."""
    promise = OneAtATime(cron_job=CRON)
    scene = Scene(promise, lambda story: job(story, "tick-100"))
    job(scene.story, "tick-100", **{"change": "modified", **first})  # type: ignore[arg-type]
    job(scene.story, "tick-101")
    assert scene.end().verdict is verdict
    assert promise.sentence() == '"tick" never has two Jobs at a time'


def test_both_jobs_are_named() -> None:
    """Whoever reads it can look them up."""
    scene = Scene(OneAtATime(cron_job=CRON), lambda story: job(story, "tick-101"))
    job(scene.story, "tick-100")
    assert scene.told() == (Verdict.BROKEN, "tick-100 and tick-101 go on together")


LAST = OwnerGoesLast(owner=KUBIA)


def a_pair(story: Story) -> None:
    story.steady("a", "b")


def test_an_owner_that_goes_last() -> None:
    """Its pods are gone first, whatever order our watches tell it in."""
    scene = Scene(LAST, a_pair)
    gone_a, gone_b = scene.story.next_version(), scene.story.next_version()
    scene.story.workload("deleted")
    for uid, version in (("a", gone_a), ("b", gone_b)):
        scene.story.see("Pod", "deleted", _owned(uid, version))
    assert scene.end().verdict is Verdict.HELD
    assert LAST.sentence() == '"kubia" is never gone before its pods'


def _owned(uid: str, version: int) -> Json:
    return {"metadata": meta(uid, uid, version, ownerReferences=owned_by(KUBIA))}


@pytest.mark.parametrize("change", ["modified", "deleted"])
def test_a_pod_that_outlives_its_owner(change: Change) -> None:
    """Whatever happens to a dependent after the owner's deletion shows that it stood."""
    scene = Scene(LAST, a_pair)
    scene.story.pod("b", "deleted")
    scene.story.workload("deleted")
    first = scene.story.pod("a", change)
    finding = scene.end()
    why = 'ReplicationController "kubia" was gone before a'
    assert (finding.verdict, finding.why) == (Verdict.BROKEN, why)
    assert finding.evidence == (first.index,)


def test_pods_that_stand_when_nothing_more_can_come() -> None:
    """Nothing is said of them any more, and the sentinel proves that nothing will be."""
    scene = Scene(LAST, a_pair)
    scene.story.workload("deleted")
    why = 'ReplicationController "kubia" is gone, a, b still stands'
    assert scene.told() == (Verdict.BROKEN, why)


def test_orphans_do_not_depend() -> None:
    """A pod whose ownerReference was removed is nobody's any more."""
    scene = Scene(LAST, a_pair)
    for uid in "ab":
        scene.story.pod(uid, owner=None)
    scene.story.workload("deleted")
    scene.story.pod("a", owner=None)
    assert scene.end().verdict is Verdict.HELD


def test_an_owner_that_stays_proves_nothing() -> None:
    """Who was never deleted was not gone before anybody."""
    why = 'ReplicationController "kubia" is still there, so nothing was proved'
    assert Scene(LAST, a_pair).told() == (Verdict.UNKNOWN, why)


def test_an_owner_that_was_gone_before() -> None:
    """When it was deleted is not known, so neither is who was gone first."""

    def before(story: Story) -> None:
        story.steady("a")
        story.workload("deleted")

    scene = Scene(LAST, before)
    scene.story.pod("a", "deleted")
    why = 'when ReplicationController "kubia" was deleted is not known'
    assert scene.told() == (Verdict.UNKNOWN, why)


def test_an_owner_that_a_list_no_longer_has() -> None:
    """Such a deletion bears the owner's last known version, which says nothing about when."""
    scene = Scene(LAST, a_pair)
    scene.story.gap("ReplicationController")
    scene.story.workload("deleted")
    scene.story.synced("ReplicationController")
    for uid in "ab":
        scene.story.pod(uid, "deleted")
    assert scene.end().verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(("owner", "what"), [(WEB, "ReplicaSets"), (CRON, "Jobs"), (JOB, "pods")])
def test_dependents_in_words(owner: Ref, what: str) -> None:
    """What depends on an owner is what its controller makes."""
    assert (
        OwnerGoesLast(owner=owner).sentence() == f'"{owner.name}" is never gone before its {what}'
    )


def test_a_deployment_that_goes_before_its_sets() -> None:
    """Of a Deployment the ReplicaSets are the dependents."""
    scene = Scene(OwnerGoesLast(owner=WEB), two_of_web)
    scene.story.see("Deployment", "deleted", {"metadata": meta("web", "deploy-1", 1000)})
    replica_set(scene.story, SET_1, "deleted")
    assert scene.told() == (Verdict.BROKEN, 'Deployment "web" was gone before web-1')
