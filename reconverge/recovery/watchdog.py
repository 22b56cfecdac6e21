"""A small process that outlives the run, and takes back its faults at once when the run is killed.

It is in a session of its own, so neither Ctrl-C nor a closed terminal reaches it; it inherits no
file but the run's end of a pipe and its log, and knows of the run only what its command line says.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import msgspec

from reconverge.errors import Unavailable
from reconverge.faults.journal import journals_of
from reconverge.faults.owner import Owner
from reconverge.recovery.reach import Reach

# What is written into its standard input when it is not needed any more.
STAND_DOWN = b"."
ENDED_WITHIN_S = 5.0
# What ends a run must not end what heals it, not even before it has begun to ignore them.
_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Watchdog:
    """Watches this process from `start` until `end`; to be used as a context manager as well.

    Killed in between, however that is done, this process has its journals in `folder` taken back
    within about a second. `log` is where the watchdog says what it did; empty, it is removed.
    """

    def __init__(self, folder: Path, reach: Reach) -> None:
        self._folder, self._reach = folder, reach
        self._process: subprocess.Popen[bytes] | None = None
        self.log = folder / f"watchdog-{os.getpid()}.log"

    @property
    def pid(self) -> int:
        """Its process ID; 0 where it does not run."""
        return self._process.pid if self._process is not None else 0

    def __enter__(self) -> Watchdog:
        self.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _it: object, _trace: TracebackType | None
    ) -> None:
        self.end()

    def start(self) -> None:
        """Let it watch; costs some milliseconds. Raises Unavailable where it cannot be started."""
        owner = msgspec.json.encode(Owner.this_process()).decode()
        reach = msgspec.json.encode(self._reach).decode()
        words = [sys.executable, "-m", "reconverge.recovery", str(self._folder), owner, reach]
        # It is to find this very package, however this process did.
        path = os.pathsep.join(str(Path(one).absolute()) for one in sys.path if one)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with self.log.open("ab") as log, _deaf():
                self._process = subprocess.Popen(
                    words,
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    cwd=self._folder,
                    env={**os.environ, "PYTHONPATH": path},
                    start_new_session=True,
                )
        except OSError as error:
            what = f"no watchdog can be started: {error.strerror}"
            raise Unavailable(what, where=str(self._folder)) from error

    def end(self) -> None:
        """It is not needed any more, unless something is left to undo: then it waits for our end.

        Idempotent.
        """
        process, self._process = self._process, None
        if process is None or journals_of(self._folder, Owner.this_process()):
            return
        assert process.stdin is not None
        try:
            process.stdin.write(STAND_DOWN)
            process.stdin.close()
        except BrokenPipeError:
            pass  # somebody ended it before us
        try:
            process.wait(ENDED_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _deaf() -> Iterator[None]:
    """Hold back the signals that end a run: a process that is started meanwhile never hears them.

    What comes to us in these milliseconds is delivered afterwards.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
