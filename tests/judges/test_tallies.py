"""Random histories: what a tally has counted equals what the whole snapshot, or record, says.

Where an invariant or a predicate has a definition over one snapshot, that is the oracle. Where it
remembers, the oracle reads the raw JSON of all records from the first on, each time anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconverge.judges.invariants import (
    Instance,
    Invariant,
    MadeInAll,
    NeverFewer,
    NeverMore,
    NeverMoved,
    NoPodInVain,
    OnceAMinute,
    OneAtATime,
    OnePerPlace,
    RestartsNeverFall,
    SamePods,
    SurgesAtMost,
    Turnover,
    Untouched,
    WithinSurge,
)
from reconverge.judges.numbers import PodsLabelled, Reports, RunsImage
from reconverge.judges.predicates import (
    AllOf,
    AnyOf,
    AnyPredicate,
    HasLabel,
    HasPods,
    InCondition,
    InPhase,
    NodeReady,
    Not,
    OwnedBy,
    PodDeleted,
    PodExists,
)
from reconverge.judges.tally import Tally
from reconverge.model import Ref, Snapshot
from reconverge.timeline import Observed, Timeline
from tests.builders import KUBIA, NAMESPACE, Change, Json, Story, meta, owned_by, pod

WEB = Ref("Deployment", NAMESPACE, "web", "deploy-1")
SETS = [Ref("ReplicaSet", NAMESPACE, f"web-{one}", f"set-{one}") for one in "12"]
CRON = Ref("CronJob", NAMESPACE, "tick", "cron-1")
TICK = Ref("Job", NAMESPACE, "tick-100", "tick-100-0")
DAEMON = Ref("DaemonSet", NAMESPACE, "net", "ds-1")
JOB = Ref("Job", NAMESPACE, "batch", "job-1")
WORKER = Ref("Node", "", "worker", "worker")
A, B = (Ref("Pod", NAMESPACE, uid, uid) for uid in "ab")
OWNERS = [KUBIA, *SETS, TICK, DAEMON, JOB, None]

# A loaded machine is no reason for a red test.
SLOW = [HealthCheck.too_slow]

Op = tuple[str, Any]
POD = st.fixed_dictionaries(
    {
        "ready": st.booleans(),
        "owner": st.sampled_from(OWNERS),
        "terminating": st.sampled_from([False, False, True]),
        "phase": st.sampled_from(["Running", "Running", "Succeeded", "Failed"]),
        "labels": st.sampled_from(
            [{"app": "kubia"}, {"app": "x"}, {}, {"controller-revision-hash": "2"}]
        ),
        "node": st.sampled_from(["", "w1", "w2"]),
        "restarts": st.integers(0, 2),
        "namespace": st.sampled_from([NAMESPACE, NAMESPACE, NAMESPACE, "other"]),
    }
)
CHANGE = st.sampled_from(["added", "modified", "deleted"])
INDEX = st.sampled_from(["", "0", "1"])
REASON = st.sampled_from(["Unhealthy", "Unhealthy", "Killing"])
PROBE = st.sampled_from(["Liveness", "Readiness"])
OPS: st.SearchStrategy[Op] = st.one_of(
    st.tuples(st.just("pod"), st.tuples(st.sampled_from("abcdef"), CHANGE, POD, INDEX)),
    st.tuples(st.just("pod"), st.tuples(st.sampled_from("abcdef"), CHANGE, POD, INDEX)),
    st.tuples(st.just("set"), st.tuples(st.sampled_from(SETS), CHANGE, st.booleans())),
    st.tuples(
        st.just("job"),
        st.tuples(st.sampled_from(["100", "101"]), st.integers(0, 1), CHANGE, st.booleans()),
    ),
    st.tuples(st.just("node"), st.booleans()),
    st.tuples(st.just("remark"), st.tuples(st.sampled_from("ab"), REASON, PROBE, CHANGE)),
    st.tuples(st.just("again"), st.integers(0, 50)),
)


def play(story: Story, op: Op) -> None:
    """One delivery."""
    name, what = op
    match name:
        case "pod":
            uid, change, more, index = what
            if more["namespace"] != NAMESPACE:  # owners are of the same namespace
                more = {**more, "owner": None}
            wire: Any = pod(uid, story.next_version(), **more)
            wire["metadata"]["annotations"] = {"batch.kubernetes.io/job-completion-index": index}
            story.see("Pod", change, wire)
        case "set":
            ref, change, is_owned = what
            owners: Json = {"ownerReferences": owned_by(WEB)} if is_owned else {}
            wire = {"metadata": meta(ref.name, ref.uid, story.next_version(), **owners)}
            story.see("ReplicaSet", change, wire)
        case "job":
            tick(story, *what)
        case "remark":
            remark(story, *what)
        case "node":
            story.node("worker", ready="True" if what else "Unknown")
        case "again":
            again(story, what)


def tick(story: Story, minute: str, number: int, change: Change, has_ended: bool) -> None:
    """A Job of the CronJob."""
    name = f"tick-{minute}"
    rows = [{"type": "Complete", "status": "True", "reason": "Done"}] if has_ended else []
    owners = owned_by(CRON)
    metadata = meta(name, f"{name}-{number}", story.next_version(), ownerReferences=owners)
    story.see("Job", change, {"metadata": metadata, "status": {"conditions": rows}})


def remark(story: Story, uid: str, reason: str, probe: str, change: Change) -> None:
    """The kubelet's Event about a pod; identical ones are merged, at last they are dropped."""
    name = f"{uid}-{reason}-{probe}"
    wire: Json = {
        "metadata": meta(name, name, story.next_version()),
        "involvedObject": {"kind": "Pod", "name": uid, "uid": uid},
        "reason": reason,
        "message": f"{probe} probe failed: refused",
    }
    story.see("Event", change, wire)


