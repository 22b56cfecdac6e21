"""What a person did with kubectl: judged from the pods that stood at the beginning, and the log.

An end state can be reached in several ways, and a task may ask for one of them. The pods of the
beginning are known by their UIDs: whoever deleted and made anew is found out by these alone. Who it
was, and what came and went in between, only the API server's audit log tells.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from reconverge.judges.audited import author
from reconverge.judges.judge import Progress, Want
from reconverge.judges.promise import Promise
from reconverge.judges.steady.words import listed
from reconverge.model import Pod, Ref, Snapshot
from reconverge.timeline import Entry, Wrote
from reconverge.verdict import Finding, Verdict

_DELETIONS = frozenset({"delete", "deletecollection"})
Weighed = tuple[Verdict, str]


class Beginning(msgspec.Struct, frozen=True, kw_only=True):
    """What a learner began with: the `pods` and `workloads` there were, and the `account` given.

    `is_told`: every write from then on is on the timeline, from the API server's audit log.
    """

    pods: tuple[Ref, ...]
    account: str
    workloads: tuple[Ref, ...] = ()
    is_told: bool = False


class OfBeginning(Promise, frozen=True, kw_only=True):
    """Base of what is asked of the pods that a learner began with, as things stand now."""

    begun: Beginning

    def judge(self, *, deadline_s: float) -> NowJudge:
        return NowJudge(self, deadline_s=deadline_s)

    def weigh(self, entry: Entry) -> Weighed:
        """The verdict, and why, by the timeline up to `entry`."""
        raise NotImplementedError

    def kinds(self) -> tuple[str, ...]:
        """Those of the objects by which it is decided; over a gap in their watch nothing is."""
        return ("Pod",)

    def _still_there(self, snapshot: Snapshot) -> list[Pod]:
        found = (snapshot.pod(one.uid) for one in self.begun.pods)
        return [one for one in found if one is not None and not one.is_terminating]


class NoneDeleted(OfBeginning, frozen=True, kw_only=True):
    """Every pod of the beginning is there, and the learner has not deleted any other either.

    Without an audit log the second half is not known, and not asked: the reason says so.
    """

    _BY_UIDS: ClassVar[str] = "by the UIDs of the pods; who writes what is not recorded here"

    def sentence(self) -> str:
        return "no pod was deleted to get there"

    def weigh(self, entry: Entry) -> Weighed:
        there = {one.uid for one in self._still_there(entry.snapshot)}
        gone = [one for one in self.begun.pods if one.uid not in there]
        deletions = [one for one in self._writes(entry) if one.verb in _DELETIONS]
        if gone:
            return Verdict.BROKEN, self._blamed(gone[0], deletions)
        mine = [one for one in deletions if one.user == self.begun.account]
        if mine:
            return Verdict.BROKEN, f"you deleted {mine[0].name or 'pods'}"
        told = "by the API server's audit log" if self.begun.is_told else self._BY_UIDS
        return Verdict.HELD, told

    def _writes(self, entry: Entry) -> list[Wrote]:
        records = (one.record for one in entry.so_far())
        return [
            one
            for one in records
            if isinstance(one, Wrote) and one.kind == "Pod" and one.code < 400
        ]

    def _blamed(self, gone: Ref, deletions: list[Wrote]) -> str:
        """Whoever asked for it first; the kubelet's own deletion completes that of another.

        A log has its lines by when they were answered, and the second may be answered first.
        """
        mine = (one for one in deletions if one.name in (gone.name, ""))
        asked = sorted(mine, key=lambda one: one.received)
        if not asked:
            return f"{gone.name} is not there any more"
        who = "you" if asked[0].user == self.begun.account else author(asked[0])
        return f"{who} deleted {gone.name}"


class OneReleased(OfBeginning, frozen=True, kw_only=True):
    """One of the pods of the beginning runs on, ready, and belongs to no controller."""

    def sentence(self) -> str:
        return "one of the pods it began with is released, and runs on"

    def weigh(self, entry: Entry) -> Weighed:
        there = self._still_there(entry.snapshot)
        if not there:
            return Verdict.BROKEN, "none of them is there any more"
        free = [one for one in there if one.metadata.controller is None]
        if not free:
            names = listed((one.name for one in there), len(there))
            return Verdict.BROKEN, f"each of {names} still belongs to its controller"
        names = listed((one.name for one in free), len(free))
        if len(free) > 1:
            return Verdict.BROKEN, f"{len(free)} are released: {names}"
        if not (free[0].is_active and free[0].is_ready):
            return Verdict.BROKEN, f"{names} is released, and not ready"
        return Verdict.HELD, f"{names}, of the same UID"


class TakenOver(OfBeginning, frozen=True, kw_only=True):
    """The controller of that kind and name owns the pods of the beginning, and no other."""

    kind: str
    name: str

    def sentence(self) -> str:
        return f'the {self.kind} "{self.name}" owns exactly the pods it began with'

    def weigh(self, entry: Entry) -> Weighed:
        pods = [one for one in entry.snapshot.pods() if not one.is_terminating]
        mine = {one.uid: one.name for one in pods if self._owns(one)}
        begun = {one.uid: one.name for one in self.begun.pods}
        lacking = [name for uid, name in begun.items() if uid not in mine]
        if lacking:
            return Verdict.BROKEN, f"{lacking[0]} does not belong to it"
        new = [name for uid, name in mine.items() if uid not in begun]
        if new:
            return Verdict.BROKEN, f"{new[0]} was made beside them"
        return Verdict.HELD, f"{len(begun)} pods, of the same UIDs"

    def _owns(self, pod: Pod) -> bool:
        is_here = pod.metadata.namespace in {one.namespace for one in self.begun.pods}
        return is_here and is_owned(pod, self.kind, self.name)


def is_owned(pod: Pod, kind: str, name: str) -> bool:
    """Whether the controller of that kind and name, in the pod's own namespace, owns it."""
    owner = pod.metadata.controller
    return owner is not None and (owner.kind, owner.name) == (kind, name)


class NowJudge:
    """Decides by what is known at the deadline, and by nothing over a gap in what it needs."""

    def __init__(self, promise: OfBeginning, *, deadline_s: float) -> None:
        self.promise = promise
        self.deadline_s = deadline_s
        self._last: Entry | None = None

    @property
    def due_s(self) -> float | None:
        return self.deadline_s

    def feed(self, entry: Entry) -> Finding | None:
        if entry.at_s > self.deadline_s:
            return self.at(self.deadline_s)
        self._last = entry
        return None

    def at(self, now_s: float) -> Finding | None:
        if now_s < self.deadline_s:
            return None
        if self._last is None or not self.promise.begun.pods:
            return self.promise.found(Verdict.UNKNOWN, "no pod is known", self.deadline_s)
        kinds = self.promise.kinds()
        outage = next((one for one in self._last.outages if one.kind in kinds), None)
        if outage is not None:
            why = f"the watch of {outage.kind} is interrupted: {outage.reason}"
            return self.promise.found(Verdict.UNKNOWN, why, self.deadline_s)
        verdict, why = self.promise.weigh(self._last)
        return self.promise.found(verdict, why, self.deadline_s, self._last)

    def wants(self) -> tuple[Want, ...]:
        return ()

    def progress(self) -> Progress:
        return Progress(self.promise.sentence(), "what is known now")
