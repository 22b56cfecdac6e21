"""A terminal with a program in it, and what its screen holds: pyte does what xterm would."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyte

from reconverge.clock import RealClock

COLUMNS, ROWS = 100, 30


class Terminal:
    """Start the program; its screen is as it was after the last `read`."""

    def __init__(self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> None:
        self._clock = RealClock()
        self._master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (ROWS, COLUMNS))
        self.process = subprocess.Popen(
            command, cwd=cwd, env=env, stdin=slave, stdout=slave, stderr=slave, close_fds=True
        )
        os.close(slave)
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self.received = b""

    @property
    def lines(self) -> list[str]:
        """The lines of the screen that are not empty."""
        return [line.rstrip() for line in self._screen.display if line.strip()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def wait_until_shown(self, *texts: str, within_s: float = 90.0) -> None:
        """Block until all of them are on the screen at once; fails with what is there instead."""
        until_s = self._clock.monotonic_s() + within_s
        while not all(text in self.text for text in texts):
            if not self._read(until_s - self._clock.monotonic_s()):
                raise AssertionError(f"never shown: {texts}\n{self.text}")

    def wait_for_more(self, within_s: float = 30.0) -> None:
        """Block until the program has written something."""
        assert self._read(within_s), f"nothing more came\n{self.text}"

    def wait_until_ended(self, within_s: float = 90.0) -> int:
        """The exit code."""
        until_s = self._clock.monotonic_s() + within_s
        while self._read(until_s - self._clock.monotonic_s()):
            pass
        os.close(self._master)
        return self.process.wait(timeout=within_s)

    def _read(self, timeout_s: float) -> bool:
        """Take what comes next; False when there is no more, or nothing came in time."""
        ready, _, _ = select.select([self._master], [], [], max(0.0, timeout_s))
        if not ready:
            return False
        try:
            found = os.read(self._master, 65536)
        except OSError:  # Linux says so when the program has closed its side
            return False
        self.received += found
        self._stream.feed(found)
        return bool(found)
