"""What a CronJob owes at each instant, and which of its Jobs it should not have made.

The rules are those of its controller (syncCronJob and getNextScheduleTime,
pkg/controller/cronjob, Kubernetes 1.34): of all the times that have passed since the last run, or
since the creation, only the newest counts; it is owed unless the CronJob is suspended, another of
its Jobs goes on and the policy forbids two, or more than `startingDeadlineSeconds` have passed.
Jobs that people made of it are none of its business, nor are they on its list of active ones.

CronJobs and Jobs come through two watches, which are not ordered among each other: whether a Job
should have been made is asked of the CronJob as it was when the Job was written, and only once our
watch of CronJobs is past that.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from reconverge.judges.ticks import last_due, ticks
from reconverge.model import CronJob, Job, Ref, Snapshot, is_of

# batch/v1, types.go: by whom a Job was made, and for which time.
BY_HAND = "cronjob.kubernetes.io/instantiate"
SCHEDULED = "batch.kubernetes.io/cronjob-scheduled-timestamp"
# A Job's creation is stamped in whole seconds, cut off.
GRAIN = timedelta(seconds=1)
# By so much the clocks of whoever stamps may differ, and the controller's cache may be behind.
LAG = timedelta(seconds=5)


class Made(msgspec.Struct, frozen=True):
    """A Job that was just seen for the first time; `flaw` is what is wrong with it in any case.

    `other` is a Job of the same CronJob that went on when it came.
    """

    job: Job
    other: str
    flaw: str


class Timetable:
    """The CronJob and its Jobs, as far as they were delivered; `note` what is new of them."""

    def __init__(self, cron: Ref) -> None:
        self.cron = cron
        self.view: CronJob | None = None
        self.made: set[datetime] = set()  # the due times whose Jobs were seen
        self._seen: set[str] = set()
        self._going_on: dict[str, str] = {}  # names by UID
        self._suspended_at: datetime | None = None
        self._versions: list[tuple[CronJob, datetime | None]] = []

    def begin(self, snapshot: Snapshot, now: datetime) -> None:
        """Take everything as it stands; what was made before is not judged."""
        view = snapshot.get("CronJob", self.cron.uid)
        if isinstance(view, CronJob):
            self.note_cron(view, now)
        for job in snapshot.objects("Job"):
            if isinstance(job, Job):
                self.note_job(job, is_gone=False)

    def note_cron(self, view: CronJob, now: datetime, *, is_listed: bool = False) -> None:
        """Take a delivery of it into account; before one that `is_listed` some may be missing."""
        self.view = view
        self._suspended_at = (self._suspended_at or now) if view.spec.suspend else None
        before = [] if is_listed else self._versions
        self._versions = [*before, (view, self._suspended_at)]

    def note_job(self, job: Job, *, is_gone: bool) -> Made | None:
        """Take a delivery of a Job into account; what there is to ask of it, if it is new."""
        if not is_of(job, self.cron) or BY_HAND in job.metadata.annotations:
            return None
        made = None
        if job.uid not in self._seen:
            other = min(self._going_on.values(), default="")
            made = Made(job, other, self._flaw_in_name(job))
        due = _due_by_name(job, self.cron)
        self.made |= {due} if due is not None else set()
        self._seen.add(job.uid)
        self._going_on.pop(job.uid, None)
        if not (is_gone or job.is_terminating or job.end is not None):
            self._going_on[job.uid] = job.name
        return made

    def flaw_of(self, made: Made) -> str | None:
        """Why it should not have been made; empty where it should, None as long as nobody knows."""
        written, due = made.job.resource_version, _due_by_name(made.job, self.cron)
        if made.flaw or due is None:
            return made.flaw
        if self.view is None or self.view.resource_version < written:
            return None
        then = [row for row in self._versions if row[0].resource_version < written]
        return _flaw(made, due, *then[-1]) if then else ""

    def open(self, now: datetime) -> datetime | None:
        """The newest time up to `now` for which it was due and that no Job was made for."""
        view = self.view
        if view is None or view.is_terminating:
            return None
        found = last_due(view.spec, now)
        since = view.status.last_schedule_time or view.metadata.creation_timestamp
        is_over = not found or found[0] in self.made or (since is not None and found[0] <= since)
        return None if is_over else found[0]

    def excuse(self, due: datetime, now: datetime) -> str:
        """Why the Job of `due` need not, and must not, be made now; empty where it must."""
        view = self.view
        if view is None:
            return "it is not there"
        if view.spec.suspend:
            return "it is suspended"
        deadline_s = view.spec.starting_deadline_seconds
        if deadline_s is not None and now - due > timedelta(seconds=deadline_s):
            return f"startingDeadlineSeconds {deadline_s} have passed"
        if self._going_on and view.spec.concurrency_policy == "Forbid":
            return f"{min(self._going_on.values())} goes on"
        return ""

    def next_due(self, now: datetime) -> datetime | None:
        """The first time after `now` for which it is due."""
        found = ticks(self.view.spec, now) if self.view is not None else None
        return found[1] if found is not None else None

    @property
    def is_readable(self) -> bool:
        """False for a schedule that counts from the last run, such as `@every 90s`."""
        any_time = datetime(2026, 1, 1, tzinfo=UTC)
        return self.view is None or ticks(self.view.spec, any_time) is not None

    def _flaw_in_name(self, job: Job) -> str:
        """What is wrong with a Job that was just made, whatever its CronJob says."""
        due = _due_by_name(job, self.cron)
        if due is None:
            return f"{job.name} is of no minute"
        if due in self.made:
            return f"{job.name} was made twice"
        if _scheduled(job) != due:
            return f"{job.name} says that it is of {job.metadata.annotations.get(SCHEDULED)}"
        return ""


def _flaw(made: Made, due: datetime, view: CronJob, suspended_at: datetime | None) -> str:
    """Why the CronJob as it was then should not have made the Job of `due`."""
    name, policy = made.job.name, view.spec.concurrency_policy
    if last_due(view.spec, due) != (due,):
        return f'{name} was not due by "{view.spec.schedule}"'
    if made.other and policy != "Allow":
        return f"{name} was made while {made.other} went on (concurrencyPolicy {policy})"
    created = made.job.metadata.creation_timestamp or due
    late, deadline_s = created - due, view.spec.starting_deadline_seconds
    if late < -GRAIN:
        return f"{name} was made before its time"
    if deadline_s is not None and late > timedelta(seconds=deadline_s) + GRAIN:
        seconds = late / timedelta(seconds=1)
        return f"{name} was made {seconds:g} s late (startingDeadlineSeconds {deadline_s})"
    if last_due(view.spec, created - LAG) > (due,):
        return f"{name} was made although a later one was due"
    if suspended_at is not None and created > suspended_at + LAG:
        return f"{name} was made although it was suspended"
    return ""


def _due_by_name(job: Job, cron: Ref) -> datetime | None:
    prefix, _, minute = job.name.rpartition("-")
    if prefix != cron.name or not minute.isdecimal():
        return None
    return datetime.fromtimestamp(int(minute) * 60, tz=UTC)


def _scheduled(job: Job) -> datetime | None:
    try:
        return datetime.fromisoformat(job.metadata.annotations.get(SCHEDULED, ""))
    except ValueError:
        return None
