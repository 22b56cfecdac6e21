"""How many objects a run has hit, counted in one file by all of its processes."""

from __future__ import annotations

import fcntl
from pathlib import Path


class SpentInFile:
    """The count of one run, in `file`; the lock on it is the kernel's and dies with its holder."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def add(self, objects: int, *, at_most: int) -> bool:
        """Count so many more; False, and none counted, where that were more than `at_most`."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            total = int(file.read() or 0) + objects
            if total > at_most:
                return False
            file.truncate(0)
            file.write(str(total))
        return True
