"""A stored timeline judged again: the same record must give the same findings.

This is what `reconverge analyze` prints, and what keeps judges honest: a judge that read a clock,
or depended on when a thread woke up, would contradict itself here.
"""

from __future__ import annotations

from reconverge.judges.judge import Judge, catch_up
from reconverge.judges.promises import decode_promise
from reconverge.timeline import Entry, Judged, Promised, Timeline
from reconverge.verdict import Finding, Verdict


def replay(timeline: Timeline) -> list[tuple[Finding, Finding]]:
    """Each finding of the record beside the one that the record gives now, in recorded order.

    Raises msgspec.DecodeError when a promise in the record is none that this program knows.
    """
    promised = {
        entry.record.id: entry.record
        for entry in timeline.entries()
        if isinstance(entry.record, Promised)
    }
    return [
        (entry.record.finding, rejudge(timeline, promised[entry.record.id], until=entry))
        for entry in timeline.entries()
        if isinstance(entry.record, Judged) and entry.record.id in promised
    ]


def rejudge(timeline: Timeline, promised: Promised, *, until: Entry | None = None) -> Finding:
    """The finding about one promise from the record alone, read up to the entry `until`."""
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
    return _at_end(judge, end_s) or Finding(
        promise=promise.sentence(),
        verdict=Verdict.UNKNOWN,
        why="the record ends before a verdict",
        decided_s=end_s,
    )


def _at_end(judge: Judge, end_s: float) -> Finding | None:
    """What fell due after the last entry."""
    finding = catch_up(judge, end_s)
    return finding or judge.at(end_s)
