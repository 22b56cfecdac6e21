"""How much a workload does: the pods that it makes and removes, and those that it claims.

The number of pods tells that it is right again. That it took no more than was needed, a pod made
in vain and removed at once for instance, only the history tells.
"""

from __future__ import annotations

from reconverge.judges.invariants.judge import Invariant
from reconverge.judges.steady.words import counted, listed
from reconverge.judges.tally import Tally, left
from reconverge.model import Pod, Ref, Snapshot
from reconverge.timeline import Entry, Observed


class Turnover(Invariant, frozen=True, kw_only=True):
    """The workload makes exactly `made` pods and loses exactly `removed`, but for those in `hit`.

    Made is a pod that is there for the first time and is the workload's from the first; what it
    adopts is not. Removed is a pod whose deletion begins while the workload owns it. Of a workload
    that keeps its pods itself, without a ReplicaSet or a Job between.
    """

    workload: Ref
    made: int
    removed: int
    hit: tuple[Ref, ...] = ()

    def sentence(self) -> str:
        made, removed = counted(self.made, "pod"), self.removed or "none"
        return f'"{self.workload.name}" makes {made} and removes {removed}'

    def tally(self) -> Tally:
        return _Turned(self)


class _Turned(Tally):
    """The pods made and removed so far, each once."""

    def __init__(self, promise: Turnover) -> None:
        self.namespace = promise.workload.namespace
        self._promise = promise
        self._known: set[str] = set()
        self._leaving = {one.uid for one in promise.hit}
        self._made: dict[str, str] = {}
        self._removed: dict[str, str] = {}

    @property
    def violation(self) -> str:
        return self._found(
            len(self._made) > self._promise.made, len(self._removed) > self._promise.removed
        )

    @property
    def late_violation(self) -> str:
        return self._found(
            len(self._made) != self._promise.made, len(self._removed) != self._promise.removed
        )

    def begin(self, snapshot: Snapshot) -> None:
        for pod in snapshot.pods(namespace=self.namespace):
            self._known.add(pod.uid)
            if pod.is_terminating:
                self._leaving.add(pod.uid)

    def note(self, entry: Entry) -> None:
        pod = entry.view
        if not isinstance(pod, Pod) or pod.metadata.namespace != self.namespace:
            return
        owner = pod.metadata.controller
        is_own = owner is not None and owner.uid == self._promise.workload.uid
        is_new = pod.uid not in self._known
        self._known.add(pod.uid)
        if is_own and is_new:
            self._made[pod.uid] = pod.name
        if (pod.is_terminating or left(entry) is None) and pod.uid not in self._leaving:
            self._leaving.add(pod.uid)
            if is_own:
                self._removed[pod.uid] = pod.name

    def _found(self, is_made_wrong: bool, is_removed_wrong: bool) -> str:
        rows = [f"it made {_named(self._made)}"] if is_made_wrong else []
        rows += [f"it removed {_named(self._removed)}"] if is_removed_wrong else []
        return " and ".join(rows)


class Claims(Invariant, frozen=True, kw_only=True):
    """Of these pods the workload comes to own each of `mine`, and nobody any of `others`.

    One of `mine` may be removed once it is owned; none of the others is ever deleted.
    """

    workload: Ref
    mine: tuple[Ref, ...] = ()
    others: tuple[Ref, ...] = ()

    def sentence(self) -> str:
        mine, others = _names(self.mine), _names(self.others)
        return f'"{self.workload.name}" claims {mine or "nothing"} and leaves {others or "nothing"}'

    def tally(self) -> Tally:
        return _Claimed(self)


class _Claimed(Tally):
    """Which of the pods were owned so far; the first violation stays one."""

    def __init__(self, promise: Claims) -> None:
        self.namespace = promise.workload.namespace
        self._owner = promise.workload
        self._others = {one.uid for one in promise.others}
        self._awaited = {one.uid: one.name for one in promise.mine}
        self._is_empty = not promise.mine and not promise.others
        self._violation = ""

    @property
    def violation(self) -> str:
        return self._violation

    @property
    def late_violation(self) -> str:
        return f"{_named(self._awaited)} is not claimed" if self._awaited else ""

    @property
    def doubt(self) -> str:
        return "there is no pod to claim" if self._is_empty else ""

    def begin(self, snapshot: Snapshot) -> None:
        for pod in snapshot.pods(namespace=self.namespace):
            self._weigh(pod, is_leaving=pod.is_terminating)

    def note(self, entry: Entry) -> None:
        pod = entry.view
        if isinstance(pod, Pod) and isinstance(entry.record, Observed):
            self._weigh(pod, is_leaving=pod.is_terminating or left(entry) is None)

    def _weigh(self, pod: Pod, *, is_leaving: bool) -> None:
        owner = pod.metadata.controller
        if owner is not None and owner.uid == self._owner.uid:
            self._awaited.pop(pod.uid, None)
        harm = ""
        if pod.uid in self._awaited and is_leaving:
            harm = f"{pod.name} is deleted before it is claimed"
        elif pod.uid in self._others and owner is not None:
            harm = f"{owner.kind} {owner.name} claims {pod.name}"
        elif pod.uid in self._others and is_leaving:
            harm = f"{pod.name} is deleted"
        self._violation = self._violation or harm


def _named(pods: dict[str, str]) -> str:
    return f"{len(pods)} ({listed(sorted(pods.values()), len(pods))})" if pods else "none"


def _names(pods: tuple[Ref, ...]) -> str:
    return listed((one.name for one in pods), len(pods))
