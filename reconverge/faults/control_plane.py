"""Harm to the judges of the cluster: a frozen controller. It exists to test our own verdicts.

With the controllers frozen nothing converges, whatever the statuses say; a scenario that still
comes out HELD would be one that cannot fail. The guard admits it on clusters of ours only.
"""

from __future__ import annotations

from collections.abc import Sequence

from reconverge.blast import Pick
from reconverge.cluster.door import Cluster, ControlPlane
from reconverge.faults.fault import Fault, NotOfThisCluster, listed
from reconverge.faults.undo import AnyUndo, ThawProcess
from reconverge.judges.effects import AnyEffect, Unmarked
from reconverge.model import Ref, Snapshot, ref


class FreezeController(Fault, frozen=True, kw_only=True):
    """Suspend (SIGSTOP) a process of the control plane, by default that of all controllers."""

    process: str = "kube-controller-manager"

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"{self.process} frozen on {listed(targets)}"

    def suit(self, cluster: Cluster) -> None:
        _control_plane(cluster)

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        del pick
        nodes = [node for node in snapshot.nodes() if node.is_control_plane]
        return tuple(ref("Node", node) for node in nodes)

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del snapshot
        return ThawProcess(nodes=tuple(one.name for one in targets), process=self.process)

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        control_plane = _control_plane(cluster)
        for target in targets:
            control_plane.freeze_process(target.name, self.process)
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del targets, created
        return Unmarked()


def _control_plane(cluster: Cluster) -> ControlPlane:
    if isinstance(cluster, ControlPlane):
        return cluster
    raise NotOfThisCluster(
        "the processes of its control plane are out of reach", where=cluster.name
    )
