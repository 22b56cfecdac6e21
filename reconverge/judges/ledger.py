"""Which pod was lost, and which came in its place: a fold over the timeline.

A pod is lost when its owner can no longer count on it: it is being deleted, gone, failed, or no
longer its owner's. The loss began with what led to it, if that was seen: the change of labels for
which the owner let go of the pod, or its node ceasing to be Ready.

Which pod replaces which:

- A StatefulSet's by name, a DaemonSet's by node, an indexed Job's by completion index.
- Others are interchangeable: neither their controller nor anybody else says which is for which. The
  first to be created replaces the first that was lost, in the order of resourceVersions.
- Never one that was there before the loss, nor one of another owner (by UID; the pods of a
  Deployment's ReplicaSets are the Deployment's).
- A loss that leaves as many pods as are wanted needs no replacement: scaling down, a surplus.
- A replacement that is itself lost before it was ready has replaced nothing: the first loss waits
  on, for the next one.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from reconverge.judges.phases import PHASES, Recovery
from reconverge.model import (
    COMPLETION_INDEX,
    ContainerStatus,
    DaemonSet,
    Deployment,
    Job,
    Node,
    Pod,
    Ref,
    ReplicaSet,
    ReplicationController,
    Snapshot,
    StatefulSet,
    condition,
    ref,
)
from reconverge.timeline import Entry, Judged, Observed, Opened, Promised, Timeline

# Pods that the harness plants to see whether a controller is alive: nobody misses them.
SENTINEL_LABEL = "reconverge.dev/sentinel"
# They start work anew rather than keep it: pods of two Jobs never stand in for each other.
_STARTERS = ("CronJob",)
# What piled up while a watch was down is delivered at once when it is open again.
BACKLOG_S = 1.0


def recoveries(timeline: Timeline) -> tuple[Recovery, ...]:
    """Every loss in the scenario's namespace, as far as the record is about the scenario."""
    opened = timeline[0].record
    assert isinstance(opened, Opened), "a timeline begins with its opening record"
    ledger = Ledger(opened.namespace)
    for entry in timeline.entries(0, end_of_story(timeline)):
        ledger.feed(entry)
    return ledger.recoveries()


def end_of_story(timeline: Timeline) -> int:
    """The index at which the clean-up begins: after the last verdict, unless one is outstanding.

    A run that was killed has no clean-up.
    """
    for index in range(len(timeline) - 1, -1, -1):
        record = timeline[index].record
        if isinstance(record, Judged | Promised):
            return index if isinstance(record, Judged) else len(timeline)
    return len(timeline)


@dataclass
class _Member:
    """A pod that its owner counts; `relabelled` is where its labels were last seen to change."""

    owner: Ref
    pod: Pod
    relabelled: Entry | None = None


@dataclass
class _Loss:
    """A recovery under way; `asked` is when the API server was asked to delete the pod."""

    recovery: Recovery
    version: int
    asked: datetime | None
    is_needed: bool = True

    def reach(self, pod: Pod, entry: Entry) -> None:
        """The replacement is further than it was; several phases may end with one delivery."""
        one = self.recovery
        ended = _stage(pod) - len(one.reached_s)
        if ended > 0:
            self.recovery = msgspec.structs.replace(
                one,
                reached_s=one.reached_s + (entry.at_s,) * ended,
                evidence=one.evidence + (entry.index,) * ended,
                stamped_s=_stamped_s(self.asked, pod),
            )

    def start_over(self) -> None:
        """The replacement was lost as well."""
        one = self.recovery
        self.recovery = msgspec.structs.replace(
            one, replacement=None, reached_s=(), evidence=one.evidence[:1], stamped_s=None
        )


@dataclass
class _Owner:
    """How many pods it has, and whom it misses: indices of losses by place, the oldest first."""

    ref: Ref
    active: int = 0
    missed: int = 0
    places: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def miss(self, place: str, version: int, index: int) -> None:
        heapq.heappush(self.places.setdefault(place, []), (version, index))
        self.missed += 1

    def replace(self, place: str, version: int) -> int | None:
        """The oldest loss at that place, if it was written before `version`."""
        losses = self.places.get(place, [])
        if not losses or losses[0][0] >= version:
            return None
        self.missed -= 1
        return heapq.heappop(losses)[1]

    def forget(self) -> int:
        """The oldest loss of all."""
        self.missed -= 1
        return heapq.heappop(min(filter(None, self.places.values())))[1]


