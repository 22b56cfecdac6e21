"""How many are hit, and which: sizes at their edges, and ranks that a seed repeats."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconverge import blast
from reconverge.blast import BlastRadius, Count, Percent, Pick
from reconverge.errors import BadInput
from reconverge.model import Pod, decode


@pytest.mark.parametrize(
    ("radius", "total", "hit"),
    [
        (blast.ONE, 3, 1),
        (Count(2), 2, 2),
        (Percent(50), 3, 2),
        (Percent(1), 3, 1),
        (Percent(100), 3, 3),
        (blast.MINORITY, 2, 0),
        (blast.MINORITY, 3, 1),
        (blast.MINORITY, 4, 1),
        (blast.MAJORITY, 1, 1),
        (blast.MAJORITY, 2, 2),
        (blast.MAJORITY, 3, 2),
        (blast.MAJORITY, 4, 3),
        (blast.ALL, 3, 3),
        (blast.ALL, 0, 0),
    ],
)
def test_sizes(radius: BlastRadius, total: int, hit: int) -> None:
    """A minority is less than half, a majority more, a percentage rounds up."""
    assert radius.of(total) == hit


@given(st.integers(min_value=1, max_value=1000))
def test_a_minority_and_a_majority_are_the_nearest_to_half(total: int) -> None:
    """One more would not be a minority any more, one less not a majority."""
    minority, majority = blast.MINORITY.of(total), blast.MAJORITY.of(total)
    assert 2 * minority < total <= 2 * (minority + 1)
    assert 2 * (majority - 1) <= total < 2 * majority


@pytest.mark.parametrize("radius", [Count(4), Count(0), Count(-1), Percent(0), Percent(101)])
def test_what_cannot_be_hit_is_bad_input(radius: BlastRadius) -> None:
    """A fault is not quietly made smaller or larger than it says."""
    with pytest.raises(BadInput):
        Pick(seed=1).some(["a", "b", "c"], radius)


@given(
    st.integers(), st.integers(min_value=0, max_value=50), st.integers(min_value=1, max_value=30)
)
def test_a_seed_repeats_its_ranks(seed: int, draw: int, total: int) -> None:
    """The ranks depend on seed, draw and number alone, come in order, and each once."""
    first = Pick(seed=seed, draw=draw).some(range(total), blast.MAJORITY)
    names = [f"pod-{rank}" for rank in range(total)]
    again = Pick(seed=seed, draw=draw).some(names, blast.MAJORITY)
    assert again == tuple(f"pod-{rank}" for rank in first)
    assert list(first) == sorted(set(first))


def test_each_injection_draws_anew() -> None:
    """Several injections of one scenario do not always hit the same rank."""
    drawn = {Pick(seed=4711, draw=draw).some(range(10), blast.ONE) for draw in range(10)}
    assert len(drawn) > 3


def test_nothing_is_picked_of_nothing() -> None:
    """No candidates give no targets; that this is an error is the guard's to say."""
    assert Pick(seed=1).some([], Count(3)) == ()


def test_ranks_are_by_age_then_place() -> None:
    """The random UID decides only between pods of one second on one node."""
    rows = [("z", "10:00:01", "a"), ("y", "10:00:00", "b"), ("x", "10:00:00", "a")]
    pods = [pod(uid, f"2026-01-01T{at}Z", node) for uid, at, node in rows]
    twin = pod("w", "2026-01-01T10:00:01Z", "a")
    assert [one.uid for one in blast.ranked([*pods, twin])] == ["x", "y", "w", "z"]


def pod(uid: str, created: str, node: str) -> Pod:
    meta = {"name": uid, "uid": uid, "creationTimestamp": created}
    view = decode("Pod", msgspec.json.encode({"metadata": meta, "spec": {"nodeName": node}}))
    assert isinstance(view, Pod)
    return view
