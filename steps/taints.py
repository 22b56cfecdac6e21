"""Taints that drive pods out: who has to go, when, and who is let off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given, then, when

from reconverge.faults import TaintNode
from reconverge.judges import losses
from reconverge.judges.predicates import Not, PodDeleted
from reconverge.judges.temporal import Eventually, Never, ThenStays, Until
from reconverge.lookup import node_of, pod_named

from .vocabulary import words

if TYPE_CHECKING:
    from reconverge.experiment import Experiment, Injection
    from reconverge.model import Ref, Taint


@given(
    words('that node has been tainted "{taint:Taint}" and "{name:Name}" has to go'),
    target_fixture="injection",
)
def has_been_tainted(experiment: Experiment, pod: Ref, taint: Taint, name: str) -> Injection:
    """Taint it, and wait until that pod is deleted."""
    gone = experiment.pod(name)
    injection = taint_node(experiment, pod, taint)
    experiment.expect(Eventually(of=PodDeleted(pod=gone), injections=(injection.id,)))
    return injection


@when(words('that node is tainted "{taint:Taint}"'), target_fixture="injection")
def taint_node(experiment: Experiment, pod: Ref, taint: Taint) -> Injection:
    """Taint the node on which the pod runs."""
    node = node_of(experiment.timeline.latest(), pod)
    return experiment.inject(TaintNode(node=node.name, taint=taint))


@when("the taint is taken away")
def take_taint_away(experiment: Experiment, injection: Injection) -> None:
    """The node is as open as before."""
    experiment.roll_back(injection)


@then(words('it is told that the eviction of its pods of "{name:Name}" was cancelled'))
def eviction_cancelled(experiment: Experiment, injection: Injection, name: str) -> None:
    """Whoever describes the pods can read it."""
    before, workload = experiment.before(), experiment.workload(name)
    pods = losses.pods_on(before, injection.targets[0], of=workload)
    experiment.expect_each(losses.eviction_cancelled(pods))


@then(words('it is told that the eviction of "{name:Name}" was cancelled'))
def own_eviction_cancelled(experiment: Experiment, name: str) -> None:
    """Whoever tells it is awake: a pod that stays because nobody acts is told nothing."""
    pod = pod_named(experiment.before(), name, namespace=experiment.namespace)
    experiment.expect_each(losses.eviction_cancelled((pod,)))


@then(words('"{first:Name}" has to go while "{second:Name}" stays'))
def goes_first(experiment: Experiment, injection: Injection, first: str, second: str) -> None:
    """The one is deleted before the other."""
    before, namespace = experiment.before(), experiment.namespace
    gone = PodDeleted(pod=pod_named(before, first, namespace=namespace))
    stays = Not(of=PodDeleted(pod=pod_named(before, second, namespace=namespace)))
    experiment.expect(Until(of=stays, until=gone, injections=(injection.id,)))


@then(words('"{name:Name}" stays for {stay_s:Duration}'))
def stays_for(experiment: Experiment, injection: Injection, name: str, stay_s: float) -> None:
    """Nobody deletes it for so long after the fault."""
    pod = pod_named(experiment.before(), name, namespace=experiment.namespace)
    stays = Not(of=PodDeleted(pod=pod))
    experiment.expect(ThenStays(of=stays, for_s=stay_s, injections=(injection.id,)))


@then(words('"{name:Name}" stays for {stay_s:Duration}, and has to go then'))
def goes_after(experiment: Experiment, injection: Injection, name: str, stay_s: float) -> None:
    """It is deleted in the end, and not at once."""
    stays_for(experiment, injection, name, stay_s)
    gone = PodDeleted(pod=pod_named(experiment.before(), name, namespace=experiment.namespace))
    experiment.expect(Eventually(of=gone, injections=(injection.id,)))


@then(words('"{name:Name}" never has to go'))
def never_goes(experiment: Experiment, name: str) -> None:
    """Nobody deletes it."""
    experiment.hold(Never(of=PodDeleted(pod=experiment.pod(name))))