class Ledger:
    """Folds entries into recoveries: of `workload`'s pods, else of all in a namespace.

    `changes` counts what concerned it: losses, replacements and their phases.
    """

    def __init__(self, namespace: str, workload: Ref | None = None) -> None:
        self.changes = 0
        self._namespace = namespace
        self._workload = workload
        self._is_begun = False
        self._members: dict[str, _Member] = {}
        self._owners: dict[str, _Owner] = {}
        self._losses: list[_Loss] = []
        self._coming: dict[str, int] = {}
        self._not_ready: dict[str, Entry] = {}
        self._blindness = _Blindness(namespace)

    def recoveries(self) -> tuple[Recovery, ...]:
        """Every loss that needs a replacement, in the order in which they were seen."""
        needed = (one.recovery for one in self._losses if one.is_needed)
        return tuple(self._blindness.doubted(one) for one in needed)

    @property
    def blindness(self) -> str:
        """Why nothing can be said now: a watch is down; else nothing."""
        return self._blindness.reason

    def feed(self, entry: Entry) -> None:
        """Take one entry into account. The pods that are there at the first one are the first."""
        if not self._is_begun:
            self._is_begun = True
            for pod in entry.snapshot.pods(namespace=self._namespace):
                self._meet(pod, entry)
        self._blindness.feed(entry)
        record, view = entry.record, entry.view
        if not isinstance(record, Observed) or view is None:
            return
        is_gone = record.change == "deleted"
        if isinstance(view, Node):
            self._note_node(view, entry, is_lost=is_gone or not view.is_ready)
        elif isinstance(view, Pod) and view.metadata.namespace == self._namespace:
            self._note_pod(view, entry, is_gone=is_gone)
        elif view.uid in self._owners:
            self._forget_unneeded(self._owners[view.uid], entry.snapshot)

    def _note_node(self, node: Node, entry: Entry, *, is_lost: bool) -> None:
        if is_lost:
            self._not_ready.setdefault(node.name, entry)
        else:
            self._not_ready.pop(node.name, None)

    def _note_pod(self, pod: Pod, entry: Entry, *, is_gone: bool) -> None:
        member = self._members.get(pod.uid)
        is_counted = pod.is_active and not is_gone
        if member is not None:
            if is_counted and _controller_uid(pod) == _controller_uid(member.pod):
                self._follow(member, pod, entry)
                return
            self._lose(member, pod, entry)
        if is_counted:
            self._meet(pod, entry)

    def _follow(self, member: _Member, pod: Pod, entry: Entry) -> None:
        if pod.metadata.labels != member.pod.metadata.labels:
            member.relabelled = entry
        member.pod = pod
        if pod.uid in self._coming:
            self._reach(pod, entry)

    def _meet(self, pod: Pod, entry: Entry) -> None:
        """A pod begins to count; where one is missed, it is the replacement."""
        of = self._owner_of(pod, entry.snapshot)
        if of is None or not pod.is_active:
            return
        self._members[pod.uid] = _Member(of, pod)
        owner = self._owners.setdefault(of.uid, _Owner(of))
        self._forget_unneeded(owner, entry.snapshot)
        owner.active += 1
        index = owner.replace(_place(of, pod), pod.resource_version)
        if index is not None:
            loss = self._losses[index]
            loss.recovery = msgspec.structs.replace(
                loss.recovery, replacement=ref("Pod", pod), attempts=loss.recovery.attempts + 1
            )
            self._coming[pod.uid] = index
            self._reach(pod, entry)

    def _reach(self, pod: Pod, entry: Entry) -> None:
        self.changes += 1
        loss = self._losses[self._coming[pod.uid]]
        loss.reach(pod, entry)
        if len(loss.recovery.reached_s) == len(PHASES):
            del self._coming[pod.uid]

    def _lose(self, member: _Member, pod: Pod, entry: Entry) -> None:
        """A pod counts no more. Work that is done is no loss."""
        del self._members[pod.uid]
        owner = self._owners[member.owner.uid]
        owner.active -= 1
        if pod.status.phase == "Succeeded":
            if pod.uid in self._coming:
                self._reach(pod, entry)
            return
        self.changes += 1
        index = self._coming.pop(pod.uid, None)
        if index is None:
            index = len(self._losses)
            self._losses.append(self._loss(member, pod, entry))
        else:
            self._losses[index].start_over()
        owner.miss(_place(member.owner, member.pod), self._losses[index].version, index)
        self._forget_unneeded(owner, entry.snapshot)

    def _loss(self, member: _Member, pod: Pod, entry: Entry) -> _Loss:
        cause = member.relabelled if pod.is_active else self._not_ready.get(pod.spec.node_name)
        begin = cause or entry
        recovery = Recovery(
            owner=member.owner,
            lost=ref("Pod", pod),
            lost_s=begin.at_s,
            is_interchangeable=not _place(member.owner, member.pod),
            evidence=(begin.index,),
        )
        return _Loss(recovery, pod.resource_version, _asked(pod) if cause is None else None)

    def _forget_unneeded(self, owner: _Owner, snapshot: Snapshot) -> None:
        """Losses beyond what the owner wants: the oldest were made good, or were wished for."""
        wanted = _wanted(owner.ref, snapshot)
        while owner.missed and wanted is not None and owner.missed > wanted - owner.active:
            self._losses[owner.forget()].is_needed = False

    def _owner_of(self, pod: Pod, snapshot: Snapshot) -> Ref | None:
        """The controller that keeps the pod, if it is one that is looked at."""
        chain = () if SENTINEL_LABEL in pod.metadata.labels else _controllers(pod, snapshot)
        if self._workload is None:
            return next(reversed([one for one in chain if one.kind not in _STARTERS]), None)
        return next((self._workload for one in chain if one.uid == self._workload.uid), None)


