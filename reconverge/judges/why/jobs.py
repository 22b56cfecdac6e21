"""Job: given up, suspended, between two attempts, or stuck with its pods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from reconverge.judges.controllers import name_of
from reconverge.judges.why.admission import refused
from reconverge.judges.why.controllers import not_made
from reconverge.judges.why.pods import unready
from reconverge.judges.why.words import NOBODY, Cause, counted, left, whole_s
from reconverge.judges.why.world import World
from reconverge.model import Job, Pod, condition, is_true

# pkg/controller/job/job_controller.go: DefaultJobPodFailureBackOff, MaxJobPodFailureBackOff.
BACKOFF_FIRST_S, BACKOFF_MAX_S = 10.0, 600.0


def of_job(view: Job, world: World) -> Iterator[Cause | None]:
    """The causes along the chain; a Job whose pods are at work has none."""
    pods = world.owned_by(view)
    active = [pod for pod in pods if pod.is_active]
    status = view.status
    counts = f"{len(active)} active, {status.succeeded} succeeded, {status.failed} failed"
    head = world.shows(view, f"Job {view.name}: {counts}")
    causes = (_ended(view, pods, world),) if _is_over(view) else _going_on(view, pods, world)
    return (cause.after(head) if cause is not None else None for cause in causes)


def _going_on(view: Job, pods: tuple[Pod, ...], world: World) -> tuple[Cause | None, ...]:
    active, wanted = [pod for pod in pods if pod.is_active], _wanted(view, pods)
    missing = wanted - len(active)
    if view.spec.suspend:
        return (_suspended(view, world),)
    return (
        refused(view, "Job", world) if missing > 0 else None,
        _between_pods(view, pods, world) if missing > 0 else None,
        unready((pod for pod in active if not _is_at_work(pod)), world),
        not_made(view, "Job", active=min(len(active), wanted), wanted=wanted, world=world),
    )


def _is_over(view: Job) -> bool:
    rows = view.status.conditions
    return view.end is not None or is_true(condition(rows, "FailureTarget"))


def _wanted(view: Job, pods: tuple[Pod, ...]) -> int:
    """How many pods shall run now: no more than are still to succeed.

    A Job without a number of completions makes no pod any more once one has succeeded.
    """
    succeeded = max(view.status.succeeded, sum(pod.status.phase == "Succeeded" for pod in pods))
    if view.spec.completions is None:
        return 0 if succeeded else view.spec.parallelism
    return max(0, min(view.spec.parallelism, view.spec.completions - succeeded))


def _is_at_work(pod: Pod) -> bool:
    """A running container is all that a Job asks of a pod; readiness is not."""
    statuses = pod.status.container_statuses
    return pod.is_ready or (
        pod.status.phase == "Running" and any(one.state.running is not None for one in statuses)
    )


def _ended(view: Job, pods: tuple[Pod, ...], world: World) -> Cause | None:
    """It has failed, or is about to: what its controller says of it."""
    rows = view.status.conditions
    end = view.end or condition(rows, "FailureTarget")
    if end is None or end.type == "Complete":
        return None
    active = [pod for pod in pods if pod.status.phase not in ("Succeeded", "Failed")]
    is_final = end.type == "Failed"
    waits = "" if is_final or not active else f"; it waits for {counted(len(active), 'pod')} to end"
    return Cause(
        kind=end.reason,
        sentence=f"it was given up ({end.reason}): {_given_up(view, end.reason, pods)}{waits}",
        controller=NOBODY if is_final else name_of("Job"),
        evidence=(world.shows_condition(view, end.type, rows),),
    )


def _given_up(view: Job, reason: str, pods: tuple[Pod, ...]) -> str:
    spec = view.spec
    if reason == "DeadlineExceeded" and spec.active_deadline_seconds is not None:
        return f"it was active for longer than {whole_s(spec.active_deadline_seconds)}"
    if reason == "BackoffLimitExceeded":
        failed = counted(_failed(view, pods), "pod")
        return f"{failed} failed, backoffLimit is {spec.backoff_limit}{_last_end(pods)}"
    row = condition(view.status.conditions, "Failed")
    row = row or condition(view.status.conditions, "FailureTarget")
    return row.message if row is not None and row.message else "no reason given"


def _last_end(pods: Iterable[Pod]) -> str:
    """`, last exit code 3`, of the pod that failed last."""
    failed = [pod for pod in pods if pod.status.phase == "Failed"]
    failed.sort(key=lambda pod: str(finished_at(pod)))
    ends = [one.state.terminated for one in failed[-1].status.container_statuses] if failed else []
    codes = [end.exit_code for end in ends if end is not None and end.exit_code]
    return f", last exit code {codes[0]}" if codes else ""


def _suspended(view: Job, world: World) -> Cause:
    return Cause(
        kind="suspended",
        sentence="it is suspended: no pod of it is made until spec.suspend is false",
        controller="whoever resumes the Job",
        evidence=(world.shows_condition(view, "Suspended", view.status.conditions),),
    )


def _between_pods(view: Job, pods: tuple[Pod, ...], world: World) -> Cause | None:
    """The back-off after failed pods, counted since the last success (backoff_utils.go)."""
    failures, failed = _failures(pods), _failed(view, pods)
    if not failures:
        return None
    if failed > view.spec.backoff_limit:
        return _to_be_given_up(view, failed, world)
    span_s = min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2 ** min(len(failures) - 1, 10))
    when = left(failures[-1] + timedelta(seconds=span_s), world.now, overdue="now")
    count = counted(len(failures), "failed pod")
    limit = f"{failed} of {view.spec.backoff_limit} failures allowed"
    return Cause(
        kind="job back-off",
        sentence=f"its next pod comes {when or 'later'}: back-off of {whole_s(span_s)} after "
        f"{count}{_last_end(pods)}",
        controller=name_of("Job"),
        evidence=(world.shows(view, f"Job {view.name} has had {limit}"),),
    )


def _failed(view: Job, pods: tuple[Pod, ...]) -> int:
    """How many pods failed: the status lags behind, and pods may be gone."""
    return max(view.status.failed, sum(pod.status.phase == "Failed" for pod in pods))


def _to_be_given_up(view: Job, failed: int, world: World) -> Cause:
    limit = view.spec.backoff_limit
    return Cause(
        kind="to be given up",
        sentence=f"{counted(failed, 'pod')} failed, more than backoffLimit {limit}: "
        "job-controller has not given it up yet",
        controller=name_of("Job"),
        evidence=(world.shows(view, f"Job {view.name} has no condition Failed"),),
    )


def _failures(pods: tuple[Pod, ...]) -> list[datetime]:
    """When pods failed since the last success, oldest first."""
    ends = [(pod.status.phase, finished_at(pod)) for pod in pods]
    successes = [at for phase, at in ends if phase == "Succeeded" and at is not None]
    failures = [at for phase, at in ends if phase == "Failed" and at is not None]
    return sorted(at for at in failures if not successes or at > max(successes))


def finished_at(pod: Pod) -> datetime | None:
    """When the last container of the pod ended (getFinishedTime, backoff_utils.go)."""
    ends = [one.state.terminated for one in pod.status.container_statuses]
    stamps = [end.finished_at for end in ends if end is not None and end.finished_at is not None]
    if stamps:
        return max(stamps)
    row = condition(pod.status.conditions, "Ready")
    return row.last_transition_time if row is not None and row.status != "True" else None
