"""Harm to what a workload is asked for: another number of pods."""

from __future__ import annotations

from collections.abc import Sequence

from reconverge.blast import Pick
from reconverge.cluster.door import Cluster
from reconverge.faults.fault import Fault, listed, present
from reconverge.faults.rollbacks import AnyUndo
from reconverge.faults.undo import RestoreReplicas
from reconverge.judges.effects import AnyEffect, ReplicasSet
from reconverge.model import Ref, Snapshot


class ScaleWorkload(Fault, frozen=True, kw_only=True):
    """Ask for another number of pods."""

    of: Ref
    replicas: int

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"{listed(targets)} scaled to {self.replicas}"

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        del pick
        present(snapshot, self.of)
        return (self.of,)

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del targets
        return RestoreReplicas(workload=self.of, replicas=present(snapshot, self.of).replicas)

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            cluster.scale(target, self.replicas)
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del targets, created
        return ReplicasSet(workload=self.of, replicas=self.replicas)
