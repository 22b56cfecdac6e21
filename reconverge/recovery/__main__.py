"""The watchdog as a program: `python -m reconverge.recovery FOLDER OWNER REACH`.

It waits for the death of the process that OWNER names, and then takes back what that process has
left in the undo journals of FOLDER, on the cluster behind REACH. Until then it holds nothing but
Python itself: everything else is imported when it is needed. The signals that end a run are blocked
from before its first instruction on.
"""

from __future__ import annotations

import json
import os
import select
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

_STDIN = 0


def main(folder: Path, owner: str, reach: str) -> int:
    """Wait and, if need be, heal. Exit code 2 when not all could be taken back."""
    pid = json.loads(owner)["pid"]
    if _wait_for_death(pid) and any(folder.glob(f"{pid}-*.jsonl")):
        _say(f"process {pid} has ended and left its journal: taking back what is in it")
        return _heal(folder, owner, reach)
    _leave(folder, owner)
    return 0


def _wait_for_death(pid: int) -> bool:
    """Block until the parent is dead; False when it says that nobody need wait for that.

    A pidfd names the process, not its number; if its number is not our parent's, it is dead
    already, and we were given to somebody else.
    """
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    if os.getppid() != pid:
        return True
    watched = [process, _STDIN]
    while True:
        ready, _, _ = select.select(watched, [], [])
        if process in ready:
            return True
        if os.read(_STDIN, 1):
            return False
        watched.remove(_STDIN)  # closed without a word: it is dying


def _heal(folder: Path, owner: str, reach: str) -> int:
    import msgspec

    from reconverge.clock import RealClock
    from reconverge.errors import ReconvergeError
    from reconverge.faults.owner import Owner
    from reconverge.recovery.heir import turn_kept
    from reconverge.recovery.reach import Reach
    from reconverge.recovery.recover import recover

    who = msgspec.json.decode(owner, type=Owner)
    try:
        way = msgspec.json.decode(reach, type=Reach)
        with turn_kept(way.registry(who), RealClock()):
            rows = recover(way.open(), folder, by=who)
    except ReconvergeError as error:
        _say(f"nothing could be taken back: {error}")
        return int(error.exit_code)
    for row in rows:
        _say(f"{row.fault}: {f'FAILED: {row.error}' if row.error else row.undo}")
    return 2 if any(row.error for row in rows) else 0


def _say(line: str) -> None:
    """Into the log, with the instant."""
    print(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ} {line}", flush=True)  # noqa: T201


def _leave(folder: Path, owner: str) -> None:
    """Remove a log that says nothing."""
    log = folder / f"watchdog-{json.loads(owner)['pid']}.log"
    with suppress(OSError):
        if not log.stat().st_size:
            log.unlink()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
