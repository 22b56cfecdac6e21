"""Random histories: the judges against an oracle that recomputes everything from the raw record.

The oracle is slow and naive on purpose. It reads JSON with plain dicts, keeps no state between
entries, and knows nothing of views, snapshots or incremental judges.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconverge.judges.converges import Converges
from reconverge.judges.effects import PodsLost
from reconverge.judges.invariants import NeverFewer, NeverMore
from reconverge.judges.liveliness import ANSWER_S
from reconverge.judges.replay import rejudge, replay
from reconverge.judges.steady import ReadyPods
from reconverge.model import Ref
from reconverge.timeline import (
    Challenged,
    Gap,
    Lost,
    Observed,
    Promised,
    Resumed,
    Synced,
    Timeline,
    read_timeline,
)
from reconverge.verdict import Finding, Verdict
from tests.builders import KUBIA, NAMESPACE, Audience, FakeClock, Json, Responder, Story

DEADLINE_S = 20.0
A = Ref("Pod", NAMESPACE, "a", "a")
FOREIGN = Ref("ReplicaSet", NAMESPACE, "kubia", "rs-9")

Op = tuple[str, Any]
POD = st.fixed_dictionaries(
    {
        "ready": st.booleans(),
        "owner": st.sampled_from([KUBIA, KUBIA, KUBIA, KUBIA, FOREIGN, None]),
        "terminating": st.sampled_from([False, False, False, True]),
        "phase": st.sampled_from(["Running", "Running", "Running", "Failed"]),
        "labels": st.sampled_from([{"app": "kubia"}] * 4 + [{"app": "x"}]),
    }
)
FINE: Json = {}
OPS: st.SearchStrategy[Op] = st.one_of(
    st.tuples(st.just("pod"), st.tuples(st.sampled_from("abcd"), POD)),
    st.tuples(st.just("fine"), st.sampled_from("abcd")),
    st.tuples(st.just("gone"), st.sampled_from("abcd")),
    st.tuples(st.just("status"), st.integers(0, 4)),
    st.tuples(st.just("heal"), st.none()),
    st.tuples(st.just("again"), st.integers(0, 50)),
    st.tuples(st.sampled_from(["gap", "synced", "lost", "resumed"]), st.just("Pod")),
    st.tuples(st.sampled_from(["gap", "synced"]), st.just("ReplicationController")),
    st.tuples(st.just("time"), st.sampled_from([0.1, 0.7, 3.0, 9.0])),
    st.tuples(st.sampled_from(["removes", "answers", "delivers_pods"]), st.booleans()),
)


def play(story: Story, controller: Responder, op: Op) -> None:
    """One thing happens; the judge and the acts follow."""
    name, what = op
    match name:
        case "pod":
            story.pod(what[0], **what[1])
        case "fine":
            story.pod(what)
        case "gone":
            story.pod(what, "deleted")
        case "status":
            story.workload(ready=what)
        case "heal":
            for uid in heirs(story):
                story.pod(uid)
            story.workload()
        case "again":
            again(story, what)
        case "time":
            controller.run(story.timeline.now_s() + what)
        case "removes" | "answers" | "delivers_pods":
            setattr(controller, name, what)
        case _:
            getattr(story, name)(what)
    controller.serve()


def heirs(story: Story) -> Iterator[str]:
    """Three pods that can be ready: the living first, then new ones."""
    living = [pod.uid for pod in story.timeline.latest().pods() if "sentinel" not in pod.uid]
    for uid in living[3:]:
        story.pod(uid, "deleted")
    yield from living[:3]
    yield from (f"n{len(story.timeline)}-{number}" for number in range(3 - len(living)))


def again(story: Story, which: int) -> None:
    """An old delivery comes once more, as a list that lags would bring it."""
    old = [entry.record for entry in story.timeline.entries() if isinstance(entry.record, Observed)]
    record = old[which % len(old)]
    if record.change != "deleted":
        story.see(record.kind, "listed", json.loads(bytes(record.object)))


def told(ops: list[Op], path: Path, *, effect: bool) -> tuple[Story, Finding, Promised]:
    """The story of `ops` with one promise judged to its end."""
    story = Story(path=path)
    story.steady("a", "b", "c")
    start = len(story.timeline)
    faults = (story.inject(PodsLost(pods=(A,))),) if effect else ()
    promise = Converges(workload=KUBIA, steady=ReadyPods(count=3), injections=faults)
    name = story.promise(promise, deadline_s=DEADLINE_S, start=start)
    promised = story.timeline[len(story.timeline) - 1].record
    assert isinstance(promised, Promised)
    audience = Audience(story, promise.judge(deadline_s=DEADLINE_S), start=start)
    controller = Responder(audience)
    for op in ops:
        if audience.finding is not None:
            break
        play(story, controller, op)
    limit_s = max(DEADLINE_S, story.timeline.now_s()) + 1 + 4 * ANSWER_S
    finding = controller.run(limit_s)
    assert finding is not None, "a judge ends soon after its deadline"
    story.judged(name, finding)
    story.timeline.close()
    return story, finding, promised


class Oracle:
    """What the raw records up to an index say, computed from nothing each time."""

    def __init__(self, timeline: Timeline) -> None:
        self.records = [entry.record for entry in timeline.entries()]

    def world(self, stop: int) -> dict[str, Json]:
        """The newest version of each object that was not deleted, by UID."""
        seen = [one for one in self.records[: stop + 1] if isinstance(one, Observed)]
        gone = set[str]()
        world = dict[str, tuple[int, Json]]()
        for one in seen:
            if one.change == "deleted":
                gone.add(one.uid)
            elif one.resource_version >= world.get(one.uid, (0, FINE))[0]:
                world[one.uid] = (one.resource_version, json.loads(bytes(one.object)))
            for uid in gone:
                world.pop(uid, None)
        return {uid: wire for uid, (_, wire) in world.items()}

    def is_steady(self, stop: int) -> bool:
        """Section "converged" of the design, row by row, on raw JSON."""
        world: Any = self.world(stop)
        rc = world.get(KUBIA.uid)
        if rc is None or rc["spec"]["replicas"] != 3:
            return False
        status = rc["status"]
        if (status["replicas"], status["readyReplicas"]) != (3, 3):
            return False
        ready = 0
        for uid, one in world.items():
            if uid == KUBIA.uid or "deletionTimestamp" in one["metadata"]:
                continue
            if one["status"]["phase"] in ("Failed", "Succeeded"):
                continue
            owners = [row["uid"] for row in one["metadata"].get("ownerReferences", [])]
            does_match = one["metadata"]["labels"].get("app") == "kubia"
            is_ready = one["status"]["conditions"][0]["status"] == "True"
            if KUBIA.uid in owners and not (does_match and is_ready):
                return False
            if not owners and does_match:
                return False
            ready += KUBIA.uid in owners
        return ready == 3

    def has_gap(self, stop: int) -> bool:
        return any(isinstance(one, Gap) for one in self.outages(stop))

    def outages(self, stop: int) -> list[Gap | Lost]:
        """The outages that nothing has ended by the record at `stop`."""
        found = []
        for index, one in enumerate(self.records[: stop + 1]):
            end = Synced if isinstance(one, Gap) else Resumed
            later = self.records[index + 1 : stop + 1]
            if isinstance(one, Gap | Lost) and not any(
                isinstance(after, Synced | Resumed)
                and isinstance(after, end)
                and after.kind == one.kind
                for after in later
            ):
                found.append(one)
        return found

    def is_a_lost(self, stop: int) -> bool:
        """Whether at some record since the first list the pod `a` was deleting or gone."""
        for index in range(7, stop + 1):
            wire: Any = self.world(index).get("a")
            if wire is None or "deletionTimestamp" in wire["metadata"]:
                return True
        return False

    def last(self, at_s: float) -> int:
        """The last record not after that second."""
        return max(index for index, one in enumerate(self.records) if one.at_s <= at_s)

    def barrier_after(self, index: int, stop: int) -> bool:
        """Whether sentinel, knock, answer and echo, each written after the last, follow `index`."""
        floor = self._newest(index)
        for first in self._heard(floor, index, stop):
            removal = self._removal(first, stop)
            for knock in self._knocks(removal, stop) if removal else ():
                for answer in self._answers(knock, stop):
                    if any(self._heard(answer, index, stop)):
                        return True
        return False

    def _newest(self, stop: int) -> int:
        seen = [
            one.resource_version for one in self.records[: stop + 1] if isinstance(one, Observed)
        ]
        return max(seen)

    def _heard(self, floor: int, start: int, stop: int) -> Iterator[Challenged]:
        delivered = {one.uid for one in self.records[: stop + 1] if isinstance(one, Observed)}
        for one in self.records[start : stop + 1]:
            is_sentinel = isinstance(one, Challenged) and one.step == "sentinel" and not one.error
            if is_sentinel and one.resource_version > floor and one.subject.uid in delivered:
                yield one

    def _removal(self, sentinel: Challenged, stop: int) -> int:
        versions = [
            one.resource_version
            for one in self.records[: stop + 1]
            if isinstance(one, Observed)
            and one.uid == sentinel.subject.uid
            and one.change == "deleted"
        ]
        return min(versions, default=0)

    def _knocks(self, floor: int, stop: int) -> Iterator[int]:
        for one in self.records[: stop + 1]:
            if isinstance(one, Challenged) and one.step == "knock" and one.resource_version > floor:
                yield one.resource_version

    def _answers(self, knock: int, stop: int) -> Iterator[int]:
        for one in self.records[: stop + 1]:
            if isinstance(one, Observed) and one.uid == KUBIA.uid and one.resource_version > knock:
                wire: Any = json.loads(bytes(one.object))
                if wire["status"]["observedGeneration"] >= wire["metadata"]["generation"]:
                    yield one.resource_version


def justify_held(oracle: Oracle, finding: Finding, *, effect: bool) -> None:
    """HELD is a chain of facts, each of which the raw record shows."""
    (begin,) = finding.evidence
    end = len(oracle.records) - 2  # the last is the finding itself
    assert oracle.records[begin].at_s == finding.instant_s
    assert finding.instant_s <= DEADLINE_S
    assert finding.decided_s >= finding.instant_s + 1.0
    assert not effect or oracle.is_a_lost(begin)
    for index in range(begin, end + 1):
        assert oracle.is_steady(index)
        assert not oracle.has_gap(index)
    assert oracle.barrier_after(begin, end)


def justify_broken(oracle: Oracle, *, effect: bool) -> None:
    """BROKEN is said only where the raw record shows a broken promise and a watch that hears."""
    end = len(oracle.records) - 2
    due = max(index for index, one in enumerate(oracle.records) if one.at_s < DEADLINE_S)
    assert not oracle.outages(due)
    assert not effect or oracle.is_a_lost(end)
    assert not all(oracle.is_steady(index) for index in range(due, end + 1))
    floor = oracle._newest(due)
    assert any(oracle._heard(floor, due, end)), "nobody knows what a deaf watch missed"


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(OPS, max_size=25), st.booleans())
def test_every_verdict_can_be_justified(ops: list[Op], effect: bool) -> None:
    """Whatever happens, each verdict follows from the raw record, and follows again from disk."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.jsonl"
        story, finding, _ = told(ops, path, effect=effect)
        oracle = Oracle(story.timeline)
        if finding.verdict is Verdict.HELD:
            justify_held(oracle, finding, effect=effect)
        elif finding.verdict is Verdict.BROKEN:
            justify_broken(oracle, effect=effect)
        assert replay(read_timeline(path, FakeClock())) == [(finding, finding)]


