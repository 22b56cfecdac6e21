"""The life of one object as its history tells it: made, changed step by step, deleted.

That each request was answered says little: what others act upon is the watch. Of each step there
must be exactly one delivery that brings it, in the order in which the steps were done.
"""

from __future__ import annotations

import msgspec

from reconverge.judges.echoes import has_echo
from reconverge.judges.invariants.judge import Invariant
from reconverge.judges.tally import Tally
from reconverge.judges.wire import said_at
from reconverge.model import Ref, Snapshot
from reconverge.timeline import Entry, Observed


class Mark(msgspec.Struct, frozen=True):
    """A step of a life: from some delivery on, the field at the end of this way has this value.

    `field` are keys, such as ("spec", "replicas"); `value` a text, or the JSON of anything else.
    """

    field: tuple[str, ...]
    value: str

    def __str__(self) -> str:
        return f"{'.'.join(self.field)}: {self.value}"


class Life(Invariant, frozen=True, kw_only=True):
    """The object is made, comes to bear each of these marks, and is deleted, each exactly once.

    In this order; two marks may come with one delivery, none with the first. Between its beginning
    and its end no namesake of its kind is made. The span must begin before the object does.
    """

    of: Ref
    marks: tuple[Mark, ...]

    def sentence(self) -> str:
        marks = "".join(f", then {mark}" for mark in self.marks)
        return f"{self.of} is made{marks}, then deleted, each once"

    def tally(self) -> Tally:
        return _Lived(self)


class _Lived(Tally):
    """How far the life has come, and which marks its newest delivery bears."""

    def __init__(self, promise: Life) -> None:
        self.kinds = frozenset({promise.of.kind})
        self.namespace = promise.of.namespace
        self._of = promise.of
        self._marks = promise.marks
        self._come: list[Mark] = []
        self._borne: list[Mark] = []
        self._is_made = self._is_known = self._is_deleted = False
        self._violation = ""

    @property
    def violation(self) -> str:
        return self._violation

    @property
    def late_violation(self) -> str:
        return self._lack if self._is_complete else ""

    @property
    def doubt(self) -> str:
        if self._is_complete or not self._lack:
            return ""
        return f"{self._lack}, and nothing shows that this is all of it"

    @property
    def _is_complete(self) -> bool:
        """Whether more cannot be on its way: its end has come, or a sentinel shows it."""
        return self._is_deleted or has_echo(self._of.kind)

    @property
    def _lack(self) -> str:
        missing = ["its making"] if not self._is_made else []
        missing += [str(mark) for mark in self._marks[len(self._come) :]]
        missing += ["its deletion"] if not self._is_deleted else []
        return f"its history lacks {' and '.join(missing)}" if missing else ""

    def begin(self, snapshot: Snapshot) -> None:
        self._is_known = snapshot.get(self._of.kind, self._of.uid) is not None

    def note(self, entry: Entry) -> None:
        record = entry.record
        assert isinstance(record, Observed), "a tally is given deliveries"
        if record.uid == self._of.uid:
            self._violation = self._violation or self._lived(record)
        elif self._is_namesake(entry) and self._is_known and not self._is_deleted:
            self._violation = self._violation or f"another {self._of} is made beside it"

    def _is_namesake(self, entry: Entry) -> bool:
        view = entry.view
        return view is not None and (view.name, view.metadata.namespace) == (
            self._of.name,
            self._of.namespace,
        )

    def _lived(self, record: Observed) -> str:
        """Take one delivery of it; what is wrong with that."""
        is_first, self._is_known = not self._is_known, True
        self._is_made |= is_first and record.change == "added"
        if record.change == "deleted":
            self._is_deleted = True
            return ""
        wire = msgspec.json.decode(bytes(record.object))
        borne = [mark for mark in self._marks if said_at(wire, mark.field) == mark.value]
        new = [mark for mark in borne if mark not in self._borne]
        self._borne = borne
        faults = [self._come_to(mark, is_first=is_first) for mark in new]
        return next(filter(None, faults), "")

    def _come_to(self, mark: Mark, *, is_first: bool) -> str:
        if is_first:
            return f"{mark} is there from the beginning"
        if mark in self._come:
            return f"{mark} comes a second time"
        awaited = self._marks[len(self._come)]
        self._come.append(mark)
        return "" if mark == awaited else f"{mark} comes before {awaited}"
