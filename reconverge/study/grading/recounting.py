"""A receipt recounted: every hash, the files read again, and the stored timelines judged again.

Pure but for reading files; no cluster is asked. Each row says what was looked at and whether it
agrees; what only the API server could say again is said to be so, and counts neither way.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from reconverge.clock import RealClock
from reconverge.errors import BadInput
from reconverge.report import analysis
from reconverge.report.analysis import Analysis
from reconverge.report.story import story_of
from reconverge.study.answers import Answer
from reconverge.study.demands import predictions_in
from reconverge.study.exercises import Exercise
from reconverge.study.flaws import Flaw
from reconverge.study.grades import grade_of, passes
from reconverge.study.grading import receipts
from reconverge.study.grading.receipts import (
    HANDED_IN,
    Receipt,
    RecordedTimeline,
    codes_of,
    sha256_of,
)
from reconverge.study.grading.submissions import HandedFile, files_of
from reconverge.study.scenarios import scenarios_of, title_of
from reconverge.study.verdicts import read
from reconverge.study.written import HandIn, read_hand_in
from reconverge.timeline import read_timeline
from reconverge.verdict import Verdict

_ENDED = {
    Verdict.BROKEN: Flaw(code="RCS802", file=""),
    Verdict.UNKNOWN: Flaw(code="RCS803", file=""),
}
# Said by the API server, or of a run that did not come to its end: nothing stored says it again.
_NOT_STORED = ("RCS706", "RCS710", "RCS712", "RCS801", "RCS803", "RCS804")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was recounted. `agrees` is None where it cannot be, which `said` explains."""

    what: str
    agrees: bool | None
    said: str = ""


def recounted(
    place: Path, exercises: tuple[Exercise, ...], *, submission: Path | None
) -> list[Row]:
    """Every row of the receipt at `place`; with a `submission`, against what lies there now.

    Raises BadInput where it is no receipt.
    """
    receipt = receipts.read_receipt(place)
    folder = place if place.is_dir() else place.parent
    exercise = next((one for one in exercises if one.id == receipt.exercise), None)
    rows = [*_files(receipt, folder, submission), _version(receipt, exercise)]
    rows += [_timeline(one, folder) for one in receipt.timelines]
    if exercise is not None:
        rows += _verdict(receipt, folder, exercise)
    return rows


def _files(receipt: Receipt, folder: Path, submission: Path | None) -> Iterator[Row]:
    place = submission or folder / HANDED_IN
    there = {one.name: one for one in files_of(place)} if place.is_dir() else {}
    for one in receipt.files:
        yield _file(one, there.pop(one.name, None))
    for name in there:
        yield Row(what=f"file {name}", agrees=False, said="it is not in the receipt")


def _file(then: HandedFile, now: HandedFile | None) -> Row:
    what = f"file {then.name}"
    if not then.sha256:
        return Row(what=what, agrees=None, said="a link, or too large: it was not read")
    if now is None:
        return Row(what=what, agrees=False, said="it is gone")
    is_same = now.sha256 == then.sha256
    return Row(what=what, agrees=is_same, said="" if is_same else "its content is another")


def _version(receipt: Receipt, exercise: Exercise | None) -> Row:
    what = f"exercise {receipt.exercise or '-'}"
    if exercise is None:
        is_known = receipt.exercise_sha256 != ""
        said = "there is no such exercise here" if is_known else "there was no such exercise"
        return Row(what=what, agrees=False if is_known else None, said=said)
    is_same = receipts.version_of(exercise) == receipt.exercise_sha256
    return Row(what=what, agrees=is_same, said="" if is_same else "it has been changed since")


def _timeline(one: RecordedTimeline, folder: Path) -> Row:
    what = f"timeline of {title_of(one.scenario)}"
    try:
        is_same = sha256_of(_within(folder, one.path)) == one.sha256
    except OSError as error:
        return Row(what=what, agrees=False, said=f"it cannot be read: {error.strerror}")
    return Row(what=what, agrees=is_same, said="" if is_same else "its content is another")


def _within(folder: Path, path: str) -> Path:
    """A receipt is somebody's file, too: it names nothing outside its own folder."""
    found = (folder / path).resolve()
    if not found.is_relative_to(folder.resolve()):
        raise OSError(0, "it lies outside the receipt's folder")
    return found


