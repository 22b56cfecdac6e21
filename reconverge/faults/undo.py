"""How each fault is taken back: values that survive the death of the process that made them.

A rollback may run twice, late, or in another process, and the object may be gone or replaced by a
namesake: each is idempotent, names objects by UID, and takes absence for done. Each proves its own
outcome where one call can (a node's container is running), and raises RollbackFailed otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec

from reconverge.cluster.door import (
    Cluster,
    ControlPlane,
    Kubelets,
    StaticPods,
    StoppableNodes,
)
from reconverge.cluster.errors import Conflict, NotFound
from reconverge.cluster.taints import remove_taint
from reconverge.errors import Unavailable
from reconverge.model import Ref, Taint

# On what we create: its undo is written down before it has a UID, and must not hit a namesake.
MARK = "reconverge.dev/injected"
CONTROLLERS, SCHEDULER, API_SERVER = "kube-controller-manager", "kube-scheduler", "kube-apiserver"
# Those of the control plane's processes that hold a lease while they work.
LED = (CONTROLLERS, SCHEDULER)
# The kubelet's longest wait before it restarts a container (MaxContainerBackOff, 300 s), a lease
# (15 s), and an allowance for the start. Usually it is over in 2 to 20 s.
LED_WITHIN_S = 345.0


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


class RemoveTaint(Undo, frozen=True, kw_only=True):
    """The node no longer has this taint."""

    node: Ref
    taint: Taint

    def sentence(self) -> str:
        return f"the taint {self.taint} of {self.node.name} removed"

    def rollback(self, cluster: Cluster) -> None:
        _if_present(remove_taint, cluster, self.node, self.taint)


class RestoreReplicas(Undo, frozen=True, kw_only=True):
    """The workload asks for its former number of pods."""

    workload: Ref
    replicas: int

    def sentence(self) -> str:
        return f"{self.workload} scaled back to {self.replicas}"

    def rollback(self, cluster: Cluster) -> None:
        _if_present(cluster.scale, self.workload, self.replicas)


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
            _if_present(self._remove, cluster, one)

    def _remove(self, cluster: Cluster, one: Ref) -> None:
        found = cluster.read(one.kind, one.name, namespace=one.namespace)
        if found.metadata.annotations.get(MARK) == self.mark:
            found_one = msgspec.structs.replace(one, uid=found.uid)
            cluster.delete(found_one, grace_s=self.grace_s)


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
    """A frozen process of the control plane runs on, on each of these nodes, and does its work.

    One that lost its lease meanwhile ends by itself and is restarted.
    """

    nodes: tuple[str, ...]
    process: str

    def sentence(self) -> str:
        return f"{self.process} on {', '.join(self.nodes)} thawed"

    def rollback(self, cluster: Cluster) -> None:
        control_plane = _control_plane(cluster)
        for node in self.nodes:
            _if_present(control_plane.thaw_process, node, self.process)
        wait_until_led(control_plane, (self.process,) if self.process in LED else LED)


class AwaitLeaders(Undo, frozen=True, kw_only=True):
    """Processes that were killed are started by the kubelet: on return each of these leads."""

    processes: tuple[str, ...]

    def sentence(self) -> str:
        return f"{' and '.join(self.processes)} awaited"

    def rollback(self, cluster: Cluster) -> None:
        wait_until_led(_control_plane(cluster), self.processes)


class RestoreStaticPod(Undo, frozen=True, kw_only=True):
    """The original manifest of this pod is back on each of these nodes, and its process leads."""

    nodes: tuple[str, ...]
    pod: str

    def sentence(self) -> str:
        return f"the manifest of {self.pod} on {', '.join(self.nodes)} restored"

    def rollback(self, cluster: Cluster) -> None:
        if not isinstance(cluster, StaticPods):
            raise RollbackFailed("its manifests cannot be restored", where=cluster.name)
        control_plane = _control_plane(cluster)
        before = control_plane.leader(self.pod)
        restored = [cluster.restore_static_pod(node, self.pod) for node in self.nodes]
        wait_until_led(control_plane, (self.pod,), not_by=before if any(restored) else "")


class StartKubelet(Undo, frozen=True, kw_only=True):
    """The node's kubelet runs again. Whether the node is whole, the scenario judges."""

    node: str

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


AnyUndo = (
    NothingToUndo
    | RestoreLabels
    | RestoreFields
    | RemoveTaint
    | RestoreReplicas
    | RemoveCreated
    | StartNode
    | StartKubelet
    | ThawProcess
    | AwaitLeaders
    | RestoreStaticPod
)


def _if_present(act: Callable[..., object], *args: object) -> None:
    """Call `act`; an object that is gone, or replaced by a namesake, needs no undo."""
    with suppress(NotFound, Conflict):
        act(*args)


def wait_until_led(
    control_plane: ControlPlane, processes: Sequence[str], *, not_by: str = ""
) -> None:
    """Block until each of `processes` leads, under another name than `not_by`.

    Raises RollbackFailed after LED_WITHIN_S seconds.
    """
    for process in processes:
        try:
            control_plane.wait_until_led(process, deadline_s=LED_WITHIN_S, not_by=not_by)
        except Unavailable as error:
            cure = "reconverge cluster status"
            raise RollbackFailed(error.what, where=error.where, cure=cure) from error


def _control_plane(cluster: Cluster) -> ControlPlane:
    if isinstance(cluster, ControlPlane):
        return cluster
    raise RollbackFailed("its processes are out of reach", where=cluster.name)
