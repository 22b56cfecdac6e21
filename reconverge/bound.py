"""How long something may take, as a sum of named terms that a reader can look up one by one.

A deadline taken from a bound is neither a guess nor a wish: each addend says what it is and where
its number comes from, and the record keeps them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec


class Term(msgspec.Struct, frozen=True):
    """One addend of a bound, in seconds; a negative one is what has passed already.

    `source` says who set the number: a flag, a field of an object, a default, an allowance of ours.
    """

    name: str
    seconds: float
    source: str = ""

    def __str__(self) -> str:
        return f"{self.name} {amount(abs(self.seconds))}"


class Bound(msgspec.Struct, frozen=True):
    """An upper bound on a duration. With an `obstacle` there is none: it may never come.

    The terms are then how long it takes where the obstacle falls away, or luck has it: a node that
    is found lost before others make a guard apply is emptied all the same.
    """

    terms: tuple[Term, ...] = ()
    obstacle: str = ""

    @property
    def finite_s(self) -> float:
        """The sum of the terms, as if nothing stood in the way."""
        return sum(term.seconds for term in self.terms)

    @property
    def seconds(self) -> float:
        """The bound itself; infinite where there is an obstacle."""
        return math.inf if self.obstacle else self.finite_s

    def __add__(self, other: Bound) -> Bound:
        """One after the other; the first obstacle is the one that is met."""
        return Bound(self.terms + other.terms, self.obstacle or other.obstacle)

    def times(self, count: int) -> Bound:
        """The same so many times, one after the other."""
        if count == 1:
            return self
        terms = (
            Term(f"{count} x {term.name}", count * term.seconds, term.source) for term in self.terms
        )
        return Bound(tuple(terms), self.obstacle)

    def __str__(self) -> str:
        """`<= 47 s = lease 12 + grace 30 + reaction 5`, or `unbounded: ...` with the obstacle."""
        total = f"{amount(self.finite_s)} s"
        start, *rest = self.terms or (Term("nothing", 0.0),)
        sign = "- " if start.seconds < 0 else ""
        rows = "".join(f" {'-' if term.seconds < 0 else '+'} {term}" for term in rest)
        addends = f"{total} = {sign}{start}{rows}"
        if not self.obstacle:
            return f"<= {addends}"
        return f"unbounded: {self.obstacle}" + (f"; else {addends}" if self.terms else "")

    def sources(self) -> tuple[str, ...]:
        """Each source with the terms that it sets, in the order of the terms."""
        by_source: dict[str, list[str]] = {}
        for term in self.terms:
            names = by_source.setdefault(term.source, [])
            names += [] if term.name in names else [term.name]
        return tuple(
            f"{source}: {', '.join(names)}" for source, names in by_source.items() if source
        )


def latest(bounds: Iterable[Bound]) -> Bound:
    """The bound of several things that happen side by side: that of the slowest.

    One without an end counts as slowest. An empty collection takes no time.
    """
    return max(bounds, key=lambda bound: (bound.seconds, bound.finite_s), default=Bound())


def amount(number: float) -> str:
    """A number for a reader: at most one decimal, and none where it says nothing."""
    return f"{number:.1f}".removesuffix(".0")
