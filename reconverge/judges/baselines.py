"""What a fault must leave alone, taken from the world as it was just before it.

An invariant about pods needs their names and containers of that instant. Each function here makes
one promise out of a snapshot, and refuses to make an empty one: a promise about no pod cannot be
broken, so it proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reconverge.errors import BadInput
from reconverge.judges.invariants import Instance, SamePods, Untouched
from reconverge.judges.states import Restarts
from reconverge.model import Pod, Ref, Snapshot, ref


def survivors(before: Snapshot, workload: Ref, *, hit: Sequence[Ref]) -> Untouched:
    """The active pods of `workload` that the fault did not hit are never touched."""
    struck = {target.uid for target in hit}
    pods = (pod for pod in _active(before, workload) if pod.uid not in struck)
    return _untouched(pods, f"no pod of {workload} survives the fault")


def elsewhere(before: Snapshot, workload: Ref, *, node: str) -> Untouched:
    """The active pods of `workload` on other nodes than `node` are never touched."""
    pods = (pod for pod in _active(before, workload) if pod.spec.node_name != node)
    return _untouched(pods, f"all pods of {workload} were on {node}")


def these(before: Snapshot, pods: Iterable[Ref]) -> Untouched:
    """Exactly these pods are never touched."""
    found = (view for one in pods if (view := before.pod(one.uid)) is not None)
    return _untouched(found, "none of these pods existed before the fault")


def same_pods(before: Snapshot, workload: Ref) -> SamePods:
    """`workload` keeps the very pods it had."""
    pods = tuple(ref("Pod", pod) for pod in _active(before, workload))
    if not pods:
        raise BadInput(f"{workload} had no pods, so it cannot keep them")
    return SamePods(workload=workload, pods=pods)


def restart_of(before: Snapshot, pod: Ref) -> Restarts:
    """The only container of `pod` is followed by another instance in the same pod."""
    view = before.pod(pod.uid)
    statuses = view.status.container_statuses if view is not None else ()
    if len(statuses) != 1:
        raise BadInput(
            f"{pod} has {len(statuses)} containers that ran, so which one restarts is not said"
        )
    return Restarts(
        pod=pod,
        container=statuses[0].name,
        container_id=statuses[0].container_id,
        restart_count=statuses[0].restart_count,
    )


def _active(before: Snapshot, workload: Ref) -> list[Pod]:
    return [pod for pod in before.pods_of(workload) if pod.is_active]


def _untouched(pods: Iterable[Pod], reason: str) -> Untouched:
    instances = tuple(Instance.of(pod) for pod in pods)
    if not instances:
        raise BadInput(reason, cure="leave this promise out: about no pod it proves nothing")
    return Untouched(instances=instances)
