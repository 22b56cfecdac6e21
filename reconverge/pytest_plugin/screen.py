"""The person's terminal while pytest captures everything that tests print.

pytest redirects file descriptor 1 while a scenario runs, so a duplicate of it is taken at the
start. A status line lives one row below pytest's own line and puts the cursor back where pytest
left it, which is why it is written by hand and not by a library that owns the screen.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Protocol, TextIO

import pytest
from rich.cells import set_cell_size

_DOWN_AND_CLEAR, _UP = "\n\r\x1b[2K", "\x1b[A\r"


class _Writer(Protocol):
    """What is asked of pytest's terminal writer: where its cursor stands."""

    @property
    def width_of_current_line(self) -> int: ...

    @property
    def fullwidth(self) -> int: ...


class Screen:
    """Writes past pytest's capture. Without a terminal it only says whole lines; muted, nothing."""

    def __init__(
        self, out: TextIO | None, *, is_live: bool, writer: Callable[[], _Writer] | None = None
    ) -> None:
        self._out = out
        self._is_live = is_live
        self._writer = writer
        self._shown = ""

    @classmethod
    def of(cls, config: pytest.Config) -> Screen:
        """The screen of this process: muted in xdist's workers, plain in CI and in pipes."""
        if hasattr(config, "workerinput"):
            return cls(None, is_live=False)
        try:
            out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", errors="replace")
        except (OSError, ValueError):  # no real standard output, as under pytest's own pytester
            return cls(None, is_live=False)
        is_live = out.isatty() and not os.environ.get("CI")
        return cls(out, is_live=is_live, writer=config.get_terminal_writer)

    def say(self, line: str) -> None:
        """One whole line that stays, such as a step of making a cluster."""
        if self._out is None:
            return
        self.clear()
        start = "\n" if self._column() else ""
        self._out.write(f"{start}{line}\n")
        self._out.flush()

    def show(self, text: str) -> None:
        """Replace the status line; only on a terminal."""
        if self._out is None or not self._is_live or text == self._shown:
            return
        fitted = set_cell_size(text, min(len(text), self._width()))
        self._out.write(f"{_DOWN_AND_CLEAR}\x1b[2m{fitted}\x1b[0m{_UP}{self._forward()}")
        self._out.flush()
        self._shown = text

    def clear(self) -> None:
        """Remove the status line."""
        if self._out is None or not self._shown:
            return
        self._out.write(f"{_DOWN_AND_CLEAR}{_UP}{self._forward()}")
        self._out.flush()
        self._shown = ""

    def close(self) -> None:
        """Give the duplicate back. Idempotent."""
        if self._out is not None:
            self.clear()
            self._out.close()
            self._out = None

    def _forward(self) -> str:
        column = self._column()
        return f"\x1b[{column}C" if column else ""

    def _column(self) -> int:
        return self._writer().width_of_current_line if self._writer is not None else 0

    def _width(self) -> int:
        return max(20, (self._writer().fullwidth if self._writer is not None else 80) - 1)
