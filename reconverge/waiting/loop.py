"""Feeding a judge with the timeline as it grows, and telling a person what it waits for.

The loop sleeps on the timeline's condition: an entry, or the second at which the judge wants to be
called, ends the sleep. New entries are looked for while the condition's lock is held, so none can
slip in between looking and sleeping. Acts happen outside the lock: recorders go on meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from reconverge.judges.judge import Explaining, Judge, Progress, Want
from reconverge.timeline import Entry, Timeline
from reconverge.verdict import Finding

OnProgress = Callable[[Progress, float], None]
# A person reads no faster, and a terminal is drawn in that time.
SHOWN_EVERY_S = 0.25
# Where nothing is due, an entry ends the sleep; this only bounds a single system call.
IDLE_S = 60.0


class JudgeStalled(AssertionError):
    """A defect of ours: a judge asked to be called, and then neither decided nor waited."""


def wait_until_judged(
    timeline: Timeline,
    judge: Judge,
    *,
    start: int,
    deadline_s: float,
    act: Callable[[Want], None],
    on_progress: OnProgress | None = None,
) -> Finding:
    """Feed `judge` from entry `start` on until it has a finding; perform its wants with `act`.

    `deadline_s` is a second of the timeline, and only shown: when to give up is the judge's own.
    """
    screen = _Screen(on_progress, judge, deadline_s)
    cursor, told_s = start, None
    while True:
        finding, cursor = _feed(timeline, judge, cursor)
        if finding is not None:
            return finding
        wants = judge.wants()
        for want in wants:
            act(want)
        screen.show(judge.progress(), timeline.now_s())
        if wants:
            told_s = None
            continue
        finding, told_s = _sleep(timeline, judge, cursor, screen, told_s)
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
    timeline: Timeline, judge: Judge, cursor: int, screen: _Screen, told_s: float | None
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
        ends_s = [end_s for end_s in (due_s, screen.due_s) if end_s is not None]
        timeout_s = min(ends_s) - now_s if ends_s else IDLE_S
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


class _Screen:
    """Calls `on_progress` on change, at most every quarter of a second, and once a second anyway:
    the seconds to the deadline are part of what is shown."""

    def __init__(self, on_progress: OnProgress | None, judge: Judge, deadline_s: float) -> None:
        self._on_progress = on_progress
        self._judge = judge
        self._deadline_s = deadline_s
        self._shown: Progress | None = None
        self._shown_s = float("-inf")
        self._is_behind = False

    @property
    def due_s(self) -> float | None:
        """When to show again even if nothing happens; None where nobody looks."""
        if self._on_progress is None:
            return None
        return self._shown_s + (SHOWN_EVERY_S if self._is_behind else 1.0)

    def show(self, progress: Progress, now_s: float) -> None:
        if self._on_progress is None:
            return
        self._is_behind = progress != self._shown
        age_s = now_s - self._shown_s
        if age_s >= 1.0 or (self._is_behind and age_s >= SHOWN_EVERY_S):
            self._on_progress(self._explained(progress, now_s), max(0.0, self._deadline_s - now_s))
            self._shown, self._shown_s, self._is_behind = progress, now_s, False

    def _explained(self, progress: Progress, now_s: float) -> Progress:
        """With the reason: it is looked for only now, since nobody reads what is not shown."""
        if not isinstance(self._judge, Explaining):
            return progress
        return msgspec.structs.replace(progress, reason=self._judge.reason(now_s))