def _verdict(receipt: Receipt, folder: Path, exercise: Exercise) -> Iterator[Row]:
    """The files read again; then, if they have no flaw, the timelines judged again."""
    try:
        hand_in = read_hand_in(folder / HANDED_IN)
    except BadInput:
        hand_in = HandIn()
    if any(not one.sha256 for one in receipt.files) or not hand_in.texts:
        # Links and giants are not kept, so what was said of them cannot be said again.
        agrees = False if receipt.grade == "passed" else None
        yield Row(
            what="verdict", agrees=agrees, said="by files that were not read, so are not kept"
        )
        return
    answer = read(exercise, hand_in)
    if passes(answer.flaws) and exercise.feature is not None:
        yield from _played(receipt, folder, exercise, answer)
        return
    yield _agreement("codes", codes_of(answer.flaws), receipt.codes)
    yield _agreement("verdict", grade_of(answer.flaws), receipt.grade)


def _played(receipt: Receipt, folder: Path, exercise: Exercise, answer: Answer) -> Iterator[Row]:
    outside = [code for code in receipt.codes if code in _NOT_STORED]
    if outside and not receipt.timelines and receipt.grade != "passed":
        said = f"{', '.join(outside)} is the cluster's word, which is not asked again"
        yield Row(what="verdict", agrees=None, said=said)
        return
    replays = [_replayed(one, folder) for one in receipt.timelines]
    yield from map(_judged, replays)
    missing = _missing(receipt, exercise)
    played = [*map(_end_of, replays)]
    # Once a promise is broken, nothing more is played: the others could not mend it.
    is_settled = Verdict.BROKEN in played
    said = f"without a record: {', '.join(missing)}" if missing else ""
    is_excused = receipt.grade == "unknown"
    yield Row(what="scenarios", agrees=not missing or is_settled or is_excused, said=said)
    ends = [*played, *(Verdict.UNKNOWN for _ in missing if not is_settled)]
    wrong = predictions_in(answer.hand_in, exercise)
    flaws = (*(_ENDED[end] for end in ends if end in _ENDED), *wrong)
    now = grade_of(flaws)
    # Of a run that did not come to its end it is only known that nothing was broken until then.
    is_cut = is_excused and Verdict.BROKEN not in ends
    if not is_cut:
        yield _agreement("codes", codes_of((*flaws, *answer.flaws)), receipt.codes)
    yield _agreement("verdict", "unknown" if is_cut else now, receipt.grade)


class _Replay(msgspec.Struct, frozen=True):
    """A timeline judged again, and whether every step of its scenario passed."""

    analysis: Analysis
    is_whole: bool = False


def _replayed(one: RecordedTimeline, folder: Path) -> _Replay:
    try:
        path = _within(folder, one.path)
        found = analysis.analyse(path, RealClock())
        steps = () if found.error else story_of(read_timeline(path, RealClock())).steps
    except (OSError, BadInput) as error:
        return _Replay(Analysis(path=one.path, scenario=one.scenario, error=str(error)))
    return _Replay(found, is_whole=bool(steps) and all(step.status == "passed" for step in steps))


def _end_of(one: _Replay) -> Verdict:
    found = [review.now.verdict for review in one.analysis.reviews]
    if Verdict.BROKEN in found:
        return Verdict.BROKEN
    is_held = one.is_whole and found and all(verdict is Verdict.HELD for verdict in found)
    return Verdict.HELD if is_held else Verdict.UNKNOWN


def _judged(replay: _Replay) -> Row:
    one = replay.analysis
    what = f"judged again: {title_of(one.scenario)}"
    if one.error or one.damage:
        return Row(what=what, agrees=False, said=one.error or one.damage)
    differing = [review for review in one.reviews if review.differs]
    said = "; ".join(f"{review.now.promise} is {review.now.verdict} now" for review in differing)
    verdicts = ", ".join(str(review.now.verdict) for review in one.reviews)
    return Row(what=what, agrees=not differing, said=said or verdicts)


def _missing(receipt: Receipt, exercise: Exercise) -> list[str]:
    recorded = {title_of(one.scenario) for one in receipt.timelines}
    return [title for title in scenarios_of(exercise) if title not in recorded]


def _agreement(what: str, now: object, then: object) -> Row:
    shown_now, shown_then = _shown(now), _shown(then)
    said = shown_now if now == then else f"{shown_now} now, {shown_then} in the receipt"
    return Row(what=what, agrees=now == then, said=said)


def _shown(value: object) -> str:
    return (", ".join(value) or "none") if isinstance(value, tuple) else str(value)
