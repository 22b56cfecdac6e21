"""A file that ends the run: who cannot reach its terminal can still stop it.

Each process of the run looks for it, and on its appearance interrupts itself as Ctrl-C would: what
stands is taken back, and the exit code is 130.
"""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import pytest

from reconverge.pytest_plugin.options import RUN, SCREEN

LOOKS_EVERY_S = 0.5
NAME = "STOP"  # in the run's folder, unless --stop-file says otherwise


class StopFile:
    """Looks for `file` from a thread of its own, until `end` or until it is there."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="stop file", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Look no more. Idempotent."""
        self._is_over.set()

    def _look(self) -> None:
        while not self._is_over.wait(LOOKS_EVERY_S):
            if self._file.exists():
                # To the main thread, so that whatever it waits in is interrupted.
                main = threading.main_thread().ident
                assert main is not None
                signal.pthread_kill(main, _heard())
                return


def _heard() -> signal.Signals:
    """The signal that interrupts this run: a shell lets its background jobs ignore Ctrl-C's."""
    is_ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    return signal.SIGTERM if is_ignored else signal.SIGINT


LOOKOUT = pytest.StashKey[StopFile]()


def stop_file_of(config: pytest.Config) -> Path:
    """The file that ends this run."""
    chosen = config.getoption("--stop-file")
    return Path(chosen).expanduser().absolute() if chosen else config.stash[RUN].folder / NAME


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> object:
    """Look for it while scenarios run. A file that is there already is of another run: refused."""
    config = session.config
    file = stop_file_of(config)
    if config.option.collectonly or threading.current_thread() is not threading.main_thread():
        return (yield)
    if file.exists():
        pytest.exit(f"the stop file {file} is there already: remove it first", returncode=4)
    lookout = config.stash[LOOKOUT] = StopFile(file)
    lookout.start()
    try:
        return (yield)
    except KeyboardInterrupt:
        if file.exists():
            config.stash[SCREEN].say(f"stopped by {file}")
        raise
    finally:
        lookout.end()
