"""Plans performed: fault by fault, each when its turn has come.

Who waits for an occurrence waits for the judge that counts it, and acts on the delivery that
completes the count. Everything runs in one thread: what happens meanwhile is on the record, and
the promises of the scenario are judged from the plan's beginning on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from reconverge.cluster.guard import NothingToHit
from reconverge.errors import Unavailable
from reconverge.faults import Fault
from reconverge.faults.injector import Injection, NothingToChange
from reconverge.faults.plans import (
    AnyPlan,
    AtOnce,
    Held,
    InSequence,
    Plan,
    Repeated,
    Scheduled,
    When,
)
from reconverge.judges.aftermath import Aftermath
from reconverge.judges.occurrences import Occurs
from reconverge.judges.promise import Promise
from reconverge.model import Ref
from reconverge.timeline import Entry, Timeline
from reconverge.verdict import Finding
from reconverge.waiting import wait_until_seen

# The control plane gives a node up within 60 s by default; other effects show within milliseconds.
SHOWN_WITHIN_S = 120.0


class Performer(Protocol):
    """What a plan needs of an experiment."""

    timeline: Timeline

    def inject_all(
        self, faults: Sequence[Fault], *, upon: int | None = None
    ) -> tuple[Injection, ...]:
        """Choose for all of them, and then do one after another."""

    def roll_back(self, injection: Injection) -> int:
        """Take one back."""

    def expect(self, promise: Promise, *, within_s: float | None = None) -> Finding:
        """Wait until it is judged; PromiseBroken unless it HELD."""


class Performance(msgspec.Struct, frozen=True, kw_only=True):
    """A plan as it was performed: its injections in their order, to be spoken of as if of one.

    `id` is that of the last one, after which everything has been done; `start` the timeline's
    length just before the first.
    """

    plan: AnyPlan
    parts: tuple[Injection, ...]
    start: int

    @property
    def id(self) -> str:
        return self.parts[-1].id

    @property
    def fault(self) -> Fault:
        return self.parts[-1].fault

    @property
    def targets(self) -> tuple[Ref, ...]:
        return tuple(dict.fromkeys(one for part in self.parts for one in part.targets))

    @property
    def created(self) -> tuple[Ref, ...]:
        return tuple(one for part in self.parts for one in part.created)


def perform(stage: Performer, plan: AnyPlan) -> Performance:
    """Do all of `plan`; on return nothing of it is still to come.

    Raises what an injection raises, and PromiseBroken for an occurrence that does not come. What
    was done until then stands, and is taken back with the scenario.
    """
    course = _Course(stage)
    course.go(plan)
    return Performance(plan=plan, parts=tuple(course.done), start=course.start)


def parts_of(done: Injection | Performance) -> tuple[Injection, ...]:
    """The injections of which it is made, in their order."""
    return (done,) if isinstance(done, Injection) else done.parts


class _Course:
    """One performance, and what of it is done so far."""

    def __init__(self, stage: Performer) -> None:
        self.done: list[Injection] = []
        self.start = len(stage.timeline)
        self._stage = stage
        self._timeline = stage.timeline

    def go(self, plan: AnyPlan, *, upon: int | None = None) -> None:
        """`upon` is the entry of the timeline by which it was triggered."""
        match plan:
            case AtOnce(faults=faults):
                self.done += self._stage.inject_all(faults, upon=upon)
            case InSequence(parts=parts):
                self._one_by_one(parts, upon)
            case Repeated() | Scheduled():
                self._on_time(plan.fault, plan.due_s, upon)
            case Held(fault=fault, for_s=for_s):
                self._hold(fault, for_s, upon)
            case When():
                self.go(plan.then, upon=self._triggered(plan))
            case _:
                assert not isinstance(plan, Plan)
                self.done += self._hit(plan, upon)

    def _one_by_one(self, parts: Sequence[AnyPlan], upon: int | None) -> None:
        for number, part in enumerate(parts):
            if number and not isinstance(part, When):
                self._await_effects()
            self.go(part, upon=upon if not number else None)

    def _await_effects(self) -> None:
        aftermath = Aftermath(tuple(one.id for one in self.done))

        def have_come(entry: Entry) -> bool:
            aftermath.feed(entry)
            return aftermath.has_come

        seen = wait_until_seen(
            self._timeline, have_come, start=max(0, self.start - 1), within_s=SHOWN_WITHIN_S
        )
        if seen is None:
            raise Unavailable(aftermath.missing, where=f"{SHOWN_WITHIN_S:g} s after the fault")

    def _on_time(self, fault: Fault, due_s: Sequence[float], upon: int | None) -> None:
        begin_s = self._timeline.now_s()
        for number, after_s in enumerate(due_s):
            self._pass_until(begin_s + after_s)
            hit = self._hit_again if number else self._hit
            self.done += hit(fault, upon)

    def _hit(self, fault: Fault, upon: int | None) -> tuple[Injection, ...]:
        return self._stage.inject_all((fault,), upon=upon)

    def _hit_again(self, fault: Fault, upon: int | None) -> tuple[Injection, ...]:
        """As soon as there is something to hit: the rounds before may have hit all there was."""
        until_s = self._timeline.now_s() + SHOWN_WITHIN_S
        while True:
            start = len(self._timeline)
            try:
                return self._hit(fault, upon)
            except NothingToChange:
                raise
            except NothingToHit as error:
                if not self._is_told_more(start, until_s):
                    what = f"nothing was left to hit, for {SHOWN_WITHIN_S:g} s"
                    cure = "the times before hit all there was, and nothing took its place"
                    raise NothingToHit(what, where=error.where, cure=cure) from error

    def _is_told_more(self, start: int, until_s: float) -> bool:
        """Wait for whatever comes after `start` on the timeline; false once it is too late."""
        left_s = until_s - self._timeline.now_s()
        if left_s <= 0:
            return False
        timeline = self._timeline
        return wait_until_seen(timeline, lambda _: True, start=start, within_s=left_s) is not None

    def _hold(self, fault: Fault, for_s: float, upon: int | None) -> None:
        [injection] = self._hit(fault, upon)
        self.done.append(injection)
        self._pass_until(self._timeline.now_s() + for_s)
        self._stage.roll_back(injection)

    def _triggered(self, plan: When) -> int:
        """Wait for it; the entry of the timeline that completed the count."""
        ids = tuple(one.id for one in self.done)
        occurs = Occurs(of=plan.sees, times=plan.nth, injections=ids)
        finding = self._stage.expect(occurs, within_s=plan.within_s)
        return finding.evidence[0]

    def _pass_until(self, at_s: float) -> None:
        """Let the plan's own time pass: entries end the sleep, and it goes on."""
        with self._timeline.condition:
            while (left_s := at_s - self._timeline.now_s()) > 0:
                self._timeline.clock.wait(self._timeline.condition, timeout_s=left_s)
