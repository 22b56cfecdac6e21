"""Where a waiter sits while it waits: in a process of its own, or, for ours, in this one.

A tool's process lives for the whole run, as a test suite would, so that loading it is not counted;
`kubectl` starts anew for each wait because that is how it is used.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

import msgspec

from bench.verdicts.rows import Reply
from bench.verdicts.waiters.waiter import TOOLS, Question, Tool, Waiter, measured
from reconverge.errors import Unavailable

_READY = b"ready\n"


class Seat(Protocol):
    """One waiter, asked and answering; several can be asked before the first answers."""

    tool: str

    def ask(self, *, within_s: float) -> None:
        """Let it begin to wait."""

    def answer(self) -> Reply:
        """Block until it has an answer."""

    def leave(self) -> None:
        """Free what it holds."""


class Here:
    """A waiter in this process, in a thread."""

    def __init__(self, tool: str, waiter: Waiter) -> None:
        self.tool, self.waiter = tool, waiter
        self._pool = ThreadPoolExecutor(1)
        self._reply: Future[Reply] | None = None

    def ask(self, *, within_s: float) -> None:
        self._reply = self._pool.submit(measured, self.tool, self.waiter, within_s=within_s)

    def answer(self) -> Reply:
        assert self._reply is not None, "it was asked"
        return self._reply.result()

    def leave(self) -> None:
        self._pool.shutdown()


class Apart:
    """A waiter in a process of its own. Raises Unavailable when that process ends."""

    def __init__(self, tool: Tool, question: Question) -> None:
        self.tool = tool.key
        command = [sys.executable, "-m", "bench.verdicts.seats", tool.key]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Some libraries read it when they are imported, and cannot be told otherwise.
            env={**os.environ, "KUBECONFIG": question.kubeconfig},
        )
        self._send(msgspec.json.encode(question))
        if self._receive() != _READY:
            raise Unavailable("its process said something else than ready", where=tool.key)

    def ask(self, *, within_s: float) -> None:
        self._send(msgspec.json.encode(within_s))

    def answer(self) -> Reply:
        return msgspec.json.decode(self._receive(), type=Reply)

    def leave(self) -> None:
        self._process.terminate()
        self._process.wait()

    def _send(self, line: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + b"\n")
        self._process.stdin.flush()

    def _receive(self) -> bytes:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            raise Unavailable(f"its process ended with exit code {code}", where=self.tool)
        return line


def main(key: str) -> None:
    """The tool's process: a question, then one answer for each line that asks."""
    [tool] = [tool for tool in TOOLS if tool.key == key]
    # What libraries print must not come between the answers.
    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    lines = sys.stdin.buffer
    waiter = tool.make(msgspec.json.decode(lines.readline(), type=Question))
    answers.write(_READY)
    answers.flush()
    for line in lines:
        within_s = msgspec.json.decode(line, type=float)
        answers.write(msgspec.json.encode(measured(key, waiter, within_s=within_s)) + b"\n")
        answers.flush()


if __name__ == "__main__":
    main(sys.argv[1])
