"""The append-only list of what was observed, done, promised and found, in memory and on disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from reconverge.clock import Clock
from reconverge.errors import BadInput
from reconverge.model import Named, Snapshot, decode
from reconverge.timeline.disk import Damaged, Disk, stored_records
from reconverge.timeline.records import (
    FORMATS_READ,
    AnyRecord,
    Delivery,
    Gap,
    Lost,
    Noted,
    Observed,
    Opened,
    Record,
    Resumed,
    Synced,
)
from reconverge.timeline.worlds import Entry, Newest, Worlds


class Timeline:
    """One scenario's record. Many threads append, any thread reads; entries never change.

    `condition` is notified at every append: wait on it instead of polling.
    """

    def __init__(self, clock: Clock, *, path: Path | None = None) -> None:
        self.clock = clock
        self.condition = threading.Condition()
        self.damage = ""
        self._entries: list[Entry] = []
        self._worlds = Worlds(self._entries)
        self._newest = Newest()
        self._started_s = clock.monotonic_s()
        self._disk = None if path is None else Disk(path)

    def now_s(self) -> float:
        """Seconds since the timeline was opened."""
        return self.clock.monotonic_s() - self._started_s

    def append(self, make: Callable[[float], AnyRecord], *, view: Named | None = None) -> Entry:
        """Append the record that `make` builds from the present second; returns its entry.

        Taking the second inside the lock keeps `at_s` in the order of the entries. `view` spares
        decoding the object of an `Observed` again where the caller has done it.
        """
        with self.condition:
            self._append([make(self.now_s())], [view])
            return self._entries[-1]

    def note(self, text: str) -> Entry:
        """Append a remark for whoever reads the story; no verdict rests on it."""
        return self.append(lambda at_s: Noted(at_s=at_s, text=text))

    def observe(self, deliveries: Sequence[Delivery], *, received_s: float | None = None) -> None:
        """Append what was received together, in one write to disk and with one notification.

        It is as if each delivery had been appended by itself, at one second; `received_s` is the
        second at which their bytes came, by default the present one. Nothing of it is appended when
        the disk does not take it (Unavailable).
        """
        if not deliveries:
            return
        with self.condition:
            at_s = self.now_s()
            waited_s = 0.0 if received_s is None else round(max(0.0, at_s - received_s), 4)
            self._append(
                [one.observed(at_s, waited_s) for one in deliveries],
                [one.view for one in deliveries],
            )

    def restore(self, record: AnyRecord, *, view: Named | None = None) -> Entry:
        """Append a record that already has its second, read from a stored timeline."""
        with self.condition:
            self._append([record], [view])
            return self._entries[-1]

    def _append(self, records: Sequence[AnyRecord], known: Sequence[Named | None]) -> None:
        views = [
            decode(record.kind, record.object)
            if view is None and isinstance(record, Observed)
            else view
            for record, view in zip(records, known, strict=True)
        ]
        if self._disk is not None:
            records = self._disk.write(records)
        for record, view in zip(records, views, strict=True):
            self._place(record, view)
        self.condition.notify_all()

    def _place(self, record: AnyRecord, view: Named | None) -> None:
        outages = self._entries[-1].outages if self._entries else ()
        if isinstance(record, Observed):
            view = view if self._newest.is_news(record) else None
        else:
            view, outages = None, _open_outages(outages, record)
        self._entries.append(Entry(len(self._entries), record, view, outages, self._worlds))

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
        return self._worlds.at(len(self._entries) - 1)

    def notes(self) -> tuple[str, ...]:
        """What was noted for the reader, such as how a manifest was adapted."""
        records = (entry.record for entry in self.entries())
        return tuple(one.text for one in records if isinstance(one, Noted))

    def close(self) -> None:
        """Flush to disk. Idempotent; reading stays possible."""
        if self._disk is not None:
            self._disk.close()
            self._disk = None


def _open_outages(before: tuple[Gap | Lost, ...], record: AnyRecord) -> tuple[Gap | Lost, ...]:
    """What stays open after `record`: a list closes the gap of its own watch only."""
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


def _watch(outage: Gap | Lost) -> tuple[type[Record], str, str]:
    """Which kind of outage of which watch."""
    return type(outage), outage.kind, outage.namespace


def read_timeline(path: Path, clock: Clock) -> Timeline:
    """The timeline stored at `path`, as far as it can be read; `damage` says where it ends.

    Raises BadInput when there is no such file, its first line is not a timeline's, or it is of
    another format.
    """
    timeline = Timeline(clock)
    try:
        for record, view in stored_records(path):
            if not len(timeline):
                _require_opening(record, path)
            timeline.restore(record, view=view)
    except Damaged as damage:
        timeline.damage = str(damage)
    if not len(timeline):
        raise _no_timeline(path)
    return timeline


def _require_opening(record: AnyRecord, path: Path) -> None:
    if not isinstance(record, Opened):
        raise _no_timeline(path)
    if record.format not in FORMATS_READ:
        known = f"{min(FORMATS_READ)} to {max(FORMATS_READ)}"
        what = f"timeline of format {record.format}, this program reads {known}"
        raise BadInput(what, where=str(path), cure="read it with the release that wrote it")


def _no_timeline(path: Path) -> BadInput:
    what = "not a timeline: the first line must be its opening record"
    return BadInput(what, where=str(path))
