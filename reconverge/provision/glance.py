"""Is the cluster whole? One quick, honest look: a few requests, no waiting, nothing repaired.

Ready conditions alone prove little: a frozen controller manager or a node cut off its network
leaves them as they were for a while. So the look takes in the node containers, the leases that
live controllers renew every two seconds, and the egress rule. Whether pods reach each other is
the deep probe's question (readiness.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from reconverge.clock import Clock
from reconverge.errors import Unavailable
from reconverge.provision.apiserver import ApiServer, Object
from reconverge.provision.egress import NETWORK
from reconverge.provision.nodes import NodeContainer
from reconverge.provision.state import ClusterRecord

Cure = Literal[
    "start", "unpause", "connect", "services", "uncordon", "continue", "wait", "recreate"
]
LEADERS = ("kube-controller-manager", "kube-scheduler")
LEASE_STALE_S = 15.0  # their leaseDurationSeconds: after it another instance would take over
MARKER = "/api/v1/namespaces/kube-system/configmaps/reconverge-cluster"


@dataclass(frozen=True)
class Flaw:
    """One thing that is wrong with the cluster, and the kind of repair that fits it."""

    what: str
    cure: Cure
    node: str = ""


def container_flaws(record: ClusterRecord, containers: list[NodeContainer]) -> list[Flaw]:
    """What is wrong with the node containers themselves."""
    workers = sum(node.role == "worker" for node in containers)
    planes = sum(node.role == "control-plane" for node in containers)
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


def cluster_flaws(server: ApiServer, record: ClusterRecord, clock: Clock) -> list[Flaw]:
    """What the API server says is wrong. A server that does not answer is itself a flaw."""
    try:
        marker = server.get(MARKER).get("data", {}).get("id")
        if marker != record.id:
            return [Flaw("it is not the cluster reconverge made under this name", "recreate")]
        nodes = server.get("/api/v1/nodes")["items"]
        pods = server.get("/api/v1/namespaces/kube-system/pods")["items"]
        leases = server.get("/apis/coordination.k8s.io/v1/namespaces/kube-system/leases")["items"]
    except Unavailable as error:
        return [Flaw(f"{error.where}: {error.what}", "wait")]
    return [
        *node_flaws(nodes, expected=record.workers + 1),
        *([Flaw(missing, "wait")] if (missing := pods_missing(pods)) else []),
        *leader_flaws(leases, clock.wall()),
    ]


def node_flaws(nodes: list[Object], *, expected: int) -> list[Flaw]:
    """Nodes that are missing, not Ready or cordoned."""
    flaws = []
    if len(nodes) != expected:
        flaws.append(Flaw(f"{len(nodes)} of {expected} nodes are registered", "wait"))
    for node in nodes:
        name = node["metadata"]["name"]
        if not is_true(node, "Ready"):
            flaws.append(Flaw(f"node {name} is not Ready", "services", name))
        if node["spec"].get("unschedulable"):
            flaws.append(Flaw(f"node {name} is cordoned", "uncordon", name))
    return flaws


def pods_missing(pods: list[Object]) -> str:
    """Which system pods are not Ready; "" when all are. Terminating ones are on their way out."""
    awaited = [
        pod["metadata"]["name"]
        for pod in pods
        if not pod["metadata"].get("deletionTimestamp")
        and pod["status"].get("phase") != "Succeeded"
        and not is_true(pod, "Ready")
    ]
    if not pods:
        return "no system pod runs"
    return f"system pods not Ready: {', '.join(sorted(awaited))}" if awaited else ""


def leader_flaws(leases: list[Object], now: datetime) -> list[Flaw]:
    """Control loops whose leader no longer renews its lease: frozen or dead, whatever pods say."""
    renewed = {each["metadata"]["name"]: each["spec"].get("renewTime") for each in leases}
    flaws = []
    for leader in LEADERS:
        last = renewed.get(leader)
        age_s = (now - datetime.fromisoformat(last)).total_seconds() if last else None
        if age_s is None:
            flaws.append(Flaw(f"{leader} has never led", "wait"))
        elif age_s > LEASE_STALE_S:
            flaws.append(Flaw(f"{leader} has not moved for {age_s:.0f} s", "continue"))
    return flaws


def is_true(thing: Object, condition: str) -> bool:
    """Whether the object's condition of that type is True."""
    conditions = thing.get("status", {}).get("conditions", [])
    return any(each["type"] == condition and each["status"] == "True" for each in conditions)
