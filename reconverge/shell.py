"""Every program we start is started here, so that no failure loses its own words.

A command that fails keeps what it was, its exit code and the end of what it said; a full disk and
a process killed for want of memory are recognised, since their own messages hide the cause.
"""

from __future__ import annotations

import errno
import os
import shlex
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from reconverge.errors import Unavailable

TAIL_LINES = 12
_PIECE_BYTES = 1 << 16
GRACE_S = 10.0  # between asking a program to end and killing it

Command = Sequence[str | Path]


@dataclass(frozen=True)
class Completed:
    """A program that has ended. With a `log`, `stdout` and `stderr` are the log's last lines."""

    command: tuple[str, ...]
    exit_code: int
    stdout: str
    stderr: str

    @property
    def tail(self) -> str:
        """The last lines it said; programs differ in where they say what went wrong."""
        said = self.stderr.strip() or self.stdout.strip()
        return "\n".join(said.splitlines()[-TAIL_LINES:])


class Ending:
    """Asks a program to end, once: a second signal would interrupt its clean-up."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._lock = threading.Lock()
        self._is_asked = False

    def __call__(self) -> None:
        with self._lock:
            if not self._is_asked:
                self._is_asked = True
                self._process.terminate()


class CommandFailed(Unavailable):
    """A program ended with an exit code that was not accepted, ran too long, or does not exist."""

    def __init__(self, completed: Completed, *, log: Path | None = None, reason: str = "") -> None:
        self.completed, self.log = completed, log
        self.cause = reason or known_cause(completed)
        command = shlex.join(completed.command)
        what = f"`{command}` {self.cause or f'ended with exit code {completed.exit_code}'}"
        if completed.tail:
            what += f"\n{completed.tail}"
        super().__init__(what, where=f"log {log}" if log else "", cure=_cure(self.cause))


class TookTooLong(CommandFailed):
    """A program had not ended in its time, and was ended."""


DISK_FULL = "found no space left on the disk"
KILLED = "was killed, most likely because memory ran out"
NOT_FOUND = "cannot be started: there is no such program"


def known_cause(completed: Completed) -> str:
    """The cause in plain words, if it is one of the two that programs word badly; else ""."""
    said = f"{completed.stdout}\n{completed.stderr}".lower()
    if os.strerror(errno.ENOSPC).lower() in said:
        return DISK_FULL
    if completed.exit_code in (-9, 137) or "signal: killed" in said or "out of memory" in said:
        return KILLED
    return ""


def _cure(cause: str) -> str:
    cures = {
        DISK_FULL: "free some disk space and run the same command again",
        KILLED: "end other programs or add memory and run the same command again",
    }
    return cures.get(cause, "")


def run(
    command: Command,
    *,
    log: Path | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str | Path | None = None,
    timeout_s: float | None = None,
    grace_s: float = GRACE_S,
    accept: Sequence[int] = (0,),
    is_apart: bool = False,
    on_start: Callable[[Ending], None] | None = None,
) -> Completed:
    """Run a program to its end and return what it said.

    `log`: append everything it says to this file instead of keeping it in memory. `env` is added to
    ours. `stdin` is a text, or a file to read from; otherwise it is empty. An interruption (Ctrl-C,
    a timeout) ends the program before it is passed on, and kills it `grace_s` later. `is_apart`:
    in a session of its own, where no Ctrl-C reaches it but ours. `on_start` is given what ends it.
    Raises CommandFailed for an exit code outside `accept` and for a missing program, TookTooLong.
    """
    words = tuple(str(word) for word in command)
    with ExitStack() as files:
        out: IO[bytes] | int = subprocess.PIPE
        err: IO[bytes] | int = subprocess.PIPE
        if log is not None:
            log.parent.mkdir(parents=True, exist_ok=True)
            out = files.enter_context(log.open("ab"))
            out.write(f"$ {shlex.join(words)}\n".encode())
            out.flush()
            err = subprocess.STDOUT
        source = files.enter_context(stdin.open("rb")) if isinstance(stdin, Path) else None
        try:
            process = subprocess.Popen(
                words,
                stdin=source or (subprocess.PIPE if isinstance(stdin, str) else subprocess.DEVNULL),
                stdout=out,
                stderr=err,
                env={**os.environ, **env} if env is not None else None,
                cwd=cwd,
                start_new_session=is_apart,
            )
        except (FileNotFoundError, PermissionError) as error:
            gone = Completed(words, 127, "", str(error))
            raise CommandFailed(gone, log=log, reason=NOT_FOUND) from error
        text = stdin.encode() if isinstance(stdin, str) else None
        ending = Ending(process)
        if on_start is not None:
            on_start(ending)
        completed = _wait(process, words, text, log, timeout_s, ending, grace_s)
    if completed.exit_code not in accept:
        raise CommandFailed(completed, log=log)
    return completed


class Running:
    """A program whose output is read while it runs, from one thread; `end` may come from another.

    Its standard input stays open for as long as we live, so that it can notice our end.
    """

    def __init__(self, command: Command) -> None:
        """Raises CommandFailed for a missing program."""
        self._words = tuple(str(word) for word in command)
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - `close` closes it
        try:
            self._process = subprocess.Popen(
                self._words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said
            )
        except (FileNotFoundError, PermissionError) as error:
            gone = Completed(self._words, 127, "", str(error))
            raise CommandFailed(gone, reason=NOT_FOUND) from error

    def pieces(self) -> Iterator[bytes]:
        """What it says, as it says it, to the end of its output."""
        out = self._process.stdout
        assert out is not None
        while piece := os.read(out.fileno(), _PIECE_BYTES):
            yield piece

    def completed(self) -> Completed:
        """Wait for its end, which its output's end announces, and tell how it ended."""
        exit_code = self._process.wait(timeout=GRACE_S)
        self._said.seek(0)
        return Completed(self._words, exit_code, "", _text(self._said.read()))

    def end(self) -> None:
        """End the program, and by the end of its input what it has started; a blocked read then
        comes to its end. Idempotent."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.poll() is None:
            self._process.terminate()

    def close(self) -> None:
        """End it and give its pipes up. For the reading thread. Idempotent."""
        self.end()
        for pipe in (self._process.stdin, self._process.stdout, self._said):
            if pipe is not None:
                pipe.close()
        self._process.wait()


def _wait(
    process: subprocess.Popen[bytes],
    words: tuple[str, ...],
    text: bytes | None,
    log: Path | None,
    timeout_s: float | None,
    ending: Ending,
    grace_s: float,
) -> Completed:
    try:
        out, err = process.communicate(text, timeout=timeout_s)
    except subprocess.TimeoutExpired as error:
        _end(process, ending, grace_s)
        ended = Completed(words, -1, _tail(log), "")
        reason = f"had not ended after {timeout_s:g} s"
        raise TookTooLong(ended, log=log, reason=reason) from error
    except BaseException:
        _end(process, ending, grace_s)
        raise
    said = _tail(log) if log else _text(out)
    return Completed(words, process.returncode, said, _text(err))


def _end(process: subprocess.Popen[bytes], ending: Ending, grace_s: float) -> None:
    ending()
    try:
        process.communicate(timeout=grace_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def _text(raw: bytes | None) -> str:
    return (raw or b"").decode(errors="replace")


def _tail(log: Path | None) -> str:
    if log is None:
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 8192))
        return "\n".join(_text(file.read()).splitlines()[-TAIL_LINES:])
