"""How much of its time a promise took: what is left shows how soon a green run turns red."""

from __future__ import annotations

import msgspec

from reconverge.bound import amount
from reconverge.timeline import Judged, Promised, Timeline
from reconverge.verdict import Finding, Verdict


class TimeTaken(msgspec.Struct, frozen=True):
    """Seconds from the fault, or from the asking, to the instant that settled it; and the limit."""

    seconds: float
    limit_s: float

    @property
    def share(self) -> float:
        return self.seconds / self.limit_s

    def __str__(self) -> str:
        return f", after {amount(self.seconds)} s of {amount(self.limit_s)} s"


def time_taken(promised: Promised, finding: Finding) -> TimeTaken | None:
    """What a promise that held took of its bound, or of the deadline that the scenario states.

    A bound is counted from the fault: what had passed when it was asked for is among its terms.
    None for what did not hold, and for invariants, which have no time in which to come true.
    """
    limit_s = promised.deadline_s - promised.at_s
    if finding.verdict is not Verdict.HELD or finding.instant_s is None or limit_s <= 0:
        return None
    passed_s = 0.0
    if promised.bound is not None and not promised.is_stated:
        passed_s = -sum(min(0.0, term.seconds) for term in promised.bound.terms)
    taken_s = finding.instant_s - promised.at_s + passed_s
    return TimeTaken(max(0.0, taken_s), limit_s + passed_s)


def closest(timeline: Timeline) -> str:
    """The promise that came closest to its limit, as a sentence; empty where none had one."""
    promised: dict[str, Promised] = {}
    found: list[tuple[float, str]] = []
    for entry in timeline.entries():
        record = entry.record
        if isinstance(record, Promised):
            promised[record.id] = record
        elif isinstance(record, Judged) and record.id in promised:
            taken = time_taken(promised[record.id], record.finding)
            if taken is not None:
                found.append((taken.share, f"{record.finding.promise}{taken}"))
    return max(found, default=(0.0, ""))[1]
