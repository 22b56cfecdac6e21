"""The containers that are a kind cluster's nodes, found in Docker by kind's own labels."""

from __future__ import annotations

from dataclasses import dataclass

from reconverge.provision.egress import NETWORK
from reconverge.provision.machine import Machine

CLUSTER_LABEL = "io.x-k8s.kind.cluster"
ROLE_LABEL = "io.x-k8s.kind.role"
_FIELDS = '{{.Names}}\t{{.State}}\t{{.Label "' + ROLE_LABEL + '"}}\t{{.Networks}}'


@dataclass(frozen=True)
class NodeContainer:
    """One node's container. `state` is Docker's word: running, exited, paused, created, ..."""

    name: str
    state: str
    role: str
    networks: tuple[str, ...] = (NETWORK,)


def node_containers(machine: Machine, cluster: str) -> list[NodeContainer]:
    """The cluster's node containers, in whatever state, control plane first."""
    listed = machine.run(
        ["docker", "ps", "-a", "--filter", f"label={CLUSTER_LABEL}={cluster}", "--format", _FIELDS]
    )
    found = []
    for line in listed.stdout.splitlines():
        name, state, role, networks = (*line.split("\t"), "", "", "")[:4]
        attached = tuple(each for each in networks.split(",") if each)
        found.append(NodeContainer(name, state, role, attached))
    return sorted(found, key=lambda node: (node.role != "control-plane", node.name))


def inside(machine: Machine, node: str, script: str, *, timeout_s: float = 30) -> None:
    """Run a shell script inside a node's container. Raises CommandFailed."""
    machine.run(["docker", "exec", node, "sh", "-c", script], timeout_s=timeout_s)


def remove_containers(machine: Machine, cluster: str) -> None:
    """Remove the cluster's containers with their volumes, whether or not kind is at hand.

    This is what `kind delete cluster` does to a cluster's nodes, without kind.
    """
    names = [node.name for node in node_containers(machine, cluster)]
    if names:
        machine.run(["docker", "rm", "--force", "--volumes", *names], timeout_s=120)
