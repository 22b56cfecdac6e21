"""Harm to a node's agents: its kubelet, without which nobody tells of its pods, and kube-proxy."""

from __future__ import annotations

from collections.abc import Sequence

from reconverge.cluster.door import Cluster, ControlPlane, Kubelets
from reconverge.faults.fault import NotOfThisCluster, listed
from reconverge.faults.node_undos import AwaitProcess, RegisterNode
from reconverge.faults.nodes import WorkerFault
from reconverge.faults.rollbacks import AnyUndo
from reconverge.faults.undo import StartKubelet
from reconverge.judges.effects import AnyEffect, Attested, NodeLost, NodeRemoved
from reconverge.model import Node, Ref, Snapshot

_PROXY = "kube-proxy"


class KubeletFault(WorkerFault, frozen=True, kw_only=True):
    """Base of the faults of one worker's kubelet."""

    def suit(self, cluster: Cluster) -> None:
        _kubelets(cluster)

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del snapshot
        return StartKubelet(node=targets[0].name)


class StopKubelet(KubeletFault, frozen=True, kw_only=True):
    """Stop the kubelet until it is started again; the node is given up meanwhile."""

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"the kubelet of {listed(targets)} stopped"

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        kubelets = _kubelets(cluster)
        for target in targets:
            kubelets.stop_kubelet(target.name)
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del created
        return NodeLost(node=targets[0])


class FreezeKubelet(StopKubelet, frozen=True, kw_only=True):
    """Suspend the kubelet: for the cluster as good as stopped, for its node still running."""

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"the kubelet of {listed(targets)} frozen"

    def suit(self, cluster: Cluster) -> None:
        _kubelets(cluster)
        _processes(cluster)

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            _processes(cluster).freeze_process(target.name, "kubelet")
        return ()


class RestartKubelet(KubeletFault, frozen=True, kw_only=True):
    """Restart the kubelet; containers are no business of its death."""

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"the kubelet of {listed(targets)} restarted"

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        kubelets = _kubelets(cluster)
        for target in targets:
            kubelets.restart_kubelet(target.name)
        return tuple(Ref("Process", "", "kubelet", one.name) for one in targets)

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del targets
        return Attested(hit=tuple(created))


class DeregisterNode(WorkerFault, frozen=True, kw_only=True):
    """Delete the Node object of one worker, as `kubectl delete node` does; its machine runs on.

    Its kubelet registers only when it starts, so the node stays away, and its pods are collected
    though their containers run. Undone, the object is made as it was, with another UID.
    """

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"the Node object of {listed(targets)} deleted"

    def suit(self, cluster: Cluster) -> None:
        _kubelets(cluster)

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        view = snapshot.get("Node", targets[0].uid)
        assert isinstance(view, Node)
        return RegisterNode.as_it_is(view)

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            cluster.delete(target)
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del created
        return NodeRemoved(node=targets[0])


class KillProxy(WorkerFault, frozen=True, kw_only=True):
    """Kill the kube-proxy of one worker; its kubelet starts another."""

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"kube-proxy killed on {listed(targets)}"

    def suit(self, cluster: Cluster) -> None:
        _processes(cluster)

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del snapshot
        return AwaitProcess(node=targets[0].name, process=_PROXY)

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            _processes(cluster).kill_process(target.name, _PROXY, signal="KILL")
        return tuple(Ref("Process", "", _PROXY, one.name) for one in targets)

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del targets
        return Attested(hit=tuple(created))


def _kubelets(cluster: Cluster) -> Kubelets:
    if isinstance(cluster, Kubelets):
        return cluster
    raise NotOfThisCluster("its kubelets are out of reach", where=cluster.name)


def _processes(cluster: Cluster) -> ControlPlane:
    if isinstance(cluster, ControlPlane):
        return cluster
    raise NotOfThisCluster("the processes of its nodes are out of reach", where=cluster.name)
