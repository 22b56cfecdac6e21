"""How a scenario ended, and the one finding that says why: from the run's index, or without it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from reconverge.report.run_record import ScenarioRecord
from reconverge.report.story import StepRecord
from reconverge.timeline import Judged, Promised, Timeline
from reconverge.verdict import Finding, Verdict

CUT_SHORT = "the record ends before the scenario does"


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict; of a red one also the promise, the reason, and what was seen."""

    verdict: Verdict
    promise: str = ""
    why: str = ""
    finding: Finding | None = None


def ending_of(
    timeline: Timeline, steps: Sequence[StepRecord], record: ScenarioRecord | None
) -> Ending:
    """As the run says; of a run that was killed, as the scenario's own record does."""
    gravest = _gravest(timeline, record.promise if record is not None else "")
    if record is not None:
        finding = gravest if record.verdict is not Verdict.HELD else None
        return Ending(
            verdict=record.verdict, promise=record.promise, why=record.why, finding=finding
        )
    failed = next((one for one in steps if one.error), None)
    if gravest is not None:
        return Ending(
            verdict=gravest.verdict, promise=gravest.promise, why=gravest.why, finding=gravest
        )
    if failed is not None:
        promise = f"{failed.keyword} {failed.text}"
        return Ending(verdict=Verdict.UNKNOWN, promise=promise, why=failed.error)
    if _is_cut_short(timeline, steps):
        return Ending(verdict=Verdict.UNKNOWN, why=CUT_SHORT)
    return Ending(verdict=Verdict.HELD)


def _gravest(timeline: Timeline, promise: str) -> Finding | None:
    """The red finding that decided: the named promise's last one, else the first of the worst."""
    red = [one for one in findings(timeline) if one.verdict is not Verdict.HELD]
    named = [one for one in red if one.promise == promise]
    broken = [one for one in red if one.verdict is Verdict.BROKEN]
    return next(iter(named[-1:] or broken or red), None)


def findings(timeline: Timeline) -> Iterator[Finding]:
    """Everything that was found, in the order of the record."""
    for entry in timeline.entries():
        if isinstance(entry.record, Judged):
            yield entry.record.finding


def _is_cut_short(timeline: Timeline, steps: Sequence[StepRecord]) -> bool:
    """Whether the run ended first: a promise or a step has no end, or nothing was judged."""
    if steps:
        return any(one.status in ("interrupted", "skipped") for one in steps)
    records = [entry.record for entry in timeline.entries()]
    promised = {one.id for one in records if isinstance(one, Promised)}
    judged = {one.id for one in records if isinstance(one, Judged)}
    return not judged or bool(promised - judged)
