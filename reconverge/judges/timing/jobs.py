"""How long a Job takes: to replace a lost pod, to come to its end, to give up; and when one is due.

Source: pkg/controller/job/job_controller.go of k8s.io/kubernetes, alike from 1.29 to 1.36; its
documentation still says that the back-off ends at six minutes.
"""

from __future__ import annotations

import math
from datetime import datetime

from reconverge.bound import Bound, Term
from reconverge.judges.steady import AnySteadyState, JobComplete, JobFailed
from reconverge.judges.timing.pods import (
    ALLOWANCE,
    LOOK_JITTER,
    LOOK_S,
    doubled,
    gone,
    reaction,
    started,
)
from reconverge.judges.timing.scene import Scene
from reconverge.judges.timing.schedules import WAKE_UP_S
from reconverge.model import Job

# DefaultJobPodFailureBackOff, MaxJobPodFailureBackOff and SyncJobBatchPeriod.
BACKOFF_FIRST_S, BACKOFF_MAX_S, BATCH_S = 10.0, 600.0, 1.0
_SOURCE = "pkg/controller/job/job_controller.go"
# How long a pod works is its own affair; this much each is granted where no deadline is stated.
WORK_ALLOWANCE_S = 180.0
# Who may fail more often than this is not waited for to the end.
FAILURES_MAX = 20
_WORK = "how long its pods work, nothing bounds: the Job has no activeDeadlineSeconds"
_DEADLINE_EXCEEDED = "DeadlineExceeded"


def replaced(scene: Scene, job: Job, bound: Bound, *, lost: int, age_s: float) -> Bound:
    """From the loss of so many pods to others, `bound` being the way there without a back-off.

    A lost pod counts as failed, and the next waits for the back-off; or the Job ends before: with
    `activeDeadlineSeconds` it is Failed then, which is a steady state as well. The loss was
    `age_s` seconds ago.
    """
    failures = job.status.failed + lost
    wait_s = doubled(BACKOFF_FIRST_S, times=failures - 1, max_s=BACKOFF_MAX_S)
    name = f"pod failure back-off after {failures} failures"
    waits = (Term(name, wait_s, _SOURCE),) if failures else ()
    again = Bound((*waits, Term("batch", BATCH_S, _SOURCE))) + bound
    deadline = _deadline(scene, job, age_s=age_s)
    if deadline is None:
        return again
    ended = Bound((deadline,)) + reaction() + gone(job.spec.template.spec)
    return min(again, ended, key=lambda one: one.seconds)


def ended(scene: Scene, job: Job, steady: AnySteadyState) -> Bound | None:
    """From now to the end that `steady` names; None where it names no end.

    With `activeDeadlineSeconds` either end comes by then. Without, the work of the pods is an
    allowance, and the bound is none.
    """
    if not isinstance(steady, JobComplete | JobFailed):
        return None
    deadline = _deadline(scene, job, age_s=0.0)
    if deadline is not None:
        return Bound((deadline,)) + reaction() + gone(job.spec.template.spec)
    if isinstance(steady, JobFailed):
        if steady.reason == _DEADLINE_EXCEEDED:
            return reaction() + Bound(obstacle="the Job has no activeDeadlineSeconds to exceed")
        return _given_up(scene, job) + Bound(obstacle=_WORK)
    in_turn = math.ceil((job.spec.completions or 1) / max(1, job.spec.parallelism))
    return reaction() + _worked(scene, job, times=in_turn) + Bound(obstacle=_WORK)


def due(at: datetime, *, wall: datetime) -> Bound:
    """From `wall` to the Job that a CronJob starts for `at`; a time that has passed is due now."""
    wait_s = max(0.0, (at - wall).total_seconds())
    wake_up = Term("wake-up", WAKE_UP_S, "pkg/controller/cronjob")
    return Bound((Term("until it is due", wait_s, "the schedule"), wake_up)) + reaction()


def _deadline(scene: Scene, job: Job, *, age_s: float) -> Term | None:
    """What was left of activeDeadlineSeconds `age_s` seconds ago."""
    limit_s = job.spec.active_deadline_seconds
    if limit_s is None:
        return None
    begin = job.status.start_time or scene.wall
    past_s = (scene.wall - begin).total_seconds() - age_s
    return Term("left of activeDeadlineSeconds", max(0.0, limit_s - past_s), "the Job")


def _worked(scene: Scene, job: Job, *, times: int) -> Bound:
    work = Bound((Term("work", WORK_ALLOWANCE_S, ALLOWANCE),))
    one = started(scene, job.spec.template.spec, pods=job.spec.parallelism) + work
    return one.times(times)


def _given_up(scene: Scene, job: Job) -> Bound:
    """backoffLimit failures and one more, each after the back-off of those before it.

    Under restartPolicy OnFailure it is the kubelet that restarts, with its own back-off.
    """
    per_index = job.spec.backoff_limit_per_index
    # With a limit for each index the API server sets that of the whole to the largest number.
    asked = job.spec.backoff_limit if per_index is None else per_index
    limit = min(asked, FAILURES_MAX)
    name = f"back-off of {limit} failures"
    if job.spec.template.spec.restart_policy == "OnFailure":
        first, most = (
            scene.settings.kubelet.crash_backoff_first_s,
            scene.settings.kubelet.crash_backoff_max_s,
        )
        waits = [doubled(first.value, times=n, max_s=most.value) for n in range(limit)]
        late_s = sum(max(LOOK_S * (1 + LOOK_JITTER), LOOK_JITTER * wait) for wait in waits)
        term = Term(name, sum(waits) + late_s, first.origin)
    else:
        waits = [doubled(BACKOFF_FIRST_S, times=n, max_s=BACKOFF_MAX_S) for n in range(limit)]
        term = Term(name, sum(waits), _SOURCE)
    bound = Bound((term,)) + _worked(scene, job, times=limit + 1) + reaction()
    return bound if asked <= limit else bound + Bound(obstacle=f"it may fail {asked} times")
