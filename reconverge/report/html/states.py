"""The few states in which the picture shows a pod, a container or a node, and what is said of them.

They follow the way of a replacement: created, scheduled, started, ready; then what can befall it.
"""

from __future__ import annotations

from reconverge.judges.steady import readiness, state
from reconverge.model import ContainerStatus, Node, Pod

CREATED, SCHEDULED, STARTED, READY = "created", "scheduled", "started", "ready"
NOT_READY, TERMINATING, SUCCEEDED, FAILED = "not ready", "terminating", "succeeded", "failed"
STATES = (CREATED, SCHEDULED, STARTED, READY, NOT_READY, TERMINATING, SUCCEEDED, FAILED)
Facts = dict[str, str]


def pod_state(pod: Pod, *, was_ready: bool) -> str:
    """The most telling state; one that was ready before and is not any more is `not ready`."""
    if pod.is_terminating:
        return TERMINATING
    if pod.status.phase in ("Succeeded", "Failed"):
        return pod.status.phase.lower()
    if pod.is_ready:
        return READY
    if was_ready:
        return NOT_READY
    statuses = pod.status.container_statuses
    if statuses and all(_has_begun(one) for one in statuses):
        return STARTED
    return SCHEDULED if pod.spec.node_name else CREATED


def _has_begun(status: ContainerStatus) -> bool:
    return bool(status.state.running or status.state.terminated or status.restart_count)


def container_state(status: ContainerStatus) -> str:
    """Of one instance of it after the other."""
    ended = status.state.terminated
    if ended is not None:
        return FAILED if ended.exit_code else SUCCEEDED
    if status.state.running is None:
        return SCHEDULED
    return READY if status.ready else STARTED


def node_state(node: Node) -> str:
    """Ready, or not, for whatever reason."""
    return READY if node.is_ready else NOT_READY


def pod_facts(pod: Pod) -> Facts:
    """What is worth an event when it changes, each as a clause; the state comes first."""
    owner = pod.metadata.controller
    facts = {
        "state": _condition(pod),
        "node": f"scheduled to {pod.spec.node_name}" if pod.spec.node_name else "",
        "owner": f"owned by {owner.name}" if owner is not None else "without an owner",
        "labels": "labelled " + ", ".join(f"{k}={v}" for k, v in pod.metadata.labels.items()),
    }
    statuses = pod.status.container_statuses
    for status in statuses:
        # Of an only container, the pod's own state tells all but this.
        if len(statuses) > 1 or status.restart_count:
            facts[f"container {status.name}"] = container_words(status)
    return facts


def _condition(pod: Pod) -> str:
    if pod.is_terminating:
        grace_s = pod.metadata.deletion_grace_period_seconds
        return "being deleted" + (f", {grace_s} s grace" if grace_s else "")
    return "ready" if pod.is_ready else state(pod)


def container_words(status: ContainerStatus) -> str:
    """A container's present instance, and how the one before it ended."""
    waiting, ended = status.state.waiting, status.state.terminated
    before = status.last_state.terminated
    words = f"{status.name} "
    if ended is not None:
        words += f"ended with exit code {ended.exit_code} ({ended.reason})"
    elif waiting is not None:
        words += f"waits: {waiting.reason}"
    else:
        words += "runs" if status.state.running is not None else "is not reported yet"
    if status.restart_count:
        words += f", restart {status.restart_count}"
        words += f" after exit code {before.exit_code}" if before is not None else ""
    return words


def node_facts(node: Node) -> Facts:
    """Its readiness, what drives pods away, and whether new ones may come."""
    return {
        "state": readiness(node),
        "taints": "tainted " + ", ".join(str(one) for one in node.spec.taints)
        if node.spec.taints
        else "without taints",
        "cordon": "unschedulable" if node.spec.unschedulable else "schedulable",
        "address": f"at {node.internal_ip}" if node.internal_ip else "without an address",
    }


def news(before: Facts, now: Facts) -> str:
    """What changed, in clauses; empty where nothing did that is worth an event."""
    changed = [text for key, text in now.items() if text and before.get(key) != text]
    return ", ".join(dict.fromkeys(changed))
