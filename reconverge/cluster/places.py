"""Where each value of a manifest stands in its text, so that a flaw can be shown to its author."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import yaml

from reconverge.cluster.door import JsonObject
from reconverge.cluster.fields import Steps
from reconverge.cluster.yamls import composed, parse_documents


class Place(msgspec.Struct, frozen=True):
    """A line and a column of a text, both counted from 1."""

    line: int
    column: int


class Placed(msgspec.Struct, frozen=True):
    """One object as it is written, and where its keys and items stand."""

    object: JsonObject
    places: dict[Steps, Place]

    def place(self, path: Steps) -> Place:
        """Where `path` stands; where it is missing, the nearest thing around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place(1, 1))


def placed(text: str, *, source: str) -> tuple[Placed, ...]:
    """The objects of a text with their places; the items of a List each by itself.

    Raises Unreadable as `parse_documents` does.
    """
    documents = parse_documents(text, source=source)
    pairs = zip(documents, composed(text), strict=True)
    return tuple(one for document, node in pairs for one in _members(document.object, node))


def _members(manifest: JsonObject, node: yaml.MappingNode) -> Iterator[Placed]:
    places = dict(_places(node, ()))
    items = manifest.get("items")
    if manifest.get("kind") != "List" or not isinstance(items, list):
        yield Placed(manifest, places)
        return
    for number, item in enumerate(items):
        here = ("items", number)
        inner = {path[2:]: place for path, place in places.items() if path[:2] == here}
        yield Placed(item if isinstance(item, dict) else {}, inner)


def _places(
    node: yaml.Node, path: Steps, mark: yaml.Mark | None = None
) -> Iterator[tuple[Steps, Place]]:
    """Every path below `node`; a key stands where it is written, an item where it begins."""
    at = mark or node.start_mark
    yield path, Place(at.line + 1, at.column + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _places(value, (*path, key.value), key.start_mark)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _places(value, (*path, number))