def again(story: Story, which: int) -> None:
    """An old delivery once more, as a lagging list brings it."""
    old = [entry.record for entry in story.timeline.entries() if isinstance(entry.record, Observed)]
    if old and old[which % len(old)].change != "deleted":
        record = old[which % len(old)]
        story.see(record.kind, "listed", json.loads(bytes(record.object)))


def told(ops: list[Op]) -> Story:
    story = Story()
    for op in ops:
        play(story, op)
    return story


def violations(tally: Tally, timeline: Timeline, start: int) -> Iterator[tuple[int, str]]:
    """What the tally says after each entry from `start` on, as far as it is certain."""
    for entry in timeline.entries(start):
        tally.follow(entry, is_first=entry.index == start)
        yield entry.index, tally.violation if tally.is_certain else "?"


DEFINED: list[Invariant] = [
    NeverMore(workload=KUBIA, pods=1),
    NeverMore(workload=WEB, pods=1, state="standing"),
    NeverFewer(workload=KUBIA, pods=1),
    NeverFewer(workload=CRON, pods=1, state="active"),
    WithinSurge(workload=WEB, most=2, least=1),
    SamePods(workload=KUBIA, pods=(A, B)),
    SamePods(workload=WEB, pods=(A,)),
    Untouched(instances=(Instance(pod=A, containers={"main": "containerd://a-0"}),)),
    Untouched(
        instances=(
            Instance(pod=B, containers={}, restarts={"main": 1}),
            Instance(pod=A, containers={}),
        )
    ),
    OnePerPlace(workload=DAEMON),
    OnePerPlace(workload=JOB),
    OnePerPlace(workload=DAEMON, is_by_revision=True),
    SurgesAtMost(workload=DAEMON, nodes=0),
    SurgesAtMost(workload=DAEMON, nodes=1),
    OneAtATime(cron_job=CRON),
]


@pytest.mark.parametrize("invariant", DEFINED, ids=lambda one: one.sentence())
@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(ops=st.lists(OPS, max_size=30), start=st.integers(0, 10))
def test_a_tally_equals_its_definition(invariant: Any, ops: list[Op], start: int) -> None:
    """After every delivery, from wherever the span begins."""
    timeline = told(ops).timeline
    first = min(start, len(timeline) - 1)
    for index, said in violations(invariant.tally(), timeline, first):
        if said != "?":
            assert said == invariant.violation(timeline.snapshot_at(index))


