"""A readers-writer lock between processes, for turns on one cluster.

It is kept by the kernel (flock) on two files, so that the death of a process releases it. Whoever
wants in passes the gate; who wants the cluster alone keeps the gate until the others have left, so
that newcomers cannot starve it. A second such pair tells those who have a lane from who wants to
find every node whole. Who has a lane waits for it first, and holds nothing else meanwhile; locks
are taken in one order by all. So nobody waits in a circle.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

# A gate is held for an instant only: a shorter wait than this is not worth a word.
SAID_AFTER_S = 2.0


@contextmanager
def turn(
    folder: Path,
    *,
    is_alone: bool,
    lanes: Sequence[str] = (),
    say: Callable[[str], None] = lambda _: None,
) -> Iterator[str]:
    """Hold a turn on the cluster whose state folder is `folder`; blocks until it is ours.

    Of each of `lanes` one turn is held at a time, beside those of others unless it `is_alone`;
    which lane it is, is returned, and empty without lanes. A wait is said after SAID_AFTER_S.
    """
    folder.mkdir(parents=True, exist_ok=True)
    how = fcntl.LOCK_EX if is_alone else fcntl.LOCK_SH
    wanted = "a turn alone" if is_alone else "a turn"
    late = threading.Timer(SAID_AFTER_S, say, [f"waiting for {wanted}: others use the cluster"])
    late.daemon = True
    late.start()
    with ExitStack() as stack:
        stack.callback(late.cancel)
        lane = stack.enter_context(_in_lane(folder, lanes)) if lanes else ""
        if lanes:
            stack.enter_context(_in_room(folder, "turns.lanes", fcntl.LOCK_SH))
        stack.enter_context(_in_room(folder, "turns", how))
        late.cancel()
        yield lane


@contextmanager
def all_lanes(folder: Path) -> Iterator[None]:
    """Hold a turn beside others while no lane is taken: whatever nodes are down, are so unasked."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        _in_room(folder, "turns.lanes", fcntl.LOCK_EX),
        _in_room(folder, "turns", fcntl.LOCK_SH),
    ):
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
def _in_lane(folder: Path, lanes: Sequence[str]) -> Iterator[str]:
    """The first that is free; where none is, one of them as it becomes free."""
    with ExitStack() as stack:
        files = {
            lane: stack.enter_context((folder / f"turns.lane.{lane}").open("w")) for lane in lanes
        }
        lane = next((lane for lane, file in files.items() if _is_had(file)), "")
        if not lane:
            # The kernel waits for one file, not for several: each process has its own favourite.
            lane = lanes[os.getpid() % len(lanes)]
            fcntl.flock(files[lane], fcntl.LOCK_EX)
        with _released(files[lane]):
            yield lane


def _is_had(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _in_room(folder: Path, name: str, how: int) -> Iterator[None]:
    with (folder / f"{name}.gate").open("w") as gate, (folder / f"{name}.room").open("w") as room:
        fcntl.flock(gate, fcntl.LOCK_EX)
        with _released(gate):
            fcntl.flock(room, how)
        with _released(room):
            yield


@contextmanager
def _released(file: IO[str]) -> Iterator[None]:
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
