"""Harm to work that ends, and to its schedule: what is done is taken away, a run is missed.

Nobody waits here for a schedule. A CronJob's controller reckons what it owes from the time of its
last run, which stands in the status and may be written: one that seems to have run long ago owes
the last of the runs that it missed, at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar

from reconverge.blast import ONE, BlastRadius, Pick, ranked
from reconverge.cluster.door import Cluster, JsonObject
from reconverge.faults.fault import Fault, listed
from reconverge.faults.pods import Loss
from reconverge.faults.rollbacks import AnyUndo
from reconverge.faults.undo import NothingToUndo
from reconverge.judges.effects import AnyEffect, Unmarked
from reconverge.judges.occasions import last
from reconverge.model import Ref, Snapshot, ref
from reconverge.timeline import Timeline


class DeleteEndedPods(Loss, Fault, frozen=True, kw_only=True):
    """Delete pods of a workload that have done their work, or failed at it."""

    fate: ClassVar[str] = "what a pod has done is not undone with it"
    of: Ref
    blast_radius: BlastRadius = ONE

    def sentence(self, targets: Sequence[Ref]) -> str:
        whose = f'ended pods of "{self.of.name}"'
        return f"{self.blast_radius} of the {whose} deleted: {listed(targets)}"

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        pods = snapshot.pods_of(self.of)
        ended = ranked(pod for pod in pods if pod.status.phase in ("Succeeded", "Failed"))
        return tuple(ref("Pod", pod) for pod in pick.some(ended, self.blast_radius))


class MissRuns(Fault, frozen=True, kw_only=True):
    """Let the last `runs` runs of a CronJob be missed: its last one seems to be that before them.

    It leaves no lasting mark: a controller that makes up for a run writes over it at once. Whoever
    promises that nothing is made up for promises as well that `written` still stands there.
    """

    of: Ref
    runs: int
    written: datetime

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"the last {self.runs} runs of {listed(targets)} missed"

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        del pick
        return (self.of,) if snapshot.get(self.of.kind, self.of.uid) is not None else ()

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del targets, snapshot
        return NothingToUndo(reason="with its next run a CronJob writes when that was")

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        status: JsonObject = {"lastScheduleTime": stamp(self.written)}
        for target in targets:
            cluster.patch(target, {"status": status}, subresource="status")
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del targets, created
        return Unmarked()


def miss_runs(of: Ref, timeline: Timeline, *, runs: int) -> MissRuns:
    """Its last `runs` runs up to now were missed; BadInput where it never was due so often."""
    return MissRuns(of=of, runs=runs, written=last(of, timeline, before=runs))


def stamp(at: datetime) -> str:
    """As Kubernetes writes a time: whole seconds in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
