"""A reply beside the truth: late, early, wrong."""

from __future__ import annotations

import pytest

from bench.verdicts.rows import SKEW_S, Anatomy, Reply, Row, judged, percentile, taken_apart
from bench.verdicts.truth import Turn

LOST = Turn(10.1, False, "Pod@1")
BACK = Turn(12.0, True, "Pod@2")


def row(*, at_s: float, is_there: bool = True, turns: tuple[Turn, ...] = (LOST, BACK)) -> Row:
    reply = Reply("tool", is_there, at_s, 0.1)
    return judged(reply, turns, fault_s=10.0, scenario="healthy", number=0)


def test_a_verdict_after_the_truth_is_late() -> None:
    """Its lag is the time from the pods' last event to the answer."""
    assert (row(at_s=12.5).lag_s, row(at_s=12.5).is_wrong) == (0.5, False)


def test_a_verdict_before_the_truth_is_wrong() -> None:
    """Its lag is negative."""
    assert (row(at_s=10.5).lag_s, row(at_s=10.5).is_wrong) == (-1.5, True)


def test_nobody_is_wrong_for_the_time_an_event_travels() -> None:
    """Another process may receive the same event before the witness does."""
    assert not row(at_s=12.0 - SKEW_S / 2).is_wrong


def test_who_believed_what_did_not_last_is_wrong() -> None:
    """The truth is the state that stood."""
    again = (LOST, BACK, Turn(12.1, False, "Pod@3"), Turn(14.0, True, "Pod@4"))
    assert row(at_s=12.05, turns=again).is_wrong
    assert not row(at_s=14.05, turns=again).is_wrong


def test_a_no_is_right_as_long_as_a_pod_is_lacking() -> None:
    """That is what a frozen controller calls for."""
    assert not row(at_s=11.0, is_there=False).is_wrong


def test_a_no_is_wrong_once_the_pods_are_back() -> None:
    """Who does not see them is as wrong as who sees what is not there."""
    assert row(at_s=13.0, is_there=False).is_wrong


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1), (0.5, 10), (0.95, 19), (0.99, 20)])
def test_a_percentile_is_one_of_the_values(share: float, expected: int) -> None:
    """The nearest rank: of twenty values the 99th percentile is the greatest."""
    assert percentile([float(value) for value in range(20, 0, -1)], share) == expected


def test_a_proof_is_taken_apart_against_the_witness() -> None:
    """The instant is exact when it is that of the event by which we received it, too."""
    anatomy = Anatomy(
        event="ReplicationController@3",
        instant_s=12.03,
        settle_s=1.0,
        proved_s=13.07,
        judged_s=13.071,
        returned_s=13.075,
    )
    told = Turn(12.031, True, "ReplicationController@3")
    proof = taken_apart(
        anatomy, tool="reconverge", pods=BACK, told=BACK, retold=told, received_s=12.001
    )
    assert (proof.skew_s, proof.told_s) == (0.001, 0.029)
    assert (proof.is_the_event, proof.is_witnessed_so) == (True, False)
    assert (proof.proof_s, proof.judging_s, proof.returning_s) == (1.04, 0.001, 0.005)
