"""Fragments: a part of a manifest in a file of its own, as study texts print what differs.

A fragment is no object, it has neither kind nor name. It is put into a whole manifest, in the place
of the part that it replaces, with a note that says so.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import msgspec

from reconverge.cluster.door import JsonObject
from reconverge.cluster.manifests import Manifest
from reconverge.cluster.yamls import Document, read_documents
from reconverge.errors import BadInput


def read_fragment(path: Path) -> Document:
    """The only document of a file. Raises BadInput."""
    documents = read_documents(path)
    if len(documents) != 1:
        raise BadInput(f"{len(documents)} documents instead of one fragment", where=str(path))
    return documents[0]


def with_fragment(manifest: Manifest, fragment: Document) -> Manifest:
    """The manifest with each key of the fragment where it has that key already, at any depth.

    Raises BadInput where it has no such place, or more than one.
    """
    whole = copy.deepcopy(manifest.object)
    for key, value in fragment.object.items():
        places = list(_places(whole, key))
        if len(places) != 1:
            what = f'{manifest} has {len(places)} places for "{key}"'
            raise BadInput(what, where=fragment.where, cure="a fragment replaces exactly one part")
        places[0][key] = copy.deepcopy(value)
    keys = " and ".join(fragment.object)
    note = f"{manifest}: its {keys} is taken from {fragment.where}"
    return msgspec.structs.replace(manifest, object=whole, notes=(*manifest.notes, note))


def _places(value: object, key: str) -> Iterator[JsonObject]:
    """Every mapping in `value` that has `key`."""
    if isinstance(value, dict):
        if key in value:
            yield value
        for inner in value.values():
            yield from _places(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _places(inner, key)
