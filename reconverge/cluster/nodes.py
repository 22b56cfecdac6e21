"""A cluster whose nodes are containers of this machine: stopped, started, frozen at will."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reconverge.cluster.api import KubernetesCluster
from reconverge.cluster.audit import AuditRecorder, follow
from reconverge.cluster.containers import CONTROL_PLANE, NodeContainers
from reconverge.cluster.door import NodeContainer
from reconverge.cluster.errors import NotFound
from reconverge.cluster.transport import PATIENT, Patience, Transport, connect
from reconverge.timeline import Timeline


class KindCluster(KubernetesCluster):
    """A cluster that kind made with Docker: its nodes can be stopped, its processes frozen.

    `kind_name` is the name kind knows; its kube context is `kind-NAME`.
    """

    def __init__(
        self, transport: Transport, *, kind_name: str, docker: Sequence[str] = ("docker",)
    ) -> None:
        super().__init__(transport, name=f"kind-{kind_name}")
        self.kind_name = kind_name
        self._nodes = NodeContainers(kind_name, docker=docker)

    @classmethod
    def of(cls, kubeconfig: Path, *, kind_name: str, patience: Patience = PATIENT) -> KindCluster:
        """The kind cluster of that name; nothing is asked of it yet. Raises BadInput."""
        transport = connect(kubeconfig, f"kind-{kind_name}", patience=patience)
        return cls(transport, kind_name=kind_name)

    def node_container(self, node: str) -> NodeContainer:
        return self._nodes.named(node)

    def stop_node(self, node: str, *, grace_s: int = 0) -> None:
        self._nodes.stop(node, grace_s=grace_s)

    def start_node(self, node: str) -> None:
        self._nodes.start(node)

    def freeze_process(self, node: str, name: str) -> None:
        self._nodes.signal(node, name, "STOP")

    def thaw_process(self, node: str, name: str) -> None:
        self._nodes.signal(node, name, "CONT")

    def record_writes(self, timeline: Timeline, *, namespaces: Sequence[str]) -> AuditRecorder:
        """The log lies on the control plane's node, readable by root there, so it is read there."""
        planes = [one.name for one in self._nodes.all() if one.role == CONTROL_PLANE]
        if not planes:
            raise NotFound("no container is its control plane", where=self.name)
        command = self._nodes.command_inside(planes[0])
        return AuditRecorder(lambda: follow(command), timeline, namespaces=namespaces)
