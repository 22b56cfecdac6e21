"""The `kind` program: creating a cluster and loading images into it. Everything else is ours."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reconverge.cluster.containers import NodeContainers
from reconverge.errors import Unavailable
from reconverge.provision.egress import NETWORK
from reconverge.provision.machine import Machine
from reconverge.shell import CommandFailed

CREATE_S = 600.0  # half a minute where the image is there; a pulled one may be slow to arrive
LOAD_S = 300.0


def create(
    machine: Machine, kind: Path, *, name: str, config: Path, kubeconfig: Path, log: Path
) -> None:
    """`kind create cluster` in our own Docker network. Raises Unavailable in a person's words."""
    environment = {
        "KIND_EXPERIMENTAL_DOCKER_NETWORK": NETWORK,
        "KIND_EXPERIMENTAL_PROVIDER": "docker",
    }
    command: list[str | Path] = [
        *(kind, "create", "cluster", "--name", name, "--config", config),
        *("--kubeconfig", kubeconfig, "--wait", "0s", "--retain", "--verbosity", "1"),
    ]
    try:
        machine.run(command, env=environment, log=log, timeout_s=CREATE_S)
    except CommandFailed as failure:
        raise _explained(failure, log) from failure


def _explained(failure: CommandFailed, log: Path) -> Unavailable:
    said = failure.completed.tail
    for sign, what, cure in (
        (
            "port is already allocated",
            "the API server's port is in use",
            "choose another --api-port",
        ),
        ("address already in use", "the API server's port is in use", "choose another --api-port"),
        (
            "could not find a log line",
            "a node container did not start its system",
            "reconverge doctor",
        ),
        (
            "operation not permitted",
            "Docker may not start privileged containers",
            "reconverge doctor",
        ),
        ("No such image", "the node image is missing", "run the same command again"),
    ):
        if sign in said:
            line = next(each for each in said.splitlines() if sign in each)
            return Unavailable(f"{what} ({line.strip()})", where=f"log {log}", cure=cure)
    return failure


def load(machine: Machine, kind: Path, *, name: str, images: Sequence[str], log: Path) -> None:
    """Bring images of the Docker daemon into every node; those a node has already are skipped."""
    if images:
        command: list[str | Path] = [kind, "load", "docker-image", "--name", name, *images]
        environment = {"KIND_EXPERIMENTAL_PROVIDER": "docker"}
        machine.run(command, env=environment, log=log, timeout_s=LOAD_S)


def open_audit_log(nodes: NodeContainers) -> None:
    """Let the user who called us read the audit log: kube-apiserver writes it for root alone.

    A rotated log keeps its predecessor's mode, so once is enough.
    """
    plane = nodes.all()[0].name
    nodes.shell(
        plane,
        "chmod a+rx /var/log/kubernetes/audit && chmod a+r /var/log/kubernetes/audit/*.log",
    )
