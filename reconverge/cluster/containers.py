"""The containers that are the nodes of one kind cluster, through the `docker` command.

Docker's command knows remote engines, credentials and configurations better than we would. Only
containers that carry kind's label of this very cluster are touched, and entered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from reconverge.cluster.door import NodeContainer
from reconverge.cluster.errors import NotFound
from reconverge.errors import Refused, Unavailable
from reconverge.shell import Command, Completed, run

CLUSTER_LABEL = "io.x-k8s.kind.cluster"
ROLE_LABEL = "io.x-k8s.kind.role"
CONTROL_PLANE = "control-plane"
DOCKER_S = 60.0  # starting a node's systemd takes 1 s; a loaded machine is given time
REMOVE_S = 120.0
PAUSES_MAX = 5


class Run(Protocol):
    """Runs a program to its end; CommandFailed (it is Unavailable) for what is not accepted."""

    def __call__(
        self,
        command: Command,
        *,
        timeout_s: float | None = None,
        accept: Sequence[int] = (0,),
        stdin: str | None = None,
    ) -> Completed: ...


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

    @property
    def labels(self) -> dict[str, str]:
        return self.config.labels or {}


class NodeContainers:
    """The node containers of the kind cluster called `kind_name`.

    `run`: how `docker` is started; by default as any program of ours is.
    """

    def __init__(
        self, kind_name: str, *, run: Run = run, docker: Sequence[str] = ("docker",)
    ) -> None:
        self.kind_name = kind_name
        self._run_program, self._docker = run, tuple(docker)

    def all(self) -> list[NodeContainer]:
        """Every one of them, in whatever state, control plane first. Raises CommandFailed."""
        listed = self._run("ps", "-aq", "--filter", f"label={CLUSTER_LABEL}={self.kind_name}")
        ids = listed.stdout.split()
        found = self._inspect(*ids).found if ids else ()
        return sorted(map(_view, found), key=lambda one: (one.role != CONTROL_PLANE, one.name))

    def named(self, node: str) -> NodeContainer:
        """That node's; NotFound when there is none, Refused when it is not this cluster's."""
        where = f'inspect the container of node "{node}"'
        answer = self._inspect(node)
        if not answer.found:
            raise NotFound(answer.said or "no such container", where=where)
        if answer.found[0].labels.get(CLUSTER_LABEL) != self.kind_name:
            what = f'container "{node}" is no node of the kind cluster "{self.kind_name}"'
            raise Refused(what, where=where, cure="name one of this cluster's nodes")
        return _view(answer.found[0])

    def stop(self, node: str, *, grace_s: int = 0) -> None:
        """Stop it; after `grace_s` seconds it is killed. Idempotent."""
        container = self.named(node)
        if container.state == "paused":
            self._run("unpause", container.id)
        if container.state in ("running", "paused", "restarting"):
            self._run("stop", "--time", str(grace_s), container.id, extra_s=grace_s)

    def start(self, node: str) -> None:
        """Start it, whatever state it is in. Idempotent."""
        container = self.named(node)
        if container.state == "paused":
            self._run("unpause", container.id)
        elif container.state != "running":
            self._run("start", container.id)

    def pause(self, node: str) -> None:
        """Suspend every process in it at once. Idempotent.

        The kernel freezes them one by one; runc gives up on a busy node, and lets it run on.
        """
        said = ""
        for _ in range(PAUSES_MAX):
            container = self.named(node)
            if container.state == "paused":
                return
            said = self._run("pause", container.id, accept=(0, 1)).stderr.strip()
        if self.named(node).state != "paused":
            what = f"it runs on after {PAUSES_MAX} attempts to pause it: {said}"
            raise Unavailable(what, where=node)

    def connect(self, node: str, network: str) -> None:
        """Attach it to a Docker network again."""
        self._run("network", "connect", network, self.named(node).id)

    def command_inside(self, node: str) -> tuple[str, ...]:
        """What to put before a command so that it runs inside, with our standard input."""
        return (*self._docker, "exec", "--interactive", node)

    def shell(
        self,
        node: str,
        script: str,
        *words: str,
        accept: Sequence[int] = (0,),
        stdin: str | None = None,
        extra_s: float = 0.0,
    ) -> Completed:
        """Run a shell script inside it, `words` being its arguments. Raises CommandFailed."""
        within = ("exec", "--interactive", self.named(node).id)
        command = (*within, "sh", "-c", script, "sh", *words)
        return self._run(*command, accept=accept, stdin=stdin, extra_s=extra_s)

    def remove(self) -> None:
        """Remove all of them with their volumes: `kind delete cluster`, whether kind is there."""
        names = [node.name for node in self.all()]
        if names:
            self._run("rm", "--force", "--volumes", *names, extra_s=REMOVE_S - DOCKER_S)

    def _inspect(self, *names: str) -> _Inspected:
        """What Docker knows of them; those that it does not know are left out."""
        answer = self._run("container", "inspect", *names, accept=(0, 1))
        found = msgspec.json.decode(answer.stdout or "[]", type=list[_Container])
        return _Inspected(tuple(found), answer.stderr.strip())

    def _run(
        self,
        *words: str,
        accept: Sequence[int] = (0,),
        stdin: str | None = None,
        extra_s: float = 0.0,
    ) -> Completed:
        command, timeout_s = [*self._docker, *words], DOCKER_S + extra_s
        return self._run_program(command, accept=accept, stdin=stdin, timeout_s=timeout_s)


class _Inspected(msgspec.Struct, frozen=True):
    """The containers that were found, and what Docker says of the others."""

    found: tuple[_Container, ...]
    said: str


def _view(container: _Container) -> NodeContainer:
    networks = container.network_settings.networks or {}
    addresses = [ip for one in networks.values() for ip in (one.ipv4, one.ipv6) if ip]
    return msgspec.convert(
        {
            "name": container.name.removeprefix("/"),
            "id": container.id,
            "state": container.state.status,
            "addresses": addresses,
            "role": container.labels.get(ROLE_LABEL, ""),
            "networks": list(networks),
        },
        type=NodeContainer,
    )