LEAVES: st.SearchStrategy[AnyPredicate] = st.sampled_from(
    [
        HasPods(workload=KUBIA, least=1),
        HasPods(workload=WEB, state="active", least=1, most=2),
        HasPods(workload=KUBIA, state="standing", most=1),
        PodExists(pod=A),
        PodDeleted(pod=A),
        OwnedBy(pod=A, owner=KUBIA),
        HasLabel(pod=A, key="app"),
        HasLabel(pod=B, key="app", value="x"),
        InPhase(pod=A, phase="Failed"),
        NodeReady(node=WORKER),
        PodsLabelled(namespace=NAMESPACE, labels={"app": "kubia"}, number=1),
        Reports(workload=KUBIA, what="desired", number=1),
        RunsImage(pod=A, image=""),
        HasPods(workload=JOB, state="succeeded", least=1),
        HasPods(workload=CRON, state="failed", most=0),
        InCondition(of=TICK, condition="Complete"),
        InCondition(of=TICK, condition="Complete", reason="Done"),
    ]
)
PREDICATES: st.SearchStrategy[AnyPredicate] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda one: Not(of=one)),
        st.lists(inner, max_size=3).map(lambda some: AllOf(parts=tuple(some))),
        st.lists(inner, max_size=3).map(lambda some: AnyOf(parts=tuple(some))),
    ),
    max_leaves=6,
)


def is_so(predicate: AnyPredicate, snapshot: Snapshot) -> bool:
    """The predicate in plain logic; only leaves are asked."""
    match predicate:
        case Not(of=of):
            return not is_so(of, snapshot)
        case AllOf(parts=parts):
            return all(is_so(part, snapshot) for part in parts)
        case AnyOf(parts=parts):
            return any(is_so(part, snapshot) for part in parts)
        case _:
            return not predicate.lack(snapshot)


@settings(max_examples=200, deadline=None, suppress_health_check=SLOW)
@given(predicate=PREDICATES, ops=st.lists(OPS, max_size=20), start=st.integers(0, 8))
def test_a_predicate_is_what_logic_says(predicate: AnyPredicate, ops: list[Op], start: int) -> None:
    """Its tally says what its definition says, and that follows from its parts."""
    timeline = told(ops).timeline
    for index, said in violations(predicate.tally(), timeline, min(start, len(timeline) - 1)):
        snapshot = timeline.snapshot_at(index)
        assert is_so(predicate, snapshot) == (not predicate.lack(snapshot))
        if said != "?":
            assert said == predicate.lack(snapshot)


Raw = list[tuple[str, str, Any]]  # kind, change, object: each newer than what was known


def news(timeline: Timeline, stop: int) -> Raw:
    """The deliveries up to `stop`, without those that are older than what is known."""
    found: Raw = []
    newest: dict[str, float] = {}
    for entry in timeline.entries(0, stop + 1):
        record = entry.record
        if not isinstance(record, Observed):
            continue
        is_gone = record.change == "deleted"
        known = newest.get(record.uid, 0)
        if known == float("inf") or (not is_gone and record.resource_version < known):
            continue
        newest[record.uid] = float("inf") if is_gone else record.resource_version
        found.append((record.kind, record.change, json.loads(bytes(record.object))))
    return found


def pods_here(raw: Raw) -> Iterator[tuple[str, Any]]:
    for kind, change, wire in raw:
        if kind == "Pod" and wire["metadata"]["namespace"] == NAMESPACE:
            yield change, wire


def has_moved(raw: Raw) -> bool:
    """Whether some pod was on one node and then on another, or on none."""
    nodes: dict[str, list[str]] = {}
    for _, wire in pods_here(raw):
        nodes.setdefault(wire["metadata"]["uid"], []).append(wire["spec"]["nodeName"])
    return any(
        row[at] and row[at] != row[at + 1] for row in nodes.values() for at in range(len(row) - 1)
    )


