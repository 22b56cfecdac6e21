"""A cluster whose nodes are containers of this machine: stopped, started, entered at will."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from reconverge.clock import RealClock
from reconverge.cluster import leases
from reconverge.cluster.api import KubernetesCluster
from reconverge.cluster.audit import PAST, PAST_ENDS, AuditRecorder, follow, past
from reconverge.cluster.containers import CONTROL_PLANE, NodeContainers
from reconverge.cluster.door import JsonObject, NodeContainer
from reconverge.cluster.errors import NotFound
from reconverge.cluster.inside import Inside
from reconverge.cluster.networks import NodeNetworks
from reconverge.cluster.runtimes import NodeRuntimes
from reconverge.cluster.transport import PATIENT, Patience, Transport, connect
from reconverge.shell import Completed
from reconverge.timeline import Timeline, Wrote


class KindCluster(Inside, NodeNetworks, NodeRuntimes, KubernetesCluster):
    """A cluster that kind made with Docker: its nodes can be stopped, and entered.

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

    def node_containers(self) -> list[NodeContainer]:
        """Every one of its nodes, in whatever state, control plane first."""
        return self._nodes.all()

    def run_inside(self, node: str, script: str) -> str:
        """What a shell script says inside that node, whatever it ends with. Raises CommandFailed.

        For looking: what is done to a node has names of its own.
        """
        return self._nodes.shell(node, f"{script}\n:").stdout

    def stop_node(self, node: str, *, grace_s: int = 0) -> None:
        self._nodes.stop(node, grace_s=grace_s)

    def start_node(self, node: str) -> None:
        self._nodes.start(node)

    def pause_node(self, node: str) -> None:
        self._nodes.pause(node)

    def leader(self, process: str) -> str:
        return leases.holder(self, process)

    def wait_until_led(self, process: str, *, deadline_s: float, not_by: str = "") -> None:
        clock = RealClock()
        leases.wait_until_renewed(self, clock, process, not_by=not_by, deadline_s=deadline_s)

    def record_writes(self, timeline: Timeline, *, namespaces: Sequence[str]) -> AuditRecorder:
        """The log lies on the control plane's node, readable by root there, so it is read there."""
        planes = [one.name for one in self._nodes.all() if one.role == CONTROL_PLANE]
        if not planes:
            raise NotFound("no container is its control plane", where=self.name)
        command = self._nodes.command_inside(planes[0])
        return AuditRecorder(
            lambda: follow(command), timeline, namespaces=namespaces, leave_mark=self._leave_mark
        )

    def past_writes(self, namespace: str) -> tuple[Wrote, ...]:
        planes = [one.name for one in self._nodes.all() if one.role == CONTROL_PLANE]
        if not planes:
            raise NotFound("no container is its control plane", where=self.name)
        return past(self._shell(planes[0], PAST, namespace, accept=PAST_ENDS), namespace)

    def _leave_mark(self) -> str:
        """A dry run is in the audit log like a write, and changes nothing."""
        mark = f"reconverge-mark-{secrets.token_hex(8)}"
        one: JsonObject = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": mark}}
        self.create(one, namespace="default", is_dry_run=True)
        return mark

    def _shell(
        self,
        node: str,
        script: str,
        *words: str,
        accept: Sequence[int] = (0,),
        stdin: str | None = None,
        extra_s: float = 0.0,
    ) -> Completed:
        return self._nodes.shell(node, script, *words, accept=accept, stdin=stdin, extra_s=extra_s)
