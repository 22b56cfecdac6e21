"""What an object says of itself, field by field, in the API server's own JSON.

The views of `model` fill what is missing with the API's defaults. Where the promise is that the API
server filled it in, or left it out, only what it sent can tell.
"""

from __future__ import annotations

from typing import Any

import msgspec

from reconverge.judges.promise import Promise
from reconverge.judges.states import StateJudge
from reconverge.judges.steady import Steadiness
from reconverge.model import Ref, Snapshot
from reconverge.timeline import Entry, Observed
from reconverge.verdict import Finding


class Shows(Promise, frozen=True, kw_only=True):
    """The object has this value in that field; None stands for a field that is absent.

    `field` are the keys on the way to it, such as ("spec", "backoffLimit"); in a list the key is
    the place. `value` is a text, or the JSON of anything else: `6`, `false`.
    """

    of: Ref
    field: tuple[str, ...]
    value: str | None

    def sentence(self) -> str:
        return f'"{self.of.name}" shows {".".join(self.field)}: {self.value or "absent"}'

    def judge(self, *, deadline_s: float) -> StateJudge:
        return _ShowsJudge(self, deadline_s=deadline_s)


class _ShowsJudge(StateJudge):
    """Waits until the newest delivery of the object shows it."""

    def __init__(self, promise: Shows, *, deadline_s: float) -> None:
        super().__init__(promise, self._weigh_wire, kinds=(promise.of.kind,), deadline_s=deadline_s)
        self._shows = promise
        self._wire: Any = None
        self._is_begun = False

    def feed(self, entry: Entry) -> Finding | None:
        for one in (entry,) if self._is_begun else entry.so_far():
            self._note(one)
        self._is_begun = True
        return super().feed(entry)

    def _note(self, entry: Entry) -> None:
        record = entry.record
        if isinstance(record, Observed) and record.uid == self._shows.of.uid and entry.view:
            is_gone = record.change == "deleted"
            self._wire = None if is_gone else msgspec.json.decode(bytes(record.object))

    def _weigh_wire(self, snapshot: Snapshot) -> Steadiness:
        del snapshot
        if self._wire is None:
            return Steadiness((f"{self._shows.of} is gone",), f"{self._shows.of} does not exist")
        found = _said(_at(self._wire, self._shows.field))
        lacking = () if found == self._shows.value else (f"not {self._shows.value or 'absent'}",)
        return Steadiness(lacking, f"{'.'.join(self._shows.field)}: {found or 'absent'}")


def _at(wire: Any, field: tuple[str, ...]) -> Any:
    """The value at the end of the way; None where the way ends before."""
    for key in field:
        match wire:
            case dict():
                wire = wire.get(key)
            case list() if key.isdecimal() and int(key) < len(wire):
                wire = wire[int(key)]
            case _:
                return None
    return wire


def _said(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()
