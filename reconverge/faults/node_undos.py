"""How harm inside a node is taken back: its network, its container runtime, its containers.

All of it is done inside the node, so that none of it needs an API server.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Self

import msgspec

from reconverge.cluster.door import (
    Cluster,
    ControlPlane,
    Cut,
    JsonObject,
    Kubelets,
    Networks,
    Runtimes,
    StoppableNodes,
)
from reconverge.cluster.errors import Conflict, NotFound
from reconverge.cluster.taints import add_taint
from reconverge.faults.undo import NodeUndo, RollbackFailed, StartNode, Undo
from reconverge.model import Node, Ref, Taint, ref

# Set and removed by the node lifecycle controller (k8s.io/api/core/v1/well_known_taints.go).
_PASSING = "node.kubernetes.io/"


class MendNetwork(NodeUndo, frozen=True, kw_only=True):
    """The node drops these packets no longer. A node that is down has no network to mend."""

    cut: Cut

    def sentence(self) -> str:
        return f"the network of {self.node} mended"

    def rollback(self, cluster: Cluster) -> None:
        if not isinstance(cluster, Networks):
            raise RollbackFailed("its network cannot be mended", where=self.node)
        if _is_up(cluster, self.node):
            cluster.mend_network(self.node, self.cut)
            if cluster.is_cut(self.node, self.cut):
                raise RollbackFailed(f"the network of {self.node} is still cut", where=self.node)

    def lacking(self, cluster: Cluster) -> str:
        if not isinstance(cluster, Networks) or not _is_up(cluster, self.node):
            return ""
        if cluster.is_cut(self.node, self.cut):
            return f"the network of {self.node} is still cut"
        return super().lacking(cluster)


class StartRuntime(NodeUndo, frozen=True, kw_only=True):
    """The node's container runtime runs."""

    def sentence(self) -> str:
        return f"the container runtime of {self.node} started"

    def rollback(self, cluster: Cluster) -> None:
        if not isinstance(cluster, Runtimes):
            raise RollbackFailed("its container runtime is out of reach", where=self.node)
        if _is_up(cluster, self.node):
            cluster.start_runtime(self.node)
            if not cluster.is_runtime_running(self.node):
                cure = f"docker exec {self.node} journalctl --unit containerd"
                raise RollbackFailed(self._at_rest(), where=self.node, cure=cure)

    def lacking(self, cluster: Cluster) -> str:
        if not isinstance(cluster, Runtimes) or not _is_up(cluster, self.node):
            return ""
        if not cluster.is_runtime_running(self.node):
            return self._at_rest()
        return super().lacking(cluster)

    def _at_rest(self) -> str:
        return f"the container runtime of {self.node} does not run"


class AwaitProcess(NodeUndo, frozen=True, kw_only=True):
    """A process that was killed runs again, and the node's kubelet has forgotten the crash.

    A kubelet remembers it for ten minutes, and lets the next one wait for longer (pkg/kubelet,
    crash loop back-off): so it is restarted.
    """

    process: str

    def sentence(self) -> str:
        return f"{self.process} on {self.node} awaited"

    def rollback(self, cluster: Cluster) -> None:
        if not isinstance(cluster, Kubelets):
            raise RollbackFailed("its kubelets cannot be restarted", where=self.node)
        if _is_up(cluster, self.node):
            cluster.restart_kubelet(self.node)

    def lacking(self, cluster: Cluster) -> str:
        if not isinstance(cluster, ControlPlane) or not _is_up(cluster, self.node):
            return ""
        try:
            cluster.is_frozen(self.node, self.process)
        except NotFound:
            return f"{self.process} does not run on {self.node}"
        return super().lacking(cluster)


