"""How bonds between objects are taken back: who owns a pod, what holds an object."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import msgspec

from reconverge.cluster.admission import are_refused, wait_until_admitted
from reconverge.cluster.door import Cluster, JsonObject
from reconverge.cluster.errors import Conflict, NotFound, Rejected
from reconverge.cluster.finalizers import add_finalizer, remove_finalizer
from reconverge.cluster.versioned import patch_as_read
from reconverge.errors import Unavailable
from reconverge.faults.undo import MARK, RemoveCreated, RollbackFailed, Undo, if_present
from reconverge.model import Named, OwnerReference, Pod, Ref


class Owned(msgspec.Struct, frozen=True):
    """A pod, and who owned it."""

    pod: Ref
    owners: tuple[OwnerReference, ...]

    def as_it_was(self, view: Named) -> JsonObject | None:
        """What of the metadata of `view` is to be written for that; None where it is so."""
        metadata: JsonObject = {}
        if MARK in view.metadata.annotations:
            metadata["annotations"] = {MARK: None}
        if self.owners and not view.metadata.owner_references:
            metadata["ownerReferences"] = [_written(one) for one in self.owners]
        return metadata or None


class RestoreOwners(Undo, frozen=True, kw_only=True):
    """Pods that nobody owns have their owners back; one that was adopted meanwhile keeps its own.

    The mark that the fault left on them is taken off in either case.
    """

    rows: tuple[Owned, ...]

    def sentence(self) -> str:
        names = ", ".join(row.pod.name for row in self.rows)
        return f"{names or 'nothing'} given back to the owner, unless adopted"

    def rollback(self, cluster: Cluster) -> None:
        for row in self.rows:
            if_present(cluster, row.pod, partial(patch_as_read, cluster, row.pod, row.as_it_was))

    def lacking(self, cluster: Cluster) -> str:
        return "; ".join(filter(None, (self._lacking(cluster, row) for row in self.rows)))

    def _lacking(self, cluster: Cluster, row: Owned) -> str:
        with suppress(NotFound):
            view = cluster.read("Pod", row.pod.name, namespace=row.pod.namespace)
            if view.uid != row.pod.uid or view.is_terminating:
                return ""
            if row.owners and not view.metadata.owner_references:
                return f"nobody owns {row.pod.name}"
            if MARK in view.metadata.annotations:
                return f"{row.pod.name} is still marked as harmed"
        return ""


class RemoveFinalizer(Undo, frozen=True, kw_only=True):
    """Nothing is held by this finalizer any more: what was deleted meanwhile can go."""

    objects: tuple[Ref, ...]
    finalizer: str

    def sentence(self) -> str:
        names = ", ".join(one.name for one in self.objects)
        return f"the finalizer {self.finalizer} of {names or 'nothing'} removed"

    def rollback(self, cluster: Cluster) -> None:
        for one in self.objects:
            with suppress(NotFound, Conflict):
                remove_finalizer(cluster, one, self.finalizer)

    def lacking(self, cluster: Cluster) -> str:
        held = [one.name for one in self.objects if is_held(cluster, one, self.finalizer)]
        return f"{', '.join(held)} is still held by {self.finalizer}" if held else ""


class RestoreFinalizer(Undo, frozen=True, kw_only=True):
    """The objects are held by this finalizer again; nothing that is being deleted takes one."""

    objects: tuple[Ref, ...]
    finalizer: str

    def sentence(self) -> str:
        names = ", ".join(one.name for one in self.objects)
        return f"the finalizer {self.finalizer} of {names or 'nothing'} restored, unless deleted"

    def rollback(self, cluster: Cluster) -> None:
        for one in self.objects:
            with suppress(NotFound, Conflict, Rejected):
                add_finalizer(cluster, one, self.finalizer)

    def lacking(self, cluster: Cluster) -> str:
        """Whether it still belongs there is for the controller that put it there to say."""
        del cluster
        return ""


class RemoveFailed(Undo, frozen=True, kw_only=True):
    """Of these pods none that has failed is left; one that its kubelet says to run is let run."""

    pods: tuple[Ref, ...]

    def sentence(self) -> str:
        names = ", ".join(one.name for one in self.pods)
        return f"{names or 'nothing'} removed, where it has failed"

    def rollback(self, cluster: Cluster) -> None:
        for one in self.pods:
            with suppress(NotFound, Conflict):
                if self._has_failed(cluster, one):
                    cluster.delete(one, grace_s=0)

    def lacking(self, cluster: Cluster) -> str:
        left = [one.name for one in self.pods if self._has_failed(cluster, one)]
        return f"{', '.join(left)} has failed and is still there" if left else ""

    def _has_failed(self, cluster: Cluster, one: Ref) -> bool:
        with suppress(NotFound):
            pod = cluster.read("Pod", one.name, namespace=one.namespace)
            assert isinstance(pod, Pod)
            is_that_one = pod.uid == one.uid and not pod.is_terminating
            return is_that_one and pod.status.phase == "Failed"
        return False


def is_held(cluster: Cluster, one: Ref, finalizer: str) -> bool:
    """Whether that very object has this finalizer now."""
    with suppress(NotFound):
        view = cluster.read(one.kind, one.name, namespace=one.namespace)
        return view.uid == one.uid and finalizer in view.metadata.finalizers
    return False


def _written(owner: OwnerReference) -> dict[str, object]:
    """As the API takes it back: all that it said, which is more than a judge reads."""
    return {
        "apiVersion": owner.api_version,
        "kind": owner.kind,
        "name": owner.name,
        "uid": owner.uid,
        "controller": owner.controller,
        "blockOwnerDeletion": owner.block_owner_deletion,
    }


class EndSilence(RemoveCreated, frozen=True, kw_only=True):
    """The policy is removed, and then the API server is asked until it refuses nothing any more.

    A controller that is refused once more as it cleans up need not try again: pods of a Job that
    was deleted in that moment kept their finalizer for good.
    """

    namespace: str

    def rollback(self, cluster: Cluster) -> None:
        super().rollback(cluster)
        try:
            wait_until_admitted(cluster, self.namespace)
        except Unavailable as error:
            raise RollbackFailed(error.what, where=self.namespace) from error

    def lacking(self, cluster: Cluster) -> str:
        there = super().lacking(cluster)
        if there or not are_refused(cluster, self.namespace):
            return there
        return f"writes in {self.namespace} are still refused"