class _Blindness:
    """When the watches were down: what was delivered then says nothing about when it happened."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self._spans: list[tuple[float, float, str]] = []
        self._since: tuple[float, str] | None = None

    @property
    def reason(self) -> str:
        return self._since[1] if self._since is not None else ""

    def feed(self, entry: Entry) -> None:
        ours = [
            one
            for one in entry.outages
            if one.kind in ("Pod", "Node") and one.namespace in ("", self._namespace)
        ]
        if ours:
            first = min(ours, key=lambda one: one.since_s)
            if self._since is None or first.since_s < self._since[0]:
                reason = f"the watch of {first.kind} was down meanwhile: {first.reason}"
                self._since = (first.since_s, reason)
        elif self._since is not None:
            self._spans.append((self._since[0], entry.at_s + BACKLOG_S, self._since[1]))
            self._since = None

    def doubted(self, one: Recovery) -> Recovery:
        """The recovery with its doubt, where a blind span overlaps it."""
        spans = self._spans + ([(self._since[0], math.inf, self._since[1])] if self._since else [])
        end_s = math.inf if one.total_s is None else one.reached_s[-1]
        for since_s, until_s, reason in spans:
            if since_s <= end_s and until_s >= one.lost_s:
                return msgspec.structs.replace(one, doubt=reason)
        return one


def _controllers(pod: Pod, snapshot: Snapshot) -> tuple[Ref, ...]:
    """The pod's controller, and what controls that: a Deployment, a CronJob."""
    controller, namespace = pod.metadata.controller, pod.metadata.namespace
    if controller is None:
        return ()
    below = Ref(controller.kind, namespace, controller.name, controller.uid)
    view = snapshot.get(controller.kind, controller.uid)
    above = view.metadata.controller if view is not None else None
    return (below,) if above is None else (below, Ref(above.kind, namespace, above.name, above.uid))


def _controller_uid(pod: Pod) -> str:
    controller = pod.metadata.controller
    return controller.uid if controller is not None else ""


def _wanted(owner: Ref, snapshot: Snapshot) -> int | None:
    """How many pods the owner asks for; None where that is not known."""
    view = snapshot.get(owner.kind, owner.uid)
    if snapshot.is_gone(owner.uid) or (view is not None and view.is_terminating):
        return 0
    match view:
        case ReplicationController() | ReplicaSet() | Deployment() | StatefulSet():
            return view.spec.replicas
        case DaemonSet():
            return view.status.desired_number_scheduled
        case Job() if view.end is not None:
            return 0
    return None


def _place(owner: Ref, pod: Pod) -> str:
    """What makes a pod this one and no other among its owner's; nothing where they are alike."""
    match owner.kind:
        case "StatefulSet":
            return pod.name
        case "DaemonSet":
            return _node_of_daemon(pod)
        case "Job":
            return pod.metadata.annotations.get(COMPLETION_INDEX, "")
    return ""


def _node_of_daemon(pod: Pod) -> str:
    """Known before it is scheduled: its controller writes it into the affinity."""
    affinity = pod.spec.affinity.node_affinity if pod.spec.affinity is not None else None
    terms = affinity.required.node_selector_terms if affinity and affinity.required else ()
    names = (row.values[0] for term in terms for row in term.match_fields if row.values)
    return next(names, pod.spec.node_name)


def _stage(pod: Pod) -> int:
    """How many of the phases are over."""
    if pod.is_ready or pod.status.phase == "Succeeded":
        return len(PHASES)
    statuses = pod.status.container_statuses
    if statuses and all(_has_begun(one) for one in statuses):
        return PHASES.index("started") + 1
    return PHASES.index("scheduled") + 1 if pod.spec.node_name else 1


def _has_begun(status: ContainerStatus) -> bool:
    return bool(status.state.running or status.state.terminated or status.restart_count)


def _asked(pod: Pod) -> datetime | None:
    """When its deletion was asked for: deletionTimestamp is when the grace period will be over."""
    end = pod.metadata.deletion_timestamp
    grace_s = pod.metadata.deletion_grace_period_seconds
    return end - timedelta(seconds=grace_s) if end is not None and grace_s is not None else None


def _stamped_s(asked: datetime | None, pod: Pod) -> float | None:
    """From the server's stamp of the loss to the kubelet's of ready."""
    row = condition(pod.status.conditions, "Ready")
    if asked is None or row is None or row.last_transition_time is None or not pod.is_ready:
        return None
    return (row.last_transition_time - asked).total_seconds()
