"""Bounds: sums that can be read, that can shrink, and that can have no end."""

from __future__ import annotations

import math

import msgspec
import pytest

from reconverge.bound import Bound, Term, amount, latest

LEASE, GRACE = Term("lease", 12, "a flag"), Term("grace", 30, "the pod")


def test_a_bound_prints_its_sum_and_its_terms() -> None:
    """One line: the total, then each addend by name."""
    assert str(Bound((LEASE, GRACE, Term("start", 4.5)))) == (
        "<= 46.5 s = lease 12 + grace 30 + start 4.5"
    )


def test_what_has_passed_is_subtracted() -> None:
    """A negative term shortens the bound and is written with a minus."""
    bound = Bound((GRACE, Term("since then", -4.2)))
    assert bound.seconds == pytest.approx(25.8)
    assert str(bound) == "<= 25.8 s = grace 30 - since then 4.2"


def test_a_bound_may_begin_with_what_has_passed() -> None:
    """The sign of the first term is not lost."""
    assert str(Bound((Term("since then", -4), GRACE))) == "<= 26 s = - since then 4 + grace 30"


def test_an_obstacle_makes_a_bound_endless() -> None:
    """The reason is told first, then how long it takes where the reason falls away."""
    bound = Bound((LEASE,)) + Bound((GRACE,), "no eviction: all nodes are down")
    assert bound.seconds == math.inf
    assert bound.finite_s == 42
    assert (
        str(bound) == "unbounded: no eviction: all nodes are down; else 42 s = lease 12 + grace 30"
    )


def test_the_first_obstacle_is_the_one_that_is_met() -> None:
    """Of two in a row only one is told; the terms behind it are kept."""
    bound = Bound((LEASE,), "stuck") + Bound((GRACE,), "stuck again")
    assert bound == Bound((LEASE, GRACE), "stuck")


def test_of_things_side_by_side_the_slowest_counts() -> None:
    """The latest of several bounds; one without an end is later than any other."""
    short, long, endless = Bound((LEASE,)), Bound((GRACE,)), Bound((), "stuck")
    assert latest([short, long]) == long
    assert latest([endless, long]) == endless
    assert latest([endless, Bound((LEASE,), "stuck")]).finite_s == 12
    assert latest([]).seconds == 0


def test_waves_repeat_every_term() -> None:
    """Three times the same, and the names say so."""
    assert str(Bound((LEASE, GRACE)).times(3)) == "<= 126 s = 3 x lease 36 + 3 x grace 90"
    assert Bound((LEASE,)).times(1) == Bound((LEASE,))


def test_sources_are_listed_once_with_their_terms() -> None:
    """Who set what, in the order of the terms; a term without a source is left out."""
    bound = Bound((LEASE, GRACE, Term("period", 1, "a flag"), LEASE, Term("rest", 1)))
    assert bound.sources() == ("a flag: lease, period", "the pod: grace")


def test_a_bound_survives_the_record() -> None:
    """Written down as JSON and read again it is the same bound."""
    bound = Bound((LEASE, Term("since then", -1.5)), "stuck")
    assert msgspec.json.decode(msgspec.json.encode(bound), type=Bound) == bound


@pytest.mark.parametrize(
    ("number", "text"), [(47.0, "47"), (0.1, "0.1"), (14.24, "14.2"), (0, "0")]
)
def test_amounts_are_short(number: float, text: str) -> None:
    """At most one decimal."""
    assert amount(number) == text
