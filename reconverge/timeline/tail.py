"""The timeline of another process, read as it grows: what a person watches from elsewhere."""

from __future__ import annotations

from pathlib import Path

from reconverge.clock import Clock
from reconverge.timeline.disk import Damaged, stored_records
from reconverge.timeline.timeline import Timeline


class Tail:
    """A timeline's file, and as much of it as has been read; a line that is not whole yet waits."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self.timeline = Timeline(clock)
        self._offset = 0

    def read(self) -> int:
        """Take what has been written since; returns how many entries that were.

        A damaged line ends it, as it ends the reading of a stored timeline. Raises BadInput where
        the file cannot be read.
        """
        before, end = len(self.timeline), self._whole()
        if self.timeline.damage or end <= self._offset:
            return 0
        try:
            for record, view in stored_records(self.path, offset=self._offset, end=end):
                self.timeline.restore(record, view=view)
        except Damaged as damage:
            self.timeline.damage = str(damage)
        self._offset = end
        return len(self.timeline) - before

    def _whole(self) -> int:
        """The byte behind the last whole line, at most one buffer back from the end."""
        try:
            with self.path.open("rb") as file:
                file.seek(self._offset)
                fresh = file.read()
        except FileNotFoundError:
            return self._offset
        return self._offset + fresh.rfind(b"\n") + 1