@settings(max_examples=100, deadline=None)
@given(st.lists(OPS, max_size=15))
def test_a_live_controller_that_heals_is_held(ops: list[Op]) -> None:
    """After any history, a healed workload with a live controller and whole watches is HELD."""
    calm = [op for op in ops if op[0] not in ("time", "removes", "answers", "delivers_pods")]
    with tempfile.TemporaryDirectory() as folder:
        ending: list[Op] = [
            ("gone", "d"),
            ("resumed", "Pod"),
            ("synced", "Pod"),
            ("synced", "ReplicationController"),
            ("heal", None),
        ]
        _, finding, _ = told([*calm, *ending], Path(folder) / "t.jsonl", effect=False)
        assert finding.verdict is Verdict.HELD


@settings(max_examples=200, deadline=None)
@given(st.lists(OPS, max_size=20), st.sampled_from([NeverMore, NeverFewer]))
def test_invariants_against_a_count(
    ops: list[Op], kind: type[NeverMore] | type[NeverFewer]
) -> None:
    """The first record at which a plain count breaks the bound is the one that is named."""
    story = Story()
    story.steady("a", "b", "c")
    start = len(story.timeline)
    story.note()
    promise = kind(workload=KUBIA, pods=3)
    audience = Audience(story, promise.judge(deadline_s=DEADLINE_S), start=start)
    controller = Responder(audience)
    for op in ops:
        if audience.finding is None:
            play(story, controller, op)
    finding = controller.run(story.timeline.now_s() + DEADLINE_S + 2 * ANSWER_S)
    assert finding is not None
    oracle = Oracle(story.timeline)
    stop = oracle.last(DEADLINE_S)
    # Up to the verdict: what no sentinel has proved delivered may be lost in a gap after the end.
    gaps = [index for index in range(start, len(oracle.records)) if pod_gap(oracle, index)]
    broken = [
        index
        for index in range(start, stop + 1)
        if index not in gaps and violates(oracle, index, kind)
    ]
    if broken:
        assert (finding.verdict, finding.evidence) == (Verdict.BROKEN, (broken[0],))
    elif gaps:
        assert finding.verdict is Verdict.UNKNOWN
    else:
        assert finding.verdict is not Verdict.BROKEN


