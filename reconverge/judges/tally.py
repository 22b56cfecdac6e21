"""A fact about the world, kept up to date delivery by delivery.

Whether a promise holds at some instant is a pure question to the snapshot of that instant. To ask
it of the whole snapshot at every event would make an event dearer the more objects there are. A
tally answers the same question from what it has counted, and an event costs the same at ten pods
and at ten thousand. That the two answers are equal is a property that the tests hold.
"""

from __future__ import annotations

from collections.abc import Callable

from reconverge.model import Named, Snapshot
from reconverge.timeline import Entry, Gap, Lost, Observed, Synced


class Tally:
    """Base of all tallies: `begin` once, then `note` each delivery of one of `kinds`.

    `namespace` is the one in which its objects live; empty where they live in none, or in many.
    """

    kinds: frozenset[str] = frozenset({"Pod"})
    namespace: str = ""

    @property
    def violation(self) -> str:
        """Why it is not so now, as the end of a sentence; empty where it is so."""
        raise NotImplementedError

    @property
    def late_violation(self) -> str:
        """The same, of what shows only once nothing older can be on its way to us any more."""
        return ""

    @property
    def doubt(self) -> str:
        """Why nothing is proved although nothing was violated; empty where there is no doubt."""
        return ""

    @property
    def is_certain(self) -> bool:
        """False while what is known of one kind lags behind what is known of another."""
        return True

    def begin(self, snapshot: Snapshot) -> None:
        """Count from nothing."""
        raise NotImplementedError

    def note(self, entry: Entry) -> None:
        """Take a delivery of one of `kinds` into account, the newest of its object."""
        raise NotImplementedError

    def follow(self, entry: Entry, *, is_first: bool) -> bool:
        """Come up to `entry`; whether there is anything new to judge."""
        record = entry.record
        if is_first:
            self.begin(entry.snapshot)
            return True
        if isinstance(record, Observed):
            is_news = record.kind in self.kinds and entry.view is not None
            if is_news:
                self.note(entry)
            return is_news
        return isinstance(record, Synced) and record.kind in self.kinds

    def outages(self, entry: Entry) -> list[Gap | Lost]:
        """Those open at `entry` that hide something of what is counted here."""
        return [
            one
            for one in entry.outages
            if one.kind in self.kinds and _is_here(self.namespace, one.namespace)
        ]

    def gaps(self, entry: Entry) -> list[Gap]:
        """Those in which changes may be missing; in a loss they are only late."""
        return [one for one in self.outages(entry) if isinstance(one, Gap)]


class Looked(Tally):
    """The tally of what is cheap to look up in a snapshot: one object, by its UID."""

    def __init__(
        self, lack: Callable[[Snapshot], str], *, kinds: frozenset[str], namespace: str = ""
    ) -> None:
        self.kinds = kinds
        self.namespace = namespace
        self._lack = lack
        self._violation = ""

    @property
    def violation(self) -> str:
        return self._violation

    def begin(self, snapshot: Snapshot) -> None:
        self._violation = self._lack(snapshot)

    def note(self, entry: Entry) -> None:
        self._violation = self._lack(entry.snapshot)


def left(entry: Entry) -> Named | None:
    """What is left of the object that was delivered with `entry`; None when it is gone."""
    record = entry.record
    is_gone = isinstance(record, Observed) and record.change == "deleted"
    return None if is_gone else entry.view


def _is_here(mine: str, watched: str) -> bool:
    return not mine or watched in ("", mine)
