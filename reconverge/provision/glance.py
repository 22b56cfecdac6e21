"""Is the cluster whole? One quick, honest look: a few requests, no waiting, nothing repaired.

Ready conditions alone prove little: a frozen controller manager or a node cut off its network
leaves them as they were for a while. So the look takes in the node containers, the leases that
live controllers renew every two seconds, and the egress rule. Whether pods reach each other is
the deep probe's question (readiness.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from reconverge.clock import Clock
from reconverge.cluster.containers import CONTROL_PLANE
from reconverge.cluster.door import Cluster, NodeContainer
from reconverge.errors import ReconvergeError
from reconverge.model import ConfigMap, Lease, Named, Node, Pod
from reconverge.provision.egress import NETWORK
from reconverge.provision.state import ClusterRecord

Cure = Literal[
    "start", "unpause", "connect", "services", "uncordon", "continue", "wait", "recreate"
]
LEADERS = ("kube-controller-manager", "kube-scheduler")
LEASE_STALE_S = 15.0  # their leaseDurationSeconds: after it another instance would take over
MARKER = "reconverge-cluster"
SYSTEM = "kube-system"


@dataclass(frozen=True)
class Flaw:
    """One thing that is wrong with the cluster, and the kind of repair that fits it."""

    what: str
    cure: Cure
    node: str = ""


def container_flaws(record: ClusterRecord, containers: list[NodeContainer]) -> list[Flaw]:
    """What is wrong with the node containers themselves."""
    workers = sum(node.role == "worker" for node in containers)
    planes = sum(node.role == CONTROL_PLANE for node in containers)
    if not containers:
        return [Flaw("its containers are gone", "recreate")]
    if planes != 1 or workers != record.workers:
        wanted = f"1 control plane and {record.workers} workers"
        return [Flaw(f"{planes} control planes and {workers} workers, not {wanted}", "recreate")]
    return [flaw for node in containers for flaw in _container_flaw(node)]


def _container_flaw(node: NodeContainer) -> list[Flaw]:
    if node.state == "paused":
        return [Flaw(f"node {node.name} is paused", "unpause", node.name)]
    if NETWORK not in node.networks:
        return [Flaw(f"node {node.name} is cut off the network", "connect", node.name)]
    if node.state in ("exited", "created"):
        return [Flaw(f"node {node.name} is stopped", "start", node.name)]
    if node.state != "running":
        return [Flaw(f"node {node.name} is {node.state}", "recreate", node.name)]
    return []


def cluster_flaws(cluster: Cluster, record: ClusterRecord, clock: Clock) -> list[Flaw]:
    """What the API server says is wrong. A server that does not answer is itself a flaw."""
    try:
        if marker_of(cluster) != record.id:
            return [Flaw("it is not the cluster reconverge made under this name", "recreate")]
        nodes = cluster.find("Node")
        pods = cluster.find("Pod", namespace=SYSTEM)
        leases = cluster.find("Lease", namespace=SYSTEM)
    except ReconvergeError as error:
        return [Flaw(f"{error.where}: {error.what}", "wait")]
    return [
        *node_flaws(nodes, expected=record.workers + 1),
        *([Flaw(missing, "wait")] if (missing := pods_missing(pods)) else []),
        *leader_flaws(leases, clock.wall()),
    ]


def marker_of(cluster: Cluster) -> str:
    """The random mark that the cluster carries; NotFound when it is not one of ours."""
    marker = cluster.read("ConfigMap", MARKER, namespace=SYSTEM)
    return marker.texts.get("id", "") if isinstance(marker, ConfigMap) else ""


def node_flaws(nodes: Sequence[Named], *, expected: int) -> list[Flaw]:
    """Nodes that are missing, not Ready or cordoned."""
    flaws = []
    if len(nodes) != expected:
        flaws.append(Flaw(f"{len(nodes)} of {expected} nodes are registered", "wait"))
    for node in (one for one in nodes if isinstance(one, Node)):
        if not node.is_ready:
            flaws.append(Flaw(f"node {node.name} is not Ready", "services", node.name))
        if node.spec.unschedulable:
            flaws.append(Flaw(f"node {node.name} is cordoned", "uncordon", node.name))
    return flaws


def pods_missing(pods: Sequence[Named]) -> str:
    """Which system pods are not Ready; "" when all are. Terminating ones are on their way out."""
    awaited = [
        pod.name
        for pod in pods
        if isinstance(pod, Pod)
        and not pod.is_terminating
        and pod.status.phase != "Succeeded"
        and not pod.is_ready
    ]
    if not pods:
        return "no system pod runs"
    return f"system pods not Ready: {', '.join(sorted(awaited))}" if awaited else ""


def leader_flaws(leases: Sequence[Named], now: datetime) -> list[Flaw]:
    """Control loops whose leader no longer renews its lease: frozen or dead, whatever pods say."""
    renewed = {each.name: each.spec.renew_time for each in leases if isinstance(each, Lease)}
    flaws = []
    for leader in LEADERS:
        last = renewed.get(leader)
        age_s = (now - last).total_seconds() if last else None
        if age_s is None:
            flaws.append(Flaw(f"{leader} has never led", "wait"))
        elif age_s > LEASE_STALE_S:
            flaws.append(Flaw(f"{leader} has not moved for {age_s:.0f} s", "continue"))
    return flaws
