"""The one order in which harm is done and healed, and the stack of what is still to be healed.

Chosen, admitted, written down, and only then done; taken back in the reverse order, whatever the
verdict. Between any two steps this process may die: `Boundary` names each of these instants, so
that a test can kill it at every one and see the next process heal the cluster.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import msgspec

from reconverge.blast import Pick
from reconverge.cluster.door import Cluster
from reconverge.cluster.guard import Guard
from reconverge.errors import ReconvergeError
from reconverge.faults.fault import Fault
from reconverge.faults.journal import Journal, Planned
from reconverge.faults.rollbacks import AnyUndo
from reconverge.model import Ref
from reconverge.timeline import Injected, RolledBack, Timeline


class Boundary(StrEnum):
    """An instant between two steps of an injection or a rollback, in their order."""

    CHOSEN = "chosen"
    WRITTEN_DOWN = "written down"
    DONE = "done"
    RECORDED = "recorded"
    UNDONE = "undone"
    CLOSED = "closed"


class Injection(msgspec.Struct, frozen=True, kw_only=True):
    """A fault as it was done: to whom, what it created, how it is taken back.

    `start` is the timeline's length just before it, `upon` the entry that triggered it, if any.
    """

    id: str
    fault: Fault
    sentence: str
    targets: tuple[Ref, ...]
    undo: AnyUndo
    start: int
    created: tuple[Ref, ...] = ()
    upon: int | None = None


def ignore(boundary: Boundary) -> None:
    """What happens at a boundary when nobody is testing."""
    del boundary


class Injector:
    """Does and undoes the faults of one scenario. `is_off`: all is recorded, nothing is done."""

    def __init__(
        self,
        cluster: Cluster,
        timeline: Timeline,
        journal: Journal,
        *,
        is_off: bool = False,
        at: Callable[[Boundary], None] = ignore,
    ) -> None:
        self.is_off = is_off
        self._cluster = cluster
        self._timeline = timeline
        self._journal = journal
        self._at = at
        self._stack: list[Injection] = []

    @property
    def standing(self) -> tuple[Injection, ...]:
        """What is not taken back yet, in the order of injection."""
        return tuple(self._stack)

    def choose(self, fault: Fault, *, guard: Guard, pick: Pick, injection_id: str) -> Injection:
        """What `fault` would hit and how it would be taken back; touches nothing.

        Raises NotOfThisCluster, NothingToHit and Refused.
        """
        fault.suit(self._cluster)
        start, snapshot = len(self._timeline), self._timeline.latest()
        targets = fault.targets(snapshot, pick)
        sentence = fault.sentence(targets)
        guard.admit(sentence, targets, snapshot)
        return Injection(
            id=injection_id,
            fault=fault,
            sentence=sentence,
            targets=targets,
            undo=fault.undo(targets, snapshot),
            start=start,
        )

    def inject(self, chosen: Injection) -> Injection:
        """Do it. Raises Unavailable, having done nothing, where the undo cannot be written down."""
        self._at(Boundary.CHOSEN)
        self._journal.plan(_plan(chosen))
        self._at(Boundary.WRITTEN_DOWN)
        self._stack.append(chosen)
        created = () if self.is_off else chosen.fault.inject(self._cluster, chosen.targets)
        self._at(Boundary.DONE)
        injection = msgspec.structs.replace(chosen, created=created)
        self._stack[-1] = injection
        self._journal.injected(injection.id)
        self._timeline.append(lambda at_s: _record(injection, at_s))
        self._at(Boundary.RECORDED)
        return injection

    def roll_back(self, injection: Injection) -> None:
        """Take one injection back; one that is taken back already is left alone.

        Raises what the undo raises, after recording it; it then stays to be taken back.
        """
        if all(one.id != injection.id for one in self._stack):
            return
        try:
            if not self.is_off:
                injection.undo.rollback(self._cluster)
        except ReconvergeError as error:
            self._note(injection, error=str(error))
            raise
        self._at(Boundary.UNDONE)
        self._stack = [one for one in self._stack if one.id != injection.id]
        self._journal.rolled_back(injection.id)
        self._note(injection)
        self._at(Boundary.CLOSED)

    def roll_back_all(self) -> list[ReconvergeError]:
        """Take back what stands, newest first; one failure does not keep the others from it."""
        errors = []
        for injection in reversed(self.standing):
            try:
                self.roll_back(injection)
            except ReconvergeError as error:
                errors.append(error)
        return errors

    def _note(self, injection: Injection, *, error: str = "") -> None:
        sentence = injection.undo.sentence()
        self._timeline.append(
            lambda at_s: RolledBack(at_s=at_s, id=injection.id, sentence=sentence, error=error)
        )


def _plan(injection: Injection) -> Planned:
    return Planned(
        id=injection.id,
        fault=encoded(injection.fault),
        sentence=injection.sentence,
        targets=injection.targets,
        undo=injection.undo,
    )


def _record(injection: Injection, at_s: float) -> Injected:
    effect = injection.fault.effect(injection.targets, injection.created)
    return Injected(
        at_s=at_s,
        id=injection.id,
        fault=encoded(injection.fault),
        effect=encoded(effect),
        sentence=injection.sentence,
        targets=(*injection.targets, *injection.created),
        upon=injection.upon,
    )


def encoded(value: msgspec.Struct) -> msgspec.Raw:
    """A tagged value as it stands on a timeline or in a journal."""
    return msgspec.Raw(msgspec.json.encode(value))
