"""A run that is told to end takes back its faults first.

Else they would stand until the next run finds them in the journal.
"""

from __future__ import annotations

import threading

import pytest

from reconverge.interrupts import interrupt_when_told_to_end


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Be interrupted by SIGTERM and SIGHUP as by Ctrl-C; only a main thread can."""
    if threading.current_thread() is threading.main_thread():
        interrupt_when_told_to_end()
