"""Which fields an object of a kind may have, and of what type: strict decoding without a cluster.

fields.json is taken from the OpenAPI description of Kubernetes 1.34 (tests/cluster/gather_fields.py
makes it). Kinds that are not in it are left to the API server.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

FILE = Path(__file__).with_name("fields.json")
_NOT_WRITTEN = ("status", "metadata")  # where nobody looks for a field that is out of place

Steps = tuple[str | int, ...]


class Type(msgspec.Struct, frozen=True):
    """The fields of one type; a field's type is a word, `[T]` for a list or `{T}` for a map."""

    fields: dict[str, str]
    required: tuple[str, ...] = ()


class _Fields(msgspec.Struct, frozen=True):
    kinds: dict[str, str]
    types: dict[str, Type]


class Misfit(msgspec.Struct, frozen=True, kw_only=True):
    """A value that the API would not take, and where.

    `near` are the fields that may have been meant; `belongs` is where a field of that name has its
    place; `wanted` is the type that it should have, `value` what stands there.
    """

    what: Literal["unknown", "type", "missing"]
    path: Steps
    near: tuple[str, ...] = ()
    belongs: str = ""
    wanted: str = ""
    value: object = None

    @property
    def name(self) -> str:
        return str(self.path[-1])


@cache
def _table() -> _Fields:
    return msgspec.json.decode(FILE.read_bytes(), type=_Fields)


def knows(api_version: str, kind: str) -> bool:
    """Whether the fields of that kind are known here."""
    return f"{api_version}/{kind}" in _table().kinds


def misfits(manifest: dict[str, object]) -> Iterator[Misfit]:
    """Every field of the object that is unknown, of another type, or missing."""
    name = _table().kinds.get(f"{manifest.get('apiVersion')}/{manifest.get('kind')}")
    if name is not None:
        yield from _of_type(manifest, name, (), root=name)


def _of_type(value: dict[str, object], name: str, path: Steps, *, root: str) -> Iterator[Misfit]:
    known = _table().types[name]
    for key, inner in value.items():
        if key in known.fields:
            yield from _of_value(inner, known.fields[key], (*path, key), root=root)
        else:
            place = "" if _near(key, known, cutoff=0.85) else _belongs(key, root)
            near = () if place else _near(key, known, cutoff=0.7)
            yield Misfit(what="unknown", path=(*path, key), near=near, belongs=place)
    for key in known.required:
        if value.get(key) is None:
            yield Misfit(what="missing", path=(*path, key), wanted=known.fields[key])


def _near(key: str, known: Type, *, cutoff: float) -> tuple[str, ...]:
    return tuple(get_close_matches(key, known.fields, n=2, cutoff=cutoff))


def _of_value(value: object, wanted: str, path: Steps, *, root: str) -> Iterator[Misfit]:
    if value is None or wanted == "any":
        return
    if wanted[0] in "[{":
        yield from _of_many(value, wanted, path, root=root)
    elif wanted in _table().types:
        if isinstance(value, dict):
            yield from _of_type(value, wanted, path, root=root)
        else:
            yield Misfit(what="type", path=path, wanted="object", value=value)
    elif not _is_plain(value, wanted):
        yield Misfit(what="type", path=path, wanted=wanted, value=value)


def _of_many(value: object, wanted: str, path: Steps, *, root: str) -> Iterator[Misfit]:
    shape, word, inner = (list, "list", wanted[1:-1]) if wanted[0] == "[" else (dict, "map", "")
    if not isinstance(value, shape):
        yield Misfit(what="type", path=path, wanted=word, value=value)
        return
    rows = enumerate(value) if isinstance(value, list) else value.items()
    for key, one in rows:
        yield from _of_value(one, inner or wanted[1:-1], (*path, key), root=root)


def _is_plain(value: object, wanted: str) -> bool:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    match wanted:
        case "string":
            return isinstance(value, str)
        case "integer":
            return is_whole
        case "number":
            return is_whole or isinstance(value, float)
        case "boolean":
            return isinstance(value, bool)
        case "int-or-string":
            return is_whole or isinstance(value, str)
        case "quantity":
            return is_whole or isinstance(value, float | str)
    return True


@cache
def _belongs(key: str, root: str) -> str:
    """The nearest place in an object of type `root` for a field of that name, `spec.template.spec`;
    empty where there is none."""
    ahead: list[tuple[str, tuple[str, ...]]] = [(root, ())]
    seen: set[str] = set()
    while ahead:
        name, path = ahead.pop(0)
        seen.add(name)
        fields = _table().types[name].fields
        if key in fields:
            return ".".join(path)
        for field, wanted in fields.items():
            mark = "[]" if wanted[0] == "[" else ""
            inner = wanted.strip("[]{}")
            if inner in _table().types and inner not in seen and field not in _NOT_WRITTEN:
                ahead.append((inner, (*path, field + mark)))
    return ""
