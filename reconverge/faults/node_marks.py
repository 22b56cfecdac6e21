"""What is written on a node for others to heed: its labels, its taints, that it is cordoned.

All of it is the whole cluster's, so a scenario that uses one of these is tagged for it
(pytest_plugin/turns.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from reconverge.cluster.door import Cluster
from reconverge.cluster.taints import add_taint
from reconverge.faults.fault import listed
from reconverge.faults.labels import Labelling
from reconverge.faults.nodes import WorkerFault
from reconverge.faults.rollbacks import AnyUndo
from reconverge.faults.undo import RemoveTaint, RestoreFields
from reconverge.judges.effects import AnyEffect, Cordoned, Tainted
from reconverge.model import Node, Ref, Snapshot, Taint


class LabelNode(Labelling, WorkerFault, frozen=True, kw_only=True):
    """Set labels of one worker; None removes one. What selects nodes by them is to follow."""

    labels: dict[str, str | None]

    def sentence(self, targets: Sequence[Ref]) -> str:
        rows = ", ".join(f"{key}={value or '<none>'}" for key, value in self.labels.items())
        return f"node {listed(targets)} labelled {rows}"


class CordonNode(WorkerFault, frozen=True, kw_only=True):
    """Mark one worker unschedulable, as `kubectl cordon` does; what runs there runs on."""

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"node {listed(targets)} cordoned"

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        view = snapshot.get("Node", targets[0].uid)
        before = isinstance(view, Node) and view.spec.unschedulable
        fields: dict[str, object] = {"spec": {"unschedulable": before}}
        return RestoreFields(of=targets[0], fields=fields, what="cordoned")

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            cluster.patch(target, {"spec": {"unschedulable": True}})
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del created
        return Cordoned(node=targets[0])


class TaintNode(WorkerFault, frozen=True, kw_only=True):
    """Taint one worker: NoSchedule keeps new pods away, NoExecute drives out those there as well.

    Pods that tolerate it are not concerned, or for NoExecute after their tolerationSeconds only.
    """

    taint: Taint

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"node {listed(targets)} tainted {self.taint}"

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del snapshot
        return RemoveTaint(node=targets[0], taint=self.taint)

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            add_taint(cluster, target, self.taint)
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del created
        return Tainted(node=targets[0], taint=self.taint)
