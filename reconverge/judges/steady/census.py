"""The pods of one workload, counted once and then kept up to date pod by pod.

A definition of a steady state asks for counts. Counting all pods anew at each event would make an
event dearer the more pods there are; here it costs the same at ten pods and at ten thousand. That
it always equals a count from nothing is a property that the tests hold against it.
"""

from __future__ import annotations

from collections.abc import Callable

from reconverge.model import JOB_TRACKING, Pod, Ref, Selector, Snapshot

Place = Callable[[Pod], str]


def nowhere(pod: Pod) -> str:
    """The place of pods that are interchangeable."""
    del pod
    return ""


class Census:
    """Pods by what they are to the workload `owner`, each by UID.

    `mine`: active (not deleted, not finished) and controlled by it; of these `ready`, `unready`,
    and `strangers`, whose labels its selector no longer matches. `leaving`: controlled by it and
    being deleted. `finished`: controlled by it and Succeeded or Failed. `pinned`: controlled by it
    and not let go before its Job has counted it. `orphans`: active, matching and controlled by
    nobody. `places`: `mine` by the place that each fills, such as its node.
    The set `mine` is the controllers' own (FilterActivePods after ClaimPods, pkg/controller).
    """

    def __init__(self, owner: Ref, *, place: Place = nowhere) -> None:
        self.owner = owner
        self._place = place
        self._selector = Selector()
        self._clear()

    def _clear(self) -> None:
        self.mine: dict[str, Pod] = {}
        self.ready: dict[str, Pod] = {}
        self.unready: dict[str, Pod] = {}
        self.strangers: dict[str, Pod] = {}
        self.leaving: dict[str, Pod] = {}
        self.finished: dict[str, Pod] = {}
        self.pinned: dict[str, Pod] = {}
        self.orphans: dict[str, Pod] = {}
        self.places: dict[str, dict[str, Pod]] = {}
        self._place_of: dict[str, str] = {}

    @classmethod
    def of(
        cls, snapshot: Snapshot, owner: Ref, selector: Selector, *, place: Place = nowhere
    ) -> Census:
        """Counted from nothing."""
        census = cls(owner, place=place)
        census.count(snapshot, selector)
        return census

    def count(self, snapshot: Snapshot, selector: Selector) -> None:
        """Count everything anew, as the selector is now."""
        self._clear()
        self._selector = selector
        for pod in snapshot.pods(namespace=self.owner.namespace):
            self._add(pod)

    def turn_to(self, snapshot: Snapshot, selector: Selector) -> None:
        """Count anew if the selector is another one than before."""
        if selector != self._selector:
            self.count(snapshot, selector)

    def update(self, uid: str, pod: Pod | None) -> None:
        """Take the newest state of one pod into account; None when it is gone."""
        self._remove(uid)
        if pod is not None and pod.metadata.namespace == self.owner.namespace:
            self._add(pod)

    def _remove(self, uid: str) -> None:
        for group in (self.leaving, self.finished, self.pinned, self.orphans):
            group.pop(uid, None)
        if self.mine.pop(uid, None) is None:
            return
        for group in (self.ready, self.unready, self.strangers):
            group.pop(uid, None)
        place = self._place_of.pop(uid)
        self.places[place].pop(uid)
        if not self.places[place]:
            del self.places[place]

    def _add(self, pod: Pod) -> None:
        controller = pod.metadata.controller
        if controller is None:
            if pod.is_active and self._selector.matches(pod.metadata.labels):
                self.orphans[pod.uid] = pod
        elif controller.uid == self.owner.uid:
            self._add_own(pod)

    def _add_own(self, pod: Pod) -> None:
        if JOB_TRACKING in pod.metadata.finalizers:
            self.pinned[pod.uid] = pod
        if pod.is_terminating:
            self.leaving[pod.uid] = pod
        elif not pod.is_active:
            self.finished[pod.uid] = pod
        else:
            self.mine[pod.uid] = pod
            (self.ready if pod.is_ready else self.unready)[pod.uid] = pod
            if not self._selector.matches(pod.metadata.labels):
                self.strangers[pod.uid] = pod
            place = self._place_of[pod.uid] = self._place(pod)
            self.places.setdefault(place, {})[pod.uid] = pod
