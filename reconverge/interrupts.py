"""Who is told to end cleans up first, whoever tells it: a person or a CI job.

Ctrl-C does so by itself. A cancelled CI job sends SIGTERM, a closed terminal SIGHUP; of either
Python would simply die, and what is half-made would stand.
"""

from __future__ import annotations

import signal
from types import FrameType
from typing import NoReturn


def interrupt_when_told_to_end() -> None:
    """Take the signals that nobody else has claimed, and that nohup has not made to be ignored.

    Only a main thread can: raises ValueError elsewhere.
    """
    for one in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(one) is signal.SIG_DFL:
            signal.signal(one, _interrupt)


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
