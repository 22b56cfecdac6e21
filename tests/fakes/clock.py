"""Time that passes only while somebody waits, one planned step of the world after the other."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 1, tzinfo=UTC)


class SteppedClock:
    """A clock with an agenda: `after` plans a step, `wait` lets the next one happen."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._ordinals = itertools.count()

    def monotonic_s(self) -> float:
        return self._now_s

    def wall(self) -> datetime:
        return START + timedelta(seconds=self._now_s)

    def after(self, delay_s: float, step: Callable[[], None]) -> None:
        """Plan `step` for `delay_s` seconds from now; steps of one instant keep their order."""
        heapq.heappush(self._agenda, (self._now_s + delay_s, next(self._ordinals), step))

    def wait(self, condition: threading.Condition, *, timeout_s: float) -> bool:
        """The next step of the world, or the end of the time-out, whichever is earlier."""
        del condition
        return self._step_until(self._now_s + max(0.0, timeout_s))

    def pass_s(self, seconds: float) -> None:
        """Let so much time pass, with everything that is planned in it."""
        until_s = self._now_s + seconds
        while self._step_until(until_s):
            pass

    def _step_until(self, until_s: float) -> bool:
        if self._agenda and self._agenda[0][0] <= until_s:
            at_s, _, step = heapq.heappop(self._agenda)
            self._now_s = max(self._now_s, at_s)
            step()
            return True
        self._now_s = until_s
        return False
