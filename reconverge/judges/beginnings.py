"""What has become of the workloads and pods that a learner began with, as things stand now.

Each is known by its UID: what was deleted and made anew under the same name is another one.
"""

from __future__ import annotations

from collections.abc import Collection

from reconverge.judges.learning import (
    NoneDeleted,
    OfBeginning,
    OneReleased,
    TakenOver,
    Weighed,
    is_owned,
)
from reconverge.judges.steady.words import counted, listed
from reconverge.model import Job, Named, Pod, ReplicaSet, ReplicationController, Snapshot
from reconverge.timeline import Entry
from reconverge.verdict import Verdict

_ALL_GONE = "none of them is there any more"


class SameWorkload(OfBeginning, frozen=True, kw_only=True):
    """The workload of that kind and name was changed at most, and not made anew."""

    kind: str
    name: str

    def sentence(self) -> str:
        return f'the {self.kind} "{self.name}" is the very one it began with'

    def kinds(self) -> tuple[str, ...]:
        return (self.kind,)

    def weigh(self, entry: Entry) -> Weighed:
        mine = (one for one in self.begun.workloads if one.kind == self.kind)
        was = next((one for one in mine if one.name == self.name), None)
        if was is None:
            return Verdict.UNKNOWN, "nothing is known of how it began"
        now = entry.snapshot.named(self.kind, self.name, namespace=was.namespace)
        if now is None or now.metadata.deletion_timestamp is not None:
            return Verdict.BROKEN, f"{self.name} is not there any more"
        if now.uid != was.uid:
            return Verdict.BROKEN, f"{self.name} was deleted and made anew"
        return Verdict.HELD, "of the same UID"


class AsksFor(OfBeginning, frozen=True, kw_only=True):
    """The workload of that kind and name is asked for so many pods; of a Job, for so many at once.

    It is known at once, while what becomes of it is to be waited for.
    """

    kind: str
    name: str
    count: int

    def sentence(self) -> str:
        return f'the {self.kind} "{self.name}" asks for {self.count} pods'

    def kinds(self) -> tuple[str, ...]:
        return (self.kind,)

    def weigh(self, entry: Entry) -> Weighed:
        spaces = {one.namespace for one in self.begun.pods}
        for view in entry.snapshot.objects(self.kind):
            if view.name == self.name and view.metadata.namespace in spaces:
                asked = _asked_of(view)
                verdict = Verdict.HELD if asked == self.count else Verdict.BROKEN
                return verdict, f"{self.name} asks for {counted(asked, 'pod')}"
        return Verdict.BROKEN, f"{self.name} is not there any more"


def _asked_of(view: Named) -> int:
    if isinstance(view, Job):
        return view.spec.parallelism
    return view.replicas if isinstance(view, ReplicationController | ReplicaSet) else 0


class OneTakenOver(OfBeginning, frozen=True, kw_only=True):
    """The controller of that kind and name owns one of the pods of the beginning."""

    kind: str
    name: str

    def sentence(self) -> str:
        return f'the {self.kind} "{self.name}" has taken over one of the pods it began with'

    def weigh(self, entry: Entry) -> Weighed:
        there = self._still_there(entry.snapshot)
        mine = [one for one in there if is_owned(one, self.kind, self.name)]
        names = listed((one.name for one in mine), len(mine))
        if not mine:
            return Verdict.BROKEN, f"none of them belongs to {self.name}"
        if len(mine) > 1:
            return Verdict.BROKEN, f"{len(mine)} of them belong to {self.name}: {names}"
        return Verdict.HELD, f"{names}, of the same UID"


