"""The person's terminal while pytest captures everything that tests print.

pytest redirects file descriptor 1 while a scenario runs, so a duplicate of it is taken at the
start. What is live is painted below pytest's own line, and the cursor is put back where pytest left
it: rich makes the lines, but its Live would want the whole bottom of the screen, which is pytest's.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TextIO

import pytest

# A terminal that knows how to (mode 2026) shows what lies between at once, and so without flicker.
_BEGIN, _END = "\x1b[?2026h\x1b[?25l", "\x1b[?25h\x1b[?2026l"
_DOWN, _TO_THE_RIGHT, _BELOW = "\n\r", "\x1b[K", "\x1b[J"


class _Writer(Protocol):
    """What is asked of pytest's terminal writer: where its cursor stands."""

    @property
    def width_of_current_line(self) -> int: ...

    @property
    def fullwidth(self) -> int: ...


class Screen:
    """Writes past pytest's capture. Without a terminal it only says whole lines; muted, nothing.

    `lock` is held while anything is written, by us or, in `apart`, by pytest.
    """

    def __init__(
        self, out: TextIO | None, *, is_live: bool, writer: Callable[[], _Writer] | None = None
    ) -> None:
        self.lock = threading.RLock()
        self.is_live = is_live and out is not None
        self._out = out
        self._writer = writer
        self._shown: list[str] = []

    @classmethod
    def of(cls, config: pytest.Config) -> Screen:
        """The screen of this process: muted in xdist's workers, plain in CI and in pipes."""
        if hasattr(config, "workerinput"):
            return cls(None, is_live=False)
        try:
            out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", errors="replace")
        except (OSError, ValueError):  # no real standard output, as under pytest's own pytester
            return cls(None, is_live=False)
        return cls(out, is_live=_is_live(config, out), writer=config.get_terminal_writer)

    @property
    def is_muted(self) -> bool:
        return self._out is None

    @property
    def width(self) -> int:
        """The columns that may be used: in the last one a terminal would begin a new line."""
        return max(20, self._size().columns - 1)

    def _size(self) -> os.terminal_size:
        """Of our duplicate: standard output itself is a file while pytest captures it."""
        try:
            return os.get_terminal_size(self._out.fileno() if self._out is not None else -1)
        except OSError:
            columns = self._writer().fullwidth if self._writer is not None else 80
            return os.terminal_size((columns, 24))

    def say(self, line: str) -> None:
        """One whole line that stays, such as a step of making a cluster."""
        if self._out is None:
            return
        with self.lock:
            self.clear()
            start = "\n" if self._column() else ""
            self._out.write(f"{start}{line}\n")
            self._out.flush()

    def show(self, lines: Sequence[str]) -> None:
        """Replace what is live by `lines`, each fitting in `width`; only on a terminal."""
        if self._out is None or not self.is_live:
            return
        with self.lock:
            fitting = list(lines[: max(1, self._size().lines - 2)])
            if fitting == self._shown:
                return
            painted = "".join(f"{_DOWN}{line}{_TO_THE_RIGHT}" for line in fitting)
            rest = f"{_DOWN}{_BELOW}\x1b[A" if len(fitting) < len(self._shown) else ""
            self._write(f"{painted}{rest}{self._back(len(fitting))}")
            self._shown = fitting

    def clear(self) -> None:
        """Remove what is live."""
        if self._out is None or not self._shown:
            return
        with self.lock:
            self._write(f"{_DOWN}{_BELOW}{self._back(1)}")
            self._shown = []

    @contextmanager
    def apart(self) -> Iterator[None]:
        """While pytest writes: nothing live is on the screen, and nobody else writes."""
        with self.lock:
            self.clear()
            yield

    def close(self) -> None:
        """Give the duplicate back. Idempotent."""
        if self._out is not None:
            self.clear()
            self._out.close()
            self._out = None

    def _write(self, text: str) -> None:
        assert self._out is not None, "only what is not muted is painted"
        self._out.write(f"{_BEGIN}{text}{_END}")
        self._out.flush()

    def _back(self, rows: int) -> str:
        column = self._column()
        return f"\x1b[{rows}A\r" + (f"\x1b[{column}C" if column else "")

    def _column(self) -> int:
        return self._writer().width_of_current_line if self._writer is not None else 0


def _is_live(config: pytest.Config, out: TextIO) -> bool:
    """Only a terminal that nobody else writes to can be painted upon."""
    is_ours = config.getoption("capture", "fd") != "no" and not config.getoption("usepdb", False)
    is_plain = bool(os.environ.get("CI")) or os.environ.get("TERM") == "dumb"
    return out.isatty() and is_ours and not is_plain
