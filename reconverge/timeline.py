"""The append-only record of one scenario: what was observed, done, promised and found, on disk.

Judges read nothing else, so a verdict can be recomputed from the file alone. The timeline holds
facts and no opinions; a `Finding` is kept only as the fact that a judge said it.

On disk it is JSON Lines: one record a line, `"is"` names the record's type, `"at_s"` is seconds
since the timeline was opened, by this machine's monotonic clock, stamped on receipt. Lines are
flushed as they are written and fsynced where losing them would lose an undo or a verdict.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from reconverge.clock import Clock
from reconverge.errors import BadInput, Unavailable
from reconverge.model import Named, Ref, Snapshot, decode
from reconverge.verdict import Finding

FORMAT = 1


class Record(msgspec.Struct, frozen=True, kw_only=True, tag_field="is", tag=str.lower):
    """Base of everything a timeline can hold."""

    at_s: float = 0.0


class Opened(Record, frozen=True, kw_only=True):
    """The first line: what is needed to understand, and to repeat, the rest."""

    format: int = FORMAT
    scenario: str
    seed: int
    namespace: str
    started: datetime
    settings: dict[str, str] = {}


class Observed(Record, frozen=True, kw_only=True):
    """One delivery of a list or a watch: `object` is the API server's own JSON, untouched."""

    kind: str
    change: Literal["listed", "added", "modified", "deleted"]
    uid: str
    resource_version: int
    object: msgspec.Raw


class Synced(Record, frozen=True, kw_only=True):
    """All objects of `kind` as of `resource_version` are now on the timeline.

    Of a kind that is watched in several namespaces, `namespace` tells which watch it was.
    """

    kind: str
    resource_version: int
    namespace: str = ""


class Gap(Record, frozen=True, kw_only=True):
    """Changes of `kind` after `since_s` may be missing, up to the next `Synced` of that watch.

    Between the two, `deleted` means: not in the new list; `object` is then the last known state.
    """

    kind: str
    since_s: float
    reason: str
    namespace: str = ""


class Lost(Record, frozen=True, kw_only=True):
    """Nothing of `kind` is known to have happened after `since_s`, until that watch has `Resumed`.

    The watch is down or silent. Nothing need be missing: what happened meanwhile is delivered
    late, or a `Gap` says that it may be missing.
    """

    kind: str
    since_s: float
    reason: str
    namespace: str = ""


class Resumed(Record, frozen=True, kw_only=True):
    """The watch of `kind` is open again and goes on after `resource_version`."""

    kind: str
    resource_version: int
    namespace: str = ""


class Noted(Record, frozen=True, kw_only=True):
    """A fact for the reader, such as how a manifest was adapted before it was applied."""

    text: str


class Injected(Record, frozen=True, kw_only=True):
    """A fault was injected into `targets`; `fault` and `effect` are the encoded values."""

    id: str
    fault: msgspec.Raw
    effect: msgspec.Raw
    sentence: str
    targets: tuple[Ref, ...]


class RolledBack(Record, frozen=True, kw_only=True):
    """The undo of one injection ran; `error` is empty when it succeeded."""

    id: str
    sentence: str
    error: str = ""


class Probed(Record, frozen=True, kw_only=True):
    """A question that no watch answers, and its answer; a bad answer is an answer.

    `asked_s` is the second at which it was asked: a slow answer may speak of an earlier state.
    """

    probe: str
    target: str
    ok: bool
    answer: str = ""
    asked_s: float | None = None


class Challenged(Record, frozen=True, kw_only=True):
    """A harmless change that a live controller must answer (see reconverge.judges.liveliness).

    `resource_version` is that of the write itself: of the created pod, of the patched workload.
    """

    step: Literal["sentinel", "knock"]
    subject: Ref
    resource_version: int
    error: str = ""


class Promised(Record, frozen=True, kw_only=True):
    """From here on a promise is being judged; `promise` is the encoded value.

    `start` is the index of the first entry that its judge was fed: it lies before this record
    where the promise speaks of a fault that was injected earlier.
    """

    id: str
    promise: msgspec.Raw
    sentence: str
    deadline_s: float
    start: int = 0


class Judged(Record, frozen=True, kw_only=True):
    """What a judge found about the promise `id`."""

    id: str
    finding: Finding


AnyRecord = (
    Opened
    | Observed
    | Synced
    | Gap
    | Lost
    | Resumed
    | Noted
    | Injected
    | RolledBack
    | Probed
    | Challenged
    | Promised
    | Judged
)
_FSYNCED = (Opened, Injected, RolledBack, Judged)
_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(AnyRecord)


class Entry(msgspec.Struct, frozen=True):
    """One record in its place, with the world as it was known just after it.

    `outages` are those still open. In a gap the snapshot may lack changes, or mix old and new
    objects; in a loss it may only be late. `view` is None for a delivery older than what was known.
    """

    index: int
    record: AnyRecord
    snapshot: Snapshot
    view: Named | None
    outages: tuple[Gap | Lost, ...] = ()

    @property
    def at_s(self) -> float:
        return self.record.at_s


