"""A stored timeline judged again: the same record must give the same findings.

This is what `reconverge analyze` prints, and what keeps judges honest: a judge that read a clock,
or depended on when a thread woke up, would contradict itself here.
"""

from __future__ import annotations

import msgspec

from reconverge.judges.judge import Judge, catch_up
from reconverge.judges.promises import decode_promise
from reconverge.timeline import Entry, Judged, Promised, Timeline
from reconverge.verdict import Finding, Verdict


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """One promise of a record: what was found then, if anything was, and what is found now."""

    promised: Promised
    recorded: Finding | None
    now: Finding

    @property
    def differs(self) -> bool:
        """Whether the record contradicts itself: one record, one judge, two verdicts."""
        return self.recorded is not None and self.recorded.verdict is not self.now.verdict


def reviews(timeline: Timeline) -> list[Review]:
    """Every promise of the record judged again: the judged ones first, in recorded order.

    A promise without a finding (the run was killed) is judged as far as the record goes. One that
    this program does not know is UNKNOWN.
    """
    promised: dict[str, Promised] = {}
    pending: dict[str, Promised] = {}
    found = []
    for entry in timeline.entries():
        record = entry.record
        if isinstance(record, Promised):
            promised[record.id] = pending[record.id] = record
        elif isinstance(record, Judged) and record.id in promised:
            pending.pop(record.id, None)
            found.append(_review(timeline, promised[record.id], record.finding, entry))
    return found + [_review(timeline, one) for one in pending.values()]


def replay(timeline: Timeline) -> list[tuple[Finding, Finding]]:
    """Each finding of the record beside the one that the record gives now, in recorded order."""
    return [
        (review.recorded, review.now) for review in reviews(timeline) if review.recorded is not None
    ]


def _review(
    timeline: Timeline,
    promised: Promised,
    recorded: Finding | None = None,
    until: Entry | None = None,
) -> Review:
    try:
        now = rejudge(timeline, promised, until=until)
    except msgspec.DecodeError as error:
        now = Finding(
            promise=promised.sentence,
            verdict=Verdict.UNKNOWN,
            why=f"this program does not know such a promise: {error}",
            decided_s=promised.at_s,
        )
    return Review(promised=promised, recorded=recorded, now=now)


def rejudge(timeline: Timeline, promised: Promised, *, until: Entry | None = None) -> Finding:
    """The finding about one promise from the record alone, read up to the entry `until`.

    Raises msgspec.DecodeError when the promise is none that this program knows.
    """
    promise = decode_promise(promised.promise)
    judge = promise.judge(deadline_s=promised.deadline_s)
    stop = len(timeline) if until is None else until.index
    end_s = 0.0
    for entry in timeline.entries(promised.start, stop):
        end_s = entry.at_s
        finding = judge.feed(entry)
        judge.wants()
        if finding is not None:
            return finding
    end_s = end_s if until is None else until.at_s
    found = _at_end(judge, end_s)
    return found or promise.undecided("the record ends before a verdict", at_s=end_s)


def _at_end(judge: Judge, end_s: float) -> Finding | None:
    """What fell due after the last entry."""
    finding = catch_up(judge, end_s)
    return finding or judge.at(end_s)
