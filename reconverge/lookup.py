"""From a name in a feature to the one object that it means; a name that means none is bad input."""

from __future__ import annotations

from reconverge.cluster.challenge import SENTINEL_LABEL
from reconverge.errors import BadInput
from reconverge.model import Ref, Snapshot, ref

WORKLOAD_KINDS = (
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "CronJob",
)


def workload_named(snapshot: Snapshot, name: str, *, namespace: str) -> Ref:
    """The workload of that name, of whatever kind; BadInput names those there are."""
    known = [
        ref(kind, view)
        for kind in WORKLOAD_KINDS
        for view in snapshot.objects(kind)
        if view.metadata.namespace == namespace and SENTINEL_LABEL not in view.metadata.labels
    ]
    return _only(name, known, what="workload", where=f"namespace {namespace}")


def pod_named(snapshot: Snapshot, name: str, *, namespace: str) -> Ref:
    """The pod of that name; BadInput names those there are."""
    pods = [ref("Pod", pod) for pod in snapshot.pods(namespace=namespace)]
    return _only(name, pods, what="Pod", where=f"namespace {namespace}")


def node_named(snapshot: Snapshot, name: str) -> Ref:
    """The node of that name; BadInput names those there are."""
    nodes = [ref("Node", node) for node in snapshot.nodes()]
    return _only(name, nodes, what="Node", where="the cluster")


def node_of(snapshot: Snapshot, pod: Ref) -> Ref:
    """The node that the pod runs on; BadInput where it has none."""
    view = snapshot.pod(pod.uid)
    return node_named(snapshot, view.spec.node_name if view is not None else "")


def _only(name: str, known: list[Ref], *, what: str, where: str) -> Ref:
    found = [one for one in known if one.name == name]
    if len(found) == 1:
        return found[0]
    there = ", ".join(str(one) for one in known) or "none"
    flaw = f'no {what} is called "{name}"' if not found else f'"{name}" is ambiguous'
    raise BadInput(flaw, where=where, cure=f"there is: {there}")
