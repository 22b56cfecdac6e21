"""Harm to nodes: the machine stops, or is labelled anew. The control plane is never eligible."""

from __future__ import annotations

from collections.abc import Sequence

from reconverge.blast import ONE, Pick
from reconverge.cluster.door import Cluster, StoppableNodes
from reconverge.errors import BadInput
from reconverge.faults.fault import Fault, NotOfThisCluster, listed
from reconverge.faults.undo import AnyUndo, Labelled, RestoreLabels, StartNode
from reconverge.judges.effects import AnyEffect, LabelsChanged, NodeLost
from reconverge.model import Node, Ref, Snapshot, ref


class WorkerFault(Fault, frozen=True, kw_only=True):
    """Base of what hits one worker: the one named, or one that runs a pod of `running`."""

    node: str = ""
    running: Ref | None = None

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        eligible = [node for node in snapshot.nodes() if self._is_eligible(node, snapshot)]
        return tuple(ref("Node", node) for node in pick.some(eligible, ONE))

    def _is_eligible(self, node: Node, snapshot: Snapshot) -> bool:
        if node.is_control_plane:
            if node.name == self.node:
                raise BadInput(f"{node.name} is the control plane, which is never stopped")
            return False
        if self.node:
            return node.name == self.node
        if self.running is None:
            return node.is_ready
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


class LabelNode(WorkerFault, frozen=True, kw_only=True):
    """Set labels of one worker; None removes one. What selects nodes by them is to follow.

    The label is the whole cluster's, so a scenario that uses it is tagged `exclusive`.
    """

    labels: dict[str, str | None]

    def sentence(self, targets: Sequence[Ref]) -> str:
        rows = ", ".join(f"{key}={value or '<none>'}" for key, value in self.labels.items())
        return f"node {listed(targets)} labelled {rows}"

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        return RestoreLabels(rows=tuple(self._former(target, snapshot) for target in targets))

    def _former(self, target: Ref, snapshot: Snapshot) -> Labelled:
        node = snapshot.get("Node", target.uid)
        before = node.metadata.labels if node is not None else {}
        return Labelled(target, {key: before.get(key) for key in self.labels})

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            cluster.patch(target, {"metadata": {"labels": self.labels}})
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del created
        return LabelsChanged(objects=tuple(targets), labels=self.labels)


def _stoppable(cluster: Cluster) -> StoppableNodes:
    if isinstance(cluster, StoppableNodes):
        return cluster
    raise NotOfThisCluster(
        "its nodes are not containers of this machine, so none can be stopped",
        where=cluster.name,
        cure="run node faults on a kind cluster: reconverge cluster up",
    )
