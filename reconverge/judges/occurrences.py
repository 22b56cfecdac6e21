"""What can be seen to happen, and the promise that it does so for the nth time.

An occurrence is a change between one delivery and the world before it, never a state that stands.
It is what the faults of a plan can wait for: the judge of `Occurs` has its finding with the very
delivery that completes the count, so that whatever is to follow follows it at once.
"""

from __future__ import annotations

import msgspec

from reconverge.judges.predicates import AnyPredicate
from reconverge.judges.promise import Promise
from reconverge.judges.states import StateJudge
from reconverge.judges.steady import Steadiness
from reconverge.model import BETWEEN, Named, Node, Pod, Ref, Snapshot
from reconverge.timeline import Entry, Observed
from reconverge.verdict import Finding

_ORDINALS = ("", "first", "second", "third", "fourth", "fifth")


class Occurrence(msgspec.Struct, frozen=True, kw_only=True, tag_field="is", tag=True):
    """Base of what can be seen to happen."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of objects whose deliveries can show it."""
        return ("Pod",)

    def words(self) -> str:
        """What happens, as a sentence."""
        raise NotImplementedError

    def is_at(self, entry: Entry, before: Snapshot) -> bool:
        """Whether it happens with `entry`, the world before being `before`."""
        raise NotImplementedError


class OfPods(Occurrence, frozen=True, kw_only=True):
    """Base of what happens to a pod of the workload `of`, whichever it is."""

    of: Ref

    def is_at(self, entry: Entry, before: Snapshot) -> bool:
        record = entry.record
        if not isinstance(record, Observed) or record.kind != "Pod":
            return False
        was, now = before.pod(record.uid), entry.snapshot.pod(record.uid)
        known = now or was
        is_mine = known is not None and _is_of(known, self.of, entry.snapshot)
        return is_mine and self.is_change(was, now, before)

    def is_change(self, was: Pod | None, now: Pod | None, before: Snapshot) -> bool:
        """Whether it happens to the pod that was `was` and is `now`; None where there is none."""
        raise NotImplementedError


class PodMade(OfPods, frozen=True, kw_only=True):
    """The workload makes a pod. One that it adopts was there before."""

    def words(self) -> str:
        return f'"{self.of.name}" makes a pod'

    def is_change(self, was: Pod | None, now: Pod | None, before: Snapshot) -> bool:
        return was is None and now is not None and not before.is_gone(now.uid)


class PodTurnsReady(OfPods, frozen=True, kw_only=True):
    """A pod of the workload becomes ready, be it for the first time or again."""

    def words(self) -> str:
        return f'a pod of "{self.of.name}" becomes ready'

    def is_change(self, was: Pod | None, now: Pod | None, before: Snapshot) -> bool:
        del before
        return now is not None and now.is_ready and not (was is not None and was.is_ready)


class PodGoes(OfPods, frozen=True, kw_only=True):
    """Somebody deletes a pod of the workload: it is terminating, or gone at once."""

    def words(self) -> str:
        return f'a pod of "{self.of.name}" is deleted'

    def is_change(self, was: Pod | None, now: Pod | None, before: Snapshot) -> bool:
        del before
        is_over = now is None or now.is_terminating
        return was is not None and not was.is_terminating and is_over


class ContainerRestarts(OfPods, frozen=True, kw_only=True):
    """The kubelet counts another restart of a container in a pod of the workload."""

    def words(self) -> str:
        return f'a container of "{self.of.name}" is restarted'

    def is_change(self, was: Pod | None, now: Pod | None, before: Snapshot) -> bool:
        del before
        return was is not None and now is not None and now.restart_count > was.restart_count


class NodeFalls(Occurrence, frozen=True, kw_only=True):
    """The control plane no longer takes a node for ready, whichever it is."""

    @property
    def kinds(self) -> tuple[str, ...]:
        return ("Node",)

    def words(self) -> str:
        return "a node becomes NotReady"

    def is_at(self, entry: Entry, before: Snapshot) -> bool:
        record = entry.record
        if not isinstance(record, Observed) or record.kind != "Node":
            return False
        was, now = before.get("Node", record.uid), entry.snapshot.get("Node", record.uid)
        is_down = isinstance(now, Node) and not now.is_ready
        return isinstance(was, Node) and was.is_ready and is_down


class Becomes(Occurrence, frozen=True, kw_only=True):
    """A predicate becomes so that was not so before."""

    of: AnyPredicate

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(sorted(self.of.tally().kinds))

    def words(self) -> str:
        return self.of.words("newly")

    def is_at(self, entry: Entry, before: Snapshot) -> bool:
        return bool(self.of.lack(before)) and not self.of.lack(entry.snapshot)


AnyOccurrence = PodMade | PodTurnsReady | PodGoes | ContainerRestarts | NodeFalls | Becomes


class Occurs(Promise, frozen=True, kw_only=True):
    """Something happens for the nth time since the first of the faults `injections`, or from now.

    The finding names the delivery with which it did.
    """

    of: AnyOccurrence
    times: int = 1
    injections: tuple[str, ...] = ()

    @property
    def workload(self) -> Ref | None:
        """Whose time it takes, where it happens to pods."""
        return self.of.of if isinstance(self.of, OfPods) else None

    def sentence(self) -> str:
        words = self.of.words()
        return words if self.times == 1 else f"{words} for the {ordinal(self.times)} time"

    def judge(self, *, deadline_s: float) -> OccurrenceJudge:
        return OccurrenceJudge(self, deadline_s=deadline_s)


class OccurrenceJudge(StateJudge):
    """Counts deliveries; what is missing at the deadline is judged as any state that is."""

    def __init__(self, promise: Occurs, *, deadline_s: float) -> None:
        super().__init__(promise, self._counted, kinds=promise.of.kinds, deadline_s=deadline_s)
        self._awaited = promise
        self._count = 0
        self._before: Snapshot | None = None

    def feed(self, entry: Entry) -> Finding | None:
        if self._before is not None and self._awaited.of.is_at(entry, self._before):
            self._count += 1
        self._before = entry.snapshot
        return super().feed(entry)

    def _counted(self, snapshot: Snapshot) -> Steadiness:
        del snapshot
        seen = f"it happened {self._count} of {self._awaited.times} times"
        return Steadiness(() if self._count >= self._awaited.times else (seen,), seen)


def ordinal(number: int) -> str:
    """`second`, or `17th`."""
    return _ORDINALS[number] if number < len(_ORDINALS) else f"{number}th"


def _is_of(pod: Named, workload: Ref, snapshot: Snapshot) -> bool:
    """Whether the workload controls the pod, itself or by what it makes."""
    controller = pod.metadata.controller
    if controller is None:
        return False
    between = snapshot.get(BETWEEN.get(workload.kind, ""), controller.uid)
    owner = between.metadata.controller if between is not None else controller
    return owner is not None and owner.uid == workload.uid
