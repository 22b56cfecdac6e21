"""A manifest's text with an apiVersion that is served today, and otherwise as its author left it.

A YAML library that writes what it has read brings its own indentation and line breaks. So the text
itself is edited, at the places the parser names: comments, order and quotes stay. The edit is
proved by reading it again: it must say exactly what `migrate` makes of the original.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import yaml

from reconverge.cluster.door import JsonObject
from reconverge.cluster.manifests import migrate
from reconverge.cluster.yamls import Document, composed, parse_documents
from reconverge.errors import BadInput


class Rewritten(msgspec.Struct, frozen=True):
    """The text as it should be, and a note with file and line for each thing that changed."""

    text: str
    notes: tuple[str, ...]


class _Edit(msgspec.Struct, frozen=True, order=True):
    """Replace the characters from `start` up to `end`."""

    start: int
    end: int
    text: str


def rewritten(text: str, *, source: str) -> Rewritten:
    """Every manifest of `text` in an apiVersion of today; what is no manifest is left alone.

    Raises BadInput for a text that is not YAML, or that cannot be edited in place.
    """
    documents = parse_documents(text, source=source)
    edits: set[_Edit] = set()
    notes: list[str] = []
    for document, node in zip(documents, composed(text), strict=True):
        for one, place in _members(document.object, node):
            migrated, said = migrate(one) if _is_manifest(one) else (one, ())
            line = place.start_mark.line + 1
            notes += [f"{source}:{line}: {note}" for note in said]
            edits |= set(_edits(one, migrated, place, text)) if said else set()
    new = _applied(text, sorted(edits, reverse=True))
    _require_same(documents, new, source)
    return Rewritten(new, tuple(notes))


def _members(
    manifest: JsonObject, node: yaml.MappingNode
) -> Iterator[tuple[JsonObject, yaml.MappingNode]]:
    """The object and where it stands, or those in it if it is a List."""
    items = manifest.get("items")
    if manifest.get("kind") != "List" or not isinstance(items, list):
        yield manifest, node
        return
    rows = _value(node, "items")
    assert isinstance(rows, yaml.SequenceNode)
    pairs = zip(items, rows.value, strict=True)
    yield from ((one, place) for one, place in pairs if isinstance(one, dict))


def _is_manifest(one: JsonObject) -> bool:
    return isinstance(one.get("apiVersion"), str) and isinstance(one.get("kind"), str)


def _edits(old: JsonObject, new: JsonObject, node: yaml.MappingNode, text: str) -> Iterator[_Edit]:
    version = _value(node, "apiVersion")
    assert isinstance(version, yaml.ScalarNode)
    quote = version.style or ""
    start, end = version.start_mark.index, version.end_mark.index
    yield _Edit(start, end, f"{quote}{new['apiVersion']}{quote}")
    before, after = old.get("spec"), new.get("spec")
    if isinstance(before, dict) and isinstance(after, dict):
        added = {key: value for key, value in after.items() if key not in before}
        spec = _value(node, "spec")
        if added and isinstance(spec, yaml.MappingNode):
            yield _insertion(added, spec, text)


def _insertion(added: JsonObject, spec: yaml.MappingNode, text: str) -> _Edit:
    """Before the template, where there is one: an author would have put a selector there."""
    if spec.flow_style or not spec.value:
        flow = yaml.safe_dump(added, default_flow_style=True, sort_keys=False, width=10**6)
        start = spec.start_mark.index + 1
        return _Edit(start, start, f"{flow.strip()[1:-1]}, ")
    keys = {key.value: key for key, _ in spec.value}
    mark = keys.get("template", spec.value[0][0]).start_mark
    newline = "\r\n" if "\r\n" in text else "\n"
    block = yaml.safe_dump(added, default_flow_style=False, sort_keys=False).splitlines()
    start = mark.index - mark.column
    return _Edit(start, start, "".join(f"{' ' * mark.column}{row}{newline}" for row in block))


def _value(node: yaml.MappingNode, key: str) -> yaml.Node | None:
    return next((value for name, value in node.value if name.value == key), None)


def _applied(text: str, edits: list[_Edit]) -> str:
    """The last first, so that the places of the others stay where they are."""
    for edit in edits:
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _require_same(documents: tuple[Document, ...], text: str, source: str) -> None:
    wanted = [_migrated(document.object) for document in documents]
    try:
        is_same = [one.object for one in parse_documents(text, source=source)] == wanted
    except BadInput:
        is_same = False
    if not is_same:
        what = "its text cannot be edited in place, because of an anchor or an unusual layout"
        raise BadInput(what, where=source, cure="change its apiVersion by hand")


def _migrated(manifest: JsonObject) -> JsonObject:
    items = manifest.get("items")
    if manifest.get("kind") == "List" and isinstance(items, list):
        return {**manifest, "items": [_migrated(one) for one in items if isinstance(one, dict)]}
    return migrate(manifest)[0] if _is_manifest(manifest) else manifest
