"""Every error a person can meet, in one shape: what is wrong, where, what to do, and the exit code.

The exit codes are part of the product's contract with CI. Keeping the base classes in the lowest
layer lets any room raise an error that the command line can print without knowing the room.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """Exit status of every `reconverge` command and of a chaos run."""

    HELD = 0
    BROKEN = 1
    UNKNOWN = 2
    REFUSED = 3
    BAD_INPUT = 4
    INTERRUPTED = 130

    @property
    def rank(self) -> int:
        """The gravest first. An interruption ends a whole run and is never one of several ends."""
        return _GRAVEST_FIRST.index(self)

    @staticmethod
    def gravest(codes: Iterable[ExitCode]) -> ExitCode:
        """What several ends add up to; HELD where there are none."""
        return min(codes, key=lambda code: code.rank, default=ExitCode.HELD)


_GRAVEST_FIRST = (
    ExitCode.BROKEN,
    ExitCode.BAD_INPUT,
    ExitCode.REFUSED,
    ExitCode.UNKNOWN,
    ExitCode.HELD,
)


class ReconvergeError(Exception):
    """An error with a sentence for a person: what is wrong, where it is, and the cure.

    `where` names a file and line, a node, a command: whatever lets the reader go there.
    `cure` is an imperative sentence or a command that can be pasted.
    """

    exit_code = ExitCode.UNKNOWN

    def __init__(self, what: str, *, where: str = "", cure: str = "") -> None:
        self.what, self.where, self.cure = what, where, cure
        super().__init__(what)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" -> {self.cure}" if self.cure else ""
        return f"{place}{self.what}{advice}"


class BadInput(ReconvergeError):
    """The user's words cannot be acted on: usage, manifest, feature, unknown profile."""

    exit_code = ExitCode.BAD_INPUT


class Refused(ReconvergeError):
    """The guard will not let this be harmed."""

    exit_code = ExitCode.REFUSED


class Unavailable(ReconvergeError):
    """The machine or the cluster cannot serve us now (no Docker, disk full, API server gone).

    It says nothing about the controllers under test, so a verdict that needed it is UNKNOWN.
    """

    exit_code = ExitCode.UNKNOWN