class AllReleased(OfBeginning, frozen=True, kw_only=True):
    """Each of the pods of the beginning runs on, ready, and belongs to no controller."""

    def sentence(self) -> str:
        return "the pods it began with are all released, and run on"

    def weigh(self, entry: Entry) -> Weighed:
        there = self._still_there(entry.snapshot)
        if len(there) < len(self.begun.pods):
            return Verdict.BROKEN, f"{self._gone(entry.snapshot)[0]} is not there any more"
        for pod in there:
            if pod.metadata.controller is not None:
                return Verdict.BROKEN, f"{pod.name} still belongs to its controller"
            if not (pod.is_active and pod.is_ready):
                return Verdict.BROKEN, f"{pod.name} is released, and not ready"
        return Verdict.HELD, f"{len(there)} pods, of the same UIDs"

    def _gone(self, snapshot: Snapshot) -> list[str]:
        there = {one.uid for one in self._still_there(snapshot)}
        return [one.name for one in self.begun.pods if one.uid not in there]


class NoneLeft(OfBeginning, frozen=True, kw_only=True):
    """Every pod of the beginning is gone, or going."""

    def sentence(self) -> str:
        return "none of the pods it began with is left"

    def weigh(self, entry: Entry) -> Weighed:
        there = self._still_there(entry.snapshot)
        if there:
            return Verdict.BROKEN, f"{there[0].name} is one of those it began with"
        return Verdict.HELD, f"{len(self.begun.pods)} are gone"


class Labelled(OfBeginning, frozen=True, kw_only=True):
    """The pods of the beginning have these labels: all of them, or with `is_one` exactly one."""

    labels: dict[str, str]
    is_one: bool = False

    def sentence(self) -> str:
        if self.is_one:
            return f'one of the pods it began with is labelled "{self._words()}"'
        return f'the pods it began with are labelled "{self._words()}"'

    def weigh(self, entry: Entry) -> Weighed:
        there = self._still_there(entry.snapshot)
        if not there:
            return Verdict.BROKEN, _ALL_GONE
        has = [one for one in there if self.labels.items() <= one.metadata.labels.items()]
        lacking = [one for one in there if one not in has]
        return self._one(has) if self.is_one else self._all(lacking)

    def _one(self, has: Collection[Pod]) -> Weighed:
        names = listed((one.name for one in has), len(has))
        if not has:
            return Verdict.BROKEN, f"none of them is labelled {self._words()}"
        if len(has) > 1:
            return Verdict.BROKEN, f"{len(has)} of them are labelled {self._words()}: {names}"
        return Verdict.HELD, names

    def _all(self, lacking: Collection[Pod]) -> Weighed:
        for one in lacking:
            return Verdict.BROKEN, f"{one.name} is not labelled {self._words()}"
        return Verdict.HELD, "by their labels of now"

    def _words(self) -> str:
        return ",".join(f"{key}={value}" for key, value in self.labels.items())


class OfImage(OfBeginning, frozen=True, kw_only=True):
    """Every pod of the controller of that kind and name runs that image, and there are some."""

    kind: str
    name: str
    image: str

    def sentence(self) -> str:
        return f'the pods of the {self.kind} "{self.name}" are of the image "{self.image}"'

    def kinds(self) -> tuple[str, ...]:
        return ("Pod", self.kind)

    def weigh(self, entry: Entry) -> Weighed:
        spaces = {one.namespace for one in self.begun.pods}
        owners = [
            one.uid
            for one in entry.snapshot.objects(self.kind)
            if one.name == self.name and one.metadata.namespace in spaces
        ]
        pods = [pod for uid in owners for pod in entry.snapshot.owned_pods(uid)]
        mine = [one for one in pods if one.is_active]
        if not mine:
            return Verdict.BROKEN, f"{self.name} has no pod"
        for pod in mine:
            for container in pod.spec.containers:
                if container.image != self.image:
                    return Verdict.BROKEN, f"{pod.name} is of {container.image}"
        return Verdict.HELD, f"{len(mine)} pods"


AnyOfBeginning = (
    NoneDeleted
    | OneReleased
    | TakenOver
    | SameWorkload
    | AsksFor
    | OneTakenOver
    | AllReleased
    | NoneLeft
    | Labelled
    | OfImage
)
