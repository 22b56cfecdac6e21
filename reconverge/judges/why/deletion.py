"""What is being deleted and does not go: a finalizer, a dead node, or a grace period holds it."""

from __future__ import annotations

from reconverge.judges.why.nodes import not_ready, ready_evidence
from reconverge.judges.why.words import Cause, Evidence, left
from reconverge.judges.why.world import World
from reconverge.model import JOB_TRACKING, Named, Pod, Ref

# Set by the API server, taken off by the garbage collector (metav1.FinalizerDeleteDependents).
_COLLECTOR = {
    "foregroundDeletion": "waits for its pods to go first (foregroundDeletion)",
    "orphan": "waits until its pods are let go (orphan)",
}


def going(workload: Ref, view: Named, world: World) -> Cause | None:
    """The workload itself is being deleted."""
    if not view.is_terminating:
        return None
    for finalizer in view.metadata.finalizers:
        if finalizer in _COLLECTOR:
            sentence = f"{workload} is being deleted and {_COLLECTOR[finalizer]}"
            return _held(view, finalizer, sentence, "garbage-collector-controller", world)
    return _by_finalizer(view, f"{workload}", world) or Cause(
        kind="deletion",
        sentence=f"{workload} is being deleted",
        controller="garbage-collector-controller",
        evidence=(world.shows(view, f"{workload} has a deletion timestamp"),),
    )


def leaving(pod: Pod, world: World) -> Cause | None:
    """A pod that is being deleted, where its place is wanted for another."""
    if not pod.is_terminating:
        return None
    return _on_dead_node(pod, world) or _by_finalizer(pod, pod.name, world) or _graceful(pod, world)


def _on_dead_node(pod: Pod, world: World) -> Cause | None:
    """Only its kubelet may say that the pod has ended (pkg/controller/podgc)."""
    node = world.node_of(pod)
    if node is None or node.is_ready:
        return None
    return Cause(
        kind="pod on a dead node",
        sentence=f"{pod.name} is being deleted, but {node.name} is {not_ready(node, world)}: it "
        "stays until the kubelet returns, it is deleted by force, or the node is tainted "
        "out-of-service",
        controller=f"the kubelet on {node.name}",
        evidence=(_deleted(pod, world), *ready_evidence(node, world)),
    )


def _by_finalizer(view: Named, name: str, world: World) -> Cause | None:
    """A finalizer that some controller of its own must take off; a Job's own is in good hands."""
    foreign = [one for one in view.metadata.finalizers if one != JOB_TRACKING]
    if not foreign:
        return None
    is_up = isinstance(view, Pod) and any(
        one.state.running is not None for one in view.status.container_statuses
    )
    if is_up:
        return None
    sentence = f"{name} is being deleted and held by the finalizer {', '.join(foreign)}"
    return _held(view, foreign[0], sentence, f"whoever owns the finalizer {foreign[0]}", world)


def _held(view: Named, finalizer: str, sentence: str, controller: str, world: World) -> Cause:
    return Cause(
        kind=f"finalizer {finalizer}",
        sentence=sentence,
        controller=controller,
        evidence=(_deleted(view, world),),
    )


def _graceful(pod: Pod, world: World) -> Cause:
    when = left(pod.metadata.deletion_timestamp, world.now, overdue="now")
    ends = f"; its grace ends {when}" if when else ""
    return Cause(
        kind="grace",
        sentence=f"{pod.name} is being deleted{ends}",
        controller=f"the kubelet on {pod.spec.node_name}",
        evidence=(_deleted(pod, world),),
    )


def _deleted(view: Named, world: World) -> Evidence:
    stamp = view.metadata.deletion_timestamp
    finalizers = f", finalizers {', '.join(view.metadata.finalizers)}"
    text = f"{view.name} is to be gone at {stamp:%H:%M:%S}" if stamp else f"{view.name} goes"
    return world.shows(view, text + (finalizers if view.metadata.finalizers else ""))
