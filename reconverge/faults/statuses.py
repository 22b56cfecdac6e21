"""Harm to what a controller says of its work: a number in a status that it alone keeps is false.

Whoever trusts a status acts on what is not so. Its controller counts anew and writes over it, and
must not itself make or delete a pod because of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from reconverge.blast import Pick
from reconverge.cluster.door import Cluster, JsonObject
from reconverge.faults.fault import Fault
from reconverge.faults.rollbacks import AnyUndo
from reconverge.faults.undo import MARK, RestoreFields
from reconverge.judges.effects import Annotated, AnyEffect
from reconverge.model import Ref, Snapshot

OVERWRITTEN = "overwritten"


class OverwriteStatus(Fault, frozen=True, kw_only=True):
    """Write a false number into the status of a workload, by the name it has in the API.

    Its controller corrects it within milliseconds, so the object is marked in the same write: that
    is the proof that it was done. One that bears the mark is not hit again.
    """

    of: Ref
    field: str
    number: int

    def sentence(self, targets: Sequence[Ref]) -> str:
        del targets
        return f"the status of {self.of} overwritten: {self.number} {self.field}"

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        del pick
        view = snapshot.get(self.of.kind, self.of.uid)
        is_fresh = view is not None and MARK not in view.metadata.annotations
        return (self.of,) if is_fresh else ()

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        """Of the mark alone: the number is its controller's, who has the last word on it."""
        del targets, snapshot
        mark: JsonObject = {"metadata": {"annotations": {MARK: None}}}
        return RestoreFields(of=self.of, fields=mark, what=OVERWRITTEN)

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        mark = {"annotations": {MARK: OVERWRITTEN}}
        false = {self.field: self.number}
        for target in targets:
            cluster.patch(target, {"metadata": mark, "status": false}, subresource="status")
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del created
        return Annotated(objects=tuple(targets), key=MARK, value=OVERWRITTEN)
