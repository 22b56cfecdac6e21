"""How many pods there may be: never more, never fewer, never outside the bounds of a rollout."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from reconverge.judges.headcount import Headcount, PodState, count, numbered, seen, unclaimed
from reconverge.judges.invariants.judge import Invariant
from reconverge.judges.tally import Tally
from reconverge.model import Ref, Snapshot
from reconverge.timeline import Entry


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """At least `least` and at most `most` pods in `state`; None is any number."""

    state: PodState
    least: int = 0
    most: int | None = None

    def violation(self, pods: int) -> str:
        is_within = pods >= self.least and (self.most is None or pods <= self.most)
        return "" if is_within else f"it has {seen(pods, self.state)}"


class Counted(Invariant, frozen=True, kw_only=True):
    """Base of the promises about a number of pods of `workload`."""

    workload: Ref

    def bounds(self) -> tuple[Bound, ...]:
        raise NotImplementedError

    def tally(self) -> Tally:
        return Bounded(self.workload, self.bounds())

    def violation(self, snapshot: Snapshot) -> str:
        """The definition: what the tally says, counted from nothing."""
        if any(unclaimed(snapshot, self.workload)):
            return ""  # nobody can tell yet whose they are
        return _violated(self.bounds(), lambda state: count(snapshot, self.workload, state))


class NeverMore(Counted, frozen=True, kw_only=True):
    """The workload never has more than `pods` pods in that state."""

    pods: int
    state: PodState = "active"

    def sentence(self) -> str:
        return f'"{self.workload.name}" never has more than {numbered(self.pods, self.state)}'

    def bounds(self) -> tuple[Bound, ...]:
        return (Bound(state=self.state, most=self.pods),)


class NeverFewer(Counted, frozen=True, kw_only=True):
    """The workload never has fewer than `pods` pods in that state."""

    pods: int
    state: PodState = "ready"

    def sentence(self) -> str:
        return f'"{self.workload.name}" never has fewer than {numbered(self.pods, self.state)}'

    def bounds(self) -> tuple[Bound, ...]:
        return (Bound(state=self.state, least=self.pods),)


class WithinSurge(Counted, frozen=True, kw_only=True):
    """While a Deployment rolls out it has at most `most` active and at least `least` ready pods.

    `most` is replicas + maxSurge, `least` is replicas - maxUnavailable, both with percentages
    resolved (pkg/controller/deployment/util ResolveFenceposts, 1.34). A pod is available once it
    has been ready for minReadySeconds: where that is 0, ready and available are the same.
    """

    most: int
    least: int

    def sentence(self) -> str:
        return (
            f'"{self.workload.name}" never has more than {numbered(self.most, "active")} '
            f"nor fewer than {numbered(self.least, 'ready')}"
        )

    def bounds(self) -> tuple[Bound, ...]:
        return (
            Bound(state="active", most=self.most),
            Bound(state="ready", least=self.least),
        )


class Bounded(Tally):
    """The number of pods of a workload against some bounds."""

    def __init__(self, workload: Ref, bounds: tuple[Bound, ...]) -> None:
        self._pods = Headcount(workload)
        self._bounds = bounds
        self.kinds = self._pods.kinds
        self.namespace = workload.namespace

    @property
    def violation(self) -> str:
        return _violated(self._bounds, self._pods.count)

    @property
    def is_certain(self) -> bool:
        return self._pods.is_certain

    def begin(self, snapshot: Snapshot) -> None:
        self._pods.begin(snapshot)

    def note(self, entry: Entry) -> None:
        self._pods.note(entry)


def _violated(bounds: Iterable[Bound], number: Callable[[PodState], int]) -> str:
    rows = (bound.violation(number(bound.state)) for bound in bounds)
    return next(filter(None, rows), "")
