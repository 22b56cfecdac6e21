"""Why a workload has not converged (yet): one sentence, the evidence, and whose move it is.

Causes are looked for along the chain from the workload to its containers, and the first that is
there is told: what comes earlier explains what comes later. Each is a small function in the module
of its subject; all are pure functions of a snapshot and the present second.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from reconverge.judges.why.controllers import silent
from reconverge.judges.why.crons import of_cron_job
from reconverge.judges.why.daemon_sets import of_daemon_set
from reconverge.judges.why.deletion import going
from reconverge.judges.why.jobs import of_job
from reconverge.judges.why.replicas import of_deployment, of_replicated
from reconverge.judges.why.stateful_sets import of_stateful_set
from reconverge.judges.why.words import UNEXPLAINED, Cause, Evidence, Explanation
from reconverge.judges.why.world import World
from reconverge.model import (
    CronJob,
    DaemonSet,
    Deployment,
    Job,
    Named,
    Ref,
    ReplicaSet,
    ReplicationController,
    Snapshot,
    StatefulSet,
)

__all__ = ["UNEXPLAINED", "Evidence", "Explanation", "explain", "not_converged"]


def explain(
    snapshot: Snapshot, workload: Ref, *, now: datetime | None = None, silence: str = ""
) -> Explanation:
    """What keeps `workload` from its steady state; empty where nothing is known to be wrong.

    `now` is the instant of the snapshot by the clock that stamps events, for what is since when and
    what is due; without it neither is told. `silence` is what a challenge said of a controller
    that did not answer it.
    """
    world = World(snapshot, now)
    view = snapshot.get(workload.kind, workload.uid)
    if view is None:
        return Explanation.of(_gone(workload, world))
    causes = (going(workload, view, world), silent(silence, workload, world))
    first = next(filter(None, causes), None)
    return Explanation.of(first or next(filter(None, _along(view, workload.kind, world)), None))


def not_converged(snapshot: Snapshot, workload: Ref) -> str:
    """One sentence, or nothing when no known cause shows."""
    return explain(snapshot, workload).sentence


def _along(view: Named, kind: str, world: World) -> Iterable[Cause | None]:
    """The causes down the chain of that kind of workload, in order."""
    match view:
        case ReplicationController() | ReplicaSet():
            return of_replicated(view, kind, world)
        case Deployment():
            return of_deployment(view, world)
        case StatefulSet():
            return of_stateful_set(view, world)
        case DaemonSet():
            return of_daemon_set(view, world)
        case Job():
            return of_job(view, world)
        case CronJob():
            return of_cron_job(view, world)
    return ()


def _gone(workload: Ref, world: World) -> Cause:
    """What was never seen may only be unknown to us."""
    is_gone = world.snapshot.is_gone(workload.uid)
    what = "was deleted" if is_gone else "was never seen"
    return Cause(kind="gone", sentence=f"{workload} {what}", controller="")
