"""The steady states that a scenario can name, as values that can be written to a timeline."""

from __future__ import annotations

import msgspec

from reconverge.judges.steady import daemon_sets, jobs, stateful_sets
from reconverge.judges.steady.census import Census, Place, nowhere
from reconverge.judges.steady.deployments import deployed, newest_set
from reconverge.judges.steady.replicas import replicated
from reconverge.judges.steady.words import Steadiness, counted
from reconverge.model import (
    DaemonSet,
    Deployment,
    Job,
    Named,
    Ref,
    ReplicaSet,
    ReplicationController,
    Selector,
    Snapshot,
    StatefulSet,
    ref,
)

_PLACES: dict[str, Place] = {
    "StatefulSet": stateful_sets.name_of,
    "DaemonSet": daemon_sets.node_of,
    "Job": jobs.index_of,
}


def holder(snapshot: Snapshot, workload: Ref) -> tuple[Ref, Selector] | None:
    """Who controls the pods of `workload`, and by which selector; None when nobody does yet.

    That is the workload itself, but for a Deployment, whose newest ReplicaSet does.
    """
    view: Named | None = snapshot.get(workload.kind, workload.uid)
    if isinstance(view, Deployment):
        newest = newest_set(snapshot, view)
        return (ref("ReplicaSet", newest), newest.selector) if newest is not None else None
    if isinstance(view, ReplicationController | ReplicaSet):
        return workload, view.selector
    if isinstance(view, StatefulSet | DaemonSet | Job):
        return workload, view.spec.selector
    return None


def place_of(workload: Ref) -> Place:
    """How pods of that kind of workload fill places."""
    return _PLACES.get(workload.kind, nowhere)


class SteadyState(msgspec.Struct, frozen=True, kw_only=True, tag_field="is", tag=True):
    """Base of what a workload can converge to."""

    def words(self) -> str:
        """The state as the end of the sentence "it converges to ..."."""
        raise NotImplementedError

    def weigh(self, snapshot: Snapshot, workload: Ref, pods: Census) -> Steadiness:
        """What is lacking for it; `pods` are those of the workload's `holder`."""
        raise NotImplementedError


class ReadyPods(SteadyState, frozen=True, kw_only=True):
    """Exactly `count` ready pods of a workload that is asked for a number of them."""

    count: int

    def words(self) -> str:
        return counted(self.count, "ready pod")

    def weigh(self, snapshot: Snapshot, workload: Ref, pods: Census) -> Steadiness:
        match snapshot.get(workload.kind, workload.uid):
            case ReplicationController() | ReplicaSet() as view:
                return replicated(view, pods, replicas=self.count)
            case StatefulSet() as view:
                return stateful_sets.stateful(view, pods, replicas=self.count)
            case Deployment() as view:
                newest = newest_set(snapshot, view)
                return deployed(snapshot, view, newest, pods, replicas=self.count)
        return _gone(workload)


class OnEachNode(SteadyState, frozen=True, kw_only=True):
    """One ready pod of a DaemonSet on every node that admits it, and none elsewhere."""

    are_lost_excused: bool = False

    def words(self) -> str:
        nodes = "each Ready node" if self.are_lost_excused else "each node"
        return f"one ready pod on {nodes} that it selects"

    def weigh(self, snapshot: Snapshot, workload: Ref, pods: Census) -> Steadiness:
        view = snapshot.get(workload.kind, workload.uid)
        if not isinstance(view, DaemonSet):
            return _gone(workload)
        excused = self.are_lost_excused
        return daemon_sets.on_each_node(snapshot, view, pods, are_lost_excused=excused)


class JobComplete(SteadyState, frozen=True, kw_only=True):
    """A Job that has come to its end with that many successful pods."""

    completions: int = 1

    def words(self) -> str:
        return f"completion, with {counted(self.completions, 'successful pod')}"

    def weigh(self, snapshot: Snapshot, workload: Ref, pods: Census) -> Steadiness:
        view = snapshot.get(workload.kind, workload.uid)
        if not isinstance(view, Job):
            return _gone(workload)
        return jobs.complete(view, pods, completions=self.completions)


class JobFailed(SteadyState, frozen=True, kw_only=True):
    """A Job that has given up, for `reason` (such as BackoffLimitExceeded) if one is given."""

    reason: str = ""

    def words(self) -> str:
        return f"failure ({self.reason})" if self.reason else "failure"

    def weigh(self, snapshot: Snapshot, workload: Ref, pods: Census) -> Steadiness:
        view = snapshot.get(workload.kind, workload.uid)
        if not isinstance(view, Job):
            return _gone(workload)
        return jobs.failed(view, pods, reason=self.reason)


class JobRunning(SteadyState, frozen=True, kw_only=True):
    """A Job that goes on with exactly `active` running pods."""

    active: int

    def words(self) -> str:
        return counted(self.active, "running pod")

    def weigh(self, snapshot: Snapshot, workload: Ref, pods: Census) -> Steadiness:
        view = snapshot.get(workload.kind, workload.uid)
        if not isinstance(view, Job):
            return _gone(workload)
        return jobs.running(view, pods, active=self.active)


AnySteadyState = ReadyPods | OnEachNode | JobComplete | JobFailed | JobRunning


def _gone(workload: Ref) -> Steadiness:
    return Steadiness((f"{workload} is gone",), f"{workload} does not exist")
