"""Feeding a judge with the timeline as it grows.

The loop sleeps on the timeline's condition: an entry, or the second at which the judge wants to be
called, ends the sleep. New entries are looked for while the condition's lock is held, so none can
slip in between looking and sleeping. Acts happen outside the lock: recorders go on meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable

from reconverge.judges.judge import Judge, Want
from reconverge.timeline import Entry, Timeline
from reconverge.verdict import Finding

# Where nothing is due, an entry ends the sleep; this only bounds a single system call.
IDLE_S = 60.0


class JudgeStalled(AssertionError):
    """A defect of ours: a judge asked to be called, and then neither decided nor waited."""


def wait_until_judged(
    timeline: Timeline,
    judge: Judge,
    *,
    start: int,
    act: Callable[[Want], None],
) -> Finding:
    """Feed `judge` from entry `start` on until it has a finding; perform its wants with `act`.

    When to give up is the judge's own.
    """
    cursor, told_s = start, None
    while True:
        finding, cursor = _feed(timeline, judge, cursor)
        if finding is not None:
            return finding
        wants = judge.wants()
        for want in wants:
            act(want)
        if wants:
            told_s = None
            continue
        finding, told_s = _sleep(timeline, judge, cursor, told_s)
        if finding is not None:
            return finding


def _feed(timeline: Timeline, judge: Judge, cursor: int) -> tuple[Finding | None, int]:
    """Every entry that is there; stops at the finding, so that what comes later cannot sway it."""
    for entry in timeline.entries(cursor):
        cursor = entry.index + 1
        finding = judge.feed(entry)
        if finding is not None:
            return finding, cursor
    return None, cursor


def _sleep(
    timeline: Timeline, judge: Judge, cursor: int, told_s: float | None
) -> tuple[Finding | None, float | None]:
    """Until there is an entry, or the judge is due: then it is told the time.

    Also returns the second that the judge was told of, if it was: to be told of the same one twice
    with nothing in between would go on for ever.
    """
    with timeline.condition:
        if len(timeline) > cursor:
            return None, None
        now_s, due_s = timeline.now_s(), judge.due_s
        if due_s is not None and now_s >= due_s:
            if due_s == told_s:
                raise JudgeStalled(f"{judge.progress().awaited}: the judge is due and does nothing")
            return judge.at(now_s), due_s
        timeout_s = due_s - now_s if due_s is not None else IDLE_S
        timeline.clock.wait(timeline.condition, timeout_s=timeout_s)
        return None, None


def wait_until_seen(
    timeline: Timeline, is_seen: Callable[[Entry], bool], *, start: int = 0, within_s: float
) -> Entry | None:
    """The first entry from `start` on of which `is_seen` is true; None after `within_s` seconds."""
    until_s = timeline.now_s() + within_s
    cursor = start
    while True:
        for entry in timeline.entries(cursor):
            cursor = entry.index + 1
            if is_seen(entry):
                return entry
        with timeline.condition:
            if len(timeline) > cursor:
                continue
            left_s = until_s - timeline.now_s()
            if left_s <= 0:
                return None
            timeline.clock.wait(timeline.condition, timeout_s=left_s)
