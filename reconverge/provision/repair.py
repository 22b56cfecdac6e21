"""Brings a broken cluster of ours back: each flaw the glance names has one small, fitting cure.

Typical causes are a chaos run that was killed before it could roll back, and a machine that was
restarted. What has no cure here is left to the caller, who makes the cluster anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reconverge.cluster.containers import CONTROL_PLANE, NodeContainers
from reconverge.cluster.door import Cluster
from reconverge.errors import Unavailable
from reconverge.model import ref
from reconverge.provision.egress import NETWORK
from reconverge.provision.glance import Flaw
from reconverge.provision.machine import Progress

# The four processes of the control plane, which a chaos run may have stopped with SIGSTOP.
_CONTINUE = (
    "for p in kube-apiserver kube-controller-manager kube-scheduler etcd;"
    ' do pid=$(pidof "$p") && kill -CONT $pid; done; true'
)
# A node that has just been started has no systemd to ask yet, and starts both by itself.
_SERVICES = "systemctl start containerd kubelet; pidof kubelet | xargs -r kill -CONT; true"


def repair_containers(nodes: NodeContainers, flaws: Sequence[Flaw], progress: Progress) -> None:
    """Start, unpause and reconnect node containers. Raises CommandFailed."""
    for flaw in flaws:
        cure = _CONTAINER_CURES.get(flaw.cure)
        if cure:
            progress(f"{flaw.what}: {cure[0]}")
            cure[1](nodes, flaw.node)


def repair_services(nodes: NodeContainers) -> None:
    """Let frozen processes go on and start stopped node services again, on every node.

    Not only where a flaw was named: a controller frozen or a kubelet stopped seconds ago does not
    show yet, and what runs already is not changed by this.
    """
    for node in nodes.all():
        nodes.shell(node.name, _SERVICES)
        if node.role == CONTROL_PLANE:
            nodes.shell(node.name, _CONTINUE)


def uncordon(cluster: Cluster, flaws: Sequence[Flaw], progress: Progress) -> None:
    """Let pods be scheduled on nodes again that an unfinished run left cordoned."""
    for flaw in flaws:
        if flaw.cure == "uncordon":
            progress(f"{flaw.what}: uncordoning it")
            node = ref("Node", cluster.read("Node", flaw.node))
            cluster.patch(node, {"spec": {"unschedulable": None}})


def _connect(nodes: NodeContainers, node: str) -> None:
    nodes.connect(node, NETWORK)
    nodes.start(node)


_CONTAINER_CURES: dict[str, tuple[str, Callable[[NodeContainers, str], None]]] = {
    "start": ("starting it", NodeContainers.start),
    "unpause": ("unpausing it", NodeContainers.start),
    "connect": ("connecting it", _connect),
}


def refuse_hopeless(flaws: Sequence[Flaw]) -> None:
    """Raise Unavailable if one of the flaws has no cure but a new cluster."""
    for flaw in flaws:
        if flaw.cure == "recreate":
            raise Unavailable(flaw.what)
