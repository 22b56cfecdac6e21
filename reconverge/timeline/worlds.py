"""The world after each entry, made when somebody asks for it.

Keeping a snapshot for every entry would cost more memory than the objects themselves: with 10,000
pods each one copied 3.3 KB of tree nodes. So the world is kept after every `STRIDE`th entry and
at the last few places that were read; between two of them it is made again from the entries. Who
reads in order pays for one change an entry, who jumps for `STRIDE` of them at most.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from reconverge.model import Named, Snapshot
from reconverge.timeline.records import AnyRecord, Gap, Lost, Observed, Opened

STRIDE = 1024
READERS = 8


class Entry(msgspec.Struct, frozen=True):
    """One record in its place, with the world as it was known just after it.

    `outages` are those still open. In a gap the snapshot may lack changes, or mix old and new
    objects; in a loss it may only be late. `view` is None for a delivery older than what was known.
    """

    index: int
    record: AnyRecord
    view: Named | None
    outages: tuple[Gap | Lost, ...]
    worlds: Worlds

    @property
    def at_s(self) -> float:
        return self.record.at_s

    @property
    def snapshot(self) -> Snapshot:
        return self.worlds.at(self.index)

    def instant(self, at_s: float) -> datetime | None:
        """Second `at_s` of the timeline by the wall, for comparison with the API server's stamps.

        That machine's clock and ours may differ; the stamps have a grain of one second anyway.
        None on a timeline without an opening record.
        """
        started = self.worlds.started
        return started + timedelta(seconds=at_s) if started is not None else None

    def so_far(self) -> Iterator[Entry]:
        """Every entry of the timeline up to this one, from the opening on."""
        return self.worlds.entries(self.index + 1)

    def __repr__(self) -> str:
        return f"Entry({self.index}, {self.record!r})"


class Worlds:
    """The worlds of a growing list of entries. Safe to use from many threads."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._kept: list[Snapshot] = []
        self._recent: dict[int, Snapshot] = {}
        self._lock = threading.Lock()

    @property
    def started(self) -> datetime | None:
        """The wall's instant of second 0, if the opening record is there."""
        first = self._entries[0].record if self._entries else None
        return first.started if isinstance(first, Opened) else None

    def entries(self, stop: int) -> Iterator[Entry]:
        """The first `stop` entries."""
        return (self._entries[index] for index in range(stop))

    def at(self, index: int) -> Snapshot:
        """The world just after entry `index`; the empty one before the first."""
        if index < 0:
            return Snapshot()
        with self._lock:
            known = self._recent.get(index)
            return self._made(index) if known is None else known

    def _made(self, index: int) -> Snapshot:
        begin, world = self._nearest(index)
        for place in range(begin + 1, index + 1):
            world = _after(world, self._entries[place])
            if place == len(self._kept) * STRIDE:
                self._kept.append(world)
        self._recent[index] = world
        if len(self._recent) > READERS:
            del self._recent[next(iter(self._recent))]
        return world

    def _nearest(self, index: int) -> tuple[int, Snapshot]:
        """The last place at or before `index` whose world is known, and that world."""
        strides = min(index // STRIDE + 1, len(self._kept))
        begin = (strides - 1) * STRIDE if strides else -1
        recent = max((place for place in self._recent if place <= index), default=-1)
        if recent > begin:
            return recent, self._recent[recent]
        return begin, self._kept[strides - 1] if strides else Snapshot()


def _after(world: Snapshot, entry: Entry) -> Snapshot:
    record, view = entry.record, entry.view
    if not isinstance(record, Observed) or view is None:
        return world
    if record.change == "deleted":
        return world.without_object(record.kind, record.uid)
    return world.with_object(record.kind, view, index=entry.index)


class Newest:
    """The newest version of each object so far, changed in place: what tells a stale delivery."""

    def __init__(self) -> None:
        self._versions: dict[str, int] = {}
        self._gone: set[str] = set()

    def is_news(self, record: Observed) -> bool:
        """Take a delivery into account; False when it is older than what was known."""
        uid, version = record.uid, record.resource_version
        if uid in self._gone:
            return False
        if record.change == "deleted":
            self._gone.add(uid)
            self._versions.pop(uid, None)
            return True
        if self._versions.get(uid, -1) > version:
            return False
        self._versions[uid] = version
        return True
