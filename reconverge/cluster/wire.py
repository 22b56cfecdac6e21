"""One object's bytes as the API server sends them, made fit for the record.

More than half of a pod's JSON is `metadata.managedFields`: which field was last set by whom. What
they tell about the whole object (who, when, through which subresource) is kept as `Writer`s, and
their bulk is cut out of the bytes; everything else stays as it came, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

import msgspec

from reconverge.model import Event, Lease, Named
from reconverge.timeline import Writer

_KEY = b',"managedFields":'
_INTERNED_MAX = 4096


class _Metadata(msgspec.Struct, frozen=True, rename="camel"):
    managed_fields: msgspec.Raw = msgspec.Raw()


class _Object(msgspec.Struct, frozen=True):
    metadata: _Metadata = _Metadata()


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: str
    object: _Object


class _RawLine(msgspec.Struct, frozen=True):
    type: str
    object: msgspec.Raw


class _Managed(msgspec.Struct, frozen=True):
    name: str = msgspec.field(name="manager", default="")
    time: datetime | None = None
    subresource: str = ""


class Lean(msgspec.Struct, frozen=True):
    """An object without its managedFields, and who they name."""

    object: bytes
    writers: tuple[Writer, ...]


_LINE = msgspec.json.Decoder(_Line)
_RAW_LINE = msgspec.json.Decoder(_RawLine)
_OBJECT = msgspec.json.Decoder(_Object)
_MANAGED = msgspec.json.Decoder(tuple[_Managed, ...])
# The same few managers write thousands of objects in the same second: one value serves them all.
_interned: dict[Writer, Writer] = {}


def lean_line(line: bytes) -> tuple[str, Lean]:
    """The type of a watch event and its object. Raises msgspec.DecodeError.

    The API server writes `{"type":T,"object":O}` and nothing else, so that O can be cut out where
    one pass has found the line to be whole; any other spelling is taken apart in two.
    """
    try:
        parsed = _LINE.decode(line)
    except msgspec.ValidationError:  # another key beside the two
        return _lean_raw_line(line)
    head = b'{"type":"%s","object":' % parsed.type.encode()
    if not (line.startswith(head + b"{") and line.endswith(b"}}")):
        return _lean_raw_line(line)
    return parsed.type, _lean(line[len(head) : -1], parsed.object.metadata.managed_fields)


def _lean_raw_line(line: bytes) -> tuple[str, Lean]:
    raw = _RAW_LINE.decode(line)
    return raw.type, lean_object(bytes(raw.object))


def lean_object(wire: bytes) -> Lean:
    """One object of a list. Raises msgspec.DecodeError."""
    return _lean(wire, _OBJECT.decode(wire).metadata.managed_fields)


def _lean(wire: bytes, managed: msgspec.Raw) -> Lean:
    text = bytes(managed)
    if not text or text == b"null":
        return Lean(wire, ())
    return Lean(_without(wire, text), _writers(text))


def _without(wire: bytes, managed: bytes) -> bytes:
    """`wire` without its metadata.managedFields.

    A quote inside a string is escaped, so the key is found only where it is one; that it is the
    metadata's is certain where it is the only one.
    """
    at = wire.find(_KEY)
    end = at + len(_KEY) + len(managed)
    if at >= 0 and wire[at + len(_KEY) : end] == managed and wire.find(_KEY, end) < 0:
        return wire[:at] + wire[end:]
    parsed: dict[str, Any] = msgspec.json.decode(wire)
    parsed["metadata"].pop("managedFields", None)
    return msgspec.json.encode(parsed)


def _writers(managed: bytes) -> tuple[Writer, ...]:
    if len(_interned) > _INTERNED_MAX:
        _interned.clear()
    return tuple(
        _interned.setdefault(writer, writer)
        for one in _MANAGED.decode(managed)
        for writer in (Writer(one.name, one.time, one.subresource),)
    )


def _event_stamp(view: Named) -> datetime | None:
    event = cast(Event, view)
    again = event.series.last_observed_time if event.series is not None else None
    return again or event.event_time


_STAMPS: dict[str, Callable[[Named], datetime | None]] = {
    "Event": _event_stamp,
    "Lease": lambda view: cast(Lease, view).spec.renew_time,
}


def authored(kind: str, view: Named) -> datetime | None:
    """The author's own stamp in microseconds, of the kinds that carry one."""
    stamp = _STAMPS.get(kind)
    return stamp(view) if stamp is not None else None
