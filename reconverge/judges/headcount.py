"""How many pods a workload has, also where a ReplicaSet or a Job stands between them.

Counted once and then kept up to date: see `tally` for why. A pod may be known before what stands
between it and its workload, since watches of different kinds are not ordered among each other.
Until that is known too, no number is certain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from reconverge.judges.steady import Census
from reconverge.judges.tally import left
from reconverge.model import BETWEEN, Named, Pod, Ref, Snapshot, ref
from reconverge.timeline import Entry

# ready: active and Ready. active: neither deleted nor finished, what controllers count.
# standing: active, or being deleted and not gone yet. succeeded, failed: finished and still there.
PodState = Literal["ready", "active", "standing", "succeeded", "failed"]
_PHASES: dict[PodState, str] = {"succeeded": "Succeeded", "failed": "Failed"}
WORDS: dict[PodState, tuple[str, str]] = {
    "ready": ("ready pods", ""),
    "active": ("pods", ""),
    "standing": ("pods", ", terminating ones included"),
    "succeeded": ("succeeded pods", ""),
    "failed": ("failed pods", ""),
}


def numbered(count: int, state: PodState) -> str:
    """`3 ready pods`; `1 pod, terminating ones included`."""
    noun, rest = WORDS[state]
    return f"{count} {noun.removesuffix('s') if count == 1 else noun}{rest}"


def seen(count: int, state: PodState) -> str:
    """`2 ready pods`, `1 standing pod`: what is there, its state in one word."""
    return f"{count} {state} pod" + ("" if count == 1 else "s")


def is_in(pod: Pod, state: PodState) -> bool:
    """Whether the pod counts as one that is in `state`."""
    if state == "standing":
        return pod.is_active or pod.is_terminating
    if state in _PHASES:
        return not pod.is_terminating and pod.status.phase == _PHASES[state]
    return pod.is_active and (state == "active" or pod.is_ready)


def count(snapshot: Snapshot, workload: Ref, state: PodState) -> int:
    """The number that a `Headcount` keeps, counted from nothing: its definition."""
    return sum(is_in(pod, state) for pod in snapshot.pods_of(workload))


def unclaimed(snapshot: Snapshot, workload: Ref) -> Iterator[Pod]:
    """Pods whose owner was never seen, and might turn out to belong to `workload`."""
    between = BETWEEN.get(workload.kind)
    for pod in snapshot.pods(namespace=workload.namespace) if between is not None else ():
        owner = pod.metadata.controller
        if owner is None or owner.kind != between or snapshot.is_gone(owner.uid):
            continue
        if snapshot.get(between, owner.uid) is None:
            yield pod


class Headcount:
    """The pods of `workload`, by UID and state."""

    def __init__(self, workload: Ref) -> None:
        self.workload = workload
        self._between = BETWEEN.get(workload.kind)
        self.kinds = frozenset({"Pod"} | ({self._between} if self._between is not None else set()))
        self._holders: dict[str, Census] = {}
        self._known: set[str] = set()
        self._holder_of: dict[str, str] = {}
        self._unclaimed: set[str] = set()

    def begin(self, snapshot: Snapshot) -> None:
        """Count from nothing."""
        self._known, self._holder_of, self._unclaimed = set(), {}, set()
        self._holders = {} if self._between else {self.workload.uid: Census(self.workload)}
        for view in snapshot.objects(self._between) if self._between is not None else ():
            self._note_holder(view, is_gone=False)
        for pod in snapshot.pods(namespace=self.workload.namespace):
            self._note_pod(pod.uid, pod)

    def note(self, entry: Entry) -> Iterable[str]:
        """Take one delivery into account; the UIDs of pods that may count differently now."""
        view = entry.view
        if isinstance(view, Pod):
            self._note_pod(view.uid, view if left(entry) is not None else None)
            return (view.uid,)
        if view is None or not self._note_holder(view, is_gone=left(entry) is None):
            return ()
        pods = entry.snapshot.owned_pods(view.uid)
        for pod in pods:
            self._note_pod(pod.uid, pod)
        return [pod.uid for pod in pods]

    def count(self, state: PodState) -> int:
        return sum(_size(census, state) for census in self._holders.values())

    @property
    def is_certain(self) -> bool:
        """False while there is a pod whose owner is not known yet."""
        return not self._unclaimed

    def own(self, uid: str) -> Pod | None:
        """That pod, if it belongs to the workload and is not being deleted."""
        census = self._holders.get(self._holder_of.get(uid, ""))
        return (census.mine.get(uid) or census.finished.get(uid)) if census is not None else None

    def _note_holder(self, view: Named, *, is_gone: bool) -> bool:
        """Learn of something that pods may belong to; whether it changed what they count for."""
        owner = view.metadata.controller
        is_own = not is_gone and owner is not None and owner.uid == self.workload.uid
        if view.uid in self._known and is_own == (view.uid in self._holders):
            return False
        self._known.add(view.uid)
        if is_own:
            self._holders[view.uid] = Census(ref(self._between or "", view))
        else:
            self._holders.pop(view.uid, None)
        return True

    def _note_pod(self, uid: str, pod: Pod | None) -> None:
        before = self._holders.get(self._holder_of.pop(uid, ""))
        if before is not None:
            before.update(uid, None)
        self._unclaimed.discard(uid)
        owner = pod.metadata.controller if pod is not None else None
        if pod is None or owner is None:
            return
        census = self._holders.get(owner.uid)
        if census is not None:
            census.update(uid, pod)
            self._holder_of[uid] = owner.uid
        elif owner.kind == self._between and owner.uid not in self._known:
            self._unclaimed.add(uid)


def _size(census: Census, state: PodState) -> int:
    if state == "ready":
        return len(census.ready)
    if state in _PHASES:
        return sum(is_in(pod, state) for pod in census.finished.values())
    return len(census.mine) + (len(census.leaving) if state == "standing" else 0)
