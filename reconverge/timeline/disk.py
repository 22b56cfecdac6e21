"""The timeline's file: whole lines or none, written as it happens, read as far as it is intact.

It is JSON Lines, one record a line. What is received together is written together, in one system
call. Lines are fsynced where losing them would lose an undo or a verdict.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from math import inf
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from reconverge.errors import BadInput, Unavailable
from reconverge.model import Named, decode
from reconverge.timeline.records import (
    AnyRecord,
    Injected,
    Judged,
    Observed,
    Opened,
    RolledBack,
)

# An object in etcd has 1.5 MiB at most, its JSON about twice that.
LINE_BYTES_MAX = 16 << 20
_FSYNCED = (Opened, Injected, RolledBack, Judged)
_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(AnyRecord)
_OBSERVED = msgspec.json.Decoder(Observed)


class Stored(msgspec.Struct, frozen=True, eq=False, gc=False):
    """An object that is on disk and no longer in memory; `bytes` reads it."""

    path: Path
    offset: int
    size: int

    def __bytes__(self) -> bytes:
        try:
            with self.path.open("rb") as file:
                file.seek(self.offset)
                return bytes(_OBSERVED.decode(file.read(self.size)).object)
        except (OSError, msgspec.DecodeError) as error:
            what = f"an object of the timeline cannot be read again: {error}"
            raise Unavailable(what, where=str(self.path)) from error

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Stored | msgspec.Raw):
            return NotImplemented
        return bytes(self) == bytes(other)

    def __hash__(self) -> int:
        return hash(bytes(self))


def lightened(record: AnyRecord, path: Path, offset: int, size: int) -> AnyRecord:
    """`record` as it is kept in memory once its line is at `offset` of the file."""
    if not isinstance(record, Observed):
        return record
    # msgspec allows no type of ours for a field that holds raw JSON; `bytes` reads either.
    stored = cast(msgspec.Raw, Stored(path, offset, size))
    return msgspec.structs.replace(record, object=stored)


class Disk:
    """The file of a timeline that is being recorded."""

    def __init__(self, path: Path) -> None:
        """Raises FileExistsError: two runs never share a file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._file: BinaryIO = path.open("xb", buffering=0)

    def write(self, records: Sequence[AnyRecord]) -> list[AnyRecord]:
        """Write all the lines or none: half of one would spoil every line after it.

        Returns the records as they are to be kept in memory. Raises Unavailable when the disk does
        not take them; nothing of them is then in the file.
        """
        lines, kept = bytearray(), list[AnyRecord]()
        end = self._file.tell()
        for record in records:
            begin = len(lines)
            _ENCODER.encode_into(record, lines, -1)
            lines += b"\n"
            kept.append(lightened(record, self._path, end + begin, len(lines) - begin))
        self._write(lines, end, is_synced=any(isinstance(one, _FSYNCED) for one in records))
        return kept

    def _write(self, lines: bytearray, end: int, *, is_synced: bool) -> None:
        left = memoryview(lines)
        try:
            while left:
                left = left[self._file.write(left) :]
            if is_synced:
                os.fsync(self._file.fileno())
        except OSError as error:
            self._file.truncate(end)
            self._file.seek(end)
            what = f"the timeline cannot be written: {error.strerror}"
            where = str(self._path)
            raise Unavailable(what, where=where, cure="free space on that disk") from error

    def close(self) -> None:
        """Flush and close. Idempotent."""
        if not self._file.closed:
            os.fsync(self._file.fileno())
            self._file.close()


class Damaged(Exception):
    """A line that is no record: what follows it cannot be believed."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"line {number} cannot be read ({reason}); what follows is ignored")


def stored_records(
    path: Path, *, offset: int = 0, end: float = inf
) -> Iterator[tuple[AnyRecord, Named | None]]:
    """The records in the file at `path`, in order, as they are kept in memory, with their views.

    `offset` is the byte at which the first of them begins, `end` the one behind the last. Raises
    BadInput when it cannot be opened, Damaged, which names the line, where it is not intact.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise _unreadable(path, error) from error
    with file:
        file.seek(offset)
        for number, line in enumerate(_lines(file, path), start=1):
            if offset >= end:
                break
            if line != b"\n":
                record, view = _decoded(line, number)
                yield lightened(record, path, offset, len(line)), view
            offset += len(line)


def _lines(file: BinaryIO, path: Path) -> Iterator[bytes]:
    """Lines with their ends, each as far as it may be long."""
    try:
        while line := file.readline(LINE_BYTES_MAX + 1):
            yield line
    except OSError as error:
        raise _unreadable(path, error) from error


def _decoded(line: bytes, number: int) -> tuple[AnyRecord, Named | None]:
    if len(line) > LINE_BYTES_MAX:
        raise Damaged(number, f"longer than {LINE_BYTES_MAX} bytes")
    try:
        record: AnyRecord = _DECODER.decode(line)
        view = decode(record.kind, record.object) if isinstance(record, Observed) else None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Damaged(number, str(error)) from error
    return record, view


def _unreadable(path: Path, error: OSError) -> BadInput:
    return BadInput(f"timeline cannot be read: {error.strerror}", where=str(path))
