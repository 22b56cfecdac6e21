"""The only reader of the clock, so that every wait and every duration can be driven by a test.

Two kinds of time never mix: monotonic seconds measure durations on this machine; wall time is for
people and for comparing with the API server's own stamps, and may step.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the engine may ask of time."""

    def monotonic_s(self) -> float:
        """Seconds since an arbitrary fixed instant; never goes back."""

    def wall(self) -> datetime:
        """The current instant in UTC."""

    def wait(self, condition: threading.Condition, *, timeout_s: float) -> bool:
        """Wait on a held `condition`; False when `timeout_s` passed without a notification."""


def pause(clock: Clock, seconds: float) -> None:
    """Let so much time pass before another look at what nothing announces."""
    idle = threading.Condition()
    with idle:  # nobody notifies it
        clock.wait(idle, timeout_s=seconds)


class RealClock:
    """Time as this machine keeps it."""

    def monotonic_s(self) -> float:
        return time.monotonic()

    def wall(self) -> datetime:
        return datetime.now(UTC)

    def wait(self, condition: threading.Condition, *, timeout_s: float) -> bool:
        return condition.wait(timeout=max(0.0, timeout_s))
