"""Which of the eligible are hit: a pure choice, so that a seed repeats it and a test can read it.

Objects are ranked by what repeats from run to run (age, then place), never by their random names;
the same seed picks the same ranks. Pods that were created within one second on one node are told
apart by UID only: they are interchangeable, and nothing that repeats distinguishes them.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from reconverge.errors import BadInput
from reconverge.model import Pod

T = TypeVar("T")


class Radius(msgspec.Struct, frozen=True, tag_field="is", tag=True):
    """Base of the ways to say how many of the eligible are hit."""

    def of(self, total: int) -> int:
        """How many of `total`; never more, and none only where the words say so."""
        raise NotImplementedError


class Count(Radius, frozen=True):
    """Exactly so many. More than there are is BadInput: a smaller fault is another fault."""

    pods: int

    def of(self, total: int) -> int:
        if not 0 < self.pods <= total:
            raise BadInput(
                f"{self.pods} of {total} cannot be hit", cure=f"name a number from 1 to {total}"
            )
        return self.pods

    def __str__(self) -> str:
        return "one" if self.pods == 1 else str(self.pods)


class Percent(Radius, frozen=True):
    """A percentage above 0, up to 100, rounded up: 1 percent of three pods is one pod."""

    percent: float

    def of(self, total: int) -> int:
        if not 0 < self.percent <= 100:
            raise BadInput(f"{self.percent:g} % cannot be hit", cure="name a percentage up to 100")
        return math.ceil(total * self.percent / 100)

    def __str__(self) -> str:
        return f"{self.percent:g} %"


class Minority(Radius, frozen=True):
    """The largest number that is less than half; none of one or two."""

    def of(self, total: int) -> int:
        return max(0, (total - 1) // 2)

    def __str__(self) -> str:
        return "a minority"


class Majority(Radius, frozen=True):
    """The smallest number that is more than half."""

    def of(self, total: int) -> int:
        return total // 2 + 1 if total else 0

    def __str__(self) -> str:
        return "a majority"


class All(Radius, frozen=True):
    """Every one."""

    def of(self, total: int) -> int:
        return total

    def __str__(self) -> str:
        return "all"


BlastRadius = Count | Percent | Minority | Majority | All
ONE = Count(1)
MINORITY = Minority()
MAJORITY = Majority()
ALL = All()


class Pick(msgspec.Struct, frozen=True):
    """A seeded choice. `draw` is the ordinal of the injection, so that each draws anew."""

    seed: int
    draw: int = 0

    def some(self, candidates: Sequence[T], radius: BlastRadius) -> tuple[T, ...]:
        """So many of `candidates` as `radius` says, in their order; depends on their number only.

        Raises BadInput where `radius` asks for more than there are.
        """
        if not candidates:
            return ()
        ranks = random.Random(f"{self.seed}/{self.draw}").sample(
            range(len(candidates)), radius.of(len(candidates))
        )
        return tuple(candidates[rank] for rank in sorted(ranks))


def ranked(pods: Iterable[Pod]) -> tuple[Pod, ...]:
    """Pods by creation (the API server's seconds), then node, then UID."""
    return tuple(
        sorted(
            pods,
            key=lambda pod: (str(pod.metadata.creation_timestamp), pod.spec.node_name, pod.uid),
        )
    )
