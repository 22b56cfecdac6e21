"""Harm to nodes: the machine stops, or leaves the cluster. The control plane is never eligible."""

from __future__ import annotations

from collections.abc import Sequence, Set

import msgspec

from reconverge.blast import ONE, Pick
from reconverge.cluster.door import Cluster, StoppableNodes
from reconverge.errors import Refused
from reconverge.faults.fault import Fault, NotOfThisCluster, listed
from reconverge.faults.node_undos import ReturnNode
from reconverge.faults.rollbacks import AnyUndo
from reconverge.faults.undo import StartNode
from reconverge.judges.effects import AnyEffect, NodeLost, NodeRemoved, Unmarked
from reconverge.model import Node, Ref, Snapshot, ref


class WorkerFault(Fault, frozen=True, kw_only=True):
    """Base of what hits one worker: the one named, or a Ready one that runs a pod of `running`.

    Those named in `other_than` are spared.
    """

    node: str = ""
    running: Ref | None = None
    other_than: tuple[str, ...] = ()

    def sparing(self, nodes: Set[str]) -> WorkerFault:
        names = (*self.other_than, *sorted(nodes - set(self.other_than)))
        return msgspec.structs.replace(self, other_than=names)

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        eligible = [node for node in snapshot.nodes() if self._is_eligible(node, snapshot)]
        return tuple(ref("Node", node) for node in pick.some(eligible, ONE))

    def _is_eligible(self, node: Node, snapshot: Snapshot) -> bool:
        if node.is_control_plane:
            if node.name == self.node:
                raise Refused(f"{node.name} is the control plane, which is never stopped")
            return False
        if self.node:
            return node.name == self.node
        if not node.is_ready or node.name in self.other_than:
            return False
        if self.running is None:
            return True
        pods = snapshot.pods_of(self.running)
        return any(pod.is_active and pod.spec.node_name == node.name for pod in pods)


class StopNode(WorkerFault, frozen=True, kw_only=True):
    """Stop the container of one node; its containers end with it.

    `grace_s` 0 is a power cut; more lets the node's own processes end first.
    """

    grace_s: int = 0

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"node {listed(targets)} stopped"

    def suit(self, cluster: Cluster) -> None:
        _stoppable(cluster)

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del snapshot
        return StartNode(node=targets[0].name)

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        nodes = _stoppable(cluster)
        for target in targets:
            nodes.stop_node(target.name, grace_s=self.grace_s)
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del created
        return NodeLost(node=targets[0])


class PauseNode(StopNode, frozen=True, kw_only=True):
    """Suspend every process of one node at once, kernel threads apart: it is there, and is mute.

    For the cluster as good as stopped; but its containers live, and go on as if nothing had been.
    """

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"node {listed(targets)} paused"

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            _stoppable(cluster).pause_node(target.name)
        return ()


class RestartNode(StopNode, frozen=True, kw_only=True):
    """Stop the container of one node and start it at once: an outage that nobody need notice."""

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"node {listed(targets)} restarted"

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        super().inject(cluster, targets)
        for target in targets:
            _stoppable(cluster).start_node(target.name)
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del targets, created
        return Unmarked()


class RemoveNode(StopNode, frozen=True, kw_only=True):
    """Stop the container of one node and delete its Node object: it has left the cluster.

    Who would come back by itself would be registered without labels, taints and range of addresses
    that others gave it; its undo registers it with them.
    """

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"node {listed(targets)} removed from the cluster"

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        view = snapshot.get("Node", targets[0].uid)
        assert isinstance(view, Node)
        return ReturnNode.as_it_is(view)

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        super().inject(cluster, targets)
        for target in targets:
            cluster.delete(target)
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del created
        return NodeRemoved(node=targets[0])


def _stoppable(cluster: Cluster) -> StoppableNodes:
    if isinstance(cluster, StoppableNodes):
        return cluster
    raise NotOfThisCluster(
        "its nodes are not containers of this machine, so none can be stopped",
        where=cluster.name,
        cure="run node faults on a kind cluster: reconverge cluster up",
    )
