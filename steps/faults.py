"""When: exactly one fault, one definition for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import when

from reconverge.faults import (
    CreateSurplusPod,
    DeletePods,
    EvictPods,
    FreezeKubelet,
    KeepEndedPods,
    KillController,
    RelabelPod,
    RestartApiServer,
    RestartKubelet,
    ScaleWorkload,
    StopKubelet,
    StopNode,
    SwitchOffController,
    WearOut,
)

from .vocabulary import words

if TYPE_CHECKING:
    from reconverge.blast import BlastRadius
    from reconverge.experiment import Experiment, Injection
    from reconverge.pytest_plugin.manifests import Manifests


@when(
    words('{radius:BlastRadius} of the pods of "{name:Name}" is deleted'),
    target_fixture="injection",
)
@when(
    words('{radius:BlastRadius} of the pods of "{name:Name}" are deleted'),
    target_fixture="injection",
)
def delete_pods(experiment: Experiment, radius: BlastRadius, name: str) -> Injection:
    """Delete pods as `kubectl delete` does, with their own grace period."""
    return experiment.inject(DeletePods(of=experiment.workload(name), blast_radius=radius))


@when(
    words('{radius:BlastRadius} of the pods of "{name:Name}" is deleted without grace'),
    target_fixture="injection",
)
def delete_pods_at_once(experiment: Experiment, radius: BlastRadius, name: str) -> Injection:
    """Delete pods as `kubectl delete --force --grace-period=0` does."""
    workload = experiment.workload(name)
    return experiment.inject(DeletePods(of=workload, blast_radius=radius, grace_s=0))


@when(words('the pods of "{name:Name}" are evicted'), target_fixture="injection")
def evict(experiment: Experiment, name: str) -> Injection:
    """Ask all of them to go, by the eviction API."""
    return experiment.inject(EvictPods(of=experiment.workload(name)))


@when(
    words('one of the pods of "{name:Name}" is relabelled out of its selector'),
    target_fixture="injection",
)
def relabel_out(experiment: Experiment, name: str) -> Injection:
    """Change the labels of one pod so that its controller no longer counts it."""
    workload = experiment.workload(name)
    return experiment.inject(RelabelPod.out_of_selector(workload, experiment.timeline.latest()))


@when(
    words('one of the pods of "{name:Name}" is labelled "{label:Label}"'),
    target_fixture="injection",
)
def label_pod(experiment: Experiment, name: str, label: dict[str, str | None]) -> Injection:
    """Give one pod a label that no selector asks about."""
    workload = experiment.workload(name)
    return experiment.inject(RelabelPod(of=workload, labels=label, leaves_selector=False))


@when(words('another pod that "{name:Name}" selects is created'), target_fixture="injection")
def create_surplus_pod(experiment: Experiment, name: str) -> Injection:
    """Create a pod of nobody's whose labels the selector matches."""
    return experiment.inject(CreateSurplusPod(of=experiment.workload(name)))


@when(words('"{name:Name}" is scaled to {count:Number} pods'), target_fixture="injection")
def scale(experiment: Experiment, name: str, count: int) -> Injection:
    """Ask the workload for another number of pods."""
    return experiment.inject(ScaleWorkload(of=experiment.workload(name), replicas=count))


@when(
    words('the application of "{name:Name}" begins to answer with errors'),
    target_fixture="injection",
)
def wear_out(experiment: Experiment, name: str) -> Injection:
    """Ask the application until it has had enough."""
    return experiment.inject(WearOut(pod=experiment.pod(name)))


@when(words('a node that runs a pod of "{name:Name}" is stopped'), target_fixture="injection")
def stop_node_of(experiment: Experiment, name: str) -> Injection:
    """Cut the power of such a node."""
    return experiment.inject(StopNode(running=experiment.workload(name)))


@when("the controllers are thawed")
def thaw_controllers(experiment: Experiment, frozen: Injection) -> None:
    """Let them run on; one that has lost its lead is restarted."""
    experiment.roll_back(frozen)


@when("the controller-manager is killed", target_fixture="injection")
def kill_controllers(experiment: Experiment) -> Injection:
    """Crash the process of all controllers; the kubelet starts another."""
    return experiment.inject(KillController())


@when("the scheduler is started again")
def start_scheduler(experiment: Experiment, stopped: Injection) -> None:
    """Put the scheduler back."""
    experiment.roll_back(stopped)


@when("kube-apiserver is restarted", target_fixture="injection")
def restart_api_server(experiment: Experiment) -> Injection:
    """Crash the API server, and wait until another serves."""
    return experiment.inject(RestartApiServer())


@when(
    words('the kubelet of a node that runs a pod of "{name:Name}" is stopped'),
    target_fixture="injection",
)
def stop_kubelet_of(experiment: Experiment, name: str) -> Injection:
    """Stop the agent of such a node; its containers run on."""
    return experiment.inject(StopKubelet(running=experiment.workload(name)))


@when(
    words('the kubelet of a node that runs a pod of "{name:Name}" is frozen'),
    target_fixture="injection",
)
def freeze_kubelet_of(experiment: Experiment, name: str) -> Injection:
    """Suspend the agent of such a node: it is there, and does nothing."""
    return experiment.inject(FreezeKubelet(running=experiment.workload(name)))


@when(words('the controller "{name:Name}" is switched off'), target_fixture="injection")
def switch_off(experiment: Experiment, name: str) -> Injection:
    """Run all controllers but that one."""
    return experiment.inject(SwitchOffController(controller=name))


@when(
    words("the cluster keeps only {count:Number} pods that have ended"), target_fixture="injection"
)
def keep_ended_pods(experiment: Experiment, count: int) -> Injection:
    """Restart its controllers with that threshold."""
    return experiment.inject(KeepEndedPods(count=count))


@when(
    words('the kubelet of a node that runs a pod of "{name:Name}" is restarted'),
    target_fixture="injection",
)
def restart_kubelet_of(experiment: Experiment, name: str) -> Injection:
    """Restart the agent of such a node."""
    return experiment.inject(RestartKubelet(running=experiment.workload(name)))


@when(
    words('the {kind:AnyKind} "{name:Name}" is created as it is printed'),
    target_fixture="refusal",
)
def create_as_printed(experiment: Experiment, manifests: Manifests, kind: str, name: str) -> str:
    """Create it with the very apiVersion of its manifest, which is otherwise brought up to date."""
    return experiment.refusal(manifests.printed(kind, name))