class Timeline:
    """One scenario's record. Many threads append, any thread reads; entries never change.

    `condition` is notified at every append: wait on it instead of polling.
    """

    def __init__(self, clock: Clock, *, path: Path | None = None) -> None:
        self.clock = clock
        self.condition = threading.Condition()
        self.damage = ""
        self._entries: list[Entry] = []
        self._started_s = clock.monotonic_s()
        self._file: BinaryIO | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("xb", buffering=0)

    def now_s(self) -> float:
        """Seconds since the timeline was opened."""
        return self.clock.monotonic_s() - self._started_s

    def append(self, make: Callable[[float], AnyRecord], *, view: Named | None = None) -> Entry:
        """Append the record that `make` builds from the present second; returns its entry.

        Taking the second inside the lock keeps `at_s` in the order of the entries. `view` spares
        decoding the object of an `Observed` again where the caller has done it.
        """
        with self.condition:
            return self._append(make(self.now_s()), view)

    def restore(self, record: AnyRecord) -> Entry:
        """Append a record that already has its second, read from a stored timeline."""
        with self.condition:
            return self._append(record)

    def _append(self, record: AnyRecord, view: Named | None = None) -> Entry:
        entry = self._place(record, view)
        if self._file is not None:
            self._write(self._file, record)
        self._entries.append(entry)
        self.condition.notify_all()
        return entry

    def _write(self, file: BinaryIO, record: AnyRecord) -> None:
        """The whole line or nothing: half of one would spoil every line after it.

        Raises Unavailable when the disk does not take it; the record is then not appended.
        """
        line = memoryview(_ENCODER.encode(record) + b"\n")
        begin = file.tell()
        try:
            while line:
                line = line[file.write(line) :]
            if isinstance(record, _FSYNCED):
                os.fsync(file.fileno())
        except OSError as error:
            file.truncate(begin)
            file.seek(begin)
            what = f"the timeline cannot be written: {error.strerror}"
            raise Unavailable(what, where=str(file.name), cure="free space on that disk") from error

    def _place(self, record: AnyRecord, view: Named | None) -> Entry:
        before = self.latest()
        index, outages = len(self._entries), self._open_outages(record)
        if not isinstance(record, Observed):
            return Entry(index, record, before, None, outages)
        view = decode(record.kind, record.object) if view is None else view
        if record.change == "deleted":
            after = before.without_object(record.kind, record.uid)
            return Entry(index, record, after, view, outages)
        if before.is_stale(record.kind, record.uid, record.resource_version):
            return Entry(index, record, before, None, outages)
        return Entry(index, record, before.with_object(record.kind, view), view, outages)

    def _open_outages(self, record: AnyRecord) -> tuple[Gap | Lost, ...]:
        """What stays open after `record`: a list closes the gap of its own watch only."""
        before = self._entries[-1].outages if self._entries else ()
        match record:
            case Gap() | Lost():
                known = [one for one in before if _watch(one) == _watch(record)]
                # One that is reported again has been open since it was first reported.
                first_s = min([record.since_s, *(one.since_s for one in known)])
                others = tuple(one for one in before if one not in known)
                return (*others, msgspec.structs.replace(record, since_s=first_s))
            case Synced() | Resumed():
                ended = Gap if isinstance(record, Synced) else Lost
                closed = (ended, record.kind, record.namespace)
                return tuple(one for one in before if _watch(one) != closed)
            case _:
                return before

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, index: int) -> Entry:
        return self._entries[index]

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """The entries from `start` up to `stop`, or to what is there when asked."""
        end = len(self._entries) if stop is None else min(stop, len(self._entries))
        return (self._entries[index] for index in range(start, end))

    def snapshot_at(self, index: int) -> Snapshot:
        """The world just after entry `index`."""
        return self._entries[index].snapshot

    def latest(self) -> Snapshot:
        return self._entries[-1].snapshot if self._entries else Snapshot()

    def close(self) -> None:
        """Flush to disk. Idempotent; reading stays possible."""
        if self._file is not None:
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None


def _watch(outage: Gap | Lost) -> tuple[type[Record], str, str]:
    """Which kind of outage of which watch."""
    return type(outage), outage.kind, outage.namespace


def read_timeline(path: Path, clock: Clock) -> Timeline:
    """The timeline stored at `path`, as far as it can be read; `damage` says where it ends.

    Raises BadInput when there is no such file, its first line is not a timeline's, or it is of
    another format.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise BadInput(f"timeline cannot be read: {error.strerror}", where=str(path)) from error
    timeline = Timeline(clock)
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        try:
            timeline.restore(_DECODER.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            timeline.damage = f"line {number} cannot be read ({error}); what follows is ignored"
            break
    opened = timeline[0].record if len(timeline) else None
    if not isinstance(opened, Opened):
        raise BadInput("not a timeline: the first line must be its opening record", where=str(path))
    if opened.format != FORMAT:
        what = f"timeline of format {opened.format}, this program reads {FORMAT}"
        raise BadInput(what, where=str(path), cure="read it with the release that wrote it")
    return timeline
