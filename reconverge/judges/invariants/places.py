"""At most one pod in each place: a node, an ordinal, a completion index."""

from __future__ import annotations

from collections.abc import Iterable

from reconverge.judges.invariants.judge import Invariant
from reconverge.judges.invariants.owned import OwnedPods
from reconverge.judges.steady.census import Place
from reconverge.judges.steady.stateful_sets import REVISION
from reconverge.judges.steady.values import place_of
from reconverge.judges.tally import Tally
from reconverge.model import Pod, Ref, Snapshot

_PLACES = {"DaemonSet": "on one node", "StatefulSet": "of one name", "Job": "for one index"}


class OnePerPlace(Invariant, frozen=True, kw_only=True):
    """A DaemonSet, a StatefulSet or an Indexed Job never has two active pods in one place.

    Of a DaemonSet that is the node, unless it rolls out with maxSurge; of a StatefulSet the name
    with its ordinal; of a Job the completion index (pkg/controller/{daemon,statefulset,job}, 1.34).
    `is_by_revision`: of a DaemonSet that does, each revision has a place of its own on a node.
    """

    workload: Ref
    is_by_revision: bool = False

    def sentence(self) -> str:
        where = _PLACES[self.workload.kind]
        which = "active pods of one revision" if self.is_by_revision else "active pods"
        return f'"{self.workload.name}" never has two {which} {where}'

    def tally(self) -> Tally:
        return _Places(self.workload, self.place_of)

    def place_of(self, pod: Pod) -> str:
        """The place that a pod fills; empty where it fills none yet."""
        place = place_of(self.workload)(pod)
        revision = pod.metadata.labels.get(REVISION, "") if self.is_by_revision and place else ""
        return f"{place} in revision {revision}" if revision else place

    def violation(self, snapshot: Snapshot) -> str:
        """The definition: what the tally says, counted from nothing."""
        there: dict[str, list[str]] = {}
        for pod in snapshot.owned_pods(self.workload.uid):
            if pod.is_active and self.place_of(pod):
                there.setdefault(self.place_of(pod), []).append(pod.name)
        return _crowded(there)


class _Places(OwnedPods):
    """The active pods of a workload by the place that each fills."""

    def __init__(self, workload: Ref, place: Place) -> None:
        super().__init__(workload)
        self._place = place
        self._there: dict[str, dict[str, str]] = {}
        self._crowded: dict[str, Iterable[str]] = {}
        self._place_of: dict[str, str] = {}

    @property
    def violation(self) -> str:
        return _crowded(self._crowded)

    def _forget(self) -> None:
        self._there, self._crowded, self._place_of = {}, {}, {}

    def _put(self, uid: str, pod: Pod | None) -> None:
        before = self._place_of.pop(uid, "")
        if before:
            self._there[before].pop(uid)
            self._count(before)
        place = self._place(pod) if pod is not None else ""
        if pod is not None and place:
            self._place_of[uid] = place
            self._there.setdefault(place, {})[uid] = pod.name
            self._count(place)

    def _count(self, place: str) -> None:
        there = self._there[place]
        self._crowded.pop(place, None)
        if len(there) > 1:
            self._crowded[place] = there.values()
        elif not there:
            del self._there[place]


def _crowded(there: dict[str, list[str]] | dict[str, Iterable[str]]) -> str:
    """The first place, by name, that holds more than one pod."""
    found = sorted((place, sorted(names)) for place, names in there.items())
    crowds = (f"{' and '.join(names)} share {place}" for place, names in found if len(names) > 1)
    return next(crowds, "")
