"""CronJob: suspended, not due, forbidden while another Job runs, or missed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from reconverge.judges.controllers import name_of
from reconverge.judges.schedules import job_name
from reconverge.judges.ticks import ticks
from reconverge.judges.why.jobs import of_job
from reconverge.judges.why.words import Cause, Evidence, left, since, whole_s
from reconverge.judges.why.world import World
from reconverge.model import CronJob, Job, ref

# The controller wakes up 0.1 s after the second that is due (nextScheduleDelta); stamps are whole.
LATE_AFTER_S = 2.0


def of_cron_job(view: CronJob, world: World) -> Iterator[Cause | None]:
    """The Job that is due, then the Jobs that run."""
    jobs = _active(view, world)
    head = world.shows(view, f"CronJob {view.name} ({view.spec.schedule}), {len(jobs)} Jobs run")
    own = (_suspended(view, world), _of_due(view, jobs, world))
    below = (cause for job in jobs for cause in of_job(job, world))
    return (cause.after(head) if cause is not None else None for cause in (*own, *below))


def _active(view: CronJob, world: World) -> list[Job]:
    """The Jobs on its list that exist: a challenge may have put one there that never was."""
    found = (world.snapshot.get("Job", one.uid) for one in view.status.active)
    return [job for job in found if isinstance(job, Job) and job.end is None]


def _suspended(view: CronJob, world: World) -> Cause | None:
    if not view.spec.suspend:
        return None
    return Cause(
        kind="suspended",
        sentence="it is suspended: it makes no Job until spec.suspend is false",
        controller="whoever resumes the CronJob",
        evidence=(world.shows(view, f"CronJob {view.name} has spec.suspend"),),
    )


def _of_due(view: CronJob, jobs: list[Job], world: World) -> Cause | None:
    due = _last_due(view, world.now) if world.now is not None else None
    if due is None or world.now is None:
        return _not_due(view, world) if world.now is not None else None
    if _is_started(view, due, world):
        return None
    if jobs and view.spec.concurrency_policy == "Forbid":
        return _forbidden(view, jobs[0], due, world)
    deadline_s = view.spec.starting_deadline_seconds
    late_s = since(due, world.now) or 0.0
    if deadline_s is not None and late_s > deadline_s:
        return _missed(view, due, deadline_s, world)
    return _late(view, due, late_s, world) if late_s >= LATE_AFTER_S else None


def _is_started(view: CronJob, due: datetime, world: World) -> bool:
    last = view.status.last_schedule_time
    if last is not None and last >= due:
        return True
    name, namespace = job_name(ref("CronJob", view), due), view.metadata.namespace
    return world.snapshot.named("Job", name, namespace=namespace) is not None


def _forbidden(view: CronJob, job: Job, due: datetime, world: World) -> Cause:
    event = world.newest(view.uid, "JobAlreadyActive")
    text = f"Job {job.name} runs since {job.status.start_time or job.metadata.creation_timestamp}"
    return Cause(
        kind="forbidden",
        sentence=f"the Job due at {_clock(due)} is forbidden while {job.name} runs "
        "(concurrencyPolicy Forbid)",
        controller=name_of("Job"),
        evidence=(
            world.shows(job, text),
            *([world.shows_event(event)] if event is not None else []),
        ),
    )


def _missed(view: CronJob, due: datetime, deadline_s: float, world: World) -> Cause:
    event = world.newest(view.uid, "MissSchedule", "TooManyMissedTimes")
    return Cause(
        kind="missed",
        sentence=f"the Job due at {_clock(due)} was missed: it was not started within "
        f"startingDeadlineSeconds, {whole_s(deadline_s)}{_next(view, world)}",
        controller=name_of("CronJob"),
        evidence=(_last_run(view, world), *([world.shows_event(event)] if event else [])),
    )


def _late(view: CronJob, due: datetime, late_s: float, world: World) -> Cause:
    return Cause(
        kind="late",
        sentence=f"the Job due at {_clock(due)} is not started, {whole_s(late_s)} late",
        controller=name_of("CronJob"),
        evidence=(_last_run(view, world),),
    )


def _not_due(view: CronJob, world: World) -> Cause | None:
    """It has never run and need not have."""
    soon = _next(view, world)
    if view.status.last_schedule_time is not None or not soon:
        return None
    return Cause(
        kind="not due",
        sentence=f"no Job of it was due yet{soon}",
        controller=name_of("CronJob"),
        evidence=(_last_run(view, world),),
    )


def _last_run(view: CronJob, world: World) -> Evidence:
    last = view.status.last_schedule_time
    text = f"ran last for {_clock(last)}" if last is not None else "has never run"
    return world.shows(view, f"CronJob {view.name} {text}")


def _last_due(view: CronJob, now: datetime) -> datetime | None:
    """The newest moment up to `now` for which it is due, after its last run or its creation."""
    found = ticks(view.spec, now)
    begin = view.status.last_schedule_time or view.metadata.creation_timestamp
    return found[0] if found is not None and (begin is None or found[0] > begin) else None


def _next(view: CronJob, world: World) -> str:
    """`; the next is due at 13:46 UTC, in 12 s`."""
    found = ticks(view.spec, world.now) if world.now is not None else None
    if found is None:
        return ""
    return f"; the next is due at {_clock(found[1])}, {left(found[1], world.now)}"


def _clock(stamp: datetime) -> str:
    return f"{stamp.astimezone(UTC):%H:%M} UTC"
