"""A pod that stands on no node: the scheduler says why, is held back, or says nothing at all."""

from __future__ import annotations

from reconverge.judges.why.words import Cause, since, whole_s
from reconverge.judges.why.world import World
from reconverge.model import Condition, Pod, condition

# A scheduler answers within milliseconds; two seconds of silence are more than the stamps' grain.
SILENT_AFTER_S = 2.0
# What follows in the scheduler's message speaks of preemption, which helps nobody here
# (pkg/scheduler/framework/types.go, FitError).
_AFTERMATH = (" no new claims to deallocate", " preemption: ")


def unscheduled(pod: Pod, world: World) -> Cause | None:
    """Why no node was chosen for the pod."""
    if pod.spec.node_name:
        return None
    row = condition(pod.status.conditions, "PodScheduled")
    if row is None:
        return _unanswered(pod, world)
    if row.status == "True" or not row.reason:
        return None
    return _gated(pod, row, world) if row.reason == "SchedulingGated" else _refused(pod, row, world)


def _unanswered(pod: Pod, world: World) -> Cause | None:
    waited_s = since(pod.metadata.creation_timestamp, world.now)
    if waited_s is None or waited_s < SILENT_AFTER_S:
        return None
    scheduler = pod.spec.scheduler_name
    return Cause(
        kind="no scheduler",
        sentence=f'no scheduler called "{scheduler}" has answered for {pod.name} '
        f"for {whole_s(waited_s)}",
        controller=f'a scheduler called "{scheduler}"',
        evidence=(world.shows_condition(pod, "PodScheduled", pod.status.conditions),),
    )


def _gated(pod: Pod, row: Condition, world: World) -> Cause:
    return Cause(
        kind="gated",
        sentence=f"{pod.name} is held back from scheduling: {row.message or row.reason}",
        controller="whoever removes its scheduling gates",
        evidence=(world.shows_condition(pod, "PodScheduled", pod.status.conditions),),
    )


def _refused(pod: Pod, row: Condition, world: World) -> Cause:
    event = world.newest(pod.uid, "FailedScheduling")
    evidence = [world.shows_condition(pod, "PodScheduled", pod.status.conditions)]
    return Cause(
        kind="unschedulable",
        sentence=f"{pod.name} cannot be scheduled ({row.reason}): {digest(row.message)}",
        controller=pod.spec.scheduler_name,
        evidence=(*evidence, *([world.shows_event(event)] if event is not None else [])),
    )


def digest(message: str) -> str:
    """The scheduler's reasons by number of nodes, without what it thinks of preemption."""
    for mark in _AFTERMATH:
        message = message.partition(mark)[0]
    return message.rstrip(". ") or "no reason given"