def pod_gap(oracle: Oracle, stop: int) -> bool:
    return any(isinstance(one, Gap) and one.kind == "Pod" for one in oracle.outages(stop))


def violates(oracle: Oracle, stop: int, kind: type[NeverMore] | type[NeverFewer]) -> bool:
    """Count the active, or the active and ready, pods of kubia."""
    active, ready = 0, 0
    world: Any = oracle.world(stop)
    for uid, one in world.items():
        if uid == KUBIA.uid or "deletionTimestamp" in one["metadata"]:
            continue
        is_mine = KUBIA.uid in [row["uid"] for row in one["metadata"].get("ownerReferences", [])]
        if is_mine and one["status"]["phase"] not in ("Failed", "Succeeded"):
            active += 1
            ready += one["status"]["conditions"][0]["status"] == "True"
    return active > 3 if kind is NeverMore else ready < 3


def test_a_record_that_ends_before_its_verdict(tmp_path: Path) -> None:
    """A run that was killed leaves UNKNOWN, and no finding to compare with."""
    story = Story(path=tmp_path / "t.jsonl")
    story.steady("a", "b", "c")
    story.promise(
        Converges(workload=KUBIA, steady=ReadyPods(count=3)), deadline_s=DEADLINE_S, start=1
    )
    story.timeline.close()
    again = read_timeline(tmp_path / "t.jsonl", FakeClock())
    assert replay(again) == []
    (promised,) = [one.record for one in again.entries() if isinstance(one.record, Promised)]
    finding = rejudge(again, promised)
    assert (finding.verdict, finding.why) == (Verdict.UNKNOWN, "the record ends before a verdict")
    assert finding.promise == '"kubia" converges to 3 ready pods'


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_forged_finding_is_found_out(tmp_path: Path, verdict: Verdict) -> None:
    """The finding on record does not influence the one that is computed."""
    story, finding, promised = told([("heal", None)], tmp_path / "t.jsonl", effect=False)
    forged = Finding(promise="p", verdict=verdict, why="w", decided_s=99.0)
    story.judged(promised.id, forged)
    pairs = replay(story.timeline)
    assert pairs == [(finding, finding), (forged, finding)]
