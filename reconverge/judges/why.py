"""Why a workload has not converged (yet), in one sentence, from the most specific fact known.

Facts are taken in the order owner -> pods -> conditions -> events; the first that explains what is
lacking wins, since a reader acts on one cause at a time.
"""

from __future__ import annotations

from collections.abc import Callable

from reconverge.judges.steady import LOST_NODE_TAINTS, state
from reconverge.model import Event, Pod, Ref, Replicated, Snapshot, condition

_PULL_FAILURES = ("ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName")


def not_converged(snapshot: Snapshot, workload: Ref) -> str:
    """One sentence, or nothing when no known cause shows."""
    view = snapshot.workload(workload)
    if view is None:
        return f"{workload} was deleted"
    owned = tuple(pod for pod in snapshot.pods_of(workload) if pod.is_active)
    causes = [_not_created(view, snapshot)]
    causes += [_of_pod(pod, snapshot) for pod in owned if not pod.is_ready]
    return next(filter(None, causes), "")


def _not_created(view: Replicated, snapshot: Snapshot) -> str:
    """The controller wanted to create or delete pods and could not."""
    row = condition(view.status.conditions, "ReplicaFailure")
    if row is None or row.status != "True":
        return ""
    return f"its controller failed ({row.reason}): {row.message or _newest(view.uid, snapshot)}"


def _of_pod(pod: Pod, snapshot: Snapshot) -> str:
    causes: tuple[Callable[[Pod, Snapshot], str], ...] = (
        _unschedulable,
        _image,
        _crash,
        _on_lost_node,
        _unready,
    )
    return next(filter(None, (cause(pod, snapshot) for cause in causes)), "")


def _unschedulable(pod: Pod, _: Snapshot) -> str:
    row = condition(pod.status.conditions, "PodScheduled")
    if row is None or row.status == "True" or not row.reason:
        return ""
    return f"{pod.name} cannot be scheduled ({row.reason}): {row.message}"


def _image(pod: Pod, _: Snapshot) -> str:
    for status in pod.status.container_statuses:
        waiting = status.state.waiting
        if waiting is not None and waiting.reason in _PULL_FAILURES:
            return f"{pod.name} has no image ({waiting.reason}): {waiting.message or status.image}"
    return ""


def _crash(pod: Pod, _: Snapshot) -> str:
    for status in pod.status.container_statuses:
        waiting, ended = status.state.waiting, status.last_state.terminated
        if waiting is not None and waiting.reason == "CrashLoopBackOff":
            code = f", last exit code {ended.exit_code}" if ended is not None else ""
            return f"{pod.name} crashes on start: {status.restart_count} restarts{code}"
    return ""


def _on_lost_node(pod: Pod, snapshot: Snapshot) -> str:
    node = snapshot.node(pod.spec.node_name)
    if node is None or node.is_ready:
        return ""
    waits = [
        row.toleration_seconds
        for row in pod.spec.tolerations
        if row.key in LOST_NODE_TAINTS and row.toleration_seconds is not None
    ]
    pending = f"; it is evicted {min(waits)} s after the taint, by toleration" if waits else ""
    return f"{pod.name} runs on {node.name}, which is not Ready{pending}"


def _unready(pod: Pod, snapshot: Snapshot) -> str:
    remark = _newest(pod.uid, snapshot)
    return f"{pod.name} is {state(pod)}" + (f": {remark}" if remark else "")


def _newest(uid: str, snapshot: Snapshot) -> str:
    """The newest warning about the object of that UID."""
    warnings = [
        view
        for view in snapshot.objects("Event")
        if isinstance(view, Event) and view.type == "Warning" and view.involved_object.uid == uid
    ]
    newest = max(warnings, key=lambda event: event.resource_version, default=None)
    return f"{newest.reason}: {newest.message}" if newest is not None else ""
