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
from reconverge.errors import BadInput
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
    """Changes of `kind` after `since_s` may be missing, up to the next `Synced` of that watch."""

    kind: str
    since_s: float
    reason: str
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
    """A question that no watch answers, and its answer; a bad answer is an answer."""

    probe: str
    target: str
    ok: bool
    answer: str = ""


class Challenged(Record, frozen=True, kw_only=True):
    """A harmless change that a live controller must answer (see reconverge.judges.liveliness)."""

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
    """One record in its place, with the world as it was known just after it."""

    index: int
    record: AnyRecord
    snapshot: Snapshot
    view: Named | None

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
        self._buried: set[str] = set()
        self._started_s = clock.monotonic_s()
        self._file: BinaryIO | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("xb", buffering=0)

    def now_s(self) -> float:
        """Seconds since the timeline was opened."""
        return self.clock.monotonic_s() - self._started_s

    def append(self, make: Callable[[float], AnyRecord]) -> Entry:
        """Append the record that `make` builds from the present second; returns its entry.

        Taking the second inside the lock keeps `at_s` in the order of the entries.
        """
        with self.condition:
            return self._append(make(self.now_s()))

    def restore(self, record: AnyRecord) -> Entry:
        """Append a record that already has its second, read from a stored timeline."""
        with self.condition:
            return self._append(record)

    def _append(self, record: AnyRecord) -> Entry:
        entry = self._place(record)
        if self._file is not None:
            self._file.write(_ENCODER.encode(record) + b"\n")
            if isinstance(record, _FSYNCED):
                os.fsync(self._file.fileno())
        self._entries.append(entry)
        self.condition.notify_all()
        return entry

    def _place(self, record: AnyRecord) -> Entry:
        before = self._entries[-1].snapshot if self._entries else Snapshot()
        index = len(self._entries)
        if not isinstance(record, Observed):
            return Entry(index, record, before, None)
        view = decode(record.kind, record.object)
        if record.change == "deleted":
            self._buried.add(record.uid)
            return Entry(index, record, before.without_object(record.kind, record.uid), view)
        if self._is_stale(record, before):
            return Entry(index, record, before, None)
        return Entry(index, record, before.with_object(record.kind, view), view)

    def _is_stale(self, record: Observed, before: Snapshot) -> bool:
        """Whether more is known already: a list may be older than a watch, a UID never returns."""
        known = before.get(record.kind, record.uid)
        is_older = known is not None and known.resource_version > record.resource_version
        return is_older or record.uid in self._buried

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


def read_timeline(path: Path, clock: Clock) -> Timeline:
    """The timeline stored at `path`, as far as it can be read; `damage` says where it ends.

    Raises BadInput when there is no such file or its first line is not a timeline's.
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
    if not len(timeline) or not isinstance(timeline[0].record, Opened):
        raise BadInput("not a timeline: the first line must be its opening record", where=str(path))
    return timeline
