"""The undo log: what must be put back is on disk before anything is harmed.

Whatever happens to this process, `kill -9` included, the next one finds here what is still harmed
and how to heal it. There is one folder per cluster and one file per process, so that processes
never write into each other's lines; each line is JSON and written with fsync, the file's name
likewise. A fault whose line cannot be written does not happen.

An entry goes planned -> injected -> rolled back. "Planned" alone means that the fault may or may
not have happened: undos are idempotent, so it is rolled back like the others.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from reconverge.clock import Clock
from reconverge.errors import Unavailable
from reconverge.faults.owner import Owner
from reconverge.faults.rollbacks import AnyUndo
from reconverge.model import Ref


class Line(msgspec.Struct, frozen=True, kw_only=True, tag_field="is", tag=str.lower):
    """Base of everything a journal can hold."""


class Begun(Line, frozen=True, kw_only=True):
    """The first line: whose journal this is."""

    owner: Owner
    started: datetime


class Planned(Line, frozen=True, kw_only=True):
    """A fault is about to happen to `targets`; `undo` takes it back."""

    id: str
    fault: msgspec.Raw
    sentence: str
    targets: tuple[Ref, ...]
    undo: AnyUndo


class Injected(Line, frozen=True, kw_only=True):
    """The fault `id` has happened."""

    id: str


class RolledBack(Line, frozen=True, kw_only=True):
    """The undo of the fault `id` has run and succeeded."""

    id: str


AnyLine = Begun | Planned | Injected | RolledBack
_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(AnyLine)


class Journal:
    """This process's undo log for one cluster. The file appears with the first fault."""

    def __init__(self, folder: Path, *, clock: Clock) -> None:
        self.folder = folder
        self._clock = clock
        self._file: BinaryIO | None = None
        self._open: set[str] = set()

    def plan(self, line: Planned) -> None:
        """Write down a fault and its undo; on return both survive the loss of this process.

        Raises Unavailable when they cannot be written: the fault must then not happen.
        """
        try:
            if self._file is None:
                self._file = self._begin()
            self._write(self._file, line)
        except OSError as error:
            what = f"the undo cannot be written down, so nothing was harmed: {error.strerror}"
            cure = "free space on that disk, or make the folder writable"
            raise Unavailable(what, where=str(self.folder), cure=cure) from error
        self._open.add(line.id)

    def injected(self, injection_id: str) -> None:
        """The fault has happened. Best effort: a planned one is rolled back all the same."""
        self._append(Injected(id=injection_id))

    def rolled_back(self, injection_id: str) -> None:
        """The undo has run. Best effort: run again, it changes nothing."""
        self._append(RolledBack(id=injection_id))
        self._open.discard(injection_id)

    def close(self) -> None:
        """Remove the file when nothing in it is left to undo. Idempotent."""
        if self._file is None:
            return
        self._file.close()
        if not self._open:
            Path(self._file.name).unlink(missing_ok=True)
        self._file = None

    def _begin(self) -> BinaryIO:
        """A file of our own, whose name is on disk as well."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{os.getpid()}-{secrets.token_hex(4)}.jsonl"
        file = path.open("xb", buffering=0)
        self._write(file, Begun(owner=Owner.this_process(), started=self._clock.wall()))
        _fsync_folder(self.folder)
        return file

    def _append(self, line: AnyLine) -> None:
        if self._file is None:
            return
        try:
            self._write(self._file, line)
        except OSError:
            return  # the plan is on disk: the next start rolls back once more, to no effect

    def _write(self, file: BinaryIO, line: AnyLine) -> None:
        """The whole line on disk, or none of it: the next line must not continue half of one."""
        rest = memoryview(_ENCODER.encode(line) + b"\n")
        begin = file.tell()
        try:
            while rest:
                rest = rest[file.write(rest) :]
            os.fsync(file.fileno())
        except OSError:
            file.truncate(begin)
            file.seek(begin)
            raise


def _fsync_folder(folder: Path) -> None:
    """A new file's name is on disk only once its folder is."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def pending(folder: Path) -> tuple[Planned, ...]:
    """What dead processes left harmed, newest first, without touching it."""
    return tuple(line for path in abandoned(folder) for line in left_in(path))


def abandoned(folder: Path, *, by: Owner | None = None) -> list[Path]:
    """Journals whose owners are dead, the newest first; those of one dead owner, if it is named."""
    found = journals_of(folder, by) if by is not None else folder.glob("*.jsonl")
    paths = sorted(found, key=_written_at, reverse=True)
    return [path for path in paths if not _is_owned(path)]


def journals_of(folder: Path, owner: Owner) -> list[Path]:
    """The journals of that process, dead or alive."""
    return [path for path in folder.glob("*.jsonl") if _is_by(path, owner)]


def left_in(path: Path) -> list[Planned]:
    """The plans of that journal that were not rolled back, newest first."""
    left: dict[str, Planned] = {}
    for line in _lines(path):
        if isinstance(line, Planned):
            left[line.id] = line
        elif isinstance(line, RolledBack):
            left.pop(line.id, None)
    return list(reversed(left.values()))


def _written_at(path: Path) -> float:
    """Its owner may remove it at any moment, having taken everything back: then it is nothing."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _is_owned(path: Path) -> bool:
    """Whether the process that writes this file is alive. No first line: it died, or just began."""
    first = next(_lines(path), None)
    if isinstance(first, Begun):
        return first.owner.is_alive()
    return Owner.is_alive_pid(_pid_in_name(path))


def _is_by(path: Path, owner: Owner) -> bool:
    first = next(_lines(path), None)
    if isinstance(first, Begun):
        return first.owner == owner
    return _pid_in_name(path) == str(owner.pid)


def _pid_in_name(path: Path) -> str:
    return path.name.partition("-")[0]


def _lines(path: Path) -> Iterator[AnyLine]:
    """The lines up to one that cannot be read: the last may be torn by the writer's death.

    A torn line is never a fault that happened: the fault waits for the whole line. A file that its
    owner has removed meanwhile left nothing to undo.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return
    for row in raw.split(b"\n"):
        if not row:
            continue
        try:
            yield _DECODER.decode(row)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return
