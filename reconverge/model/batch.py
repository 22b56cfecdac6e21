"""Jobs and CronJobs: work that ends, and work that begins by the clock.

Field meanings and defaults: https://kubernetes.io/docs/reference/kubernetes-api/ (batch/v1, v1.34).
"""

from __future__ import annotations

from datetime import datetime

from msgspec import field

from reconverge.model.meta import Condition, Named, Selector, View, condition, is_true
from reconverge.model.workloads import PodTemplate

COMPLETION_INDEX = "batch.kubernetes.io/job-completion-index"


class JobSpec(View, frozen=True):
    parallelism: int = 1
    completions: int | None = None
    backoff_limit: int = 6
    backoff_limit_per_index: int | None = None
    active_deadline_seconds: int | None = None
    ttl_seconds_after_finished: int | None = None
    completion_mode: str = "NonIndexed"
    suspend: bool = False
    pod_replacement_policy: str = "TerminatingOrFailed"
    selector: Selector = Selector()
    template: PodTemplate = PodTemplate()


class Uncounted(View, frozen=True):
    """Ended pods that are not in the counters yet, by UID."""

    succeeded: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


class JobStatus(View, frozen=True):
    """`ready` is None where it is absent, which a live controller never leaves so."""

    active: int = 0
    ready: int | None = None
    terminating: int = 0
    succeeded: int = 0
    failed: int = 0
    completed_indexes: str = ""
    failed_indexes: str = ""
    start_time: datetime | None = None
    completion_time: datetime | None = None
    uncounted_terminated_pods: Uncounted | None = None
    conditions: tuple[Condition, ...] = ()


class Job(Named, frozen=True):
    spec: JobSpec = JobSpec()
    status: JobStatus = JobStatus()

    @property
    def end(self) -> Condition | None:
        """The terminal condition, Complete or Failed; None while the Job goes on."""
        rows = (condition(self.status.conditions, kind) for kind in ("Complete", "Failed"))
        return next((row for row in rows if is_true(row)), None)


class JobTemplate(View, frozen=True):
    spec: JobSpec = JobSpec()


class CronJobSpec(View, frozen=True):
    schedule: str = ""
    time_zone: str = ""
    starting_deadline_seconds: int | None = None
    concurrency_policy: str = "Allow"
    suspend: bool = False
    successful_jobs_history_limit: int = 3
    failed_jobs_history_limit: int = 1
    job_template: JobTemplate = JobTemplate()


class ObjectRef(View, frozen=True):
    name: str = ""
    uid: str = ""


class CronJobStatus(View, frozen=True):
    active: tuple[ObjectRef, ...] = field(default=())
    last_schedule_time: datetime | None = None
    last_successful_time: datetime | None = None


class CronJob(Named, frozen=True):
    spec: CronJobSpec = CronJobSpec()
    status: CronJobStatus = CronJobStatus()
