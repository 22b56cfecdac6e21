"""Which due times of a CronJob a scenario means: the last one, the one after next.

What they are follows from its schedule and the present second of the timeline.
"""

from __future__ import annotations

from datetime import datetime

from reconverge.errors import BadInput
from reconverge.judges.schedule_keeping import KeepsSchedule
from reconverge.judges.ticks import last_due, next_due
from reconverge.judges.timing.scene import scene_of
from reconverge.model import CronJob, CronJobSpec, Ref
from reconverge.timeline import Timeline


def keeps_schedule(
    cron: Ref, timeline: Timeline, *, runs: int, injections: tuple[str, ...] = ()
) -> KeepsSchedule:
    """Until it was due so many more times; BadInput where it never will be."""
    spec, now = _scheduled(cron, timeline)
    due = next_due(spec, now, runs)
    if len(due) < runs:
        raise BadInput(f'"{spec.schedule}" will not be due {runs} times', where=str(cron))
    return KeepsSchedule(cron=cron, until=due[-1], injections=injections)


def last(cron: Ref, timeline: Timeline, *, before: int = 0) -> datetime:
    """When it was due last, or so many times `before` that; BadInput where it never was."""
    spec, now = _scheduled(cron, timeline)
    due = last_due(spec, now, before + 1)
    if len(due) <= before:
        raise BadInput(f'"{spec.schedule}" was not due {before + 1} times', where=str(cron))
    return due[-1]


def coming(cron: Ref, timeline: Timeline) -> datetime:
    """When it is due next; BadInput where it never is."""
    return keeps_schedule(cron, timeline, runs=1).until


def _scheduled(cron: Ref, timeline: Timeline) -> tuple[CronJobSpec, datetime]:
    scene = scene_of(timeline)
    view = scene.snapshot.get(cron.kind, cron.uid)
    if not isinstance(view, CronJob):
        raise BadInput(f"{cron} has no schedule", cure="only a CronJob has")
    return view.spec, scene.wall
