"""Where a run's wall time went: scenarios side by side, and the chain that led up to its end.

The chain is what happened on the workers that there were; the run's critical path, below which no
number of them would help, is `report.pace`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

# A worker takes up its next scenario within this of the last one's end; it is mostly less.
HANDOVER_S = 0.05


class Stretch(NamedTuple):
    """From when to when something ran, in seconds of the run."""

    begin_s: float
    end_s: float


def last_chain(stretches: Sequence[Stretch]) -> list[int]:
    """Places of those that follow each other up to the run's end, in order.

    From the last to end backwards: before each comes the one that ended last before it began. With
    one worker it is all of them. Which of the workers ran what is not on record, so where two ended
    at almost the same time it may name the other one.
    """
    if not stretches:
        return []
    chain = [max(range(len(stretches)), key=lambda at: stretches[at].end_s)]
    while True:
        limit_s = stretches[chain[-1]].begin_s + HANDOVER_S
        before = [
            at for at, one in enumerate(stretches) if one.end_s <= limit_s and at not in chain
        ]
        if not before:
            return chain[::-1]
        chain.append(max(before, key=lambda at: stretches[at].end_s))


def rows_of(stretches: Sequence[Stretch]) -> list[int]:
    """For each the first row in which it overlaps nobody: as many rows as ran side by side."""
    ends_s: list[float] = []
    found = [0] * len(stretches)
    for at in sorted(range(len(stretches)), key=lambda at: stretches[at].begin_s):
        begin_s, end_s = stretches[at]
        free = (row for row, until_s in enumerate(ends_s) if until_s <= begin_s + HANDOVER_S)
        row = next(free, len(ends_s))
        ends_s[row : row + 1] = [end_s]
        found[at] = row
    return found
