"""A hand-in on a real cluster: the scenarios of its exercise, played as anybody's are.

The hand-in lies beside the exercise's feature in a folder of its own, where the steps find it by
kind and name. pytest plays it in a process of its own: namespace, record, rollback and verdict are
those of every run, and its folder can be read, judged again and compared like any other. The
namespace is fenced (fences.py): what was handed in is a stranger's.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from reconverge.clock import RealClock
from reconverge.errors import ExitCode, Unavailable
from reconverge.pytest_plugin import stop_file
from reconverge.report.console import failure_text
from reconverge.report.run_record import RunRecord, ScenarioRecord
from reconverge.report.run_record import read as read_record
from reconverge.report.story import PromiseRecord, story_of
from reconverge.shell import Ending, run
from reconverge.study.exercises import Exercise
from reconverge.study.flaws import Flaw
from reconverge.study.languages import Text
from reconverge.study.mistakes import put
from reconverge.study.promising import promised
from reconverge.study.scenarios import scenarios_of, title_of
from reconverge.study.written import HandIn
from reconverge.timeline import Judged, Timeline, read_timeline
from reconverge.verdict import Finding, Verdict

LOG = "pytest.log"
# Told to end, a run takes back its faults, and a node takes its time to come up again; after that a
# watchdog does it.
ROLLBACK_S = 180.0
# It waits for its turn and for a cluster that is slow; none of that is the hand-in's doing.
WAITS_AT_MOST_S = 3600.0
# What a run of scenarios may end with and still have a record.
_ENDS = (
    ExitCode.HELD,
    ExitCode.BROKEN,
    ExitCode.UNKNOWN,
    ExitCode.REFUSED,
    ExitCode.BAD_INPUT,
    ExitCode.INTERRUPTED,
)


class OverItsTime(Unavailable):
    """The scenarios had played for as long as they may, and what they did was taken back."""


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to a hand-in: each promise as it was judged, what is wrong, and the evidence.

    `accounts` are excerpts of the timelines, one for each red promise; `folder` is the run's.
    `unplayed` are the scenarios that nobody needed any more, once a promise had been broken.
    """

    promises: tuple[PromiseRecord, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    accounts: tuple[str, ...] = ()
    unplayed: tuple[str, ...] = ()
    folder: Path


def play(
    exercise: Exercise,
    hand_in: HandIn,
    folder: Path,
    *,
    options: Sequence[str] = (),
    timeout_s: float | None = None,
    on_start: Callable[[Ending], None] | None = None,
) -> Played:
    """Play the exercise's scenarios with what was handed in; `options` are pytest's.

    `folder` must be new; it receives the hand-in and the run. Raises Unavailable where the
    scenarios could not be played at all, or not to their end; OverItsTime when they have been
    played for `timeout_s` seconds, in which no wait for a turn is counted.
    """
    assert exercise.feature is not None
    stage, runs = folder / "stage", folder / "run"
    put(hand_in.texts, stage)
    shutil.copy(exercise.feature, stage)
    for path in exercise.world:
        shutil.copy(path, stage)
    words = [sys.executable, "-m", "pytest", exercise.feature.name, "--rootdir", str(stage)]
    words += ["-p", "no:cacheprovider", "--fenced", "--stop-at-broken"]
    words += ["--report-dir", str(runs), *options]
    words += ["--play-for", str(timeout_s)] if timeout_s is not None else []
    run(
        words,
        cwd=stage,
        log=folder / LOG,
        timeout_s=timeout_s and timeout_s + WAITS_AT_MOST_S,
        grace_s=ROLLBACK_S,
        accept=[int(code) for code in _ENDS],
        is_apart=True,
        on_start=on_start,
    )
    record = read_record(runs)
    if record is None:
        said = (folder / LOG).read_text(errors="replace").strip().splitlines()
        what = f"it could not be played: {said[-1] if said else 'nothing was said'}"
        raise Unavailable(what, where=str(folder / LOG))
    if record.is_interrupted and (runs / stop_file.NAME).exists():
        raise OverItsTime(f"it had played for {timeout_s:g} s", where=str(runs))
    if record.is_interrupted:
        raise Unavailable("it was interrupted, and what it did was taken back", where=str(runs))
    file = next(iter(hand_in.texts), "")
    red = [one for one in record.scenarios if one.verdict is not Verdict.HELD]
    return Played(
        promises=tuple(promise for one in record.scenarios for promise in one.promises),
        flaws=tuple(_flaw(runs, one, file) for one in red),
        accounts=tuple(text for one in red for text in _accounts(runs, one)),
        unplayed=_unplayed(exercise, record),
        folder=runs,
    )


def _unplayed(exercise: Exercise, record: RunRecord) -> tuple[str, ...]:
    there = {title_of(one.scenario) for one in record.scenarios}
    return tuple(title for title in scenarios_of(exercise) if title not in there)


def _flaw(runs: Path, one: ScenarioRecord, file: str) -> Flaw:
    """The learner answers for the starting state, too: it is made of what was handed in."""
    broken = [promise for promise in one.promises if promise.verdict is Verdict.BROKEN]
    is_broken = one.verdict is Verdict.BROKEN or bool(broken)
    promise = broken[0].promise if broken and not one.is_started else one.promise
    why = broken[0].why if broken and not one.is_started else one.why
    said = Text(en=promise, ko=promised(_failed_step(runs, one) or promise).ko)
    code = "RCS802" if is_broken else "RCS803"
    return Flaw(code=code, file=file, words={"why": why}, texts={"promise": said})


def _failed_step(runs: Path, one: ScenarioRecord) -> str:
    """The words of the feature that were not reached; empty where none are known."""
    if not one.timeline:
        return ""
    steps = story_of(read_timeline(runs / one.timeline, RealClock())).steps
    return next((step.text for step in steps if step.status in ("failed", "interrupted")), "")


def _accounts(runs: Path, one: ScenarioRecord) -> list[str]:
    if not one.timeline:
        return []
    timeline = read_timeline(runs / one.timeline, RealClock())
    return [failure_text(timeline, finding) for finding in _red(timeline)[:1]]


def _red(timeline: Timeline) -> list[Finding]:
    found = [
        entry.record.finding for entry in timeline.entries() if isinstance(entry.record, Judged)
    ]
    return [one for one in found if one.verdict is not Verdict.HELD]
