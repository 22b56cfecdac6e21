"""Harm to owners: one is deleted, or all of a label; their pods go with them or stay behind.

What becomes of the pods is decided by the deletion's propagation policy, and done by the garbage
collector: https://kubernetes.io/docs/concepts/architecture/garbage-collection/.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from reconverge.blast import Pick
from reconverge.cluster.door import Cluster
from reconverge.faults.fault import Fault, listed
from reconverge.faults.rollbacks import AnyUndo
from reconverge.faults.undo import NothingToUndo
from reconverge.judges.effects import AnyEffect, Deleted
from reconverge.model import Ref, Snapshot, ref

Propagation = Literal["Background", "Foreground", "Orphan"]
_WORDS: dict[Propagation | None, str] = {
    "Background": "with its pods",
    "Foreground": "after its pods",
    "Orphan": "without its pods",
    None: "without a word on its pods",
}


class DeleteOwner(Fault, frozen=True, kw_only=True):
    """Delete an object that owns others; `propagation` says what becomes of those.

    None leaves it to the API server, which chooses by the kind: Orphan for a ReplicationController
    and a Job, Background for the others (DefaultGarbageCollectionPolicy in pkg/registry, 1.34).
    """

    of: Ref
    propagation: Propagation | None = None

    def sentence(self, targets: Sequence[Ref]) -> str:
        del targets
        return f"{self.of} deleted {_WORDS[self.propagation]}"

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        del pick
        view = snapshot.get(self.of.kind, self.of.uid)
        return (self.of,) if view is not None and not view.is_terminating else ()

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        """Another one of that name could adopt what was orphaned, and would still be another."""
        del targets, snapshot
        return NothingToUndo(reason="what is deleted does not come back")

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            cluster.delete(target, propagation=self.propagation)
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del created
        return Deleted(objects=tuple(targets))


class DeleteCollection(Fault, frozen=True, kw_only=True):
    """Delete all objects of a kind that bear these labels, by one call, in the namespace given.

    As `kubectl delete replicasets -l release=old` does: no object is named, and one that is made
    between the choice of targets and the call is deleted with them.
    """

    kind: str
    labels: dict[str, str]
    namespace: Ref
    propagation: Propagation | None = "Background"

    def sentence(self, targets: Sequence[Ref]) -> str:
        which = f"the {self.kind}s labelled {self._selector}"
        how = _WORDS[self.propagation].replace("its", "their")
        return f"{which} deleted {how}: {listed(targets)}"

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        del pick
        found = (
            ref(self.kind, view)
            for view in snapshot.objects(self.kind)
            if view.metadata.namespace == self.namespace.name
            and self.labels.items() <= view.metadata.labels.items()
            and not view.is_terminating
        )
        return tuple(sorted(found, key=lambda one: one.name))

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del targets, snapshot
        return NothingToUndo(reason="what is deleted does not come back")

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        del targets
        cluster.delete_collection(
            self.kind,
            namespace=self.namespace.name,
            labels=self._selector,
            propagation=self.propagation,
        )
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del created
        return Deleted(objects=tuple(targets))

    @property
    def _selector(self) -> str:
        return ",".join(f"{key}={value}" for key, value in self.labels.items())
