"""How long a lost pod was missed, and in which phase of its replacement the time went.

A pod is missed from its loss until another is ready in its place. In between lie four phases, one
after the other, so that they add up to the whole and no second counts twice: *created*,
*scheduled*, *started* (every container has begun), *ready*. Which pod replaces which is the
ledger's business (reconverge.judges.ledger).

All seconds are those at which our own watch delivered: one clock measures the whole. The stamps of
the API server and of the kubelet come from clocks of their own and in whole seconds; they bound how
late the deliveries can have been.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

from reconverge.model import Ref

PHASES = ("created", "scheduled", "started", "ready")
# Both ends of a duration are stamped in whole seconds, rounded down.
GRAIN_S = 1.0


class Recovery(msgspec.Struct, frozen=True, kw_only=True):
    """One lost pod and its way back; `reached_s` are the ends of its phases, as far as they ended.

    `stamped_s` is the whole duration by the server's own stamps, where both its ends have one.
    `doubt` says why its seconds are not known, if so. `attempts` are the replacements that were
    begun. `evidence` are the timeline indices of the loss and of each phase's end.
    """

    owner: Ref
    lost: Ref
    lost_s: float
    replacement: Ref | None = None
    reached_s: tuple[float, ...] = ()
    attempts: int = 0
    is_interchangeable: bool = True
    stamped_s: float | None = None
    doubt: str = ""
    evidence: tuple[int, ...] = ()

    @property
    def phases_s(self) -> dict[str, float]:
        """The duration of each phase that ended."""
        begins = (self.lost_s, *self.reached_s)
        return {
            name: end_s - begin_s
            for name, begin_s, end_s in zip(PHASES, begins, self.reached_s, strict=False)
        }

    @property
    def total_s(self) -> float | None:
        """From the loss to ready; None while no replacement is: a time-out is no duration."""
        is_ready = len(self.reached_s) == len(PHASES)
        return self.reached_s[-1] - self.lost_s if is_ready else None

    @property
    def error_s(self) -> float | None:
        """How far the true duration can be from `total_s`, by the server's stamps."""
        if self.total_s is None or self.stamped_s is None:
            return None
        return GRAIN_S + abs(self.total_s - self.stamped_s)

    def is_within(self, limit_s: float) -> bool | None:
        """Whether it took at most `limit_s`; None where that cannot be told.

        A late delivery makes a duration too long or too short: where the server's stamps exclude
        what was measured, neither is believed.
        """
        if self.doubt:
            return None
        if self.total_s is None:
            return False
        is_within = self.total_s <= limit_s
        if self.stamped_s is not None:
            is_excluded = (
                self.stamped_s - GRAIN_S > limit_s
                if is_within
                else self.stamped_s + GRAIN_S <= limit_s
            )
            return None if is_excluded else is_within
        return is_within

    def __str__(self) -> str:
        """As the end of a sentence: what took how long, or what is still awaited."""
        lost = f"{self.lost.name} (lost at {self.lost_s:.1f} s)"
        if self.replacement is None:
            return f"{lost} was not replaced"
        if self.total_s is None:
            return f"{self.replacement.name} for {lost} is not {PHASES[len(self.reached_s)]}"
        slowest, took_s = max(self.phases_s.items(), key=lambda row: row[1])
        return (
            f"{self.replacement.name} for {lost} took {self.total_s:.1f} s, "
            f"of which {took_s:.1f} s to be {slowest}"
        )


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """How durations are spread, to the millisecond; percentiles are by nearest rank."""

    n: int
    p50_s: float
    p95_s: float
    max_s: float

    @classmethod
    def of(cls, durations_s: Iterable[float]) -> Spread | None:
        """None of nothing."""
        ordered = sorted(round(duration_s, 3) for duration_s in durations_s)
        if not ordered:
            return None
        p50_s, p95_s = (ordered[math.ceil(share * len(ordered)) - 1] for share in (0.5, 0.95))
        return cls(n=len(ordered), p50_s=p50_s, p95_s=p95_s, max_s=ordered[-1])

    def __str__(self) -> str:
        return f"p50 {self.p50_s:.1f} s, p95 {self.p95_s:.1f} s, max {self.max_s:.1f} s"


def known(found: Iterable[Recovery]) -> list[Recovery]:
    """Those that ended and whose seconds are not in doubt: the sample of every statistic."""
    return [one for one in found if one.total_s is not None and not one.doubt]


def spread_of_phases(found: Iterable[Recovery]) -> dict[str, Spread]:
    """How long each phase took, and all of them together; nothing of nothing."""
    sample = known(found)
    rows: dict[str, list[float]] = {name: [one.phases_s[name] for one in sample] for name in PHASES}
    rows["in all"] = [one.total_s for one in sample if one.total_s is not None]
    spreads = {name: Spread.of(durations_s) for name, durations_s in rows.items()}
    return {name: spread for name, spread in spreads.items() if spread is not None}
