"""Random histories of a state that is to come: verdicts against a naive reading of the raw record.

All promises about containers, probes and finished work are judged by this one judge. The oracle
reads the pod's raw JSON at every record, anew each time; what lies in a gap is None, and stands for
anything.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconverge.judges.judge import WantProbe
from reconverge.judges.liveliness import ANSWER_S
from reconverge.judges.pods import Answering, PodReady
from reconverge.judges.promise import Promise
from reconverge.judges.replay import replay
from reconverge.model import Ref
from reconverge.timeline import Gap, Observed, Probed, Synced, Timeline, read_timeline
from reconverge.verdict import Finding, Verdict
from tests.builders import NAMESPACE, Audience, FakeClock, Responder, Story
from tests.judges.test_temporal_histories import heard_after

BEGIN_S, DEADLINE_S = 10.0, 30.0
A = Ref("Pod", NAMESPACE, "a", "a")
READY, ANSWERING = PodReady(pod=A), Answering(pods=(A,))
SLOW = [HealthCheck.too_slow]

Op = tuple[str, Any]
CALM: st.SearchStrategy[Op] = st.one_of(
    st.tuples(st.just("pod"), st.booleans()),
    st.tuples(st.just("well"), st.booleans()),
    st.tuples(st.just("time"), st.sampled_from([0.25, 2.0, 7.0, 15.0])),
    st.tuples(st.just("gone"), st.none()),
)
WILD: st.SearchStrategy[Op] = st.one_of(
    CALM,
    CALM,
    st.tuples(st.just("gap"), st.sampled_from([0.0, 1.0, 5.0])),
    st.tuples(st.just("synced"), st.none()),
    st.tuples(st.just("lost"), st.none()),
    st.tuples(st.just("resumed"), st.none()),
    st.tuples(st.just("again"), st.integers(0, 30)),
    st.tuples(st.just("delivers"), st.booleans()),
)


class Answerer(Responder):
    """Asks the pod as well, which is well or not."""

    is_well = True
    asked = 0

    def serve(self) -> Finding | None:
        super().serve()
        while self.audience.finding is None and self.asked < len(self.audience.wanted):
            want = self.audience.wanted[self.asked]
            self.asked += 1
            if isinstance(want, WantProbe):
                asked_s = self.story.timeline.now_s()
                self.story.probed(want.probe, want.target, ok=self.is_well, asked_s=asked_s)
                super().serve()
        return self.audience.finding


def play(story: Story, world: Answerer, op: Op) -> None:
    name, what = op
    match name:
        case "pod":
            story.pod("a", ready=what)
        case "gone":
            story.pod("a", "deleted")
        case "well":
            world.is_well = what
        case "time":
            world.run(story.timeline.now_s() + what)
        case "delivers":
            world.delivers_pods = what
        case "gap":
            story.gap(since_s=max(0.0, story.timeline.now_s() - what))
        case "synced" | "lost" | "resumed":
            getattr(story, name)()
        case "again":
            old = [one.record for one in story.timeline.entries()]
            seen = [one for one in old if isinstance(one, Observed) and one.change != "deleted"]
            story.see("Pod", "listed", json.loads(bytes(seen[what % len(seen)].object)))


def told(promise: Promise, ops: list[Op], path: Path | None = None) -> tuple[Timeline, Finding]:
    """A span from second 10, with the deadline at 30, judged to its end."""
    story = Story(path=path)
    story.pod("a", "listed", ready=False)
    story.synced()
    start = len(story.timeline)
    story.at(BEGIN_S).note()
    name = story.promise(promise, deadline_s=DEADLINE_S, start=start)
    audience = Audience(story, promise.judge(deadline_s=DEADLINE_S), start=start)
    world = Answerer(audience)
    world.serve()
    for op in ops:
        if audience.finding is None:
            play(story, world, op)
            world.serve()
    finding = world.run(DEADLINE_S + story.timeline.now_s() + 3 * ANSWER_S)
    assert finding is not None, "a judge ends soon after its deadline"
    story.judged(name, finding)
    story.timeline.close()
    return story.timeline, finding


Row = tuple[int, float, bool | None]  # index, second, whether the pod is ready; None in a gap


def rows(timeline: Timeline) -> list[Row]:
    return [
        (one.index, one.at_s, None if in_gap(timeline, one.index) else ready(timeline, one.index))
        for one in timeline.entries()
        if one.at_s >= BEGIN_S
    ]


def ready(timeline: Timeline, stop: int) -> bool:
    newest, wire = 0, None
    for entry in timeline.entries(0, stop + 1):
        one = entry.record
        if not isinstance(one, Observed) or one.uid != A.uid:
            continue
        if one.change == "deleted":
            return False
        if one.resource_version >= newest:
            newest, wire = one.resource_version, json.loads(bytes(one.object))
    return wire is not None and wire["status"]["conditions"][0]["status"] == "True"


def in_gap(timeline: Timeline, stop: int) -> bool:
    turns = [one.record for one in timeline.entries(0, stop + 1)]
    turns = [one for one in turns if isinstance(one, Gap | Synced)]
    return bool(turns) and isinstance(turns[-1], Gap)


def answers(timeline: Timeline, begin: int) -> list[tuple[float, bool]]:
    """The answers to questions that were asked after entry `begin`."""
    later = (one.record for one in timeline.entries(begin))
    return [(one.at_s, one.ok) for one in later if isinstance(one, Probed)]


def stretches(timeline: Timeline) -> list[list[Row]]:
    """The rows in which the pod was ready for sure, those together that follow one another."""
    found: list[list[Row]] = [[]]
    for row in rows(timeline):
        if row[2]:
            found[-1].append(row)
        elif found[-1]:
            found.append([])
    return [one for one in found if one]


def is_kept(timeline: Timeline, promise: Promise, stretch: list[Row], by_s: float) -> bool:
    """Whether the pod that is ready in all those rows keeps the promise in them."""
    (first, at_s, _), (last, _, _) = stretch[0], stretch[-1]
    if at_s > DEADLINE_S:
        return False
    said = [(one, ok) for one, ok in answers(timeline, first) if one <= by_s]
    until_s = timeline[last].at_s
    return promise is READY or any(ok and one <= until_s for one, ok in said)


def justify_held(timeline: Timeline, promise: Promise, finding: Finding) -> None:
    """It was seen outside of any gap, and stood until the answer came."""
    [stretch] = [one for one in stretches(timeline) if one[0][0] == finding.evidence[0]]
    assert is_kept(timeline, promise, stretch, by_s=finding.decided_s)


def justify_broken(timeline: Timeline, promise: Promise) -> None:
    """Even if all that is dark had been as promised: it was never dark."""
    in_time = [row for row in rows(timeline) if row[1] <= DEADLINE_S]
    assert None not in [is_ready for _, _, is_ready in in_time]
    assert not any(is_kept(timeline, promise, one, DEADLINE_S) for one in stretches(timeline))
    assert promise is ANSWERING or heard_after(timeline, DEADLINE_S)


PROMISES = st.sampled_from([READY, ANSWERING])


@settings(max_examples=300, suppress_health_check=SLOW)
@given(promise=PROMISES, ops=st.lists(WILD, max_size=15))
def test_every_verdict_can_be_justified(promise: Promise, ops: list[Op]) -> None:
    """Whatever happens, each verdict follows from the raw record, and follows again from disk."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.jsonl"
        timeline, finding = told(promise, ops, path)
        if finding.verdict is Verdict.HELD:
            justify_held(timeline, promise, finding)
        elif finding.verdict is Verdict.BROKEN:
            justify_broken(timeline, promise)
        assert replay(read_timeline(path, FakeClock())) == [(finding, finding)]


@settings(max_examples=200, suppress_health_check=SLOW)
@given(ops=st.lists(CALM, max_size=15))
def test_where_everything_is_known_nothing_is_unknown(ops: list[Op]) -> None:
    """With whole and live watches the verdict is what the promise means, HELD or BROKEN."""
    timeline, finding = told(READY, ops)
    was_ready = any(at_s <= DEADLINE_S and is_ready for _, at_s, is_ready in rows(timeline))
    assert finding.verdict is (Verdict.HELD if was_ready else Verdict.BROKEN), finding.why
