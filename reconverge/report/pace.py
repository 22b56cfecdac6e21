"""How fast a run was, beside the fastest that its scenarios allow.

Those that are alone come one after another, and so do those of a lane; nothing ends before the
longest does. However many run side by side, a run of these scenarios takes as long as all that are
alone, and the longest lane or single scenario besides: its critical path. Each counts from the
beginning of its turn to its end, so waiting for a turn is not in it, and a machine that is too busy
to be quick is.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from reconverge.turns import Turn


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds: of the whole run; of its critical path and its parts; of all scenarios in sum."""

    wall_s: float = 0.0
    critical_s: float = 0.0
    alone_s: float = 0.0
    beside: str = ""
    sum_s: float = 0.0

    @property
    def parts(self) -> str:
        """What the critical path is made of."""
        parts = [f"{self.alone_s:.0f} s alone"] if self.alone_s else []
        parts += [f"{self.critical_s - self.alone_s:.0f} s {self.beside}"] if self.beside else []
        return ", ".join(parts)

    def __str__(self) -> str:
        """One line; empty where nothing was run."""
        if not self.critical_s:
            return ""
        return (
            f"wall time {self.wall_s:.0f} s, {self.wall_s / self.critical_s:.2f} x the critical "
            f"path of {self.critical_s:.0f} s ({self.parts}); "
            f"{self.sum_s:.0f} s one after another"
        )


def pace(turns: Iterable[tuple[str, float]], *, wall_s: float) -> Pace:
    """The pace of a run whose scenarios had these turns, for so many seconds each."""
    sums: dict[str, float] = {}
    longest_s = 0.0
    for turn, took_s in turns:
        sums[turn] = sums.get(turn, 0.0) + took_s
        if turn != Turn.ALONE:
            longest_s = max(longest_s, took_s)
    alone_s = sums.get(Turn.ALONE, 0.0)
    chains = {"for the longest scenario": longest_s}
    lanes = sums.keys() - {"", Turn.ALONE, Turn.SHARED}
    chains |= {f"in the lane {lane}": sums[lane] for lane in sorted(lanes)}
    beside = max(chains, key=chains.__getitem__)
    return Pace(
        wall_s=round(wall_s, 3),
        critical_s=round(alone_s + chains[beside], 3),
        alone_s=round(alone_s, 3),
        beside=beside if chains[beside] else "",
        sum_s=round(sum(sums.values()), 3),
    )
