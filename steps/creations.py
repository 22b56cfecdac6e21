"""Creations: workloads that come into being, alone, beside others, or over pods that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given, then, when

from reconverge.judges import baselines
from reconverge.judges.pods import Answering
from reconverge.judges.templates import SameSpec, ThroughReplicaSet

from .vocabulary import words

if TYPE_CHECKING:
    from reconverge.experiment import Experiment
    from reconverge.pytest_plugin.manifests import Manifests


@when(words('the {kind:Kind} "{name:Name}" is created'))
def create(experiment: Experiment, manifests: Manifests, kind: str, name: str) -> None:
    """Apply the manifest of that name, and wait for nothing."""
    experiment.apply(manifests.named(kind, name))


@when(words('"{name:Name}" is put under the HorizontalPodAutoscaler "{scaler:Name}"'))
def put_under_scaler(experiment: Experiment, manifests: Manifests, name: str, scaler: str) -> None:
    """Apply the manifest of the autoscaler, which names the workload as its target."""
    experiment.workload(name)
    experiment.apply(manifests.named("HorizontalPodAutoscaler", scaler))


@given(
    words(
        'the {kind:Kind} "{name:Name}" with the fragment "{fragment:Name}" '
        "is in its steady state of {count:Number} ready pods"
    )
)
def steady_with_fragment(
    experiment: Experiment, manifests: Manifests, kind: str, name: str, fragment: str, count: int
) -> None:
    """Apply the manifest with the part that the fragment gives, and wait until it is steady."""
    manifest = manifests.completed(kind, name, fragment=fragment)
    [workload] = experiment.apply(manifest, replicas=count)
    experiment.converge(workload, replicas=count)


@given(
    words(
        'another {kind:Kind} like "{name:Name}" is in its steady state '
        'as "{other:Name}" of {count:Number} ready pods'
    )
)
def steady_twin(
    experiment: Experiment, manifests: Manifests, kind: str, name: str, other: str, count: int
) -> None:
    """Apply the same manifest under another name: its selector asks for the very same pods."""
    [workload] = experiment.apply(manifests.named(kind, name), name=other, replicas=count)
    experiment.converge(workload, replicas=count)


@then(words('each pod of "{name:Name}" answers in its own name'))
def each_answers(experiment: Experiment, name: str) -> None:
    """The application in each of them serves."""
    pods = baselines.pods_of(experiment.timeline.latest(), experiment.workload(name))
    experiment.expect(Answering(pods=pods))


@then(words('"{name:Name}" keeps its pods through a ReplicaSet of its own'))
def through_replica_set(experiment: Experiment, name: str) -> None:
    """The Deployment owns the ReplicaSet, and the ReplicaSet owns the pods."""
    experiment.expect(ThroughReplicaSet(deployment=experiment.workload(name)))


@then(words('the pods of "{name:Name}" and "{other:Name}" are of one make'))
def of_one_make(experiment: Experiment, name: str, other: str) -> None:
    """One template makes the same pods, whatever kind it stands in."""
    workload, second = experiment.workload(name), experiment.workload(other)
    experiment.expect(SameSpec(workload=workload, other=second))
