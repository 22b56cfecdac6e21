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
from reconverge.judges.wire import said_at
from reconverge.model import Ref, Snapshot
from reconverge.timeline import Entry, Observed
from reconverge.verdict import Finding


class OfField(Promise, frozen=True, kw_only=True):
    """Base of the promises about one field.

    `field` are the keys on the way to it, such as ("spec", "backoffLimit"); in a list the key is
    the place.
    """

    of: Ref
    field: tuple[str, ...]

    def judge(self, *, deadline_s: float) -> StateJudge:
        return _FieldJudge(self, deadline_s=deadline_s)

    def lack(self, value: str | None) -> str:
        """Why it is not so with that value; empty where it is. None is a field that is absent."""
        raise NotImplementedError

    @property
    def path(self) -> str:
        return ".".join(self.field)


class Shows(OfField, frozen=True, kw_only=True):
    """The field has this value: a text, or the JSON of anything else. None: it is absent."""

    value: str | None

    def sentence(self) -> str:
        return f'"{self.of.name}" shows {self.path}: {self.value or "absent"}'

    def lack(self, value: str | None) -> str:
        return "" if value == self.value else f"not {self.value or 'absent'}"


class Has(OfField, frozen=True, kw_only=True):
    """The field has some value."""

    def sentence(self) -> str:
        return f'"{self.of.name}" has {self.path}'

    def lack(self, value: str | None) -> str:
        return "" if value is not None else "it has none"


class _FieldJudge(StateJudge):
    """Waits until the newest delivery of the object shows it."""

    def __init__(self, promise: OfField, *, deadline_s: float) -> None:
        super().__init__(promise, self._weigh_wire, kinds=(promise.of.kind,), deadline_s=deadline_s)
        self._promise = promise
        self._wire: Any = None
        self._is_begun = False

    def feed(self, entry: Entry) -> Finding | None:
        for one in (entry,) if self._is_begun else entry.so_far():
            self._note(one)
        self._is_begun = True
        return super().feed(entry)

    def _note(self, entry: Entry) -> None:
        record = entry.record
        if isinstance(record, Observed) and record.uid == self._promise.of.uid and entry.view:
            is_gone = record.change == "deleted"
            self._wire = None if is_gone else msgspec.json.decode(bytes(record.object))

    def _weigh_wire(self, snapshot: Snapshot) -> Steadiness:
        del snapshot
        if self._wire is None:
            return Steadiness(
                (f"{self._promise.of} is gone",), f"{self._promise.of} does not exist"
            )
        value = said_at(self._wire, self._promise.field)
        seen = f"{self._promise.path}: {value or 'absent'}"
        return Steadiness(tuple(filter(None, [self._promise.lack(value)])), seen)
