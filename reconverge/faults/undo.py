"""How each fault is taken back: values that survive the death of the process that made them.

A rollback may run twice, late, or in another process, and the object may be gone or replaced by a
namesake: each is idempotent, names objects by UID, and takes absence for done. That a call returned
proves nothing: `lacking` looks at what was harmed, and tells what is not as it was yet.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import msgspec

from reconverge.cluster.door import (
    Cluster,
    JsonObject,
    Kubelets,
    StoppableNodes,
)
from reconverge.cluster.errors import Conflict, NotFound
from reconverge.cluster.taints import remove_taint
from reconverge.errors import Unavailable
from reconverge.faults.health import found, heartbeat, lacking_of_node, unlike
from reconverge.model import Node, Ref, Taint

# On what we create: its undo is written down before it has a UID, and must not hit a namesake.
MARK = "reconverge.dev/injected"


class Undo(msgspec.Struct, frozen=True, kw_only=True, tag_field="is", tag=True):
    """Base of every rollback."""

    def sentence(self) -> str:
        """What is put back, for the report and for a dry run."""
        raise NotImplementedError

    def rollback(self, cluster: Cluster) -> None:
        """Put it back; RollbackFailed when it demonstrably is not."""
        raise NotImplementedError

    def lacking(self, cluster: Cluster) -> str:
        """What was harmed and is not in its steady state again, in words; empty when all is."""
        raise NotImplementedError

    def pulse(self, cluster: Cluster) -> str:
        """What changes for as long as the thing that was harmed lives; empty where nothing does.

        A status may be left from before the harm; who has written since is alive.
        """
        del cluster
        return ""


class RollbackFailed(Unavailable):
    """What a fault did is still there."""


class NothingToUndo(Undo, frozen=True, kw_only=True):
    """The cluster's own controllers put it back, or nothing was changed for good."""

    reason: str

    def sentence(self) -> str:
        return f"nothing to undo: {self.reason}"

    def rollback(self, cluster: Cluster) -> None:
        del cluster

    def lacking(self, cluster: Cluster) -> str:
        del cluster
        return ""


class Labelled(msgspec.Struct, frozen=True):
    """An object and labels it had; None stands for a label that was absent."""

    object: Ref
    labels: dict[str, str | None]


class RestoreLabels(Undo, frozen=True, kw_only=True):
    """Each of these objects gets its own former labels back."""

    rows: tuple[Labelled, ...]

    def sentence(self) -> str:
        return "; ".join(
            f"{row.object.name} labelled {key}={value or '<none>'} again"
            for row in self.rows
            for key, value in row.labels.items()
        )

    def rollback(self, cluster: Cluster) -> None:
        for row in self.rows:
            body: JsonObject = {"metadata": {"labels": row.labels}}
            if_present(cluster, row.object, partial(cluster.patch, row.object, body))

    def lacking(self, cluster: Cluster) -> str:
        return "; ".join(
            f"{row.object.name} is labelled {key}={view.metadata.labels.get(key, '<none>')}"
            for row in self.rows
            if (view := found(cluster, row.object)) is not None
            for key, value in row.labels.items()
            if view.metadata.labels.get(key) != value
        )


class RestoreFields(Undo, frozen=True, kw_only=True):
    """The object has its former values in these fields; `fields` is a strategic merge patch."""

    of: Ref
    fields: dict[str, object]
    what: str
    subresource: str = ""

    def sentence(self) -> str:
        return f"{self.of} no longer {self.what}"

    def rollback(self, cluster: Cluster) -> None:
        is_strategic = not self.subresource
        patch = partial(cluster.patch, subresource=self.subresource, is_strategic=is_strategic)
        if_present(cluster, self.of, lambda: patch(self.of, self.fields))

    def lacking(self, cluster: Cluster) -> str:
        """A status is its controller's, which has the last word on it."""
        view = None if self.subresource else found(cluster, self.of)
        differing = unlike(view, self.fields) if view is not None else []
        return f"{self.of} differs in {', '.join(differing)}" if differing else ""


class RemoveTaint(Undo, frozen=True, kw_only=True):
    """The node no longer has this taint."""

    node: Ref
    taint: Taint

    def sentence(self) -> str:
        return f"the taint {self.taint} of {self.node.name} removed"

    def rollback(self, cluster: Cluster) -> None:
        if_present(cluster, self.node, lambda: remove_taint(cluster, self.node, self.taint))

    def lacking(self, cluster: Cluster) -> str:
        view = found(cluster, self.node)
        is_there = isinstance(view, Node) and view.is_tainted(self.taint.key, self.taint.effect)
        return f"{self.node.name} is still tainted {self.taint}" if is_there else ""


