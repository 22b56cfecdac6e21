"""Networks: nodes that are cut off, from everybody or from the control plane, or lose packets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given, then, when

from reconverge.faults import CutNetwork, DrainNode, LosePackets, PauseNode, RestartRuntime
from reconverge.judges import losses
from reconverge.judges.pods import ServesUnseen
from reconverge.judges.predicates import NodeReady
from reconverge.judges.temporal import Always

from .vocabulary import words

if TYPE_CHECKING:
    from reconverge.experiment import Experiment, Injection
    from reconverge.pytest_plugin.manifests import Manifests


@given(
    words(
        'a node that runs a pod of "{name:Name}" has been cut off, '
        "and {count:Number} pods are ready elsewhere"
    ),
    target_fixture="injection",
)
def has_been_cut_off(experiment: Experiment, name: str, count: int) -> Injection:
    """Cut it off from everybody, and wait until its pods had to go and were replaced."""
    injection = experiment.inject(CutNetwork(running=experiment.workload(name)))
    experiment.converge(experiment.workload(name), replicas=count)
    return injection


@when(
    words('a node that runs a pod of "{name:Name}" is cut off from the control plane'),
    target_fixture="injection",
)
def cut_off_control_plane(experiment: Experiment, name: str) -> Injection:
    """Drop what it and the control plane have to say to each other."""
    world, workload = experiment.timeline.latest(), experiment.workload(name)
    return experiment.inject(CutNetwork.off_control_plane(world, running=workload))


@when(
    words(
        'a node that runs a pod of "{name:Name}" hears the control plane, and is not heard by it'
    ),
    target_fixture="injection",
)
def cut_off_one_way(experiment: Experiment, name: str) -> Injection:
    """Drop only what it has to say to the control plane."""
    world, workload = experiment.timeline.latest(), experiment.workload(name)
    fault = CutNetwork.off_control_plane(world, running=workload, direction="out")
    return experiment.inject(fault)


@when("its network is mended", target_fixture="returned_at")
def mend_network(experiment: Experiment, injection: Injection) -> int:
    """Let its packets through again."""
    return experiment.roll_back(injection)


@when(
    words('a node that runs a pod of "{name:Name}" loses {percent:Number} percent of its packets'),
    target_fixture="injection",
)
def lose_packets(experiment: Experiment, name: str, percent: int) -> Injection:
    """Drop each of its packets with that chance, whichever way it goes."""
    return experiment.inject(LosePackets(percent=percent, running=experiment.workload(name)))


@when(words('a node that runs a pod of "{name:Name}" is paused'), target_fixture="injection")
def pause_node_of(experiment: Experiment, name: str) -> Injection:
    """Suspend all that runs on it."""
    return experiment.inject(PauseNode(running=experiment.workload(name)))


@when(
    words('the container runtime of a node that runs a pod of "{name:Name}" is restarted'),
    target_fixture="injection",
)
def restart_runtime_of(experiment: Experiment, name: str) -> Injection:
    """Restart containerd there; its containers have keepers of their own."""
    return experiment.inject(RestartRuntime(running=experiment.workload(name)))


@given(words('the disruption budget "{budget:Name}" is in force'))
def keep_budget(experiment: Experiment, manifests: Manifests, budget: str) -> None:
    """Apply that PodDisruptionBudget."""
    experiment.apply(manifests.named("PodDisruptionBudget", budget))


@when(words('a node that runs a pod of "{name:Name}" is drained'), target_fixture="cordon")
def drain_node_of(experiment: Experiment, name: str) -> Injection:
    """Close it, and ask its pods to go, one after another, as far as budgets allow it."""
    return experiment.inject(DrainNode(running=experiment.workload(name)))


@then(words('its pods of "{name:Name}" serve on while that node is NotReady'))
def serve_on(experiment: Experiment, injection: Injection, name: str) -> None:
    """Asked from another node each answers, whatever the control plane says of it."""
    node = injection.targets[0]
    pods = losses.pods_on(experiment.before(), node, of=experiment.workload(name))
    experiment.expect(ServesUnseen(node=node, pods=pods))


@then("that node is never found to be NotReady")
def never_given_up(experiment: Experiment, injection: Injection) -> None:
    """The control plane goes on taking it for ready."""
    experiment.hold(Always(of=NodeReady(node=injection.targets[0])))
