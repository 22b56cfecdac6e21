"""What can be known to fail before anything is made: memory, the API server's port."""

from __future__ import annotations

import socket

from reconverge.errors import Unavailable
from reconverge.provision.cluster_config import ClusterSpec
from reconverge.provision.machine import Machine, field

# `docker stats` of an idle four-node cluster says 575 and 130; the rest is for what runs on them.
CONTROL_PLANE_MIB = 1000
WORKER_MIB = 300


def needed_mib(spec: ClusterSpec) -> int:
    """How much memory a cluster of that specification takes."""
    return CONTROL_PLANE_MIB + spec.workers * WORKER_MIB


def available_mib(machine: Machine) -> int | None:
    """What the kernel says it can give without swapping; None where it does not say."""
    kib = field(machine.read("/proc/meminfo"), "MemAvailable")
    return int(kib) // 1024 if kib else None


def require_room(machine: Machine, spec: ClusterSpec) -> None:
    """Raise Unavailable when there is too little memory or the chosen port is taken."""
    available, needed = available_mib(machine), needed_mib(spec)
    if available is not None and available < needed:
        raise Unavailable(
            f"a cluster of {spec.workers + 1} nodes needs {needed} MiB of memory "
            f"and {available} MiB are free",
            cure="end other programs, or ask for fewer --workers",
        )
    if spec.api_port and is_taken(spec.api_port):
        raise Unavailable(
            f"port {spec.api_port} is in use",
            where="127.0.0.1",
            cure="choose another --api-port, or none for a free one",
        )


def is_taken(port: int) -> bool:
    """Whether something listens on that port of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
        return False
