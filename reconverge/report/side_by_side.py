"""Two runs compared, in words: what differs, where the stories part, how long it took."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from reconverge.judges.phases import PHASES, Spread
from reconverge.report.comparison import Comparison, Side, compare
from reconverge.report.excerpt import Row


class RunDiff(msgspec.Struct, frozen=True, kw_only=True):
    """Every scenario that both runs have, and those that only one has."""

    scenarios: tuple[Comparison, ...]
    only_left: tuple[str, ...] = ()
    only_right: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether nothing differs that counts."""
        lone = self.only_left or self.only_right
        return not lone and not any(one.differences for one in self.scenarios)


def paired(left: Sequence[Side], right: Sequence[Side]) -> RunDiff:
    """By scenario; two single timelines are compared whatever they are called."""
    if len(left) == len(right) == 1:
        return RunDiff(scenarios=(compare(left[0], right[0]),))
    there = {side.scenario: side for side in right}
    here = {side.scenario: side for side in left}
    return RunDiff(
        scenarios=tuple(compare(side, there[name]) for name, side in here.items() if name in there),
        only_left=tuple(name for name in here if name not in there),
        only_right=tuple(name for name in there if name not in here),
    )


def text_of(diff: RunDiff) -> str:
    """What `reconverge diff` prints."""
    return "\n".join(_lines(diff))


def _lines(diff: RunDiff) -> Iterator[str]:
    for comparison in diff.scenarios:
        yield from _scenario(comparison)
    yield from (f"only in the first   {name}" for name in diff.only_left)
    yield from (f"only in the second  {name}" for name in diff.only_right)
    differing = sum(bool(one.differences) for one in diff.scenarios)
    same = len(diff.scenarios) - differing
    yield f"{same} the same, {differing} different (verdicts, targets of one seed, counts)"


def _scenario(comparison: Comparison) -> Iterator[str]:
    left, right = comparison.left, comparison.right
    name = left.scenario
    name += f" | {right.scenario}" if right.scenario != left.scenario else ""
    seeds = f"seed {left.seed}"
    seeds += f" | {right.seed}: other targets are no difference" if right.seed != left.seed else ""
    yield f"{name}    {seeds}"
    for one in comparison.differences:
        yield f"  DIFFERENT {one.what:<8} {one.of}{': ' if one.of else ''}{one.left} | {one.right}"
    if not comparison.differences:
        yield f"  same: {_sameness(left)}"
    yield from _parting(comparison)
    yield from _durations(left, right)


def _sameness(side: Side) -> str:
    verdicts = ", ".join(dict.fromkeys(verdict for _, verdict in side.verdicts)) or "none"
    targets = "; ".join(", ".join(hit) for _, hit in side.targets) or "none"
    counts = ", ".join(f"{key} {count}" for key, count in side.counts.items()) or "none"
    return f"verdicts ({len(side.verdicts)} {verdicts}), targets ({targets}), counts ({counts})"


def _parting(comparison: Comparison) -> Iterator[str]:
    if comparison.parting is None:
        yield f"  the stories are the same, {len(comparison.left.story)} events"
        return
    number, one, two = comparison.parting
    yield f"  the stories part at event {number} (alone, a matter of timing):"
    yield f"    first  {_event(one)}"
    yield f"    second {_event(two)}"


def _event(row: Row | None) -> str:
    return str(row) if row is not None else "          nothing more"


def _durations(left: Side, right: Side) -> Iterator[str]:
    """The phases of recovery of both, p50 and max in seconds."""
    if not left.phases and not right.phases:
        return
    heads = f"{'n':>3} {'p50':>7} {'max':>7}"
    yield f"  {'recovery, in seconds':<22} {heads}   | {heads}"
    for name in (*PHASES, "in all"):
        one, two = _figures(left.phases.get(name)), _figures(right.phases.get(name))
        yield f"  {name:<22} {one}   | {two}"


def _figures(spread: Spread | None) -> str:
    if spread is None:
        return f"{'-':>3} {'-':>7} {'-':>7}"
    return f"{spread.n:3} {spread.p50_s:7.2f} {spread.max_s:7.2f}"


def rows_of(diff: RunDiff) -> dict[str, object]:
    """The same for programs; fields are described in docs/files-of-a-run.md."""
    return {
        "schema": 1,
        "is_same": diff.is_same,
        "only_left": list(diff.only_left),
        "only_right": list(diff.only_right),
        "scenarios": [_row(one) for one in diff.scenarios],
    }


def _row(one: Comparison) -> dict[str, object]:
    return {
        "left": _side(one.left),
        "right": _side(one.right),
        "differences": msgspec.to_builtins(one.differences),
        "parting": msgspec.to_builtins(one.parting),
    }


def _side(side: Side) -> dict[str, object]:
    """Without the story: it is in the timeline, and long."""
    return {
        name: msgspec.to_builtins(getattr(side, name))
        for name in side.__struct_fields__
        if name != "story"
    }
