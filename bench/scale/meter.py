"""What a run cost: processor time of this process, wall time, memory."""

from __future__ import annotations

import resource
from pathlib import Path

import msgspec

from reconverge.clock import RealClock


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """One run over `changes` changes of `pods` pods; both times are for the changes alone."""

    pods: int
    changes: int
    wall_s: float
    cpu_s: float
    rss_mb: float
    disk_mb: float
    judged_us: float | None = None

    @property
    def cpu_us(self) -> float:
        """Microseconds of processor time for one event, from the socket to the disk."""
        return self.cpu_s / self.changes * 1e6


class Meter:
    """Started when the list is in, read when the last change is."""

    def __init__(self) -> None:
        self._clock = RealClock()
        self._begin_s, self._cpu_s = self._clock.monotonic_s(), _cpu_s()

    def spent(self) -> tuple[float, float]:
        """Seconds of wall and of processor time since the start."""
        return self._clock.monotonic_s() - self._begin_s, _cpu_s() - self._cpu_s


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def rss_mb() -> float:
    """The most memory this process ever had resident."""
    for row in Path("/proc/self/status").read_text().splitlines():
        if row.startswith("VmHWM:"):
            return int(row.split()[1]) / 1024
    raise AssertionError("the kernel does not tell VmHWM")
