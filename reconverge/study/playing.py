"""A hand-in on a real cluster: a dry run, and then the scenarios of its exercise, as anybody's are.

The hand-in lies beside the exercise's feature in a folder of its own, where the steps find it by
kind and name. pytest plays it in a process of its own: namespace, record, rollback and verdict are
those of every run, and its folder can be read, judged again and compared like any other.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from reconverge.clock import RealClock
from reconverge.cluster.door import Cluster
from reconverge.cluster.errors import Conflict, Rejected
from reconverge.errors import ExitCode, Unavailable
from reconverge.report.console import failure_text
from reconverge.report.run_record import ScenarioRecord
from reconverge.report.run_record import read as read_record
from reconverge.report.story import PromiseRecord
from reconverge.shell import run
from reconverge.study.exercises import Exercise
from reconverge.study.flaws import Flaw
from reconverge.study.mistakes import put
from reconverge.study.written import HandIn, Written
from reconverge.timeline import Judged, Timeline, read_timeline
from reconverge.verdict import Finding, Verdict

WORLD = "world"  # manifests of the exercise that its feature speaks of, beside the learner's
LOG = "pytest.log"
_DRY_NAMESPACE = "default"
# What a run of scenarios may end with and still have a record.
_ENDS = (ExitCode.HELD, ExitCode.BROKEN, ExitCode.UNKNOWN, ExitCode.REFUSED, ExitCode.BAD_INPUT)


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to a hand-in: each promise as it was judged, what is wrong, and the evidence.

    `accounts` are excerpts of the timelines, one for each red promise; `folder` is the run's.
    """

    promises: tuple[PromiseRecord, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    accounts: tuple[str, ...] = ()
    folder: Path


def refused(hand_in: HandIn, cluster: Cluster) -> tuple[Flaw, ...]:
    """What the API server would not take, in its own words: a dry run of each object."""
    return tuple(flaw for one in hand_in.objects if (flaw := _refused(one, cluster)))


def _refused(one: Written, cluster: Cluster) -> Flaw | None:
    try:
        cluster.create(one.served, namespace=_DRY_NAMESPACE, is_dry_run=True)
    except Rejected as error:
        return one.flaw("RCS801", (), problem=error.what)
    except Conflict:  # a namesake lives there; the hand-in gets a namespace of its own
        return None
    return None


def play(
    exercise: Exercise, hand_in: HandIn, folder: Path, *, options: Sequence[str] = ()
) -> Played:
    """Play the exercise's scenarios with what was handed in; `options` are pytest's.

    `folder` must be new; it receives the hand-in and the run. Raises Unavailable where the
    scenarios could not be played at all.
    """
    assert exercise.feature is not None
    stage, runs = folder / "stage", folder / "run"
    put(hand_in.texts, stage)
    shutil.copy(exercise.feature, stage)
    for path in sorted((exercise.folder / WORLD).glob("*.yaml")):
        shutil.copy(path, stage)
    words = [sys.executable, "-m", "pytest", exercise.feature.name, "--rootdir", str(stage)]
    words += ["-p", "no:cacheprovider", "--report-dir", str(runs), *options]
    run(words, cwd=stage, log=folder / LOG, accept=[int(code) for code in _ENDS])
    record = read_record(runs)
    if record is None:
        said = (folder / LOG).read_text(errors="replace").strip().splitlines()
        what = f"it could not be played: {said[-1] if said else 'nothing was said'}"
        raise Unavailable(what, where=str(folder / LOG))
    file = next(iter(hand_in.texts), "")
    red = [one for one in record.scenarios if one.verdict is not Verdict.HELD]
    return Played(
        promises=tuple(promise for one in record.scenarios for promise in one.promises),
        flaws=tuple(_flaw(one, file) for one in red),
        accounts=tuple(text for one in red for text in _accounts(runs, one)),
        folder=runs,
    )


def _flaw(one: ScenarioRecord, file: str) -> Flaw:
    """The learner answers for the starting state, too: it is made of what was handed in."""
    broken = [promise for promise in one.promises if promise.verdict is Verdict.BROKEN]
    is_broken = one.verdict is Verdict.BROKEN or bool(broken)
    promise = broken[0].promise if broken and not one.is_started else one.promise
    why = broken[0].why if broken and not one.is_started else one.why
    words = {"promise": promise, "why": why}
    return Flaw(code="RCS802" if is_broken else "RCS803", file=file, words=words)


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
