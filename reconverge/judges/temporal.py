"""Promises about the order of things: always, never, eventually, until, and then for a while.

They are made of predicates (see `predicates`), and mean what the operators of the same names mean
in temporal logic, over the instants that our watches show of a span:

====================  ==============================================================================
Always(p), Never(p)   p (not p) at each instant of the span
Eventually(p)         p at some instant, by the deadline
Until(p, q)           q at some instant by the deadline, and p at each instant before it
ThenStays(p, for_s)   from some instant by the deadline on, p at each instant for `for_s` seconds
====================  ==============================================================================

What cannot be known is read both ways: HELD if the promise is kept even when everything unknown
went against it, BROKEN if it is not kept even when everything unknown went in its favour, else
UNKNOWN. Unknown is

- what happened in a gap of a watch, and what had been written before it, unless a sentinel has
  proved by then that it was delivered. `Always` cannot be HELD across one, but it is BROKEN by a
  violation outside of it. `Eventually` is HELD whatever was missed; without p it is UNKNOWN, since
  p may have come and gone. A stay that a gap interrupts begins anew after it;
- whether what is seen belongs to the span. A state that stands as the span begins may be an old
  one, not yet corrected by our watch. What is awaited counts from the entry at which the effects
  of `injections` were all seen; without any, once a sentinel planted in the span has come back;
- whether our watches hear anything. Where the verdict rests on something not having been seen,
  sentinels are planted after the last instant that matters, and must come back through each watch.

The end of the span is the deadline: what is awaited must be so, or begin to stay so, by then. A
stay that began in time is followed beyond it.
"""

from __future__ import annotations

from reconverge.judges.awaiting import AwaitJudge
from reconverge.judges.invariants.judge import Invariant
from reconverge.judges.judge import Judge
from reconverge.judges.predicates import AnyPredicate, Not
from reconverge.judges.promise import Promise
from reconverge.judges.tally import Tally


class Always(Invariant, frozen=True, kw_only=True):
    """The predicate is so at each instant of the span."""

    of: AnyPredicate

    def sentence(self) -> str:
        return self.of.words("always")

    def tally(self) -> Tally:
        return self.of.tally()


class Never(Invariant, frozen=True, kw_only=True):
    """The predicate is so at no instant of the span."""

    of: AnyPredicate

    def sentence(self) -> str:
        return self.of.words("never")

    def tally(self) -> Tally:
        return Not(of=self.of).tally()


class Eventually(Promise, frozen=True, kw_only=True):
    """The predicate is so at some instant after the faults `injections`, by the deadline."""

    of: AnyPredicate
    injections: tuple[str, ...] = ()

    def sentence(self) -> str:
        return self.of.words("eventually")

    def judge(self, *, deadline_s: float) -> Judge:
        return AwaitJudge(
            self.sentence(),
            awaited=self.of.tally(),
            injections=self.injections,
            deadline_s=deadline_s,
        )


class Until(Promise, frozen=True, kw_only=True):
    """`until` comes by the deadline, after the faults `injections`, and `of` is so before it."""

    of: AnyPredicate
    until: AnyPredicate
    injections: tuple[str, ...] = ()

    def sentence(self) -> str:
        return f"{self.of.words()} until {self.until.words()}"

    def judge(self, *, deadline_s: float) -> Judge:
        return AwaitJudge(
            self.sentence(),
            awaited=self.until.tally(),
            meanwhile=self.of.tally(),
            injections=self.injections,
            deadline_s=deadline_s,
        )


class ThenStays(Promise, frozen=True, kw_only=True):
    """The predicate comes to be so by the deadline, and stays so for `for_s` seconds.

    What was so for a shorter time before does not matter, as long as the stay begins in time.
    """

    of: AnyPredicate
    for_s: float
    injections: tuple[str, ...] = ()

    def sentence(self) -> str:
        return f"{self.of.words()} and stays so for {self.for_s:g} s"

    def judge(self, *, deadline_s: float) -> Judge:
        return AwaitJudge(
            self.sentence(),
            awaited=self.of.tally(),
            for_s=self.for_s,
            injections=self.injections,
            deadline_s=deadline_s,
        )


AnyAwaited = Eventually | Until | ThenStays
AnyTemporal = Always | Never | AnyAwaited