def has_fallen(raw: Raw) -> bool:
    """Whether some pod's count of restarts was ever lower than before."""
    counts: dict[str, list[int]] = {}
    for _, wire in pods_here(raw):
        count = wire["status"]["containerStatuses"][0]["restartCount"]
        counts.setdefault(wire["metadata"]["uid"], []).append(count)
    return any(row != sorted(row) for row in counts.values())


def is_in_vain(raw: Raw) -> bool:
    """Whether more than two pods of the Job are active now, or had succeeded undisturbed."""
    done, active = set(), dict[str, bool]()
    for kind, change, wire in raw:
        if kind != "Pod":
            continue
        uid, phase = wire["metadata"]["uid"], wire["status"]["phase"]
        owners = [row["uid"] for row in wire["metadata"].get("ownerReferences", [])]
        is_fine = "deletionTimestamp" not in wire["metadata"] and JOB.uid in owners
        active[uid] = is_fine and phase == "Running" and change != "deleted"
        if is_fine and phase == "Succeeded" and change != "deleted":
            done.add(uid)
    return len(done) + sum(active.values()) > 2


def is_more_than_two(raw: Raw) -> bool:
    """Whether the Job ever had more than two pods, whatever became of them."""
    owned = set()
    for kind, _, wire in raw:
        owners = [row["uid"] for row in wire["metadata"].get("ownerReferences", [])]
        owned |= {wire["metadata"]["uid"]} if kind == "Pod" and JOB.uid in owners else set()
    return len(owned) > 2


def is_twice(raw: Raw) -> bool:
    """Whether two Jobs ever bore one name."""
    names: dict[str, set[str]] = {}
    for kind, _, wire in raw:
        if kind == "Job":
            names.setdefault(wire["metadata"]["name"], set()).add(wire["metadata"]["uid"])
    return any(len(uids) > 1 for uids in names.values())


def is_too_much(raw: Raw) -> bool:
    """Whether more than one pod was kubia's from the first, or left while it was kubia's."""
    made, removed, known, leaving = set(), set(), set(), set()
    for change, wire in pods_here(raw):
        metadata = wire["metadata"]
        uid, owners = metadata["uid"], metadata.get("ownerReferences", [])
        is_own = any(row["uid"] == KUBIA.uid for row in owners)
        if is_own and uid not in known:
            made.add(uid)
        known.add(uid)
        if uid not in leaving and (change == "deleted" or "deletionTimestamp" in metadata):
            leaving.add(uid)
            if is_own:
                removed.add(uid)
    return len(made) > 1 or len(removed) > 1


REMEMBERING: list[tuple[Invariant, Callable[[Raw], bool], bool]] = [
    (NeverMoved(namespace=NAMESPACE), has_moved, True),
    (RestartsNeverFall(namespace=NAMESPACE), has_fallen, True),
    (NoPodInVain(job=JOB, completions=2), is_in_vain, False),
    (MadeInAll(workload=JOB, pods=2), is_more_than_two, True),
    (OnceAMinute(cron_job=CRON), is_twice, True),
    (Turnover(workload=KUBIA, made=1, removed=1), is_too_much, True),
]


@pytest.mark.parametrize(
    ("invariant", "oracle", "is_final"), REMEMBERING, ids=lambda one: getattr(one, "__name__", "")
)
@settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
@given(ops=st.lists(OPS, max_size=25))
def test_a_memory_equals_the_whole_record(
    invariant: Invariant, oracle: Callable[[Raw], bool], is_final: bool, ops: list[Op]
) -> None:
    """The first delivery that violates it is the first after which the whole record does."""
    timeline = told(ops).timeline
    was_violated = False
    for index, said in violations(invariant.tally(), timeline, 0):
        is_violated = oracle(news(timeline, index))
        was_violated |= is_violated
        assert bool(said) == (was_violated if is_final else is_violated)
