"""A run that is told to end takes back its faults first, whoever tells it: a person or a CI job.

Ctrl-C does so by itself. A cancelled CI job sends SIGTERM, a closed terminal SIGHUP; of either
Python would simply die, and the faults would stand until the next run finds them in the journal.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import NoReturn

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Take the signals that nobody else has claimed; only a main thread can."""
    if threading.current_thread() is not threading.main_thread():
        return
    for one in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(one) is signal.SIG_DFL:
            signal.signal(one, _interrupt)


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
