"""An examiner whose cluster is the fake one, and a folder of hand-ins: grading without a cluster.

It writes the same records as a run: so receipts, and their recounting, are those of real gradings.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from reconverge.clock import RealClock
from reconverge.errors import Unavailable
from reconverge.report import run_record
from reconverge.report.run_record import ScenarioRecord
from reconverge.report.story import promises_of
from reconverge.study.answers import Answer
from reconverge.study.exercises import Exercise, load_all, named, shipped
from reconverge.study.flaws import Flaw
from reconverge.study.grading.judging import Graded, Grading
from reconverge.study.grading.receipts import Receipt
from reconverge.study.grading.submissions import submissions_in
from reconverge.study.mistakes import mistaken, mistakes_of, put, texts_of
from reconverge.study.playing import Played
from reconverge.study.scenarios import scenarios_of
from reconverge.timeline import Step, read_timeline
from reconverge.verdict import Verdict
from tests.commands.played import begin_step, end_step, lose_pods, play
from tests.report.records import run_of
from tests.stage import Stage

EXERCISES = load_all(shipped())
KEEP = "keep-three-pods"
STEP = Step("Then", '"kubia" converges to 3 ready pods', 5)
# What the staged examiner makes of a hand-in, by a comment in its text.
WRONG, LOST, CRASHING = "# it is too slow\n", "# the cluster is gone\n", "# a defect of ours\n"


class StagedExaminer:
    """Judges as an Examiner does; `asked` are the exercises that came to be played,
    `now` those that are."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_ended = False
        self.most_at_once = 0
        self.before: Callable[[Exercise], None] = lambda _: None
        self.now: list[str] = []
        self._lock = threading.Lock()

    def end(self) -> None:
        self.is_ended = True

    def answer(
        self, exercise: Exercise, answer: Answer, folder: Path, say: Callable[[str], None]
    ) -> Answer:
        say("playing")
        with self._lock:
            self.asked.append(exercise.id)
            self.now.append(exercise.id)
            self.most_at_once = max(self.most_at_once, len(self.now))
        try:
            self.before(exercise)
            return self._answer(exercise, answer, folder / "run")
        finally:
            with self._lock:
                self.now.remove(exercise.id)

    def _answer(self, exercise: Exercise, answer: Answer, run: Path) -> Answer:
        text = "".join(answer.hand_in.texts.values())
        if LOST in text:
            raise Unavailable("the API server is gone")
        if CRASHING in text:
            raise ValueError("no such thing")
        within_s = 0.1 if WRONG in text else 5.0
        rows = [_played(run, title, within_s) for title in scenarios_of(exercise)]
        run_record.write(run, run_of(*rows))
        flaws = tuple(
            Flaw(code="RCS802", file="kubia-rc.yaml", words={"promise": "p", "why": "w"})
            for row in rows
            if row.verdict is Verdict.BROKEN
        )
        promises = tuple(one for row in rows for one in row.promises)
        return Answer(
            hand_in=answer.hand_in,
            flaws=(*flaws, *answer.flaws),
            played=Played(promises=promises, folder=run),
        )


def _played(run: Path, title: str, within_s: float) -> ScenarioRecord:
    """One scenario, with its steps on record."""

    def act(stage: Stage) -> None:
        begin_step(stage, title, STEP)
        lose_pods(stage, within_s=within_s)
        end_step(stage, "passed")

    path = play(run, title, act)
    promises = promises_of(read_timeline(path, RealClock()))
    verdicts = {one.verdict for one in promises}
    return ScenarioRecord(
        scenario=f"check.feature::{title}",
        verdict=Verdict.BROKEN if Verdict.BROKEN in verdicts else Verdict.HELD,
        exit_code=int(Verdict.BROKEN in verdicts),
        timeline=f"{title}/timeline.jsonl",
        promises=promises,
    )


def hand_in(home: Path, learner: str, exercise: str = KEEP, *, more: str = "") -> Path:
    """A right answer, with `more` at the end of each file; its folder."""
    texts = texts_of(named(EXERCISES, exercise))
    put({name: text + more for name, text in texts.items()}, home / learner / exercise)
    return home / learner / exercise


def hand_in_wrong(home: Path, learner: str) -> None:
    """A mistake that the files alone show: RCS201."""
    task = named(EXERCISES, KEEP)
    put(mistaken(task, mistakes_of(task)[0]), home / learner / KEEP)


def graded(
    home: Path,
    into: Path,
    examiner: StagedExaminer,
    *,
    jobs: int = 1,
    again: bool = False,
    exercises: tuple[Exercise, ...] = EXERCISES,
    told: list[Receipt] | None = None,
) -> dict[str, Graded]:
    """Grade the folder; by learner and exercise."""

    def say(receipt: Receipt, _is_old: bool) -> None:
        if told is not None:
            told.append(receipt)

    grading = Grading(exercises, examiner, into, again=again, say=say)  # type: ignore[arg-type]
    return {str(one.submission): one for one in grading.grade(submissions_in(home), jobs=jobs)}
