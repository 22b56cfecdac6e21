"""Harm to the number of pods: some are lost, or there is one too many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from reconverge.blast import ONE, BlastRadius, Pick, ranked
from reconverge.cluster.door import Cluster, JsonObject
from reconverge.cluster.guard import NothingToHit
from reconverge.faults.fault import Fault, listed, present
from reconverge.faults.object_undos import RemoveFailed
from reconverge.faults.rollbacks import AnyUndo
from reconverge.faults.undo import MARK, NothingToUndo, RemoveCreated
from reconverge.judges.effects import AnyEffect, PodAppeared, PodsFailed, PodsLost
from reconverge.model import Pod, PodTemplate, Ref, ReplicaSet, ReplicationController, Snapshot, ref


class Loss:
    """What all faults that have pods deleted have in common.

    `fate` is why nothing is undone; `grace_s` 0 removes them at once, None is their own period.
    """

    __slots__ = ()
    fate: ClassVar[str] = "a lost pod is replaced by its controller"
    grace_s: int | None = None

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del targets, snapshot
        return NothingToUndo(reason=self.fate)

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            cluster.delete(target, grace_s=self.grace_s)
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del created
        return PodsLost(pods=tuple(targets))


class DeletePods(Loss, Fault, frozen=True, kw_only=True):
    """Delete pods of a workload; `grace_s` 0 removes them at once, None is their own period.

    With `node` only those that run there are eligible.
    """

    of: Ref
    blast_radius: BlastRadius = ONE
    grace_s: int | None = None
    node: str = ""

    def sentence(self, targets: Sequence[Ref]) -> str:
        how = " without grace" if self.grace_s == 0 else ""
        where = f" on {self.node}" if self.node else ""
        whose = f'{self.blast_radius} of the pods of "{self.of.name}"{where}'
        return f"{whose} deleted{how}: {listed(targets)}"

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        pods = ranked(active_on(snapshot, self.of, self.node))
        return tuple(ref("Pod", pod) for pod in pick.some(pods, self.blast_radius))


class EvictPods(Loss, Fault, frozen=True, kw_only=True):
    """Ask for all pods of a workload on one node to go, as `kubectl drain` does.

    Without a node, for those on every node.
    """

    of: Ref
    node: str = ""

    def sentence(self, targets: Sequence[Ref]) -> str:
        where = f" from {self.node}" if self.node else ""
        return f'the pods of "{self.of.name}" evicted{where}: {listed(targets)}'

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        del pick
        return tuple(ref("Pod", pod) for pod in active_on(snapshot, self.of, self.node))

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            cluster.evict(target)
        return ()


class FailPods(DeletePods, frozen=True, kw_only=True):
    """Write into the status of pods that they have failed; their containers know nothing of it.

    Their controller replaces them. A kubelet that sees it ends the containers, or writes that the
    pod runs, whichever it comes to first; so there may be a pod too many for a moment.
    """

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f'{self.blast_radius} of the pods of "{self.of.name}" failed: {listed(targets)}'

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del snapshot
        return RemoveFailed(pods=tuple(targets))

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            cluster.patch(target, {"status": {"phase": "Failed"}}, subresource="status")
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del created
        return PodsFailed(pods=tuple(targets))


def active_on(snapshot: Snapshot, workload: Ref, node: str) -> list[Pod]:
    """The active pods of `workload` that run on `node`, or on any where none is named."""
    pods = (pod for pod in snapshot.pods_of(workload) if pod.is_active)
    return [pod for pod in pods if node in ("", pod.spec.node_name)]


class CreateSurplusPod(Fault, frozen=True, kw_only=True):
    """Create one more pod from the workload's template; it matches, and is one too many.

    `name` must be free in the namespace. The target is the workload; the pod is its creation.
    """

    of: Ref
    name: str = "surplus"

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f'a surplus pod "{self.name}" created for {listed(targets)}'

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        del pick
        present(snapshot, self.of)
        return (self.of,)

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del targets, snapshot
        pod = Ref("Pod", self.of.namespace, self.name, "")
        return RemoveCreated(objects=(pod,), mark=self.of.uid, grace_s=0)

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        del targets
        view = cluster.read(self.of.kind, self.of.name, namespace=self.of.namespace)
        if not isinstance(view, ReplicationController | ReplicaSet) or view.spec.template is None:
            raise NothingToHit(f"{self.of} has no pod template", where=self.of.namespace)
        manifest = self._manifest(view.spec.template)
        created, _ = cluster.create(manifest, namespace=self.of.namespace)
        return (created,)

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del targets
        never = Ref("Pod", self.of.namespace, self.name, "")
        return PodAppeared(pod=next(iter(created), never))

    def _manifest(self, template: PodTemplate) -> JsonObject:
        containers = [
            {"name": one.name, "image": one.image, "imagePullPolicy": "IfNotPresent"}
            for one in template.spec.containers
        ]
        annotations = {MARK: self.of.uid}
        labels = template.metadata.labels
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": self.name, "labels": labels, "annotations": annotations},
            "spec": {"containers": containers},
        }
