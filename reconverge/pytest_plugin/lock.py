"""A readers-writer lock between processes, for turns on one cluster.

It is kept by the kernel (flock) on two files, so that the death of a process releases it. Whoever
wants in passes the gate; who wants the cluster alone keeps the gate until the others have left, so
that newcomers cannot starve it. Who has a lane waits for its lane first, and holds nothing else
meanwhile; so nobody waits in a circle.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO


@contextmanager
def turn(folder: Path, *, is_alone: bool, lane: str = "") -> Iterator[None]:
    """Hold a turn on the cluster whose state folder is `folder`; blocks until it is ours.

    Of a `lane` one turn is held at a time, beside those of others unless it `is_alone`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (
        _in_lane(folder, lane) if lane else nullcontext(),
        (folder / "turns.gate").open("w") as gate,
        (folder / "turns.room").open("w") as room,
    ):
        with _locked(gate, fcntl.LOCK_EX):
            fcntl.flock(room, fcntl.LOCK_EX if is_alone else fcntl.LOCK_SH)
        with _released(room):
            yield


class Presence:
    """Says for the life of this process that it uses the cluster whose state folder is given."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / "users").open("w")
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def is_only_one(self) -> bool:
        """Whether no other process uses it; then none can begin to before this one ends."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(self._file, fcntl.LOCK_SH)
            return False
        return True

    def end(self) -> None:
        """The process is done with the cluster. Idempotent."""
        self._file.close()


@contextmanager
def _in_lane(folder: Path, lane: str) -> Iterator[None]:
    with (folder / f"turns.lane.{lane}").open("w") as file, _locked(file, fcntl.LOCK_EX):
        yield


@contextmanager
def _locked(file: IO[str], how: int) -> Iterator[None]:
    fcntl.flock(file, how)
    with _released(file):
        yield


@contextmanager
def _released(file: IO[str]) -> Iterator[None]:
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
