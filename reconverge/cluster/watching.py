"""What a list and a watch say, as values: the part of the recorder that needs no thread or socket.

A stream is one kind in one namespace (or in the whole cluster). The API server delivers its
changes in the order of their resourceVersions, each once, so one number, the position, says what
has been received: whatever comes at or below it is a repetition and may never overwrite what is
newer. Sources: https://kubernetes.io/docs/reference/using-api/api-concepts/ (efficient detection
of changes, watch bookmarks) and KEP-5504 (resourceVersions of one resource are comparable).
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from reconverge.cluster.errors import decode_status, error_from
from reconverge.cluster.wire import Lean, authored, lean_line, lean_object
from reconverge.model import Named, decode, share
from reconverge.timeline import Change, Delivery, Writer

_CHANGES: dict[str, Change] = {"ADDED": "added", "MODIFIED": "modified", "DELETED": "deleted"}


class _ListMeta(msgspec.Struct, frozen=True, rename="camel"):
    resource_version: str = ""
    next_page: str = msgspec.field(name="continue", default="")


class _List(msgspec.Struct, frozen=True):
    metadata: _ListMeta
    items: list[msgspec.Raw] | None = None


class _Bookmark(msgspec.Struct, frozen=True):
    metadata: _ListMeta


class _Version(msgspec.Struct, frozen=True, gc=False):
    """What the newest version of an object lends to the next."""

    view: Named
    writers: tuple[Writer, ...]


_LIST = msgspec.json.Decoder(_List)
_BOOKMARK = msgspec.json.Decoder(_Bookmark)


class Stream:
    """What has been received of one kind in one namespace. Steps only; no input or output.

    `position` is the resourceVersion up to which everything is known; None asks for a list.
    `next_page` is the token of the list's next page, empty when there is none.
    `repeated` counts deliveries that were dropped because they were not newer.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.position: int | None = None
        self.next_page = ""
        self.repeated = 0
        self._known: dict[str, _Version] = {}
        self._listed: set[str] | None = None
        self._last: _Version | None = None

    def take_page(self, body: bytes) -> Iterator[Delivery]:
        """What a page of a list brings to the record: new and changed objects, at last lost ones.

        What the list repeats unchanged is no news. An object that is on no page is a deletion at
        an unknown instant since the last delivery; `object` is then what judges knew of it.
        Raises msgspec.DecodeError when `body` is no list of this kind.
        """
        page = _LIST.decode(body)
        if self._listed is None or not self.next_page:
            self._listed = set()
        for raw in page.items or ():
            delivery = self._delivery("listed", lean_object(bytes(raw)))
            uid = delivery.view.uid
            known = self._known.get(uid)
            self._listed.add(uid)
            self._known[uid] = _Version(delivery.view, delivery.writers)
            if known is None or known.view.resource_version != delivery.resource_version:
                yield delivery
        self.next_page = page.metadata.next_page
        if not self.next_page:
            self.position = int(page.metadata.resource_version)
            yield from self._lost(self.position)

    def _lost(self, version: int) -> Iterator[Delivery]:
        listed, self._listed = self._listed or set(), None
        for uid in [one for one in self._known if one not in listed]:
            view = self._known.pop(uid).view
            wire = msgspec.Raw(msgspec.json.encode(view))
            yield Delivery(self.kind, "deleted", version, wire, view)

    def take_line(self, line: bytes) -> Delivery | None:
        """The news in one line of a watch; None for a bookmark or a repetition.

        Raises Expired when the server has no history from our position on: list again. Raises
        another error of this room for any other ERROR line, msgspec.DecodeError for one that
        cannot be understood.
        """
        change, lean = lean_line(line)
        if change == "BOOKMARK":
            reached = int(_BOOKMARK.decode(lean.object).metadata.resource_version)
            self.position = max(self.position or 0, reached)
            return None
        if change not in _CHANGES:
            status = decode_status(lean.object)
            raise error_from(status, code=status.code or 500, where=f"watch {self.kind}")
        delivery = self._delivery(_CHANGES[change], lean)
        if self.position is not None and delivery.resource_version <= self.position:
            self.repeated += 1
            return None
        self.position = delivery.resource_version
        if delivery.change == "deleted":
            self._known.pop(delivery.view.uid, None)
        else:
            self._known[delivery.view.uid] = _Version(delivery.view, delivery.writers)
        return delivery

    def forget_position(self) -> None:
        """The history from the position on is lost; the next step is a list, from its beginning."""
        self.position = None
        self.next_page = ""

    def _delivery(self, change: Change, lean: Lean) -> Delivery:
        view = decode(self.kind, lean.object)
        writers = lean.writers
        # Siblings have as much in common as versions of one object.
        model = self._known.get(view.metadata.uid, self._last)
        if model is not None:
            share(view, model.view)
            writers = _shared(writers, model.writers)
        self._last = _Version(view, writers)
        return Delivery(
            self.kind,
            change,
            view.resource_version,
            msgspec.Raw(lean.object),
            view,
            writers,
            authored(self.kind, view),
        )


def _shared(writers: tuple[Writer, ...], before: tuple[Writer, ...]) -> tuple[Writer, ...]:
    if writers == before:
        return before
    return tuple(before[before.index(one)] if one in before else one for one in writers)
