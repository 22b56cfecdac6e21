"""Job: running as declared, or at its end for the right reason with nothing left hanging."""

from __future__ import annotations

from reconverge.judges.steady.census import Census
from reconverge.judges.steady.words import Steadiness, listed
from reconverge.model import COMPLETION_INDEX, Job, Pod


def index_of(pod: Pod) -> str:
    """The completion index of a pod of an Indexed Job; empty for any other."""
    return pod.metadata.annotations.get(COMPLETION_INDEX, "")


def complete(view: Job, pods: Census, *, completions: int) -> Steadiness:
    """The condition Complete, that many counted successes, and nothing that still runs or hangs.

    Source: pkg/controller/job/job_controller.go, 1.34: Complete comes after SuccessCriteriaMet,
    once no pod is active or terminating and no pod carries the tracking finalizer.
    """
    lacking = [*_end_lacks(view, "Complete", ""), *_leftovers(view, pods)]
    if view.status.succeeded != completions:
        lacking.append(f"{view.status.succeeded} of {completions} completions")
    return Steadiness(tuple(lacking), _seen(view), do_pods_differ=bool(pods.mine))


def failed(view: Job, pods: Census, *, reason: str) -> Steadiness:
    """The condition Failed for `reason` (any if empty), and nothing that still runs or hangs."""
    lacking = (*_end_lacks(view, "Failed", reason), *_leftovers(view, pods))
    return Steadiness(lacking, _seen(view), do_pods_differ=bool(pods.mine))


def running(view: Job, pods: Census, *, active: int) -> Steadiness:
    """Exactly `active` pods run, and the status says so; the Job is not at its end."""
    lacking = [] if view.end is None else [f"it has ended: {_end(view)}"]
    up = [one for one in pods.mine.values() if one.status.phase == "Running"]
    if len(pods.mine) != active or len(up) != active:
        lacking.append(f"{len(up)} running and {len(pods.mine)} active pods of {active}")
    if view.status.active != active:
        lacking.append(f"its status says {view.status.active} active")
    differ = not len(pods.mine) == len(up) == active
    return Steadiness(tuple(lacking), _seen(view), do_pods_differ=differ)


def _end(view: Job) -> str:
    return f"{view.end.type} ({view.end.reason})" if view.end is not None else "not ended"


def _end_lacks(view: Job, kind: str, reason: str) -> list[str]:
    end = view.end
    if end is None:
        return ["it has not ended"]
    if end.type != kind:
        return [f"it ended as {_end(view)}"]
    if reason not in ("", end.reason):
        return [f"it ended as {_end(view)}, not for {reason}"]
    return []


def _leftovers(view: Job, pods: Census) -> list[str]:
    rows = []
    if pods.mine or view.status.active:
        rows.append(f"{max(len(pods.mine), view.status.active)} pods are active")
    if pods.pinned:
        names = listed((one.name for one in pods.pinned.values()), len(pods.pinned))
        rows.append(f"{names} still carries the tracking finalizer")
    return rows


def _seen(view: Job) -> str:
    status = view.status
    counts = f"{status.active} active, {status.succeeded} succeeded, {status.failed} failed"
    return counts if view.end is None else f"{_end(view)}; {counts}"
