"""Stored timelines judged again, in words: verdict then and now, and what stands in the way.

Pure but for reading the files. The judges are those of a running scenario; nothing here decides
anything but how grave the sum of their findings is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from reconverge.clock import Clock
from reconverge.errors import BadInput, ExitCode
from reconverge.judges.ledger import recoveries
from reconverge.judges.phases import PHASES, Recovery, spread_of_phases
from reconverge.judges.replay import Review, reviews
from reconverge.report.console import tally
from reconverge.report.run_record import Recovered, RunRecord
from reconverge.timeline import Opened, read_timeline
from reconverge.verdict import Finding, Verdict

_NONE = "none"


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """One timeline judged again.

    `error` says why it cannot be read at all, `damage` why not to its end. `is_started` is False
    where the run says that the starting state was not reached: then no promise is BROKEN.
    `is_answered`: the run says that it is HELD, so where nothing was promised the API server's
    answers were what was asked.
    """

    path: str
    scenario: str = ""
    seed: int = 0
    error: str = ""
    damage: str = ""
    is_started: bool = True
    is_answered: bool = False
    reviews: tuple[Review, ...] = ()
    recoveries: tuple[Recovery, ...] = ()

    @property
    def code(self) -> ExitCode:
        """The gravest verdict now; a record that is damaged or contradicts itself is UNKNOWN."""
        if self.error:
            return ExitCode.BAD_INPUT
        unpromised = ExitCode.HELD if self.is_answered else ExitCode.UNKNOWN
        codes = [self._code(review) for review in self.reviews] or [unpromised]
        return ExitCode.gravest(codes + ([ExitCode.UNKNOWN] if self.damage else []))

    def _code(self, review: Review) -> ExitCode:
        verdict = review.now.verdict
        if verdict is Verdict.BROKEN and self.is_started:
            return ExitCode.BROKEN
        is_doubtful = review.differs or verdict is not Verdict.HELD
        return ExitCode.UNKNOWN if is_doubtful else ExitCode.HELD


def analyse(path: Path, clock: Clock, *, run: RunRecord | None = None) -> Analysis:
    """The timeline at `path` judged again; one that cannot be read is an error in the result."""
    try:
        timeline = read_timeline(path, clock)
    except BadInput as error:
        return Analysis(path=str(path), error=str(error))
    opened = timeline[0].record
    assert isinstance(opened, Opened), "a timeline begins with its opening record"
    return Analysis(
        path=str(path),
        scenario=opened.scenario,
        seed=opened.seed,
        damage=timeline.damage,
        is_started=run is None or _is_started(run, opened.scenario),
        is_answered=run is not None and _is_held(run, opened.scenario),
        reviews=tuple(reviews(timeline)),
        recoveries=recoveries(timeline),
    )


def _is_started(run: RunRecord, scenario: str) -> bool:
    return all(one.is_started for one in run.scenarios if one.scenario == scenario)


def _is_held(run: RunRecord, scenario: str) -> bool:
    ends = [one.verdict for one in run.scenarios if one.scenario == scenario]
    return bool(ends) and set(ends) == {Verdict.HELD}


def recovered(found: Sequence[Recovery]) -> Recovered:
    """The losses of a scenario or of a run in numbers; what is in doubt counts nowhere."""
    pending = sum(one.total_s is None and not one.doubt for one in found)
    return Recovered(spreads=spread_of_phases(found), pending=pending)


def code_of(analyses: Iterable[Analysis]) -> ExitCode:
    """The gravest of all."""
    return ExitCode.gravest(analysis.code for analysis in analyses)


def text_of(analyses: Sequence[Analysis]) -> str:
    """What `reconverge analyze` prints."""
    return "\n".join(_lines(analyses))


def _lines(analyses: Sequence[Analysis]) -> Iterator[str]:
    for analysis in analyses:
        yield from _scenario(analysis)
    found = [one for analysis in analyses for one in analysis.recoveries]
    yield from _table(recovered(found))
    yield _total(analyses)


def _scenario(analysis: Analysis) -> Iterator[str]:
    if analysis.error:
        yield f"cannot be read  {analysis.error}"
        return
    yield f"{analysis.scenario}    seed {analysis.seed}"
    for review in analysis.reviews:
        yield from _review(review)
    if not analysis.reviews:
        yield "  nothing was promised"
    if analysis.damage:
        yield f"  damage  {analysis.damage}; judged as far as it goes"
    if not analysis.is_started:
        yield "  its starting state was not reached: that is UNKNOWN, whatever was promised"


def _review(review: Review) -> Iterator[str]:
    then = review.recorded.verdict.value if review.recorded is not None else _NONE
    verdicts = f"{then} -> {review.now.verdict}"
    loud = "   DIFFERS from what was recorded" if review.differs else ""
    yield f"  {verdicts:<18} {review.now.promise}   ({_seconds(review.now)}){loud}"
    if review.differs or review.now.verdict is not Verdict.HELD:
        yield f"  {'':<18} {review.now.why}"
    if review.differs and review.recorded is not None:
        yield f"  {'':<18} recorded: {review.recorded.why} ({_seconds(review.recorded)})"


def _seconds(finding: Finding) -> str:
    settled = f"at {finding.instant_s:.1f} s, " if finding.instant_s is not None else ""
    return f"{settled}decided at {finding.decided_s:.1f} s"


def _table(sum_of: Recovered) -> Iterator[str]:
    """The phases of recovery, a line each."""
    if not sum_of.spreads:
        return
    whole = sum_of.spreads["in all"]
    plural = "s" if whole.n > 1 else ""
    yield f"recovery of {whole.n} replacement{plural}, in seconds      p50      p95      max"
    for name in (*PHASES, "in all"):
        row = sum_of.spreads[name]
        yield f"  {name:<36} {row.p50_s:8.2f} {row.p95_s:8.2f} {row.max_s:8.2f}"
    if sum_of.pending:
        yield f"  never made good: {sum_of.pending}"


def _total(analyses: Sequence[Analysis]) -> str:
    found = [review for analysis in analyses for review in analysis.reviews]
    differing = sum(review.differs for review in found)
    unreadable = sum(bool(analysis.error) for analysis in analyses)
    parts = [
        tally([review.now.verdict for review in found]) or "nothing judged",
        f"{len(analyses)} timeline{'s' if len(analyses) > 1 else ''}",
        "every verdict as recorded" if not differing else f"{differing} DIFFER",
    ]
    return "    ".join(parts + ([f"{unreadable} cannot be read"] if unreadable else []))


def rows_of(analyses: Sequence[Analysis]) -> dict[str, object]:
    """The same for programs; fields are described in docs/files-of-a-run.md."""
    found = [one for analysis in analyses for one in analysis.recoveries]
    return {
        "schema": 1,
        "exit_code": int(code_of(analyses)),
        "recovery": msgspec.to_builtins(recovered(found)),
        "scenarios": [_row(analysis) for analysis in analyses],
    }


def _row(analysis: Analysis) -> dict[str, object]:
    return {
        "timeline": analysis.path,
        "scenario": analysis.scenario,
        "seed": analysis.seed,
        "exit_code": int(analysis.code),
        "error": analysis.error,
        "damage": analysis.damage,
        "is_started": analysis.is_started,
        "promises": [
            {
                "promise": review.now.promise,
                "deadline_s": review.promised.deadline_s,
                "differs": review.differs,
                "recorded": msgspec.to_builtins(review.recorded),
                "now": msgspec.to_builtins(review.now),
            }
            for review in analysis.reviews
        ],
        "recoveries": [_recovery(one) for one in analysis.recoveries],
    }


def _recovery(one: Recovery) -> dict[str, object]:
    """The recovery with what follows from it: programs should not have to subtract."""
    rows: dict[str, object] = msgspec.to_builtins(one)
    return rows | {"phases_s": one.phases_s, "total_s": one.total_s, "error_s": one.error_s}
