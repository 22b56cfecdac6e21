"""Who wrote each delivered version: by the audit log where there is one, else by managedFields.

A watch delivers what changed, not who changed it. The log has the author and the time of every
write, but not the version that came of it; so a delivery is matched with the writes to its object
that were received since the delivery before it. More than one author left is said, not guessed.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TypeAlias

from reconverge.judges.audited import CLOCK_ERROR_S, author
from reconverge.model import Named
from reconverge.timeline import Observed, Opened, Timeline, Wrote

_Key: TypeAlias = tuple[str, str, str]
_MARGIN = timedelta(seconds=CLOCK_ERROR_S)


class Authors:
    """Asked for each delivery in the order of the record: a write is used up by the one it made."""

    def __init__(self, timeline: Timeline) -> None:
        opened = timeline[0].record
        assert isinstance(opened, Opened), "a timeline begins with its opening record"
        self._zero: datetime = opened.started - timedelta(seconds=opened.at_s)
        self._writes: dict[_Key, list[Wrote]] = defaultdict(list)
        self._deleted: dict[_Key, Wrote] = {}
        for entry in timeline.entries():
            one = entry.record
            if isinstance(one, Wrote) and one.code < 400:
                self._writes[(one.kind, one.namespace, one.name)].append(one)
        for writes in self._writes.values():
            writes.sort(key=lambda one: one.received)

    def of(self, record: Observed, view: Named) -> tuple[str, bool]:
        """The author in words, and whether the audit log says so; nothing where nobody tells."""
        if record.change == "listed":
            return _by_fields(record), False
        received = self._zero + timedelta(seconds=record.at_s - record.waited_s)
        namespace, name = view.metadata.namespace, view.name
        # Of what the server named, the log has no name; one creation is as good as another.
        keys = [(record.kind, namespace, name)]
        keys += [(record.kind, namespace, "")] if record.change == "added" else []
        for key in keys:
            found = self._used_up(key, received, is_first=not key[2])
            if found:
                return " or ".join(dict.fromkeys(author(one) for one in found)), True
        # One request of a kubelet ends the grace period and then removes the pod: two deliveries.
        if record.change == "deleted" and keys[0] in self._deleted:
            return author(self._deleted[keys[0]]), True
        return _by_fields(record), False

    def _used_up(self, key: _Key, until: datetime, *, is_first: bool) -> list[Wrote]:
        """The writes that may have made it; of creations only the oldest."""
        writes = self._writes.get(key, [])
        found = [one for one in writes if one.received <= until + _MARGIN]
        found = found[:1] if is_first else found
        del writes[: len(found)]
        for one in found:
            if one.verb == "delete":
                self._deleted[key] = one
        return found


def _by_fields(record: Observed) -> str:
    return " or ".join(dict.fromkeys(one.name for one in record.last_writers if one.name))
