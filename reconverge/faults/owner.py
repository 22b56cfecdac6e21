"""Whether the process that wrote a journal is still alive. A process ID alone does not tell.

IDs are reused, after a reboot from the start. The kernel's boot ID and the process's start, in
clock ticks since that boot, name a process for good (man 5 proc: /proc/pid/stat, field 22).
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

_BOOT = Path("/proc/sys/kernel/random/boot_id")


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """A process of this machine, named for good."""

    pid: int
    boot_id: str
    started_ticks: int

    @classmethod
    def this_process(cls) -> Owner:
        pid = os.getpid()
        return cls(pid=pid, boot_id=_boot_id(), started_ticks=_started_ticks(pid) or 0)

    def __str__(self) -> str:
        return f"{self.boot_id}/{self.pid}/{self.started_ticks}"

    def is_alive(self) -> bool:
        """A zombie is dead: it will do nothing more."""
        return self.boot_id == _boot_id() and self.started_ticks == _started_ticks(self.pid)

    @staticmethod
    def is_alive_pid(pid: str) -> bool:
        """Whether some process of that ID runs, where nothing more is known of it."""
        return pid.isdecimal() and _started_ticks(int(pid)) is not None


def _boot_id() -> str:
    return _BOOT.read_text().strip()


def _started_ticks(pid: int) -> int | None:
    """Field 22 of /proc/pid/stat; None when there is no such process, or only a zombie of it."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the command in parentheses, and may contain anything.
    fields = stat[stat.rindex(")") + 2 :].split()
    state, started = fields[0], fields[19]
    return None if state in ("Z", "X") else int(started)
