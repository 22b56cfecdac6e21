"""Given: what runs, and in which state, before anything is harmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given

from reconverge.faults import (
    DeletePods,
    FreezeController,
    ScaleWorkload,
    StopController,
)
from reconverge.judges.pods import PodReady

from .vocabulary import words

if TYPE_CHECKING:
    from reconverge.experiment import Experiment, Injection
    from reconverge.model import Ref
    from reconverge.pytest_plugin.manifests import Manifests


@given(words('the {kind:Kind} "{name:Name}" is in its steady state of {count:Number} ready pods'))
def steady_workload(
    experiment: Experiment,
    manifests: Manifests,
    kind: str,
    name: str,
    count: int,
) -> None:
    """Apply the manifest of that name with that number of pods, and wait until it is steady."""
    [workload] = experiment.apply(manifests.named(kind, name), replicas=count)
    experiment.converge(workload, replicas=count)


@given(words('the Pod "{name:Name}" is ready'), target_fixture="pod")
def ready_pod(experiment: Experiment, manifests: Manifests, name: str) -> Ref:
    """Apply the manifest of that pod and wait until it is ready."""
    [pod] = experiment.apply(manifests.named("Pod", name))
    experiment.expect(PodReady(pod=pod))
    return pod


@given("the controllers are frozen", target_fixture="frozen")
def frozen_controllers(experiment: Experiment) -> Injection:
    """Suspend the process of all controllers, for seconds."""
    return experiment.inject(FreezeController())


@given("the scheduler is stopped", target_fixture="stopped")
def stopped_scheduler(experiment: Experiment) -> Injection:
    """End the scheduler; nobody starts it again."""
    return experiment.inject(StopController(process="kube-scheduler"))


@given(words('one of the pods of "{name:Name}" has been deleted'), target_fixture="injection")
def deleted_pod(experiment: Experiment, name: str) -> Injection:
    """Delete a pod, and wait for nothing."""
    return experiment.inject(DeletePods(of=experiment.workload(name)))


@given(words('"{name:Name}" has been scaled to {count:Number} pods'), target_fixture="injection")
def scaled(experiment: Experiment, name: str, count: int) -> Injection:
    """Ask for another number of pods, and wait for nothing."""
    return experiment.inject(ScaleWorkload(of=experiment.workload(name), replicas=count))