class RestoreReplicas(Undo, frozen=True, kw_only=True):
    """The workload asks for its former number of pods."""

    workload: Ref
    replicas: int

    def sentence(self) -> str:
        return f"{self.workload} scaled back to {self.replicas}"

    def rollback(self, cluster: Cluster) -> None:
        if_present(cluster, self.workload, lambda: cluster.scale(self.workload, self.replicas))

    def lacking(self, cluster: Cluster) -> str:
        view = found(cluster, self.workload)
        now = self.replicas if view is None else getattr(view, "replicas", self.replicas)
        return f"{self.workload} asks for {now} pods" if now != self.replicas else ""


class RemoveCreated(Undo, frozen=True, kw_only=True):
    """What is created under these names is deleted, in this order, where it carries this mark.

    No UID is known before an object is made, so theirs are empty here. `grace_s` is the seconds
    that a pod is given; None is its own period.
    """

    objects: tuple[Ref, ...]
    mark: str
    grace_s: int | None = None

    def sentence(self) -> str:
        return f"{', '.join(str(one) for one in self.objects)} removed, if still there"

    def rollback(self, cluster: Cluster) -> None:
        for one in self.objects:
            with suppress(NotFound, Conflict):
                self._remove(cluster, one)

    def lacking(self, cluster: Cluster) -> str:
        """What is on its way out is as good as gone: a namespace takes its pods' grace period."""
        left = [one for one in self.objects if self._is_there(cluster, one)]
        return f"{', '.join(map(str, left))} is still there" if left else ""

    def _is_there(self, cluster: Cluster, one: Ref) -> bool:
        with suppress(NotFound):
            view = cluster.read(one.kind, one.name, namespace=one.namespace)
            return view.metadata.annotations.get(MARK) == self.mark and not view.is_terminating
        return False

    def _remove(self, cluster: Cluster, one: Ref) -> None:
        view = cluster.read(one.kind, one.name, namespace=one.namespace)
        if view.metadata.annotations.get(MARK) == self.mark:
            that_one = msgspec.structs.replace(one, uid=view.uid)
            cluster.delete(that_one, grace_s=self.grace_s)


class NodeUndo(Undo, frozen=True, kw_only=True):
    """Base of what gives a node back: it is healed when the node is whole, and heard from since."""

    node: str

    def lacking(self, cluster: Cluster) -> str:
        return lacking_of_node(cluster, self.node)

    def pulse(self, cluster: Cluster) -> str:
        return heartbeat(cluster, self.node)


class StartNode(NodeUndo, frozen=True, kw_only=True):
    """The node's container runs again, and the node is whole."""

    def sentence(self) -> str:
        return f"node {self.node} started"

    def rollback(self, cluster: Cluster) -> None:
        if not isinstance(cluster, StoppableNodes):
            raise RollbackFailed("the nodes of this cluster cannot be started", where=self.node)
        try:
            cluster.start_node(self.node)
            container = cluster.node_container(self.node)
        except NotFound:
            return
        if container.state != "running":
            raise RollbackFailed(
                f"its container is {container.state} after a start",
                where=self.node,
                cure=f"docker logs {self.node}",
            )


class StartKubelet(NodeUndo, frozen=True, kw_only=True):
    """The node's kubelet runs again, and the node is whole."""

    def sentence(self) -> str:
        return f"the kubelet of {self.node} started"

    def rollback(self, cluster: Cluster) -> None:
        if not isinstance(cluster, Kubelets):
            raise RollbackFailed("its kubelets cannot be started", where=self.node)
        try:
            cluster.start_kubelet(self.node)
            is_running = cluster.is_kubelet_running(self.node)
        except NotFound:
            return
        if not is_running:
            cure = f"docker exec {self.node} journalctl --unit kubelet"
            raise RollbackFailed("its kubelet does not run", where=self.node, cure=cure)


def if_present(cluster: Cluster, one: Ref, act: Callable[[], object]) -> None:
    """Call `act`; an object that is gone, or replaced by a namesake, needs no undo.

    Raises RollbackFailed where others wrote that very object so often that we were not heard.
    """
    try:
        act()
    except NotFound:
        return
    except Conflict as error:
        if found(cluster, one) is not None:
            raise RollbackFailed(error.what, where=str(one)) from error
