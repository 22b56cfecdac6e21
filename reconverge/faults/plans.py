"""Several faults in their order: at once, one after another, again and again, or when seen.

A plan is a value, like a fault. It has no targets and no undo of its own: each fault in it chooses
its targets when its turn comes, from the world as it is then, and is written down before it is
done. The undo of a plan is that of its faults, the last one first.
"""

from __future__ import annotations

import math

import msgspec

from reconverge.errors import BadInput
from reconverge.faults.registry import AnyFault
from reconverge.judges.occurrences import AnyOccurrence


class Plan(msgspec.Struct, frozen=True, kw_only=True, tag_field="is", tag=True):
    """Base of all plans."""


class AtOnce(Plan, frozen=True, kw_only=True):
    """These faults together: the targets of all are chosen before any is done.

    They are done one right after another, in this order, since two cannot be told apart otherwise.
    """

    faults: tuple[AnyFault, ...]


class InSequence(Plan, frozen=True, kw_only=True):
    """Each part begins once the effects of those before it were seen.

    A part that waits for an occurrence (`When`) does so from the beginning of the whole plan on.
    """

    parts: tuple[AnyPlan, ...]


class Repeated(Plan, frozen=True, kw_only=True):
    """A fault every `every_s` seconds for `for_s` seconds, the first at once.

    Each time it chooses anew, with the next draw of the seed. The number of times is fixed: a round
    that comes late, because the one before it took its time, is not left out, and one that finds
    nothing, because those before it hit all there was, comes as soon as there is something again.
    """

    fault: AnyFault
    every_s: float
    for_s: float

    @property
    def due_s(self) -> tuple[float, ...]:
        """The seconds after the beginning at which it is done. Raises BadInput."""
        if self.every_s <= 0 or self.for_s <= 0:
            raise BadInput("a fault cannot be repeated in no time", cure="name seconds above 0")
        return tuple(
            number * self.every_s for number in range(math.ceil(self.for_s / self.every_s))
        )


class Scheduled(Plan, frozen=True, kw_only=True):
    """A fault at each of these seconds after the beginning, which must rise.

    A round that finds nothing waits as one of `Repeated` does.
    """

    fault: AnyFault
    due_s: tuple[float, ...]


class Held(Plan, frozen=True, kw_only=True):
    """A fault that is taken back after `for_s` seconds."""

    fault: AnyFault
    for_s: float


class When(Plan, frozen=True, kw_only=True):
    """Once something has happened for the `nth` time, then at once what follows.

    Counted are occurrences since the first fault of the plan, or from now where it comes first. If
    it does not happen, the scenario is red: its fault was never done. That is judged like a
    promise, by `within_s` seconds, or by what the cluster's own settings allow.
    """

    sees: AnyOccurrence
    then: AnyPlan
    nth: int = 1
    within_s: float | None = None


AnyPlan = AnyFault | AtOnce | InSequence | Repeated | Scheduled | Held | When


def decode_plan(raw: msgspec.Raw) -> AnyPlan:
    """The plan that a timeline's record holds."""
    return msgspec.json.decode(raw, type=AnyPlan)
