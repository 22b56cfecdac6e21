"""The one order in which harm is done and healed, and the stack of what is still to be healed.

Chosen, admitted, written down, and only then done; taken back in the reverse order, whatever the
verdict. Between any two steps this process may die: `Boundary` names each of these instants, so
that a test can kill it at every one and see the next process heal the cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec

from reconverge.blast import Pick
from reconverge.cluster.door import Cluster
from reconverge.cluster.guard import Guard, NothingToHit
from reconverge.errors import ReconvergeError
from reconverge.faults.fault import Fault
from reconverge.faults.foregone import is_foregone
from reconverge.faults.healing import HEALED_WITHIN_S, is_healed, take_back, wait_until_healed
from reconverge.faults.journal import Journal, Planned
from reconverge.faults.rollbacks import AnyUndo
from reconverge.faults.undo import RollbackFailed
from reconverge.judges.effects import AnyEffect, describe
from reconverge.model import Ref, Snapshot
from reconverge.timeline import Injected, RolledBack, Timeline


class NothingToChange(NothingToHit):
    """A fault that would write what is written already."""


class Boundary(StrEnum):
    """An instant between two steps of an injection or a rollback, in their order."""

    CHOSEN = "chosen"
    WRITTEN_DOWN = "written down"
    DONE = "done"
    RECORDED = "recorded"
    UNDONE = "undone"
    HEALED = "healed"
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
        self._unproved: list[Injection] = []
        self._hit = 0

    @property
    def standing(self) -> tuple[Injection, ...]:
        """What is not taken back yet, in the order of injection."""
        return tuple(self._stack)

    def choose(
        self,
        fault: Fault,
        *,
        guard: Guard,
        pick: Pick,
        injection_id: str,
        after: Sequence[Injection] = (),
    ) -> Injection:
        """What `fault` would hit and how it would be taken back; touches nothing.

        `after`: what is chosen to be done before it. Raises NotOfThisCluster, NothingToHit and
        Refused.
        """
        fault.suit(self._cluster)
        start, snapshot = len(self._timeline), self._timeline.latest()
        targets = fault.targets(snapshot, pick)
        sentence = fault.sentence(targets)
        guard.admit(sentence, targets, snapshot)
        if not {one.uid for part in after for one in part.targets} & {one.uid for one in targets}:
            self._refuse_the_foregone(sentence, fault.effect(targets, ()), snapshot)
        hit = self._hit + sum(len(one.targets) for one in after)
        guard.limit(sentence, len(targets), hit=hit)
        return Injection(
            id=injection_id,
            fault=fault,
            sentence=sentence,
            targets=targets,
            undo=fault.undo(targets, snapshot),
            start=start,
        )

    def _refuse_the_foregone(self, sentence: str, effect: AnyEffect, snapshot: Snapshot) -> None:
        if is_foregone(effect, snapshot, self._cluster):
            raise NothingToChange(
                f"nothing would be changed: {describe(effect)} already",
                where=sentence,
                cure="let the fault change something, or leave it out",
            )

    def inject(self, chosen: Injection) -> Injection:
        """Do it. Raises Unavailable, having done nothing, where the undo cannot be written down."""
        self._at(Boundary.CHOSEN)
        self._journal.plan(_plan(chosen))
        self._at(Boundary.WRITTEN_DOWN)
        self._stack.append(chosen)
        self._hit += len(chosen.targets)
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

        The scenario may judge what follows. The journal keeps the undo until `heal` has seen that
        it worked. Raises what the undo raises, after recording it; it then stays to be taken back.
        """
        if all(one.id != injection.id for one in self._stack):
            return
        try:
            if not self.is_off:
                take_back(self._cluster, injection.undo)
        except ReconvergeError as error:
            self._note(injection, error=str(error))
            raise
        self._at(Boundary.UNDONE)
        self._stack = [one for one in self._stack if one.id != injection.id]
        self._note(injection)
        # Seen now, before an older undo of the same object has its turn.
        if self.is_off or is_healed(self._cluster, injection.undo):
            self._close(injection)
        else:
            self._unproved.append(injection)

    def heal(self, *, within_s: float = HEALED_WITHIN_S) -> list[ReconvergeError]:
        """Block until all that was taken back is in its steady state again, and close its undo.

        What is not, after `within_s` seconds each, is returned, and stays in the journal.
        """
        errors: list[ReconvergeError] = []
        while self._unproved:
            injection = self._unproved[0]
            lacking = wait_until_healed(
                self._cluster, injection.undo, clock=self._timeline.clock, within_s=within_s
            )
            if lacking:
                errors.append(RollbackFailed(lacking, where=injection.sentence))
                self._note(injection, error=lacking)
            else:
                self._close(injection)
            self._unproved.pop(0)
        return errors

    def _close(self, injection: Injection) -> None:
        self._at(Boundary.HEALED)
        self._journal.rolled_back(injection.id)
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
