"""Owners: what becomes of pods when the workload that made them is deleted, and who takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given, then, when

from reconverge.faults import DeleteCollection, DeleteOwner
from reconverge.judges import baselines
from reconverge.judges.invariants import Claims, Life, OwnerGoesLast
from reconverge.judges.owners import GoneWithPods, Orphaned

from .vocabulary import marks, words

if TYPE_CHECKING:
    from reconverge.experiment import Experiment, Injection
    from reconverge.faults.deletions import Propagation


@when(words('"{name:Name}" is deleted {how:Propagation}'), target_fixture="injection")
def delete_owner(experiment: Experiment, name: str, how: Propagation | None) -> Injection:
    """Delete it, and say what becomes of its pods, or leave that to the cluster."""
    return experiment.inject(DeleteOwner(of=experiment.workload(name), propagation=how))


@when(
    words('the {kind:AnyKind}s labelled "{labels:Labels}" are deleted with their pods'),
    target_fixture="injection",
)
def delete_collection(experiment: Experiment, kind: str, labels: dict[str, str]) -> Injection:
    """As many as there are, by one request that names none of them."""
    fault = DeleteCollection(kind=kind, labels=labels, namespace=experiment.home)
    return experiment.inject(fault)


@given(words('"{name:Name}" has left its pods as orphans'), target_fixture="deletion")
def has_left_orphans(experiment: Experiment, name: str) -> Injection:
    """Delete it without its pods, and wait until nobody owns them."""
    injection = experiment.inject(DeleteOwner(of=experiment.workload(name), propagation="Orphan"))
    has_orphans(experiment, injection)
    return injection


@then("it is gone, and its pods with it")
def gone_with_pods(experiment: Experiment, injection: Injection) -> None:
    """Neither the owner nor any pod that it had is there any more."""
    [owner] = injection.targets
    pods = baselines.pods_of(experiment.before(), owner)
    experiment.expect(GoneWithPods(owner=owner, pods=pods))


@then("each of them is gone, and its pods with it")
def each_gone_with_pods(experiment: Experiment, injection: Injection) -> None:
    """No owner that was hit is there any more, nor any pod that it had."""
    experiment.expect_each(baselines.gone_with_pods(experiment.before(), injection.targets))


@then("it is gone, and its pods run on as orphans")
def has_orphans(experiment: Experiment, injection: Injection) -> None:
    """The owner is gone, and each pod that it had is there, owned by nobody."""
    [owner] = injection.targets
    pods = baselines.pods_of(experiment.before(), owner)
    experiment.expect(Orphaned(owner=owner, pods=pods))


@then("it is never gone before its pods")
def goes_last(experiment: Experiment, injection: Injection) -> None:
    """As long as one of its pods is there, so is the owner."""
    [owner] = injection.targets
    experiment.hold(OwnerGoesLast(owner=owner))


@then("its pods are never touched")
def pods_untouched(experiment: Experiment, injection: Injection) -> None:
    """Each pod that the owner had runs on, where and in the containers it was."""
    [owner] = injection.targets
    pods = baselines.pods_of(experiment.before(), owner)
    experiment.hold(baselines.these(experiment.before(), pods))


@then(words('"{name:Name}" claims the orphans as they are'))
def claims_orphans(experiment: Experiment, deletion: Injection, name: str) -> None:
    """Those very pods are the new workload's."""
    before = experiment.timeline.snapshot_at(deletion.start - 1)
    pods = baselines.pods_of(before, deletion.targets[0])
    experiment.hold(Claims(workload=experiment.workload(name), mine=pods))


@then("its life is told from its making to its deletion, each step of it once")
def life_told(experiment: Experiment, datatable: list[list[str]], injection: Injection) -> None:
    """What each of its fields came to say, in this order; from the beginning of the scenario on."""
    [owner] = injection.targets
    # No sentinel comes back through the watch of every kind: its end itself shows what came before.
    experiment.expect(GoneWithPods(owner=owner, pods=()))
    experiment.hold(Life(of=owner, marks=marks(datatable)), start=0)