class RegisterNode(NodeUndo, frozen=True, kw_only=True):
    """The node is registered as it was, under another UID, and its kubelet begins anew with it.

    A kubelet by itself would register without what others wrote: labels, taints, a cordon, and the
    range of addresses that its pods have. Without its capacity the node would have room for nothing
    until its kubelet reports, and one that begins refuses its own pods for good for want of room
    (OutOfpods: kubernetes/kubernetes pull request 101801).

    `uid` is that of the object before; while it is there nothing was done. One that somebody has
    registered meanwhile gets back what it lacks.
    """

    uid: str
    labels: dict[str, str]
    annotations: dict[str, str]
    taints: tuple[Taint, ...]
    unschedulable: bool
    pod_cidr: str
    provider_id: str
    capacity: dict[str, str] = msgspec.field(default_factory=dict)
    allocatable: dict[str, str] = msgspec.field(default_factory=dict)

    @classmethod
    def as_it_is(cls, view: Node) -> Self:
        """To this; taints that the control plane sets and removes by itself are left to it."""
        own = tuple(one for one in view.spec.taints if not one.key.startswith(_PASSING))
        return cls(
            node=view.name,
            uid=view.uid,
            labels=view.metadata.labels,
            annotations=view.metadata.annotations,
            taints=own,
            unschedulable=view.spec.unschedulable,
            pod_cidr=view.spec.pod_cidr,
            provider_id=view.spec.provider_id,
            capacity=view.status.capacity,
            allocatable=view.status.allocatable,
        )

    def sentence(self) -> str:
        return f"node {self.node} registered again"

    def rollback(self, cluster: Cluster) -> None:
        if not isinstance(cluster, Kubelets):
            raise RollbackFailed("its kubelets cannot be started", where=self.node)
        if not _is_up(cluster, self.node):
            return
        node = self._registered(cluster)
        if node.uid == self.uid:
            return
        self._restore(cluster, node)
        cluster.restart_kubelet(self.node)

    def lacking(self, cluster: Cluster) -> str:
        try:
            node = cluster.read("Node", self.node)
        except NotFound:
            return f"node {self.node} is not registered"
        assert isinstance(node, Node)
        return self._differing(node) or super().lacking(cluster)

    def _registered(self, cluster: Cluster) -> Node:
        """As it is, or made now."""
        with suppress(Conflict):  # it has just registered by itself
            try:
                node = cluster.read("Node", self.node)
            except NotFound:
                _, node = cluster.create(self._manifest(), namespace="")
            assert isinstance(node, Node)
            return node
        node = cluster.read("Node", self.node)
        assert isinstance(node, Node)
        return node

    def _manifest(self) -> JsonObject:
        spec: JsonObject = {"taints": msgspec.to_builtins(self.taints)}
        if self.unschedulable:
            spec["unschedulable"] = True
        if self.provider_id:
            spec["providerID"] = self.provider_id
        if self.pod_cidr:
            spec |= {"podCIDR": self.pod_cidr, "podCIDRs": [self.pod_cidr]}
        metadata = {"name": self.node, "labels": self.labels, "annotations": self.annotations}
        status = {"capacity": self.capacity, "allocatable": self.allocatable}
        node = {"apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": spec}
        return {**node, "status": status}

    def _restore(self, cluster: Cluster, node: Node) -> None:
        """Of that very object, whoever registered it."""
        if not self._differing(node):
            return
        one = ref("Node", node)
        body: JsonObject = {
            "metadata": {"labels": self.labels},
            "spec": {"unschedulable": self.unschedulable},
        }
        cluster.patch(one, body)
        for taint in self.taints:
            add_taint(cluster, one, taint)

    def _differing(self, node: Node) -> str:
        has = node.metadata.labels
        labels = [key for key, value in self.labels.items() if has.get(key) != value]
        taints = [str(one) for one in self.taints if not node.is_tainted(one.key, one.effect)]
        cordon = ["its cordon"] if node.spec.unschedulable != self.unschedulable else []
        lost = ", ".join([*labels, *taints, *cordon])
        return f"node {self.node} has not its own {lost}" if lost else ""


class ReturnNode(RegisterNode, frozen=True, kw_only=True):
    """The same of a node whose machine is down as well: it runs again, in its old place."""

    def sentence(self) -> str:
        return f"node {self.node} registered again, and started"

    def rollback(self, cluster: Cluster) -> None:
        try:
            node = self._registered(cluster)
        finally:
            StartNode(node=self.node).rollback(cluster)
        if node.uid != self.uid:
            self._restore(cluster, node)


class Lodged(msgspec.Struct, frozen=True):
    """A container by its name, with its pod, on its node."""

    node: str
    pod: Ref
    container: str


class ThawContainers(Undo, frozen=True, kw_only=True):
    """The processes of these containers run on. One that was killed meanwhile needs nothing."""

    rows: tuple[Lodged, ...]

    def sentence(self) -> str:
        names = (f"{row.container} of {row.pod.name}" for row in self.rows)
        return f"{', '.join(names) or 'nothing'} thawed"

    def rollback(self, cluster: Cluster) -> None:
        if not isinstance(cluster, Runtimes):
            raise RollbackFailed("its containers are out of reach", where=cluster.name)
        for row in self.rows:
            if _is_up(cluster, row.node):
                with suppress(NotFound):
                    cluster.signal_container(row.node, row.pod, row.container, "CONT")

    def lacking(self, cluster: Cluster) -> str:
        """The signal that lets a process go on cannot be refused, so it has been obeyed."""
        del cluster
        return ""


def _is_up(cluster: Cluster, node: str) -> bool:
    """Whether there is something to enter: what is done inside a node does not outlive its stop."""
    if not isinstance(cluster, StoppableNodes):
        return True
    try:
        return cluster.node_container(node).state in ("running", "paused")
    except NotFound:
        return False
