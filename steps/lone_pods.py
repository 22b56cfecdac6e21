"""Pods that no controller made: they are created, relabelled and deleted beside a workload."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from pytest_bdd import given, then, when

from reconverge.faults import CreateLonePods, DeletePod, LabelPod, RelabelPod
from reconverge.judges import baselines
from reconverge.judges.invariants import Claims
from reconverge.judges.numbers import PodsLabelled
from reconverge.judges.states import Released
from reconverge.judges.temporal import ThenStays

from .vocabulary import words

if TYPE_CHECKING:
    from reconverge.experiment import Experiment, Injection


@given(words('one of the pods of "{name:Name}" has left its selector'), target_fixture="departure")
def has_left_selector(experiment: Experiment, name: str) -> Injection:
    """Relabel one pod, and wait until its controller has let it go."""
    world, workload = experiment.timeline.latest(), experiment.workload(name)
    injection = experiment.inject(RelabelPod.out_of_selector(workload, world))
    experiment.expect(Released(pod=injection.targets[0]))
    return injection


@when(
    words('pods labelled "{labels:LabelSets}" are created beside "{name:Name}"'),
    target_fixture="injection",
)
def create_pods(experiment: Experiment, labels: tuple[dict[str, str], ...], name: str) -> Injection:
    """A pod of nobody's for each set of labels."""
    return experiment.inject(CreateLonePods(beside=experiment.workload(name), labels=labels))


@when(
    words('a pod of "{image:Name}" labelled "{labels:LabelSets}" is created beside "{name:Name}"'),
    target_fixture="injection",
)
def create_pod_of(
    experiment: Experiment, image: str, labels: tuple[dict[str, str], ...], name: str
) -> Injection:
    """The same, with the application of a stated image."""
    workload = experiment.workload(name)
    return experiment.inject(CreateLonePods(beside=workload, labels=labels, image=image))


@when(words('the Pod "{name:Name}" is labelled "{label:Label}"'), target_fixture="injection")
def label_one_pod(experiment: Experiment, name: str, label: dict[str, str | None]) -> Injection:
    """Set a label of exactly this pod."""
    return experiment.inject(LabelPod(pod=experiment.pod(name), labels=label))


@when(words('the Pod "{name:Name}" is deleted'), target_fixture="injection")
def delete_pod(experiment: Experiment, name: str) -> Injection:
    """Delete a pod that nobody owns."""
    return experiment.inject(DeletePod(pod=experiment.pod(name)))


@when("the pod that has left is deleted", target_fixture="injection")
def delete_departed(experiment: Experiment, departure: Injection) -> Injection:
    """Delete the pod that its controller has let go."""
    return experiment.inject(DeletePod(pod=departure.targets[0]))


@when("one of the orphans is deleted", target_fixture="injection")
def delete_orphan(experiment: Experiment, deletion: Injection) -> Injection:
    """Delete a pod whose owner is gone."""
    before = experiment.timeline.snapshot_at(deletion.start - 1)
    pods = baselines.pods_of(before, deletion.targets[0])
    return experiment.inject(DeletePod(pod=pods[0]))


@when("the pod that has left gets its labels back")
def give_labels_back(experiment: Experiment, departure: Injection) -> None:
    """Relabel it into the selector that it has left."""
    experiment.roll_back(departure)


@then(words('"{name:Name}" claims only those labelled "{labels:LabelSets}"'))
def claims_only(
    experiment: Experiment, injection: Injection, name: str, labels: tuple[dict[str, str], ...]
) -> None:
    """It comes to own these of the pods that were created, and the others stay nobody's."""
    fault = cast(CreateLonePods, injection.fault)
    created = zip(injection.created, fault.labels, strict=False)
    experiment.hold(baselines.claims(experiment.workload(name), created, mine=labels))


@then(words('"{name:Name}" claims none of them'))
def claims_none(experiment: Experiment, injection: Injection, name: str) -> None:
    """None of the pods that were created is ever owned or deleted."""
    experiment.hold(Claims(workload=experiment.workload(name), others=injection.created))


@then(words('"{name:Name}" claims the pod that was relabelled'))
def claims_relabelled(experiment: Experiment, injection: Injection, name: str) -> None:
    """It comes to own that very pod, before anybody deletes it."""
    experiment.hold(Claims(workload=experiment.workload(name), mine=injection.targets))


@then(words('"{name:Name}" claims the pod that had left'))
def claims_departed(experiment: Experiment, departure: Injection, name: str) -> None:
    """It comes to own that very pod again, before anybody deletes it."""
    experiment.hold(Claims(workload=experiment.workload(name), mine=departure.targets))


@then(words('"{name:Name}" claims the Pod "{pod:Name}"'))
def claims_pod(experiment: Experiment, name: str, pod: str) -> None:
    """It comes to own that very pod, before anybody deletes it."""
    mine = (experiment.pod(pod),)
    experiment.hold(Claims(workload=experiment.workload(name), mine=mine))


@then(words('the Pod "{name:Name}" is never touched'))
def pod_untouched(experiment: Experiment, name: str) -> None:
    """It runs on in the same containers."""
    experiment.hold(baselines.these(experiment.before(), (experiment.pod(name),)))


@then("the pod that had left is never touched")
def departed_untouched(experiment: Experiment, departure: Injection) -> None:
    """It runs on in the same containers."""
    experiment.hold(baselines.these(experiment.before(), departure.targets))


@then(
    words(
        'there are {count:Number} pods labelled "{labels:Labels}", '
        "and it stays so for {stay_s:Duration}"
    )
)
def pods_labelled(
    experiment: Experiment, injection: Injection, count: int, labels: dict[str, str], stay_s: float
) -> None:
    """So many active pods carry these labels, whoever owns them, and no more and no fewer come."""
    counted = PodsLabelled(namespace=experiment.namespace, labels=labels, number=count)
    experiment.expect(ThenStays(of=counted, for_s=stay_s, injections=(injection.id,)))
