"""Where a run's wall time went."""

from __future__ import annotations

from reconverge.report.html.chain import Stretch, last_chain, rows_of


def test_one_after_the_other_is_all_one_chain() -> None:
    """With one worker there is one chain."""
    assert last_chain([Stretch(0, 2), Stretch(2, 5), Stretch(5.01, 6)]) == [0, 1, 2]


def test_the_chain_that_ends_last_decides() -> None:
    """What ran beside it had time to spare."""
    beside = [Stretch(0, 4), Stretch(0, 1), Stretch(1, 3), Stretch(4, 9)]
    assert last_chain(beside) == [0, 3]


def test_waiting_for_a_turn_alone_is_bridged() -> None:
    """A node fault begins when all others have ended: the last of them is its predecessor."""
    assert last_chain([Stretch(0, 4), Stretch(0, 2), Stretch(4.5, 9)]) == [0, 2]


def test_nothing_ran() -> None:
    """No path through nothing."""
    assert last_chain([]) == []


def test_rows_are_as_many_as_ran_side_by_side() -> None:
    """The first free row takes the next."""
    assert rows_of([Stretch(0, 4), Stretch(0, 1), Stretch(1, 3), Stretch(4, 9)]) == [0, 1, 1, 0]
