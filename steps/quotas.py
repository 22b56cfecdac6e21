"""Quotas: a workload that may not have the pods that it is asked for says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given, then, when

from reconverge.faults import SetQuota
from reconverge.judges.conditions import HasCondition

from .vocabulary import words

if TYPE_CHECKING:
    from reconverge.experiment import Experiment, Injection
    from reconverge.model import Ref
    from reconverge.pytest_plugin.manifests import Manifests


@given(
    words('the {kind:Kind} "{name:Name}" has been created under the ResourceQuota "{quota:Name}"'),
    target_fixture="quota",
)
def created_under_quota(
    experiment: Experiment, manifests: Manifests, kind: str, name: str, quota: str
) -> Ref:
    """Apply the quota first, then the workload, and wait for nothing."""
    [stands] = experiment.apply(manifests.named("ResourceQuota", quota))
    experiment.apply(manifests.named(kind, name))
    return stands


@given(words('"{name:Name}" reports the condition "{condition:Name}"'))
def has_reported(experiment: Experiment, name: str, condition: str) -> None:
    """Wait until its controller says so."""
    experiment.expect(HasCondition(workload=experiment.workload(name), condition=condition))


@when(words("the quota is set to {count:Number} pods"), target_fixture="injection")
def set_quota(experiment: Experiment, quota: Ref, count: int) -> Injection:
    """Allow another number of pods."""
    return experiment.inject(SetQuota(of=quota, hard={"pods": str(count)}))


@then(words('"{name:Name}" no longer reports the condition "{condition:Name}"'))
def no_longer_reports(experiment: Experiment, name: str, condition: str) -> None:
    """Its controller has taken it back."""
    workload = experiment.workload(name)
    experiment.expect(HasCondition(workload=workload, condition=condition, is_so=False))
