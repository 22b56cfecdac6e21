"""The runner of programs, under the provisioner's name for it (see reconverge.shell)."""

from reconverge.shell import (
    DISK_FULL,
    KILLED,
    NOT_FOUND,
    TAIL_LINES,
    Command,
    CommandFailed,
    Completed,
    known_cause,
    run,
)

__all__ = [
    "DISK_FULL",
    "KILLED",
    "NOT_FOUND",
    "TAIL_LINES",
    "Command",
    "CommandFailed",
    "Completed",
    "known_cause",
    "run",
]
