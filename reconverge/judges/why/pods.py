"""Why one pod is not ready: the causes in the order in which a pod comes to life."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from reconverge.judges.steady import state
from reconverge.judges.why.containers import crashing, not_created, not_prepared
from reconverge.judges.why.images import without_image
from reconverge.judges.why.nodes import on_lost_node
from reconverge.judges.why.probes import failing
from reconverge.judges.why.scheduling import unscheduled
from reconverge.judges.why.words import Cause, commonest
from reconverge.judges.why.world import NORMAL, World, stamp_of
from reconverge.model import Event, Pod, condition

_CAUSES: tuple[Callable[[Pod, World], Cause | None], ...] = (
    unscheduled,
    on_lost_node,
    without_image,
    not_created,
    not_prepared,
    crashing,
    failing,
)


def unready(pods: Iterable[Pod], world: World) -> Cause | None:
    """The commonest cause among the pods that are not ready."""
    return commonest([of_pod(pod, world) for pod in pods if not pod.is_ready])


def of_pod(pod: Pod, world: World) -> Cause:
    """Why that pod is not ready; where nothing is known, what it is instead."""
    owner = pod.metadata.controller
    chain = f"{owner.kind} {owner.name} owns" if owner is not None else "nobody owns"
    head = world.shows(pod, f"{chain} {pod.name}, which is {state(pod)}")
    causes = (cause(pod, world) for cause in _CAUSES)
    return (next(filter(None, causes), None) or _unknown(pod, world)).after(head)


def _unknown(pod: Pod, world: World) -> Cause:
    event = world.newest(pod.uid)
    if event is not None and (event.type == NORMAL or not _is_fresh(pod, event)):
        event = None
    remark = f": {event.reason}: {event.message}" if event is not None else ""
    where = pod.spec.node_name
    return Cause(
        kind=f"pod is {state(pod)}",
        sentence=f"{pod.name} is {state(pod)}{remark}",
        controller=f"the kubelet on {where}" if where else pod.spec.scheduler_name,
        evidence=(world.shows_event(event),) if event is not None else (),
    )


def _is_fresh(pod: Pod, event: Event) -> bool:
    """Whether a remark is of the time since the pod, and what runs in it, became what it is."""
    row, stamp = condition(pod.status.conditions, "Ready"), stamp_of(event)
    changed = row.last_transition_time if row is not None else pod.metadata.creation_timestamp
    running = (one.state.running for one in pod.status.container_statuses)
    begins = [changed, *(one.started_at for one in running if one is not None)]
    return stamp is not None and all(begin is None or stamp >= begin for begin in begins)
