"""How each fault is taken back: values that survive the death of the process that made them.

A rollback may run twice, late, or in another process, and the object may be gone or replaced by a
namesake: each is idempotent, names objects by UID, and takes absence for done. Each proves its own
outcome where one call can (a node's container is running), and raises RollbackFailed otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import msgspec

from reconverge.cluster.door import Cluster, ControlPlane, StoppableNodes
from reconverge.cluster.errors import Conflict, NotFound
from reconverge.errors import Unavailable
from reconverge.model import Ref

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


class RollbackFailed(Unavailable):
    """What a fault did is still there."""


class NothingToUndo(Undo, frozen=True, kw_only=True):
    """The cluster's own controllers put it back, or nothing was changed for good."""

    reason: str

    def sentence(self) -> str:
        return f"nothing to undo: {self.reason}"

    def rollback(self, cluster: Cluster) -> None:
        del cluster


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
            _if_present(cluster.patch, row.object, {"metadata": {"labels": row.labels}})


class RestoreFields(Undo, frozen=True, kw_only=True):
    """The object has its former values in these fields; `fields` is a strategic merge patch."""

    of: Ref
    fields: dict[str, object]
    what: str
    subresource: str = ""

    def sentence(self) -> str:
        return f"{self.of} no longer {self.what}"

    def rollback(self, cluster: Cluster) -> None:
        with suppress(NotFound, Conflict):
            cluster.patch(
                self.of,
                self.fields,
                subresource=self.subresource,
                is_strategic=not self.subresource,
            )


class RestoreReplicas(Undo, frozen=True, kw_only=True):
    """The workload asks for its former number of pods."""

    workload: Ref
    replicas: int

    def sentence(self) -> str:
        return f"{self.workload} scaled back to {self.replicas}"

    def rollback(self, cluster: Cluster) -> None:
        _if_present(cluster.scale, self.workload, self.replicas)


class RemovePod(Undo, frozen=True, kw_only=True):
    """The pod that a fault creates under this name is deleted, if it carries this mark."""

    namespace: str
    name: str
    mark: str

    def sentence(self) -> str:
        return f"pod {self.name} removed, if it is still there"

    def rollback(self, cluster: Cluster) -> None:
        _if_present(self._remove, cluster)

    def _remove(self, cluster: Cluster) -> None:
        pod = cluster.read("Pod", self.name, namespace=self.namespace)
        if pod.metadata.annotations.get(MARK) == self.mark:
            cluster.delete(Ref("Pod", self.namespace, self.name, pod.uid), grace_s=0)


class StartNode(Undo, frozen=True, kw_only=True):
    """The node's container runs again. Whether the node is whole, the scenario judges."""

    node: str

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


class ThawProcess(Undo, frozen=True, kw_only=True):
    """A frozen process of the control plane runs on, on each of these nodes."""

    nodes: tuple[str, ...]
    process: str

    def sentence(self) -> str:
        return f"{self.process} on {', '.join(self.nodes)} thawed"

    def rollback(self, cluster: Cluster) -> None:
        if not isinstance(cluster, ControlPlane):
            raise RollbackFailed("its processes cannot be thawed", where=cluster.name)
        for node in self.nodes:
            _if_present(cluster.thaw_process, node, self.process)


class RemoveNamespace(Undo, frozen=True, kw_only=True):
    """The namespace that a scenario makes under this name is deleted, if it carries this mark."""

    name: str
    mark: str

    def sentence(self) -> str:
        return f"namespace {self.name} removed"

    def rollback(self, cluster: Cluster) -> None:
        _if_present(self._remove, cluster)

    def _remove(self, cluster: Cluster) -> None:
        namespace = cluster.read("Namespace", self.name)
        if namespace.metadata.annotations.get(MARK) == self.mark:
            cluster.delete(Ref("Namespace", "", self.name, namespace.uid))


AnyUndo = (
    NothingToUndo
    | RestoreLabels
    | RestoreFields
    | RestoreReplicas
    | RemovePod
    | StartNode
    | ThawProcess
    | RemoveNamespace
)


def _if_present(act: Callable[..., object], *args: object) -> None:
    """Call `act`; an object that is gone, or replaced by a namesake, needs no undo."""
    with suppress(NotFound, Conflict):
        act(*args)
