"""When a node is whole, and which nodes a pod may stand on."""

from __future__ import annotations

from collections.abc import Iterable

from reconverge.judges.steady.words import Steadiness, readiness, state
from reconverge.model import Node, Pod, PodSpec, Snapshot, Taint, Toleration

# Set by the node lifecycle controller (k8s.io/api/core/v1/well_known_taints.go).
LOST_NODE_TAINTS = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


def node_whole(snapshot: Snapshot, name: str) -> Steadiness:
    """A node is Ready, no longer tainted as lost, and every daemon pod on it is Ready.

    Whether its address is valid and its pods can be reached, no watch tells: the judge of nodes
    probes that.
    """
    node = snapshot.node(name)
    if node is None:
        return Steadiness((f'node "{name}" is not registered',), "no such node")
    lacking = [] if node.is_ready else [f"it is {readiness(node)}"]
    lacking += [f"it is tainted {key}" for key in LOST_NODE_TAINTS if node.taint(key)]
    lacking += [
        f"daemon pod {pod.name} is {state(pod)}"
        for pod in snapshot.pods()
        if pod.spec.node_name == name and _is_daemon(pod) and not (pod.is_active and pod.is_ready)
    ]
    return Steadiness(tuple(lacking), readiness(node))


def _is_daemon(pod: Pod) -> bool:
    controller = pod.metadata.controller
    return controller is not None and controller.kind == "DaemonSet"


def is_selected(node: Node, spec: PodSpec) -> bool:
    """Whether the pod's node selector and required node affinity let it run on `node`.

    Terms of an affinity are ORed, rows within a term ANDed
    (component-helpers/scheduling/corev1/nodeaffinity).
    """
    labels = node.metadata.labels
    if any(labels.get(key) != value for key, value in spec.node_selector.items()):
        return False
    affinity = spec.affinity.node_affinity if spec.affinity is not None else None
    if affinity is None or affinity.required is None:
        return True
    terms = affinity.required.node_selector_terms
    return any(term.matches(labels, name=node.name) for term in terms)


def is_tolerated(taint: Taint, tolerations: Iterable[Toleration]) -> bool:
    """Whether one of `tolerations` matches `taint` (core/v1 Toleration.ToleratesTaint)."""
    return any(_matches(row, taint) for row in tolerations)


def _matches(row: Toleration, taint: Taint) -> bool:
    if row.effect and row.effect != taint.effect:
        return False
    if row.key and row.key != taint.key:
        return False
    if row.operator == "Exists":
        return True
    return bool(row.key) and row.value == taint.value
