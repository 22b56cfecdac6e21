"""A pod on a node that is lost: since when, and when it is evicted, if ever.

Source: pkg/controller/nodelifecycle and pkg/controller/tainteviction, Kubernetes 1.34: a lost node
is tainted, and a pod goes `tolerationSeconds` after the taint that it tolerates for that long.
"""

from __future__ import annotations

from datetime import timedelta

from reconverge.judges.steady import LOST_NODE_TAINTS
from reconverge.judges.why.words import NOBODY, Cause, Evidence, ago, left, whole_s
from reconverge.judges.why.world import World
from reconverge.model import Node, Pod, Taint, Toleration

EVICTION = "taint-eviction-controller"


def on_lost_node(pod: Pod, world: World) -> Cause | None:
    """The pod's node is not Ready, so nothing that the pod says of itself is news."""
    node = world.node_of(pod)
    if node is None or node.is_ready:
        return None
    text, controller, timer = _eviction(pod, node, world)
    return Cause(
        kind=f"lost node {node.name}",
        sentence=f"{pod.name} runs on {node.name}, which is {not_ready(node, world)}; {text}",
        controller=controller,
        evidence=(*ready_evidence(node, world), *timer),
    )


def not_ready(node: Node, world: World) -> str:
    """`NotReady since 31 s (NodeStatusUnknown)`."""
    row = node.ready
    if row is None:
        return "without a Ready condition"
    reason = f" ({row.reason})" if row.reason else ""
    return f"NotReady{ago(row.last_transition_time, world.now)}{reason}"


def ready_evidence(node: Node, world: World) -> tuple[Evidence, ...]:
    return (world.shows_condition(node, "Ready", node.status.conditions),)


def _eviction(pod: Pod, node: Node, world: World) -> tuple[str, str, tuple[Evidence, ...]]:
    """What becomes of the pod, whose move that is, and the timer that runs."""
    taint = _evicting(node)
    if taint is None:
        return "no taint evicts its pods yet", "node-lifecycle-controller", ()
    spans = [row.toleration_seconds for row in pod.spec.tolerations if _matches(row, taint)]
    tainted = f"{node.name} is tainted {taint.key}:NoExecute{ago(taint.time_added, world.now)}"
    evidence = (world.shows(node, tainted),)
    finite = [span for span in spans if span is not None]
    if spans and not finite:
        return "it is never evicted: it tolerates that without limit", NOBODY, evidence
    span_s = max(0, min(finite, default=0))
    when = _when(taint, span_s, world)
    return f"evicted at {whole_s(span_s)} by toleration{when}", EVICTION, evidence


def _evicting(node: Node) -> Taint | None:
    """A lost node has two taints of one key: NoSchedule at once, NoExecute when its turn comes."""
    lost = (one for one in node.spec.taints if one.key in LOST_NODE_TAINTS)
    return next((one for one in lost if one.effect == "NoExecute"), None)


def _matches(row: Toleration, taint: Taint) -> bool:
    """Toleration.ToleratesTaint, for taints that have no value."""
    return (
        row.key in ("", taint.key)
        and row.effect in ("", taint.effect)
        and (row.operator == "Exists" or (row.key != "" and row.value == taint.value))
    )


def _when(taint: Taint, span_s: float, world: World) -> str:
    if taint.time_added is None:
        return ""
    due = taint.time_added + timedelta(seconds=span_s)
    when = left(due, world.now, overdue="that is due now")
    return f", {when}" if when else ""
