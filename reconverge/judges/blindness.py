"""What our own watches may have missed of a steady state, and whether that matters at its deadline.

While a gap is open nothing counts: a list in progress mixes old objects with new ones. An outage
over the deadline hides whether the steady state came before it, and so does a gap soon after it;
unless the audit log shows that nobody wrote what may be lost in the gap up to the deadline, for
then what was seen before still stood.
"""

from __future__ import annotations

from reconverge.judges.audited import is_empty
from reconverge.model import Ref
from reconverge.timeline import Entry, Gap, Lost


class Blindness:
    """Follows the outages of the watches of `kinds` that concern one workload."""

    def __init__(self, workload: Ref, kinds: frozenset[str], *, deadline_s: float) -> None:
        self._workload = workload
        self._kinds = kinds
        self._deadline_s = deadline_s
        self._over: dict[tuple[str, str], Gap | Lost] = {}
        self._last: Entry | None = None
        self.has_gap = False

    def feed(self, entry: Entry, *, is_over: bool) -> None:
        """Take one entry into account; `is_over`: the deadline has been judged to have passed."""
        self._last = entry
        self.has_gap = any(isinstance(one, Gap) for one in self._outages(entry))
        if is_over:
            self.note_deadline()

    def note_deadline(self) -> None:
        """Outages that go on by now, and began before the deadline, lie over it.

        A gap may also lose what was written a little before it began.
        """
        for one in self._outages(self._last) if self._last is not None else ():
            if isinstance(one, Gap) or one.since_s <= self._deadline_s:
                self._over.setdefault((one.kind, one.namespace), one)

    @property
    def doubt(self) -> str:
        """What may have been missed at the deadline; empty where nothing may."""
        for one in self._over.values():
            if not self._is_empty(one):
                what = "had a gap" if isinstance(one, Gap) else "was lost"
                return f"the watch of {one.kind} {what} at the deadline: {one.reason}"
        return ""

    @property
    def may_be_told(self) -> bool:
        """Whether the audit log may still take the doubt away: it has not come so far yet."""
        told = [self._is_empty(one) for one in self._over.values()]
        return None in told and False not in told

    def _is_empty(self, outage: Gap | Lost) -> bool | None:
        """Whether nobody wrote what it would hide; None where the log does not tell, or not yet.

        A watch that was lost and resumed brings everything, only late: it needs no log.
        """
        if isinstance(outage, Lost) or self._last is None:
            return False
        return is_empty(outage, self._last, self._deadline_s)

    def _outages(self, entry: Entry) -> list[Gap | Lost]:
        here = ("", self._workload.namespace)
        return [
            one
            for one in entry.outages
            if one.kind in self._kinds and (isinstance(one, Lost) or one.namespace in here)
        ]
