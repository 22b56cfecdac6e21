"""Harm to the order in which pods go: one of them is said to cost less to delete than the others.

A controller that has pods too many asks, among pods that are alike in readiness, for the annotation
controller.kubernetes.io/pod-deletion-cost (ActivePodsWithRanks in pkg/controller, 1.34).
"""

from __future__ import annotations

from collections.abc import Sequence

from reconverge.blast import ONE, Pick, ranked
from reconverge.cluster.door import Cluster, JsonObject
from reconverge.faults.fault import Fault, listed
from reconverge.faults.rollbacks import AnyUndo
from reconverge.faults.undo import NothingToUndo, RestoreFields
from reconverge.judges.effects import AnyEffect, Unmarked
from reconverge.model import Ref, Snapshot, ref

COST = "controller.kubernetes.io/pod-deletion-cost"


class CheapenPod(Fault, frozen=True, kw_only=True):
    """Give one pod of a workload a deletion cost below 0, which is what a pod without one costs."""

    of: Ref
    cost: int = -1

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f'{listed(targets)} of "{self.of.name}" said to cost {self.cost} to delete'

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        pods = ranked(pod for pod in snapshot.pods_of(self.of) if pod.is_active)
        return tuple(ref("Pod", pod) for pod in pick.some(pods, ONE))

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del snapshot
        for target in targets:
            return RestoreFields(of=target, fields=_annotated(None), what="cheap to delete")
        return NothingToUndo(reason="no pod was chosen")

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            cluster.patch(target, _annotated(str(self.cost)))
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        """None that counts: whether a pod goes first is for the scenario to show."""
        del targets, created
        return Unmarked()


def _annotated(cost: str | None) -> JsonObject:
    return {"metadata": {"annotations": {COST: cost}}}
