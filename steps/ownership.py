"""Bonds: pods stripped of their owner, objects held by a finalizer or let go without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given, then, when

from reconverge.faults import AddFinalizer, Disown, StripFinalizer
from reconverge.judges.invariants import Claims
from reconverge.judges.predicates import AllOf, PodDeleted, PodExists
from reconverge.judges.temporal import ThenStays

from .vocabulary import words

if TYPE_CHECKING:
    from reconverge.experiment import Experiment, Injection


@given(
    words('one of the pods of "{name:Name}" is held by a finalizer of nobody\'s'),
    target_fixture="held",
)
def hold_pod(experiment: Experiment, name: str) -> Injection:
    """Give one pod a finalizer that nobody will remove."""
    return experiment.inject(AddFinalizer(of=experiment.workload(name)))


@when(
    words('one of the pods of "{name:Name}" is stripped of its owner'), target_fixture="injection"
)
def disown(experiment: Experiment, name: str) -> Injection:
    """Strike out by whom it is controlled, and leave its labels as they are."""
    return experiment.inject(Disown(of=experiment.workload(name)))


@when(
    words('the pod of "{name:Name}" is stripped of the finalizer by which it is counted'),
    target_fixture="injection",
)
def strip_finalizer(experiment: Experiment, name: str) -> Injection:
    """Take the Job controller's own finalizer away from it."""
    return experiment.inject(StripFinalizer(of=experiment.workload(name)))


@then(words('"{name:Name}" claims that pod again'))
def claims_again(experiment: Experiment, injection: Injection, name: str) -> None:
    """It comes to own that very pod, before anybody deletes it."""
    experiment.hold(Claims(workload=experiment.workload(name), mine=injection.targets))


@then(words("the held pod is deleted, and still there after {stay_s:Duration}"))
def held_stays(experiment: Experiment, held: Injection, stay_s: float) -> None:
    """It has to go, and cannot, from now on for that long."""
    pod = held.targets[0]
    stuck = AllOf(parts=(PodDeleted(pod=pod), PodExists(pod=pod)))
    experiment.expect(ThenStays(of=stuck, for_s=stay_s))
