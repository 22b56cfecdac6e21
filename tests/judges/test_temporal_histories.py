"""Random histories: temporal verdicts against a naive reading of the raw record.

The oracle counts ready pods in plain JSON at every record, anew each time, and reads each promise
off that row of numbers; what lies in a gap is None, and stands for anything.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconverge.judges.liveliness import ANSWER_S
from reconverge.judges.predicates import HasPods
from reconverge.judges.promise import Promise
from reconverge.judges.replay import replay
from reconverge.judges.temporal import Eventually, ThenStays, Until
from reconverge.timeline import Challenged, Gap, Observed, Synced, Timeline, read_timeline
from reconverge.verdict import Finding, Verdict
from tests.builders import KUBIA, Audience, FakeClock, Responder, Story

BEGIN_S, DEADLINE_S, FOR_S = 10.0, 30.0, 4.0
Q = HasPods(workload=KUBIA, least=3)
P = HasPods(workload=KUBIA, least=1)
EVENTUALLY, STAYS, UNTIL = Eventually(of=Q), ThenStays(of=Q, for_s=FOR_S), Until(of=P, until=Q)

# A loaded machine is no reason for a red test.
SLOW = [HealthCheck.too_slow]

Op = tuple[str, Any]
CALM: st.SearchStrategy[Op] = st.one_of(
    st.tuples(st.just("pod"), st.tuples(st.sampled_from("abcd"), st.booleans())),
    st.tuples(st.just("pod"), st.tuples(st.sampled_from("abcd"), st.just(True))),
    st.tuples(st.just("gone"), st.sampled_from("abcd")),
    st.tuples(st.just("time"), st.sampled_from([0.5, 2.0, 4.0, 7.0])),
)
WILD: st.SearchStrategy[Op] = st.one_of(
    CALM,
    CALM,
    st.tuples(st.just("gap"), st.sampled_from([0.0, 1.0, 5.0])),
    st.tuples(st.just("synced"), st.none()),
    st.tuples(st.just("again"), st.integers(0, 30)),
    st.tuples(st.just("delivers"), st.booleans()),
)


def play(story: Story, controller: Responder, op: Op) -> None:
    name, what = op
    match name:
        case "pod":
            story.pod(what[0], ready=what[1])
        case "gone":
            story.pod(what, "deleted")
        case "time":
            controller.run(story.timeline.now_s() + what)
        case "gap":
            story.gap(since_s=max(0.0, story.timeline.now_s() - what))
        case "synced":
            story.synced()
        case "delivers":
            controller.delivers_pods = what
        case "again":
            old = [one.record for one in story.timeline.entries()]
            seen = [one for one in old if isinstance(one, Observed) and one.change != "deleted"]
            record = seen[what % len(seen)]
            story.see("Pod", "listed", json.loads(bytes(record.object)))


def told(promise: Promise, ops: list[Op], path: Path | None = None) -> tuple[Timeline, Finding]:
    """A span from second 10, with the deadline at 30, judged to its end."""
    story = Story(path=path)
    for uid in "ab":
        story.pod(uid, "listed")
    story.synced()
    start = len(story.timeline)
    story.at(BEGIN_S).note()
    name = story.promise(promise, deadline_s=DEADLINE_S, start=start)
    audience = Audience(story, promise.judge(deadline_s=DEADLINE_S), start=start)
    controller = Responder(audience)
    controller.serve()
    for op in ops:
        if audience.finding is None:
            play(story, controller, op)
            controller.serve()
    finding = controller.run(DEADLINE_S + story.timeline.now_s() + 3 * (FOR_S + ANSWER_S))
    assert finding is not None, "a judge ends soon after its deadline"
    story.judged(name, finding)
    story.timeline.close()
    return story.timeline, finding


Row = list[tuple[int, float, int | None]]  # index, second, ready pods; None in a gap


def counts(timeline: Timeline) -> Row:
    """The number of ready pods after each record of the span; a gap begins before its record."""
    found: Row = []
    for entry in timeline.entries():
        if entry.at_s >= BEGIN_S:
            is_dark = is_in_gap(timeline, entry.index)
            found.append(
                (entry.index, entry.at_s, None if is_dark else ready(timeline, entry.index))
            )
    return found


def ready(timeline: Timeline, stop: int) -> int:
    world: dict[str, tuple[int, Any]] = {}
    gone = set()
    for entry in timeline.entries(0, stop + 1):
        one = entry.record
        if not isinstance(one, Observed) or one.uid in gone:
            continue
        if one.change == "deleted":
            gone.add(one.uid)
            world.pop(one.uid, None)
        elif one.resource_version >= world.get(one.uid, (0, None))[0]:
            world[one.uid] = (one.resource_version, json.loads(bytes(one.object)))
    return sum(is_ready_kubia(wire) for _, wire in world.values())


def is_ready_kubia(wire: Any) -> bool:
    owners = [row["uid"] for row in wire["metadata"].get("ownerReferences", [])]
    return KUBIA.uid in owners and wire["status"]["conditions"][0]["status"] == "True"


def is_in_gap(timeline: Timeline, stop: int) -> bool:
    is_open = False
    for entry in timeline.entries(0, stop + 1):
        if isinstance(entry.record, Gap | Synced):
            is_open = isinstance(entry.record, Gap)
    return is_open


def gaps(timeline: Timeline) -> list[float]:
    """Since when there were gaps; each came before the proof, for the record ends with it."""
    return [one.record.since_s for one in timeline.entries() if isinstance(one.record, Gap)]


def stays(timeline: Timeline) -> Iterator[tuple[float, float]]:
    """The longest stretches in which there may have been three ready pods."""
    begin_s: float | None = None
    for index, at_s, count in counts(timeline):
        record = timeline[index].record
        begins_s = min(at_s, record.since_s) if isinstance(record, Gap) else at_s
        if count is None or count >= 3:
            begin_s = begins_s if begin_s is None else min(begin_s, begins_s)
        elif begin_s is not None:
            yield begin_s, at_s
            begin_s = None
    if begin_s is not None:
        yield begin_s, timeline[len(timeline) - 1].at_s


def heard_after(timeline: Timeline, at_s: float) -> bool:
    """Whether a sentinel that was planted at `at_s` or later came back."""
    seen = {one.record.uid for one in timeline.entries() if isinstance(one.record, Observed)}
    return any(
        isinstance(one.record, Challenged) and one.at_s >= at_s and one.record.subject.uid in seen
        for one in timeline.entries()
    )


def row_of(timeline: Timeline, finding: Finding) -> tuple[int, float, int | None]:
    return next(row for row in counts(timeline) if row[0] == finding.evidence[0])


def justify_held(timeline: Timeline, promise: Promise, finding: Finding) -> None:
    """HELD follows from what was shown, outside of any gap."""
    begin, at_s, count = row_of(timeline, finding)
    assert BEGIN_S <= at_s <= DEADLINE_S
    assert count is not None
    assert count >= 3
    assert heard_after(timeline, BEGIN_S)
    if promise is STAYS:
        end_s = at_s + FOR_S
        within = [row for row in counts(timeline) if row[0] >= begin and row[1] <= end_s]
        assert all(one is not None and one >= 3 for _, _, one in within)
        assert not [one for one in gaps(timeline) if one > at_s]
        assert heard_after(timeline, end_s)
    if promise is UNTIL:
        before = [row for row in counts(timeline) if row[0] < begin]
        assert all(one is not None and one >= 1 for _, _, one in before)
        assert not [since_s for since_s in gaps(timeline) if since_s < at_s]


def justify_broken(timeline: Timeline, promise: Promise, finding: Finding) -> None:
    """BROKEN follows even if all that is dark had been as promised."""
    in_time = [row for row in counts(timeline) if row[1] <= DEADLINE_S]
    if promise is UNTIL and finding.instant_s is not None and finding.instant_s <= DEADLINE_S:
        breach, at_s, count = row_of(timeline, finding)
        assert count == 0
        assert not [since_s for since_s in gaps(timeline) if since_s <= at_s]
        assert all(one is not None and one < 3 for index, _, one in in_time if index < breach)
        return
    least_s = FOR_S if promise is STAYS else 0.0
    for begin_s, end_s in stays(timeline):
        assert begin_s > DEADLINE_S or end_s - begin_s < least_s
    assert heard_after(timeline, DEADLINE_S)
    dark = [row[1] for row in counts(timeline) if row[2] is None]
    assert not [at_s for at_s in dark if at_s > DEADLINE_S], "what was late may be lost in it"


PROMISES = st.sampled_from([EVENTUALLY, STAYS, UNTIL])


@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
@given(promise=PROMISES, ops=st.lists(WILD, max_size=20))
def test_every_verdict_can_be_justified(promise: Promise, ops: list[Op]) -> None:
    """Whatever happens, each verdict follows from the raw record, and follows again from disk."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.jsonl"
        timeline, finding = told(promise, ops, path)
        if finding.verdict is Verdict.HELD:
            justify_held(timeline, promise, finding)
        elif finding.verdict is Verdict.BROKEN:
            justify_broken(timeline, promise, finding)
        assert replay(read_timeline(path, FakeClock())) == [(finding, finding)]


def plain(timeline: Timeline, promise: Promise) -> bool:
    """What the promise means where everything is known."""
    in_time = [(at_s, count or 0) for _, at_s, count in counts(timeline) if at_s <= DEADLINE_S]
    if promise is STAYS:
        return any(b <= DEADLINE_S and e - b >= FOR_S for b, e in stays(timeline))
    for _, count in in_time:
        if count >= 3:
            return True
        if promise is UNTIL and count < 1:
            return False
    return False


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(promise=PROMISES, ops=st.lists(CALM, max_size=20))
def test_where_everything_is_known_nothing_is_unknown(promise: Promise, ops: list[Op]) -> None:
    """With whole and live watches the verdict is what the promise means, HELD or BROKEN."""
    timeline, finding = told(promise, ops)
    expected = Verdict.HELD if plain(timeline, promise) else Verdict.BROKEN
    assert finding.verdict is expected, finding.why
