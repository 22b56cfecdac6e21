"""Random histories of outages: what may have been missed at a deadline, by a plain reading.

Writes really happen, and reach the audit log a moment later; watches have gaps, and the log may
have some of its own. What is said of them is held against the list of what happened.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from reconverge.judges.audited import IN_FLIGHT_S, unwritten
from reconverge.judges.blindness import Blindness
from reconverge.timeline import AUDIT_LOG, Gap, Lost, Resumed, Synced, Timeline, Wrote
from tests.builders import KUBIA, NAMESPACE, START, Story

SINCE_S, UNTIL_S, DEADLINE_S = 10.0, 14.0, 12.0
KINDS = frozenset({"Pod", "ReplicationController"})
SLOW = [HealthCheck.too_slow]

# Never the second at which a span ends or begins, nor within the error of the clocks.
SECONDS = st.integers(0, 24).map(lambda step: 4.25 + step / 2)
# Most of what could be confused happens about the two ends of the span.
NEAR = st.sampled_from([7.25, 8.75, 9.75, 10.25, 12.25, 13.25, 13.75, 14.25, 14.75, 15.25, 16.25])
PLACES = st.sampled_from([NAMESPACE, NAMESPACE, "other"])
# When it is received; how long until it takes effect, then until it is answered, and until its line
# is in the log: together the last two are bounded.
WRITE = st.fixed_dictionaries(
    {
        "received_s": NEAR,
        "waits_s": st.sampled_from([0.0, 0.0, 1.0, 3.0]),
        "answer_s": st.sampled_from([0.0, 0.5]),
        "line_s": st.sampled_from([0.0, 0.03, IN_FLIGHT_S - 0.51]),
        "kind": st.sampled_from(["Pod", "Pod", "ReplicaSet"]),
        "namespace": PLACES,
        "code": st.sampled_from([200, 201, 409]),
    }
)
WRITES = st.lists(WRITE, max_size=6)


def effect_s(write: dict[str, Any]) -> float:
    return float(write["received_s"] + write["waits_s"])


def answered_s(write: dict[str, Any]) -> float:
    return effect_s(write) + float(write["answer_s"])


def wrote(story: Story, write: dict[str, Any]) -> None:
    received = START + timedelta(seconds=write["received_s"])
    answered = START + timedelta(seconds=answered_s(write))
    story.append(
        lambda at_s: Wrote(
            at_s=at_s,
            user="system:node:worker",
            verb="patch",
            kind=write["kind"],
            code=write["code"],
            received=received,
            answered=answered,
            namespace=write["namespace"],
            name="x",
        )
    )


def tell(story: Story, writes: list[dict[str, Any]], cuts: list[float]) -> None:
    """The lines of the log in the order of the file, and at `cuts` a part that was not read."""
    lines = [(answered_s(one) + one["line_s"], "line", one) for one in writes] + [
        (at_s, "cut", None) for at_s in cuts
    ]
    for at_s, what, write in sorted(lines, key=lambda row: row[0]):
        story.at(max(at_s, story.timeline.now_s()))
        if what == "line":
            wrote(story, write)
        else:
            story.gap(AUDIT_LOG, namespace=NAMESPACE)
            story.synced(AUDIT_LOG, namespace=NAMESPACE)


def is_mine(write: dict[str, Any]) -> bool:
    return write["code"] < 400 and (write["kind"], write["namespace"]) == ("Pod", NAMESPACE)


@settings(max_examples=300, suppress_health_check=SLOW)
@given(
    writes=WRITES,
    begun_s=st.sampled_from([1.0, 1.0, 1.0, 11.0]),
    cuts=st.lists(SECONDS, max_size=1),
)
def test_nobody_wrote_means_that_nobody_did(
    writes: list[dict[str, Any]], begun_s: float, cuts: list[float]
) -> None:
    """And that somebody did, that one did; nothing is left open by a log that has all of it."""
    story = Story()
    cuts = [at_s for at_s in cuts if at_s > begun_s]
    heard = [one for one in writes if one["received_s"] > begun_s]
    story.at(begun_s).synced(AUDIT_LOG, namespace=NAMESPACE)
    tell(story, heard, cuts)
    entries = list(story.timeline.entries())
    said = unwritten(entries, "Pod", NAMESPACE, since_s=SINCE_S, until_s=UNTIL_S)
    mine = [one for one in writes if is_mine(one)]
    if said is True:
        assert not [one for one in mine if SINCE_S <= effect_s(one) <= UNTIL_S]
    if said is False:
        assert [o for o in mine if o["received_s"] <= UNTIL_S and answered_s(o) >= SINCE_S]
    is_past = any(one["received_s"] >= UNTIL_S + IN_FLIGHT_S for one in heard)
    if begun_s < SINCE_S and is_past and not [at_s for at_s in cuts if at_s > SINCE_S]:
        assert said is not None


Op = tuple[float, str, str, str, float]  # the second, what, of which watch, and since when
OPS = st.lists(
    st.tuples(
        SECONDS,
        st.sampled_from(["gap", "gap", "synced", "lost", "resumed", "note"]),
        st.sampled_from(["Pod", "Pod", "ReplicationController", "Node"]),
        PLACES,
        st.sampled_from([0.0, 1.0, 5.0]),
    ),
    max_size=8,
).map(lambda rows: sorted(rows, key=lambda row: row[0]))


def play(story: Story, op: Op) -> None:
    at_s, what, kind, namespace, ago_s = op
    story.at(at_s)
    since_s = max(0.0, at_s - ago_s)
    match what:
        case "gap":
            story.gap(kind, since_s=since_s, namespace=namespace)
        case "synced":
            story.synced(kind, namespace=namespace)
        case "lost":
            record = {"kind": kind, "namespace": namespace, "since_s": since_s, "reason": "down"}
            story.append(lambda at_s: Lost(at_s=at_s, **record))  # type: ignore[arg-type]
        case "resumed":
            record = {"kind": kind, "namespace": namespace, "resource_version": 1}
            story.append(lambda at_s: Resumed(at_s=at_s, **record))  # type: ignore[arg-type]
        case "note":
            story.note()


def outages(timeline: Timeline, stop: int) -> list[tuple[Gap | Lost, float, float]]:
    """Every outage told up to entry `stop`, and from when to when it lasted."""
    found = []
    records = [entry.record for entry in timeline.entries(0, stop + 1)]
    for index, one in enumerate(records):
        if not isinstance(one, Gap | Lost):
            continue
        end = Synced if isinstance(one, Gap) else Resumed
        ends_s = [
            later.at_s
            for later in records[index:]
            if isinstance(later, Synced | Resumed)
            and isinstance(later, end)
            and (later.kind, later.namespace) == (one.kind, one.namespace)
        ]
        found.append((one, one.since_s, min(ends_s, default=float("inf"))))
    return found


def is_ours(one: Gap | Lost) -> bool:
    """Whether it hides something of the workload; of a loss it does not matter where."""
    return one.kind in KINDS and (isinstance(one, Lost) or one.namespace == NAMESPACE)


@settings(max_examples=400, suppress_health_check=SLOW)
@given(ops=OPS, writes=WRITES, cuts=st.lists(SECONDS, max_size=1), is_read=st.booleans())
def test_what_may_be_missed_at_the_deadline(
    ops: list[Op], writes: list[dict[str, Any]], cuts: list[float], is_read: bool
) -> None:
    """An outage over it is doubted, unless it is a gap that loses nothing of up to the deadline.

    What was written in the two seconds before a gap may be lost with it.
    """
    story = Story()
    if is_read:
        story.at(0.0).synced(AUDIT_LOG, namespace=NAMESPACE)
    for op in ops:
        play(story, op)
    story.at(20.0).note()
    if is_read:
        tell(story, writes, cuts)
    blindness = Blindness(KUBIA, KINDS, deadline_s=DEADLINE_S)
    is_over = False
    for entry in story.timeline.entries():
        if entry.at_s > DEADLINE_S and not is_over:
            is_over = True
            blindness.note_deadline()
        blindness.feed(entry, is_over=is_over)
        now = [one for one, _, end_s in outages(story.timeline, entry.index) if end_s > entry.at_s]
        assert blindness.has_gap == any(isinstance(one, Gap) and is_ours(one) for one in now)
    last = list(story.timeline.entries())
    told = outages(story.timeline, len(last) - 1)
    over = [
        (one, since_s, end_s)
        for one, since_s, end_s in told
        if is_ours(one) and end_s > DEADLINE_S and (isinstance(one, Gap) or since_s <= DEADLINE_S)
    ]
    both = [
        {(one.kind, one.namespace) for one, _, _ in over if isinstance(one, t)} for t in (Gap, Lost)
    ]
    assume(not both[0] & both[1])  # a loss in a gap that is shown to be empty hides nothing either
    doubted = [
        one
        for one, since_s, _ in over
        if isinstance(one, Lost)
        or not unwritten(last, one.kind, one.namespace, since_s=since_s - 2.0, until_s=DEADLINE_S)
    ]
    assert bool(blindness.doubt) == bool(doubted)
    if blindness.may_be_told:
        assert doubted
