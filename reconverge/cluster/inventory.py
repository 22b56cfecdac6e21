"""What of a cluster a scenario could leave changed, as lines to compare: before and after.

Nothing in them changes by itself: no time, no version, no count of restarts. So two inventories of
a cluster differ by what somebody has done to it in between and has not taken back.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconverge.cluster.door import Cluster
from reconverge.cluster.settings import SYSTEM
from reconverge.model import Node, ref

# Whatever is of the whole cluster and not of a namespace, besides nodes, that we can make.
_OF_THE_CLUSTER = (
    "Namespace",
    "PersistentVolume",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
)
# What a kubelet runs from a file carries the hash of that file
# (pkg/kubelet/types/pod_update.go, ConfigHashAnnotationKey).
_HASH = "kubernetes.io/config.hash"
_WORKLOADS = ("DaemonSet", "Deployment")


def inventory(cluster: Cluster) -> tuple[str, ...]:
    """The lines, in order. Raises Unavailable, Forbidden."""
    return tuple(sorted(_lines(cluster)))


def _lines(cluster: Cluster) -> Iterator[str]:
    for node in cluster.find("Node"):
        if isinstance(node, Node):
            yield from _of_node(node)
    for kind in _OF_THE_CLUSTER:
        yield from (str(ref(kind, one)) for one in cluster.find(kind))
    for pod in cluster.find("Pod", namespace=SYSTEM):
        if _HASH in pod.metadata.annotations:
            yield f"static pod {pod.name}: {pod.metadata.annotations[_HASH]}"
    for kind in _WORKLOADS:
        for one in cluster.find(kind, namespace=SYSTEM):
            yield f"{ref(kind, one)} of generation {one.metadata.generation}"


def _of_node(node: Node) -> Iterator[str]:
    where = f"node {node.name}"
    yield from (f"{where}: {row.type} is {row.status}" for row in node.status.conditions)
    yield from (f"{where}: label {key}={node.metadata.labels[key]}" for key in node.metadata.labels)
    yield from (f"{where}: taint {taint}" for taint in node.spec.taints)
    if node.spec.unschedulable:
        yield f"{where}: cordoned"
