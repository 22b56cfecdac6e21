"""Harm to what binds a pod to others: its owner is struck out, a finalizer holds it or is missing.

A controller knows its pods by their owner references, and the garbage collector its work by them;
a finalizer is somebody's word that an object must not go yet.
"""

from __future__ import annotations

from collections.abc import Sequence

from reconverge.blast import ONE, BlastRadius, Pick, ranked
from reconverge.cluster.door import Cluster
from reconverge.cluster.finalizers import add_finalizer, remove_finalizer
from reconverge.faults.fault import Fault, listed
from reconverge.faults.object_undos import (
    Owned,
    RemoveFinalizer,
    RestoreFinalizer,
    RestoreOwners,
)
from reconverge.faults.rollbacks import AnyUndo
from reconverge.faults.undo import MARK
from reconverge.judges.effects import Annotated, AnyEffect, FinalizersChanged
from reconverge.model import JOB_TRACKING, Pod, Ref, Snapshot, ref

DISOWNED = "disowned"


class Disown(Fault, frozen=True, kw_only=True):
    """Strike the owners out of pods of a workload, whose labels still match.

    Its controller adopts such a pod again within milliseconds, so the pods are marked in the same
    write: that is the proof that it was done. One that bears the mark is not chosen again.
    """

    of: Ref
    blast_radius: BlastRadius = ONE

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f'{listed(targets)} of "{self.of.name}" stripped of the owner'

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        pods = (pod for pod in snapshot.pods_of(self.of) if pod.is_active)
        unmarked = ranked(pod for pod in pods if MARK not in pod.metadata.annotations)
        return tuple(ref("Pod", pod) for pod in pick.some(unmarked, self.blast_radius))

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        pods = (pod for one in targets if (pod := snapshot.pod(one.uid)) is not None)
        rows = (Owned(ref("Pod", pod), pod.metadata.owner_references) for pod in pods)
        return RestoreOwners(rows=tuple(rows))

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        metadata = {"ownerReferences": None, "annotations": {MARK: DISOWNED}}
        for target in targets:
            cluster.patch(target, {"metadata": metadata})
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del created
        return Annotated(objects=tuple(targets), key=MARK, value=DISOWNED)


class FinalizerFault(Fault, frozen=True, kw_only=True):
    """Base of what is done to a finalizer of exactly the object `of`, or of pods of that workload.

    `is_of_pods`: of its pods and not of itself.
    """

    of: Ref
    finalizer: str
    is_of_pods: bool = True
    blast_radius: BlastRadius = ONE

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        if not self.is_of_pods or self.of.kind == "Pod":
            view = snapshot.get(self.of.kind, self.of.uid)
            return (self.of,) if view is not None and not view.is_terminating else ()
        pods = ranked(pod for pod in snapshot.pods_of(self.of) if self._is_eligible(pod))
        return tuple(ref("Pod", pod) for pod in pick.some(pods, self.blast_radius))

    def _is_eligible(self, pod: Pod) -> bool:
        raise NotImplementedError


class AddFinalizer(FinalizerFault, frozen=True, kw_only=True):
    """Hold objects by a finalizer that nobody will ever remove: deleted, they stay terminating."""

    finalizer: str = "reconverge.dev/held"

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"{listed(targets)} held by the finalizer {self.finalizer}"

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del snapshot
        return RemoveFinalizer(objects=tuple(targets), finalizer=self.finalizer)

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            add_finalizer(cluster, target, self.finalizer)
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del created
        return FinalizersChanged(objects=tuple(targets), finalizer=self.finalizer, is_there=True)

    def _is_eligible(self, pod: Pod) -> bool:
        return pod.is_active and self.finalizer not in pod.metadata.finalizers


class StripFinalizer(FinalizerFault, frozen=True, kw_only=True):
    """Take a finalizer away from objects behind the back of whoever relies on it.

    By default the Job controller's, by which it knows the pods that it has not counted yet.
    """

    finalizer: str = JOB_TRACKING

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"{listed(targets)} stripped of the finalizer {self.finalizer}"

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del snapshot
        return RestoreFinalizer(objects=tuple(targets), finalizer=self.finalizer)

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            remove_finalizer(cluster, target, self.finalizer)
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del created
        return FinalizersChanged(objects=tuple(targets), finalizer=self.finalizer, is_there=False)

    def _is_eligible(self, pod: Pod) -> bool:
        return not pod.is_terminating and self.finalizer in pod.metadata.finalizers
