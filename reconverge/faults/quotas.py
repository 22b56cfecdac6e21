"""Harm to what a namespace may use: its quota is tightened, or relaxed."""

from __future__ import annotations

from collections.abc import Sequence

from reconverge.blast import Pick
from reconverge.cluster.door import Cluster
from reconverge.faults.fault import Fault
from reconverge.faults.rollbacks import AnyUndo
from reconverge.faults.undo import NothingToUndo, RestoreFields
from reconverge.judges.effects import AnyEffect, QuotaSet
from reconverge.model import Ref, ResourceQuota, Snapshot


class SetQuota(Fault, frozen=True, kw_only=True):
    """Give a ResourceQuota other bounds, each a Kubernetes quantity such as `3`."""

    of: Ref
    hard: dict[str, str]

    def sentence(self, targets: Sequence[Ref]) -> str:
        del targets
        return f"{self.of} {self._what()}"

    def _what(self) -> str:
        return "set to " + ", ".join(f"{amount} {what}" for what, amount in self.hard.items())

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        del pick
        return (self.of,) if snapshot.get(self.of.kind, self.of.uid) is not None else ()

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del targets
        view = snapshot.get(self.of.kind, self.of.uid)
        if not isinstance(view, ResourceQuota):
            return NothingToUndo(reason="there is no such quota")
        former = {key: view.spec.hard.get(key) for key in self.hard}
        return RestoreFields(of=self.of, fields={"spec": {"hard": former}}, what=self._what())

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            cluster.patch(target, {"spec": {"hard": self.hard}})
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del targets, created
        return QuotaSet(quota=self.of, hard=self.hard)
