"""Harm to the cluster's own control: its controllers, its scheduler, its API server.

With the controllers gone nothing converges, whatever the statuses say; a scenario that still comes
out HELD would be one that cannot fail. The guard admits these faults on clusters of ours only.

A process that is suspended for longer than its liveness probe allows (80 s with kubeadm's
manifests) is killed and started anew by the kubelet: freeze for seconds, stop for longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from reconverge.blast import Pick
from reconverge.cluster.door import Cluster, ControlPlane, StaticPods
from reconverge.errors import BadInput
from reconverge.faults.control_plane_undos import (
    API_SERVER,
    CONTROLLERS,
    LED,
    SCHEDULER,
    AwaitLeaders,
    RestoreStaticPod,
    ThawProcess,
    wait_until_led,
)
from reconverge.faults.fault import Fault, NotOfThisCluster, listed
from reconverge.faults.rollbacks import AnyUndo
from reconverge.judges.effects import AnyEffect, Attested
from reconverge.model import Ref, Snapshot, ref


class ControlPlaneFault(Fault, frozen=True, kw_only=True):
    """Base of what is done on every node of the control plane; no watch could show it."""

    def suit(self, cluster: Cluster) -> None:
        _control_plane(cluster)

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        del pick
        nodes = [node for node in snapshot.nodes() if node.is_control_plane]
        return tuple(ref("Node", node) for node in nodes)

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del targets
        return Attested(hit=tuple(created))


class FreezeController(ControlPlaneFault, frozen=True, kw_only=True):
    """Suspend (SIGSTOP) a process of the control plane, by default that of all controllers."""

    process: str = CONTROLLERS

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"{self.process} frozen on {listed(targets)}"

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del snapshot
        return ThawProcess(nodes=tuple(one.name for one in targets), process=self.process)

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        control_plane = _control_plane(cluster)
        for target in targets:
            control_plane.freeze_process(target.name, self.process)
        return _processes(self.process, targets)


class KillController(ControlPlaneFault, frozen=True, kw_only=True):
    """End a process of the control plane; the kubelet starts another.

    `signal` KILL is a crash, TERM lets it end by itself. Within ten minutes each further end makes
    the kubelet wait longer: 10 s, doubling up to 300 s. Its undo makes the kubelet forget them.
    """

    process: str = CONTROLLERS
    signal: Literal["KILL", "TERM"] = "KILL"

    def sentence(self, targets: Sequence[Ref]) -> str:
        how = "killed" if self.signal == "KILL" else "ended"
        return f"{self.process} {how} on {listed(targets)}"

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del snapshot
        nodes = tuple(one.name for one in targets)
        return AwaitLeaders(processes=_proof_of(self.process), nodes=nodes)

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        control_plane = _control_plane(cluster)
        for target in targets:
            control_plane.kill_process(target.name, self.process, signal=self.signal)
        return _processes(self.process, targets)


class RestartApiServer(ControlPlaneFault, frozen=True, kw_only=True):
    """Kill the API server and wait until another serves: the scheduler renews its lease on it.

    Every watch breaks, and whoever cannot renew its lease for 10 s gives up its lead.
    """

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"{API_SERVER} restarted on {listed(targets)}"

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del snapshot
        return AwaitLeaders(processes=LED, nodes=tuple(one.name for one in targets))

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        control_plane = _control_plane(cluster)
        for target in targets:
            control_plane.kill_process(target.name, API_SERVER, signal="KILL")
            wait_until_led(control_plane, (SCHEDULER,))
        return _processes(API_SERVER, targets)


class StopController(ControlPlaneFault, frozen=True, kw_only=True):
    """Take the manifest of a control-plane process away, so that it ends and is not restarted."""

    process: str = CONTROLLERS

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"{self.process} stopped on {listed(targets)}"

    def suit(self, cluster: Cluster) -> None:
        _static_pods(cluster)

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del snapshot
        return RestoreStaticPod(nodes=tuple(one.name for one in targets), pod=self.process)

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        static_pods = _static_pods(cluster)
        for target in targets:
            static_pods.withdraw_static_pod(target.name, self.process)
        return _processes(self.process, targets)


class AlteredControllers(ControlPlaneFault, frozen=True, kw_only=True):
    """Base of what restarts kube-controller-manager with other options; then the new one leads."""

    def suit(self, cluster: Cluster) -> None:
        _control_plane(cluster)
        _static_pods(cluster)

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del snapshot
        return RestoreStaticPod(nodes=tuple(one.name for one in targets), pod=CONTROLLERS)

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        control_plane, static_pods = _control_plane(cluster), _static_pods(cluster)
        before = control_plane.leader(CONTROLLERS)
        for target in targets:
            self.alter(static_pods, target.name)
        wait_until_led(control_plane, (CONTROLLERS,), not_by=before)
        return _processes(CONTROLLERS, targets)

    def alter(self, static_pods: StaticPods, node: str) -> None:
        """Write the option into the manifest on that node."""
        raise NotImplementedError


class SwitchOffController(AlteredControllers, frozen=True, kw_only=True):
    """Run all controllers but one: kube-controller-manager restarted with `--controllers=...,-X`.

    `controller` is its name in that option, such as `replicaset-controller`. On return the new
    process leads. A name that Kubernetes does not know keeps it from starting: Unavailable.
    """

    controller: str

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"{self.controller} switched off on {listed(targets)}"

    def alter(self, static_pods: StaticPods, node: str) -> None:
        word = f"-{self.controller}"
        static_pods.extend_static_pod(node, CONTROLLERS, flag="controllers", word=word)


class KeepEndedPods(AlteredControllers, frozen=True, kw_only=True):
    """Let the cluster keep so few pods that have ended, by `--terminated-pod-gc-threshold=COUNT`.

    kube-controller-manager is restarted with it, and looks at once and every 20 s (gcCheckPeriod in
    pod_gc.go) whether more have ended in all namespaces; those that are the oldest are deleted. By
    default 12500 are kept; 0 keeps all. On return the new process leads.
    """

    count: int

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"{CONTROLLERS} on {listed(targets)} told to keep {self.count} ended pods"

    def suit(self, cluster: Cluster) -> None:
        super().suit(cluster)
        if self.count < 0:
            raise BadInput(f"{self.count} pods cannot be kept", cure="keep 0 or more; 0 keeps all")

    def alter(self, static_pods: StaticPods, node: str) -> None:
        flag, value = "terminated-pod-gc-threshold", str(self.count)
        static_pods.set_static_pod_option(node, CONTROLLERS, flag=flag, value=value)


def _processes(name: str, nodes: Sequence[Ref]) -> tuple[Ref, ...]:
    """What was hit, where no watch shows it."""
    return tuple(Ref("Process", "", name, node.name) for node in nodes)


def _proof_of(process: str) -> tuple[str, ...]:
    """Whose lead proves that `process` is back: without an API server nobody can lead."""
    return (process,) if process in LED else LED


def _control_plane(cluster: Cluster) -> ControlPlane:
    if isinstance(cluster, ControlPlane):
        return cluster
    raise NotOfThisCluster(
        "the processes of its control plane are out of reach", where=cluster.name
    )


def _static_pods(cluster: Cluster) -> StaticPods:
    if isinstance(cluster, StaticPods):
        return cluster
    raise NotOfThisCluster(
        "the manifests of its control plane are out of reach", where=cluster.name
    )
