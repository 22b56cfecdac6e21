"""When it was true, from a watch that belongs to no tool: pure functions of what was sighted.

The words are few and our own: nothing of the engine is used here, or its errors would be the
truth's as well. A sighting is one line of a watch with the second at which it was received.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

FINISHED = ("Failed", "Succeeded")


class _Owner(msgspec.Struct, frozen=True):
    uid: str
    controller: bool | None = None


class _Meta(msgspec.Struct, frozen=True, rename="camel"):
    uid: str
    name: str
    namespace: str
    resource_version: str
    labels: dict[str, str] = {}
    owner_references: tuple[_Owner, ...] = ()
    deletion_timestamp: str | None = None


class _Condition(msgspec.Struct, frozen=True):
    type: str
    status: str


class _Status(msgspec.Struct, frozen=True, rename="camel"):
    phase: str = ""
    conditions: tuple[_Condition, ...] = ()
    replicas: int = 0
    ready_replicas: int = 0


class Seen(msgspec.Struct, frozen=True):
    """A pod or a ReplicationController, as far as the truth depends on it; a list names no kind."""

    metadata: _Meta
    kind: str = ""
    status: _Status = _Status()

    @property
    def event(self) -> str:
        """Names this very change: no other has the same kind and resourceVersion."""
        return f"{self.kind}@{self.metadata.resource_version}"

    @property
    def is_ready(self) -> bool:
        return any(one.type == "Ready" and one.status == "True" for one in self.status.conditions)


class Line(msgspec.Struct, frozen=True):
    """One line of a watch."""

    type: str
    object: Seen


class Sighting(msgspec.Struct, frozen=True):
    """A line, and the monotonic second of its receipt."""

    at_s: float
    line: Line


class Workload(msgspec.Struct, frozen=True):
    """What was promised: `replicas` pods with these labels, controlled by this UID."""

    uid: str
    labels: dict[str, str]
    replicas: int


class World:
    """What is known after some sightings."""

    def __init__(self) -> None:
        self.pods: dict[str, Seen] = {}
        self.owners: dict[str, Seen] = {}

    def take(self, line: Line) -> None:
        """Take one line into account; what is no object (a bookmark) has no such type."""
        seen = line.object
        known = self.pods if seen.kind == "Pod" else self.owners
        if line.type == "DELETED":
            known.pop(seen.metadata.uid, None)
        elif line.type in ("ADDED", "MODIFIED"):
            known[seen.metadata.uid] = seen

    def active(self, workload: Workload) -> list[Seen]:
        """Its pods as its controller counts them: owned, selected, not deleted, not finished."""
        return [pod for pod in self.pods.values() if _counts(pod, workload)]

    def others(self, workload: Workload) -> list[Seen]:
        """Pods with its labels that are not among its active ones: going, or somebody else's."""
        mine = self.active(workload)
        selected = (pod for pod in self.pods.values() if _is_selected(pod, workload))
        return [pod for pod in selected if pod not in mine]


def _counts(pod: Seen, workload: Workload) -> bool:
    metadata = pod.metadata
    is_owned = any(one.controller and one.uid == workload.uid for one in metadata.owner_references)
    is_alive = metadata.deletion_timestamp is None and pod.status.phase not in FINISHED
    return is_owned and is_alive and _is_selected(pod, workload)


def _is_selected(pod: Seen, workload: Workload) -> bool:
    return workload.labels.items() <= pod.metadata.labels.items()


def have_pods_come(world: World, workload: Workload) -> bool:
    """Whether exactly the promised pods are there, and all are ready: the truth of this bench."""
    pods = world.active(workload)
    return len(pods) == workload.replicas and all(pod.is_ready for pod in pods)


def is_told_too(world: World, workload: Workload) -> bool:
    """The same, and the owner's status says so: what reconverge calls a steady state."""
    owner = world.owners.get(workload.uid)
    if owner is None:
        return False
    told = (owner.status.replicas, owner.status.ready_replicas)
    return told == (workload.replicas, workload.replicas) and have_pods_come(world, workload)


class Turn(msgspec.Struct, frozen=True):
    """From this second on it is true, or is not; `event` is the change that made it so."""

    at_s: float
    is_true: bool
    event: str


class Truth:
    """Every second at which `is_true` changed, in order; it begins as not true."""

    def __init__(
        self, workload: Workload, is_true: Callable[[World, Workload], bool] = have_pods_come
    ) -> None:
        self.workload = workload
        self.world = World()
        self.turns: list[Turn] = []
        self._is_true = is_true

    def take(self, sighting: Sighting) -> None:
        """Take the next sighting into account."""
        self.world.take(sighting.line)
        now = self._is_true(self.world, self.workload)
        if now != self.is_true:
            self.turns.append(Turn(sighting.at_s, now, sighting.line.object.event))

    @property
    def is_true(self) -> bool:
        return bool(self.turns) and self.turns[-1].is_true


class NothingHappened(Exception):
    """A fault after which the truth did not change, or did not come back: no round to judge by."""


def came_true(turned: Iterable[Turn], *, after_s: float) -> Turn:
    """The turn that made it true again for good, after a fault at `after_s`.

    Raises NothingHappened when it did not cease to be true after the fault, or is not true now.
    """
    later = [turn for turn in turned if turn.at_s >= after_s]
    if not later or not any(not turn.is_true for turn in later):
        raise NothingHappened("after the fault all pods stayed ready: it hit nothing")
    if not later[-1].is_true:
        raise NothingHappened("the pods have not come back")
    return later[-1]


def was_true(turned: Iterable[Turn], at_s: float) -> bool:
    """Whether it was true at that second."""
    earlier = [turn for turn in turned if turn.at_s <= at_s]
    return bool(earlier) and earlier[-1].is_true
