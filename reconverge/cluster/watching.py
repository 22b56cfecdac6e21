"""What a list and a watch say, as values: the part of the recorder that needs no thread or socket.

A stream is one kind in one namespace (or in the whole cluster). The API server delivers its
changes in the order of their resourceVersions, each once, so one number, the position, says what
has been received: whatever comes at or below it is a repetition and may never overwrite what is
newer. Sources: https://kubernetes.io/docs/reference/using-api/api-concepts/ (efficient detection
of changes, watch bookmarks) and KEP-5504 (resourceVersions of one resource are comparable).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from reconverge.cluster.errors import decode_status, error_from
from reconverge.model import Named, decode
from reconverge.timeline import Observed

Change = Literal["listed", "added", "modified", "deleted"]
_CHANGES: dict[str, Change] = {"ADDED": "added", "MODIFIED": "modified", "DELETED": "deleted"}


class Fact(msgspec.Struct, frozen=True):
    """One change of one object, ready for the timeline but for its second."""

    kind: str
    change: Change
    resource_version: int
    object: msgspec.Raw
    view: Named

    def observed(self, at_s: float) -> Observed:
        return Observed(
            at_s=at_s,
            kind=self.kind,
            change=self.change,
            uid=self.view.uid,
            resource_version=self.resource_version,
            object=self.object,
        )


class _Line(msgspec.Struct, frozen=True):
    type: str
    object: msgspec.Raw


class _ListMeta(msgspec.Struct, frozen=True, rename="camel"):
    resource_version: str = ""


class _List(msgspec.Struct, frozen=True):
    metadata: _ListMeta
    items: list[msgspec.Raw] | None = None


class _Bookmark(msgspec.Struct, frozen=True):
    metadata: _ListMeta


_LINE = msgspec.json.Decoder(_Line)
_LIST = msgspec.json.Decoder(_List)
_BOOKMARK = msgspec.json.Decoder(_Bookmark)


class Stream:
    """What has been received of one kind in one namespace. Steps only; no input or output.

    `position` is the resourceVersion up to which everything is known; None asks for a list.
    `repeated` counts deliveries that were dropped because they were not newer.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.position: int | None = None
        self.repeated = 0
        self._known: dict[str, Fact] = {}

    def take_list(self, body: bytes) -> Iterator[Fact]:
        """The facts that bring the record up to a list: new and changed objects, then lost ones.

        What the list repeats unchanged is no fact. An object that is no longer there is a deletion
        at an unknown instant since the last delivery; its last known state is kept.
        Raises msgspec.DecodeError when `body` is no list of this kind.
        """
        listing = _LIST.decode(body)
        before, self._known = self._known, {}
        for raw in listing.items or ():
            fact = self._fact("listed", raw)
            known = before.pop(fact.view.uid, None)
            self._known[fact.view.uid] = fact
            if known is None or known.resource_version != fact.resource_version:
                yield fact
        self.position = int(listing.metadata.resource_version)
        for gone in before.values():
            yield Fact(self.kind, "deleted", self.position, gone.object, gone.view)

    def take_line(self, line: bytes) -> Fact | None:
        """The fact in one line of a watch; None for a bookmark or a repetition.

        Raises Expired when the server has no history from our position on: list again. Raises
        another error of this room for any other ERROR line, msgspec.DecodeError for one that
        cannot be understood.
        """
        delivery = _LINE.decode(line)
        if delivery.type == "BOOKMARK":
            reached = int(_BOOKMARK.decode(delivery.object).metadata.resource_version)
            self.position = max(self.position or 0, reached)
            return None
        if delivery.type not in _CHANGES:
            status = decode_status(delivery.object)
            raise error_from(status, code=status.code or 500, where=f"watch {self.kind}")
        fact = self._fact(_CHANGES[delivery.type], delivery.object)
        if self.position is not None and fact.resource_version <= self.position:
            self.repeated += 1
            return None
        self.position = fact.resource_version
        if fact.change == "deleted":
            self._known.pop(fact.view.uid, None)
        else:
            self._known[fact.view.uid] = fact
        return fact

    def forget_position(self) -> None:
        """The history from the position on is lost; the next step is a list."""
        self.position = None

    def _fact(self, change: Change, raw: msgspec.Raw) -> Fact:
        view = decode(self.kind, raw)
        return Fact(self.kind, change, view.resource_version, raw, view)
