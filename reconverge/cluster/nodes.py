"""Nodes that are containers of this machine: stopped, started and frozen as a machine would be.

Docker is spoken to through its command, which knows contexts, sudo and remote engines better than
we would. Only containers that carry kind's label of this very cluster are touched, and entered.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from reconverge.clock import RealClock
from reconverge.cluster import leases
from reconverge.cluster.api import KubernetesCluster
from reconverge.cluster.audit import AuditRecorder, follow
from reconverge.cluster.door import NodeContainer
from reconverge.cluster.errors import NotFound
from reconverge.cluster.inside import Inside
from reconverge.cluster.transport import Transport, connect
from reconverge.errors import Refused
from reconverge.shell import Completed, run
from reconverge.timeline import Timeline

CLUSTER_LABEL = "io.x-k8s.kind.cluster"
ROLE_LABEL = "io.x-k8s.kind.role"
DOCKER_S = 60.0  # starting a node's systemd takes 1 s; a loaded machine is given time


class _State(msgspec.Struct, frozen=True, rename="pascal"):
    status: str


class _Config(msgspec.Struct, frozen=True, rename="pascal"):
    labels: dict[str, str] | None = None


class _Network(msgspec.Struct, frozen=True):
    ipv4: str = msgspec.field(name="IPAddress", default="")
    ipv6: str = msgspec.field(name="GlobalIPv6Address", default="")


class _Networks(msgspec.Struct, frozen=True, rename="pascal"):
    networks: dict[str, _Network] | None = None


class _Container(msgspec.Struct, frozen=True, rename="pascal"):
    id: str
    name: str
    state: _State
    config: _Config
    network_settings: _Networks


class KindCluster(Inside, KubernetesCluster):
    """A cluster that kind made with Docker: its nodes can be stopped, and entered.

    `kind_name` is the name kind knows; its kube context is `kind-NAME`.
    """

    def __init__(
        self, transport: Transport, *, kind_name: str, docker: Sequence[str] = ("docker",)
    ) -> None:
        super().__init__(transport, name=f"kind-{kind_name}")
        self.kind_name = kind_name
        self._docker = tuple(docker)

    @classmethod
    def of(cls, kubeconfig: Path, *, kind_name: str) -> KindCluster:
        """The kind cluster of that name; nothing is asked of it yet. Raises BadInput."""
        return cls(connect(kubeconfig, f"kind-{kind_name}"), kind_name=kind_name)

    def node_container(self, node: str) -> NodeContainer:
        where = f'inspect the container of node "{node}"'
        answer = self._run("container", "inspect", node, accept=(0, 1))
        found = msgspec.json.decode(answer.stdout or "[]", type=list[_Container])
        if not found:
            raise NotFound(answer.stderr.strip() or "no such container", where=where)
        container = found[0]
        if (container.config.labels or {}).get(CLUSTER_LABEL) != self.kind_name:
            what = f'container "{node}" is no node of the kind cluster "{self.kind_name}"'
            raise Refused(what, where=where, cure="name one of this cluster's nodes")
        networks = (container.network_settings.networks or {}).values()
        return msgspec.convert(
            {
                "name": container.name.removeprefix("/"),
                "id": container.id,
                "state": container.state.status,
                "addresses": [ip for one in networks for ip in (one.ipv4, one.ipv6) if ip],
            },
            type=NodeContainer,
        )

    def stop_node(self, node: str, *, grace_s: int = 0) -> None:
        container = self.node_container(node)
        if container.state == "paused":
            self._run("unpause", container.id)
        if container.state in ("running", "paused", "restarting"):
            self._run("stop", "--time", str(grace_s), container.id, extra_s=grace_s)

    def start_node(self, node: str) -> None:
        container = self.node_container(node)
        if container.state == "paused":
            self._run("unpause", container.id)
        elif container.state != "running":
            self._run("start", container.id)

    def leader(self, process: str) -> str:
        return leases.holder(self, process)

    def wait_until_led(self, process: str, *, deadline_s: float, not_by: str = "") -> None:
        clock = RealClock()
        leases.wait_until_renewed(self, clock, process, not_by=not_by, deadline_s=deadline_s)

    def record_writes(self, timeline: Timeline, *, namespaces: Sequence[str]) -> AuditRecorder:
        """The log lies on the control plane's node, readable by root there, so it is read there."""
        roles = ("--filter", f"label={ROLE_LABEL}=control-plane")
        ours = ("--filter", f"label={CLUSTER_LABEL}={self.kind_name}")
        names = self._run("ps", "--all", "--format", "{{.Names}}", *ours, *roles).stdout.split()
        if not names:
            raise NotFound("no container is its control plane", where=self.name)
        command = (*self._docker, "exec", "--interactive", sorted(names)[0])
        return AuditRecorder(lambda: follow(command), timeline, namespaces=namespaces)

    def _shell(
        self,
        node: str,
        script: str,
        *words: str,
        accept: Sequence[int] = (0,),
        stdin: str | None = None,
        extra_s: float = 0.0,
    ) -> Completed:
        container = self.node_container(node)
        command = ("exec", "--interactive", container.id, "sh", "-c", script, "sh", *words)
        return self._run(*command, accept=accept, stdin=stdin, extra_s=extra_s)

    def _run(
        self,
        *words: str,
        accept: Sequence[int] = (0,),
        stdin: str | None = None,
        extra_s: float = 0.0,
    ) -> Completed:
        """Raises CommandFailed (it is Unavailable), with the command and what it said."""
        command, timeout_s = [*self._docker, *words], DOCKER_S + extra_s
        return run(command, accept=accept, stdin=stdin, timeout_s=timeout_s)
