"""How long a Job has to wait after a failure, and how many pods it makes in all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconverge.judges.invariants import BacksOff, Invariant, MadeInAll
from reconverge.judges.tally import Tally
from tests.builders import START, Json
from tests.judges.steady.worlds import JOB, World


def stamp(at_s: float) -> str:
    return f"{START + timedelta(seconds=at_s):%Y-%m-%dT%H:%M:%SZ}"


class Work:
    """Pods of a Job, and the tally of an invariant that follows them."""

    def __init__(self, invariant: Invariant) -> None:
        self.world = World()
        self.tally: Tally = invariant.tally()
        self.tally.follow(self.world.note(), is_first=True)

    def pod(self, uid: str, created_s: float, *, ended_s: float | None = None, **more: Any) -> None:
        state: Json = {"running": {}}
        phase = "Running"
        if ended_s is not None:
            phase = more.pop("phase", "Failed")
            state = {"terminated": {"exitCode": 1, "finishedAt": stamp(ended_s)}}
        status = {"phase": phase, "containerStatuses": [{"name": "main", "state": state}]}
        header = {"creationTimestamp": stamp(created_s), **more}
        entry = self.world.pod(uid, owner=JOB, status=status, header=header)
        self.tally.follow(entry, is_first=False)

    def fails(self, uid: str, created_s: float, ended_s: float, **more: Any) -> None:
        self.pod(uid, created_s)
        self.pod(uid, created_s, ended_s=ended_s, **more)


def test_each_failure_doubles_the_wait() -> None:
    """Ten seconds, twenty, forty, from the end of the one before."""
    work = Work(BacksOff(job=JOB))
    for uid, created_s, ended_s in [("a", 0, 5), ("b", 15, 16), ("c", 36, 40), ("d", 80, 81)]:
        work.fails(uid, created_s, ended_s)
    assert work.tally.violation == ""
    assert work.tally.doubt == ""


@pytest.mark.parametrize(("created_s", "is_kept"), [(14, True), (13, False)])
def test_a_stamp_has_a_grain_of_a_second(created_s: float, is_kept: bool) -> None:
    """Nine seconds by the stamps may have been ten, eight may not."""
    work = Work(BacksOff(job=JOB))
    work.fails("a", 0, 5)
    work.pod("b", created_s)
    told = "b was made 8 s after the last of 1 failures, and not 10 s"
    assert work.tally.violation == ("" if is_kept else told)


def test_a_success_makes_it_begin_anew() -> None:
    """Failures before it are forgiven."""
    work = Work(BacksOff(job=JOB))
    work.fails("a", 0, 1)
    work.fails("b", 11, 12)
    work.fails("c", 32, 33, phase="Succeeded")
    work.fails("d", 33, 34)
    work.pod("e", 44)
    assert work.tally.violation == ""


def test_a_pod_that_is_deleted_has_failed() -> None:
    """When its deletion was asked for; its grace period lies after that."""
    work = Work(BacksOff(job=JOB))
    work.pod("a", 0)
    work.pod("a", 0, deletionTimestamp=stamp(35), deletionGracePeriodSeconds=30)
    work.pod("b", 10)
    told = "b was made 5 s after the last of 1 failures, and not 10 s"
    assert work.tally.violation == told


def test_a_pod_that_is_deleted_has_failed_though_it_succeeds_in_its_grace() -> None:
    """Its Job has counted it by then."""
    work = Work(BacksOff(job=JOB))
    work.pod("a", 0)
    leaving = {"deletionTimestamp": stamp(6), "deletionGracePeriodSeconds": 1}
    work.pod("a", 0, **leaving)
    work.pod("a", 0, ended_s=6, phase="Succeeded", **leaving)
    work.pod("b", 10)
    told = "b was made 5 s after the last of 1 failures, and not 10 s"
    assert work.tally.violation == told


def test_without_a_failure_nothing_is_proved() -> None:
    """The Job had no reason to wait."""
    work = Work(BacksOff(job=JOB))
    work.pod("a", 0)
    work.pod("b", 0)
    assert work.tally.doubt == "none of its pods followed a failure"


def test_the_wait_has_an_end() -> None:
    """After ten minutes it grows no more."""
    work = Work(BacksOff(job=JOB))
    for number in range(7):
        work.fails(f"a{number}", 2000 * number, 2000 * number + 1)
    work.pod("b", 12_602)
    assert work.tally.violation == ""
    work.pod("c", 12_500)
    assert work.tally.violation == "c was made 499 s after the last of 7 failures, and not 600 s"


STEPS = st.lists(
    st.tuples(st.integers(0, 45), st.integers(0, 8), st.sampled_from(["Failed", "Succeeded"])),
    max_size=6,
)


@settings(max_examples=200, deadline=None)
@given(steps=STEPS)
def test_the_waits_are_those_of_plain_arithmetic(steps: list[tuple[int, int, str]]) -> None:
    """One pod after the other: the oracle looks back from each of them at all before it."""
    work = Work(BacksOff(job=JOB))
    ends: list[tuple[int, str]] = []
    now_s, is_kept = 0, True
    for number, (wait_s, work_s, phase) in enumerate(steps):
        now_s += wait_s
        last_success = max([end for end, how in ends if how == "Succeeded"], default=-1)
        failures = [end for end, how in ends if how == "Failed" and end > last_success]
        if failures:
            is_kept &= now_s - max(failures) >= 10 * 2 ** (len(failures) - 1) - 1
        work.fails(f"p{number}", now_s, now_s + work_s, phase=phase)
        now_s += work_s
        ends.append((now_s, phase))
    assert (work.tally.violation == "") is is_kept


@pytest.mark.parametrize(("wanted", "more", "fewer"), [(1, True, False), (2, False, False)])
def test_pods_are_counted_over_the_whole_span(wanted: int, more: bool, fewer: bool) -> None:
    """Those that are gone count as well; whether there were enough shows at the end."""
    work = Work(MadeInAll(workload=JOB, pods=wanted))
    work.pod("a", 0)
    assert (work.tally.late_violation != "") is (wanted > 1)
    work.pod("a", 0, ended_s=1)
    work.pod("b", 1)
    assert (work.tally.violation != "") is more
    assert (work.tally.late_violation != "") is fewer
