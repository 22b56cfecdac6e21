"""What a CronJob owes at each instant, and which of its Jobs it should not have made.

The rules are those of its controller (syncCronJob and getNextScheduleTime,
pkg/controller/cronjob, Kubernetes 1.34): of all the times that have passed since the last run, or
since the creation, only the newest counts; it is owed unless the CronJob is suspended, another of
its Jobs goes on and the policy forbids two, or more than `startingDeadlineSeconds` have passed.
Jobs that people made of it are none of its business, nor are they on its list of active ones.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from reconverge.judges.ticks import last_due, ticks
from reconverge.model import CronJob, Job, Ref, Snapshot, is_of

# batch/v1, types.go: by whom a Job was made, and for which time.
BY_HAND = "cronjob.kubernetes.io/instantiate"
SCHEDULED = "batch.kubernetes.io/cronjob-scheduled-timestamp"
# A Job's creation is stamped in whole seconds, cut off.
GRAIN = timedelta(seconds=1)
# By so much the clocks of whoever stamps may differ, and the controller's cache may be behind.
LAG = timedelta(seconds=5)


class Timetable:
    """The CronJob and its Jobs, as far as they were delivered; `note` what is new of them."""

    def __init__(self, cron: Ref) -> None:
        self.cron = cron
        self.view: CronJob | None = None
        self.made: set[datetime] = set()  # the due times whose Jobs were seen
        self._seen: set[str] = set()
        self._going_on: dict[str, str] = {}  # names by UID
        self._suspended_at: datetime | None = None

    def begin(self, snapshot: Snapshot, now: datetime) -> None:
        """Take everything as it stands; what was made before is not judged."""
        view = snapshot.get("CronJob", self.cron.uid)
        if isinstance(view, CronJob):
            self.note_cron(view, now)
        for job in snapshot.objects("Job"):
            if isinstance(job, Job):
                self.note_job(job, is_gone=False)

    def note_cron(self, view: CronJob, now: datetime) -> None:
        self.view = view
        self._suspended_at = (self._suspended_at or now) if view.spec.suspend else None

    def note_job(self, job: Job, *, is_gone: bool) -> str:
        """Take a delivery of a Job into account; why it should not have been made, if it is new."""
        if not is_of(job, self.cron) or BY_HAND in job.metadata.annotations:
            return ""
        flaw = "" if job.uid in self._seen else self._flaw(job)
        due = _due_by_name(job, self.cron)
        self.made |= {due} if due is not None else set()
        self._seen.add(job.uid)
        self._going_on.pop(job.uid, None)
        if not (is_gone or job.is_terminating or job.end is not None):
            self._going_on[job.uid] = job.name
        return flaw

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

    def _flaw(self, job: Job) -> str:
        """Why this Job, which was just made, should not have been."""
        due, view = _due_by_name(job, self.cron), self.view
        if due is None:
            return f"{job.name} is of no minute"
        if due in self.made:
            return f"{job.name} was made twice"
        if _scheduled(job) != due:
            return f"{job.name} says that it is of {job.metadata.annotations.get(SCHEDULED)}"
        if view is None:
            return ""
        if last_due(view.spec, due) != (due,):
            return f'{job.name} was not due by "{view.spec.schedule}"'
        created = job.metadata.creation_timestamp
        return self._concurrent(job, view) or self._untimely(job, view, due, created or due)

    def _untimely(self, job: Job, view: CronJob, due: datetime, created: datetime) -> str:
        late, deadline_s = created - due, view.spec.starting_deadline_seconds
        if late < -GRAIN:
            return f"{job.name} was made before its time"
        if deadline_s is not None and late > timedelta(seconds=deadline_s) + GRAIN:
            seconds = late / timedelta(seconds=1)
            return f"{job.name} was made {seconds:g} s late (startingDeadlineSeconds {deadline_s})"
        if last_due(view.spec, created - LAG) > (due,):
            return f"{job.name} was made although a later one was due"
        if self._suspended_at is not None and created > self._suspended_at + LAG:
            return f"{job.name} was made although it was suspended"
        return ""

    def _concurrent(self, job: Job, view: CronJob) -> str:
        policy = view.spec.concurrency_policy
        if not self._going_on or policy == "Allow":
            return ""
        other = min(self._going_on.values())
        return f"{job.name} was made while {other} went on (concurrencyPolicy {policy})"


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
