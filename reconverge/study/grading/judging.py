"""Many hand-ins, each judged once: its files first, all of them; then side by side on the cluster.

Those whose exercise harms a node come one after another, in a queue of their own, so that none
spends its time waiting for the lock. Whatever befalls one hand-in is written into its own receipt,
and touches no other.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path

import msgspec

import reconverge
from reconverge.errors import ReconvergeError
from reconverge.study.answers import Answer
from reconverge.study.exercises import Exercise
from reconverge.study.flaws import Flaw
from reconverge.study.grades import grade_of, passes
from reconverge.study.grading import receipts
from reconverge.study.grading.receipts import Receipt
from reconverge.study.grading.submissions import (
    Submission,
    files_of,
    read_submission,
    unknown_exercise,
)
from reconverge.study.mistakes import put
from reconverge.study.scenarios import has_a_turn
from reconverge.study.verdicts import Examiner, read
from reconverge.study.written import HandIn, legible

Say = Callable[[Receipt, bool], None]
JUDGED = "judged"


class Graded(msgspec.Struct, frozen=True, kw_only=True):
    """A hand-in and its receipt, which lies in `folder`; `is_old`: from an earlier grading."""

    submission: Submission
    receipt: Receipt
    folder: Path
    is_old: bool = False


class Grading:
    """One grading into the folder `into`; `say` is told each receipt and whether it is an old one.

    With `again` nothing of an earlier one counts. `on_end` is called when an interruption begins to
    take back what is being played, which may take a minute.
    """

    def __init__(
        self,
        exercises: tuple[Exercise, ...],
        examiner: Examiner,
        into: Path,
        *,
        again: bool = False,
        say: Say,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        self._exercises = {one.id: one for one in exercises}
        self._examiner = examiner
        self._into = into
        self._again = again
        self._say = say
        self._on_end = on_end
        self._lock = threading.Lock()

    def grade(self, submissions: Sequence[Submission], *, jobs: int) -> tuple[Graded, ...]:
        """Judge all of them, `jobs` at a time. Interrupted, it takes back what is being played."""
        found: dict[Submission, Graded] = {}
        waiting: list[tuple[Submission, Answer]] = []
        for one in submissions:
            old = None if self._again else self._as_before(one)
            if old is not None:
                found[one] = self._told(one, old, is_old=True)
                continue
            begun = datetime.now(UTC)
            self._clear(one)
            answer = self._read(one)
            if self._is_to_be_played(one, answer):
                waiting.append((one, answer))
            else:
                found[one] = self._told(one, self._written(one, answer, begun))
        found |= self._played(waiting, jobs)
        return tuple(found[one] for one in submissions)

    def folder_of(self, submission: Submission) -> Path:
        """Where its receipt is, with what was handed in and the record."""
        return self._into / JUDGED / submission.learner / (submission.exercise or "-")

    def _clear(self, one: Submission) -> None:
        """Nothing of an earlier grading may be taken for part of this one."""
        folder = self.folder_of(one)
        (folder / receipts.NAME).unlink(missing_ok=True)
        for name in (receipts.RECORD, receipts.HANDED_IN):
            shutil.rmtree(folder / name, ignore_errors=True)

    def _as_before(self, one: Submission) -> Receipt | None:
        """Its receipt, where neither its files nor the exercise have changed since."""
        old = receipts.stored_receipt(self.folder_of(one))
        exercise = self._exercises.get(one.exercise)
        if old is None or exercise is None or old.grade == "unknown":
            return None
        now = (legible(one.learner), files_of(one.folder), receipts.version_of(exercise))
        return old if now == (old.learner, old.files, old.exercise_sha256) else None

    def _read(self, one: Submission) -> Answer:
        exercise = self._exercises.get(one.exercise)
        if exercise is None:
            hand_in = unknown_exercise(one, tuple(self._exercises.values()))
            return Answer(hand_in=hand_in, flaws=tuple(hand_in.flaws))
        try:
            return read(exercise, read_submission(one))
        except Exception as error:  # noqa: BLE001 - a stranger's text; it is told in its receipt
            return _unjudged(Answer(hand_in=HandIn()), exercise, repr(error))

    def _is_to_be_played(self, one: Submission, answer: Answer) -> bool:
        exercise = self._exercises.get(one.exercise)
        return exercise is not None and exercise.feature is not None and passes(answer.flaws)

    def _played(
        self, waiting: list[tuple[Submission, Answer]], jobs: int
    ) -> dict[Submission, Graded]:
        """In two pools, so that what takes turns does not keep the others from theirs."""
        queued = [row for row in waiting if has_a_turn(self._exercises[row[0].exercise])]
        beside = [row for row in waiting if row not in queued]
        is_split = bool(queued and beside and jobs > 1)
        with (
            ThreadPoolExecutor(jobs - is_split) as many,
            ThreadPoolExecutor(1) as one_by_one,
        ):
            turns = one_by_one if is_split or not beside else many
            futures: dict[Future[Graded], Submission] = {}
            for pool, rows in ((turns, queued), (many, beside)):
                futures |= {pool.submit(self._play, *row): row[0] for row in rows}
            try:
                return {futures[one]: one.result() for one in as_completed(futures)}
            except BaseException:
                self._on_end()
                self._examiner.end()
                for future in futures:
                    future.cancel()
                raise

    def _play(self, one: Submission, answer: Answer) -> Graded:
        exercise, begun = self._exercises[one.exercise], datetime.now(UTC)
        place = self.folder_of(one) / receipts.RECORD
        try:
            answer = self._examiner.answer(exercise, answer, place, lambda _: None)
        except ReconvergeError as error:
            if self._examiner.is_ended:
                raise
            answer = _unjudged(answer, exercise, str(error))
        except Exception as error:  # noqa: BLE001 - told in its receipt, and no other's
            answer = _unjudged(answer, exercise, repr(error))
        return self._told(one, self._written(one, answer, begun))

    def _written(self, one: Submission, answer: Answer, begun: datetime) -> Receipt:
        folder, exercise = self.folder_of(one), self._exercises.get(one.exercise)
        ended = datetime.now(UTC)
        receipt = Receipt(
            learner=legible(one.learner),
            exercise=legible(one.exercise),
            exercise_sha256=receipts.version_of(exercise) if exercise else "",
            files=files_of(one.folder),
            grade=grade_of(answer.flaws),
            flaws=answer.flaws,
            reconverge=reconverge.__version__,
            started=begun.isoformat(),
            ended=ended.isoformat(),
            duration_s=round((ended - begun).total_seconds(), 3),
        )
        put(answer.hand_in.texts, folder / receipts.HANDED_IN)
        receipt = receipts.with_record(receipt, answer, folder)
        receipts.write(receipt, folder)
        return receipt

    def _told(self, one: Submission, receipt: Receipt, *, is_old: bool = False) -> Graded:
        with self._lock:
            self._say(receipt, is_old)
        return Graded(submission=one, receipt=receipt, folder=self.folder_of(one), is_old=is_old)


def _unjudged(answer: Answer, exercise: Exercise, why: str) -> Answer:
    file = next(iter(answer.hand_in.texts), "")
    words = {"promise": exercise.id, "why": why}
    flaw = Flaw(code="RCS803", file=file, words=words)
    return Answer(hand_in=answer.hand_in, flaws=(flaw, *answer.flaws))
