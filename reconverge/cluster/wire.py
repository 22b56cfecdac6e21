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

_KEY, _METADATA = b',"managedFields":', b'"metadata":{'


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


class Lean(msgspec.Struct, frozen=True):
    """An object without its managedFields, and who they name."""

    object: bytes
    writers: tuple[Writer, ...]


_LINE = msgspec.json.Decoder(_Line)
_RAW_LINE = msgspec.json.Decoder(_RawLine)
_OBJECT = msgspec.json.Decoder(_Object)
_WRITERS = msgspec.json.Decoder(tuple[Writer, ...])


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
    managed = bytes(parsed.object.metadata.managed_fields)
    return parsed.type, _lean(line, len(head), len(line) - 1, managed)


def _lean_raw_line(line: bytes) -> tuple[str, Lean]:
    raw = _RAW_LINE.decode(line)
    return raw.type, lean_object(bytes(raw.object))


def lean_object(wire: bytes) -> Lean:
    """One object of a list. Raises msgspec.DecodeError."""
    managed = bytes(_OBJECT.decode(wire).metadata.managed_fields)
    return _lean(wire, 0, len(wire), managed)


def _lean(text: bytes, begin: int, end: int, managed: bytes) -> Lean:
    """The object that lies in `text` from `begin` to `end`, whose managedFields are `managed`.

    A quote inside a string is escaped, so the key is found only where it is one. Where nothing
    lies between the object's brace and its metadata's, the first of that key behind the latter is
    the metadata's: nothing else in there may be a list of that name. As the first key of all it has
    no comma, and the one that would be found is another's.
    """
    if not managed or managed == b"null":
        return Lean(text[begin:end], ())
    metadata = text.find(_METADATA, begin, end) + len(_METADATA)
    at = text.find(_KEY, metadata, end)
    rest = at + len(_KEY) + len(managed)
    is_first = text.count(b"{", begin, metadata) == 2 and not text.startswith(_KEY[1:], metadata)
    if at >= 0 and is_first and text.startswith(managed, at + len(_KEY)):
        whole = memoryview(text)
        wire = b"".join((whole[begin:at], whole[rest:end]))
    else:
        wire = _without_managed(text[begin:end])
    return Lean(wire, _WRITERS.decode(managed))


def _without_managed(wire: bytes) -> bytes:
    parsed: dict[str, Any] = msgspec.json.decode(wire)
    parsed["metadata"].pop("managedFields", None)
    return msgspec.json.encode(parsed)


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
