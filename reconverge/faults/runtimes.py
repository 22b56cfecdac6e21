"""Harm to the container runtime of a node (containerd), by whose word a kubelet does everything."""

from __future__ import annotations

from collections.abc import Sequence

from reconverge.cluster.door import Cluster, Runtimes
from reconverge.faults.fault import NotOfThisCluster, listed
from reconverge.faults.node_undos import StartRuntime
from reconverge.faults.nodes import WorkerFault
from reconverge.faults.rollbacks import AnyUndo
from reconverge.judges.effects import AnyEffect, Attested
from reconverge.model import Ref, Snapshot


class RestartRuntime(WorkerFault, frozen=True, kw_only=True):
    """Restart the container runtime of one worker; its containers have keepers and run on."""

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"the container runtime of {listed(targets)} restarted"

    def suit(self, cluster: Cluster) -> None:
        _runtimes(cluster)

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del snapshot
        return StartRuntime(node=targets[0].name)

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            _runtimes(cluster).restart_runtime(target.name)
        return tuple(Ref("Process", "", "containerd", one.name) for one in targets)

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del targets
        return Attested(hit=tuple(created))


def _runtimes(cluster: Cluster) -> Runtimes:
    if isinstance(cluster, Runtimes):
        return cluster
    raise NotOfThisCluster("its container runtimes are out of reach", where=cluster.name)
