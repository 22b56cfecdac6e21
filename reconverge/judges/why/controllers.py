"""A controller that is silent, or that waits before it tries again what failed.

Whether it is silent is never told by what is seen, only by a challenge that it left unanswered;
the judge brings that along as words of `liveliness`.
"""

from __future__ import annotations

from datetime import timedelta

from reconverge.judges.controllers import name_of
from reconverge.judges.why.words import Cause, Evidence, left, whole_s
from reconverge.judges.why.world import World, stamp_of
from reconverge.model import Named, Ref

# Seconds before the second attempt, doubled after each failure up to the limit: client-go,
# util/workqueue/default_rate_limiters.go; pkg/controller/job/job_controller.go.
_RETRY_S, _RETRY_MAX_S = 0.005, 1000.0
_JOB_RETRY_S, _JOB_RETRY_MAX_S = 1.0, 60.0


def silent(silence: str, workload: Ref, world: World) -> Cause | None:
    """It did not answer its challenge; the words say which controller, and what it left undone."""
    if not silence:
        return None
    name, is_named, _ = silence.partition(" is silent")
    controller = name if is_named else name_of(workload.kind)
    return Cause(
        kind="silence",
        sentence=silence,
        controller=controller,
        evidence=_generations(workload, world),
    )


def _generations(workload: Ref, world: World) -> tuple[Evidence, ...]:
    view = world.snapshot.get(workload.kind, workload.uid)
    if view is None:
        return ()
    observed = getattr(getattr(view, "status", None), "observed_generation", None)
    told = f", its status of generation {observed}" if observed is not None else ""
    text = f"{view.name} is of generation {view.metadata.generation}{told}"
    return (world.shows(view, text),)


def retry(view: Named, kind: str, world: World) -> str:
    """When its controller tries again to create what was refused: `tries again in 4 s`.

    Reckoned from its own events, one for each attempt since the last that succeeded. Whatever
    changes the workload or one of its pods makes it try at once.
    """
    success = world.newest(view.uid, "SuccessfulCreate")
    since = success.resource_version if success is not None else 0
    failures = [
        one for one in world.remarks(view.uid, "FailedCreate") if one.resource_version > since
    ]
    stamp = stamp_of(failures[0]) if failures else None
    if stamp is None:
        return ""
    span_s = backoff_s(kind, sum(one.count or 1 for one in failures))
    when = left(stamp + timedelta(seconds=span_s), world.now, overdue="now")
    backoff = f" (back-off {whole_s(span_s)})" if span_s >= 1 else ""
    return f"it tries again {when}{backoff}" if when else ""


def backoff_s(kind: str, failures: int) -> float:
    """How long the controller of that kind waits after so many failures in a row, in seconds."""
    is_job = kind == "Job"
    first_s, max_s = (_JOB_RETRY_S, _JOB_RETRY_MAX_S) if is_job else (_RETRY_S, _RETRY_MAX_S)
    return min(max_s, first_s * 2.0 ** min(failures - 1, 30))


def not_made(view: Named, kind: str, *, active: int, wanted: int, world: World) -> Cause | None:
    """Nothing explains the number of pods but that their controller has not come to it."""
    if active == wanted:
        return None
    controller = name_of(kind)
    rest = "made the rest" if active < wanted else "removed the surplus"
    return Cause(
        kind="not made",
        sentence=f"{active} active pods of {wanted}: {controller} has not {rest} yet",
        controller=controller,
        evidence=(world.shows(view, f"{kind} {view.name} as it is asked for"),),
    )
