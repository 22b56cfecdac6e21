"""The fold behind promises that no watch can keep: a question is asked until its answer is right.

An answer is a fact on the timeline (`Probed`) that anybody can judge again. A log could be followed
instead of being read again and again; but a stream that breaks leaves a gap, and a log that is read
from its beginning leaves none. The last question is asked at the deadline: its answer decides.
"""

from __future__ import annotations

from reconverge.judges.judge import Progress, Want, WantAnswer, WantLog, WantMetrics, catch_up
from reconverge.judges.liveliness import ANSWER_S
from reconverge.judges.promise import Promise
from reconverge.judges.steady import Steadiness
from reconverge.model import Snapshot
from reconverge.timeline import Entry, Probed
from reconverge.verdict import Finding, Verdict

# A log grows by a line a probe, and the shortest period of a probe is a second.
ASK_AGAIN_S = 1.0

WantAnswered = WantLog | WantAnswer | WantMetrics


class ByAnswers(Promise, frozen=True, kw_only=True):
    """Base of the promises that are kept by answers."""

    def judge(self, *, deadline_s: float) -> AskingJudge:
        return AskingJudge(self, deadline_s=deadline_s)

    @property
    def question(self) -> WantAnswered:
        """What is asked, again and again."""
        raise NotImplementedError

    def is_answer(self, record: Probed) -> bool:
        """Whether this is an answer to it."""
        question = self.question
        return (record.probe, record.target) == (question.probe, question.target)

    def weigh_answers(self, answers: tuple[Probed, ...], snapshot: Snapshot) -> Steadiness:
        """What is lacking, by the answers so far, of which there is at least one."""
        raise NotImplementedError


class AskingJudge:
    """Asks at once, again `again_s` after each answer, at most `most` times, and at the deadline.

    HELD at the first answer with which nothing is lacking; BROKEN when the last one lacks
    something; UNKNOWN where the last question had no answer. The last is one that was asked at the
    deadline: a slow answer to an earlier question says nothing of that second. And where the engine
    waited so long for one that the last was asked late, it proves nothing good.
    """

    def __init__(
        self,
        promise: ByAnswers,
        *,
        deadline_s: float,
        again_s: float = ASK_AGAIN_S,
        most: int | None = None,
    ) -> None:
        self.promise = promise
        self.deadline_s = deadline_s
        self._again_s = again_s
        self._most = most
        self._ask_at_s = 0.0
        self._is_asked = False
        self._is_last = False
        self._over_s = deadline_s + ANSWER_S
        self._now_s = 0.0
        self._begun_s: float | None = None
        self._answers: list[Probed] = []
        self._steadiness = Steadiness(("nothing was asked yet",), "nothing yet")

    @property
    def due_s(self) -> float | None:
        if self._is_last:
            return self._over_s
        return self.deadline_s if self._is_asked else min(self._ask_at_s, self.deadline_s)

    def feed(self, entry: Entry) -> Finding | None:
        if self._begun_s is None:
            self._begun_s = self._ask_at_s = entry.at_s
        finding = catch_up(self, entry.at_s)
        if finding is not None:
            return finding
        self._now_s = max(self._now_s, entry.at_s)
        record = entry.record
        if isinstance(record, Probed) and self._is_mine(record):
            return self._take(record, entry)
        return None

    def at(self, now_s: float) -> Finding | None:
        self._now_s = max(self._now_s, now_s)
        if now_s >= self.deadline_s and not self._is_last:
            self._is_last, self._is_asked = True, False
        if now_s >= self._over_s:
            return self._finding(Verdict.UNKNOWN, f"not answered: {self._steadiness.seen}")
        return None

    def wants(self) -> tuple[Want, ...]:
        is_due = self._begun_s is not None and self._now_s >= self._ask_at_s
        if self._is_asked or not (is_due or self._is_last):
            return ()
        self._is_asked = True
        return (self.promise.question,)

    def progress(self) -> Progress:
        return Progress(self.promise.sentence(), self._steadiness.seen)

    def _is_mine(self, record: Probed) -> bool:
        is_new = self._begun_s is not None and _asked_s(record) >= self._begun_s
        return is_new and self.promise.is_answer(record)

    def _take(self, record: Probed, entry: Entry) -> Finding | None:
        self._is_asked, self._ask_at_s = False, entry.at_s + self._again_s
        is_last = _asked_s(record) >= self.deadline_s
        if self._is_last and not is_last:
            self._over_s = max(self._over_s, entry.at_s + ANSWER_S)  # only now can the last be put
        if record.is_unanswered:
            why = f"not answered: {record.answer}"
            return self._finding(Verdict.UNKNOWN, why) if is_last else None
        self._answers.append(record)
        self._steadiness = self.promise.weigh_answers(tuple(self._answers), entry.snapshot)
        if self._steadiness.is_steady:
            return self._on_right(record, entry)
        if not is_last and (self._most is None or len(self._answers) < self._most):
            return None
        why = f"{self._steadiness.seen}; {'; '.join(self._steadiness.lacking)}"
        return self._finding(Verdict.BROKEN, why, entry)

    def _on_right(self, record: Probed, entry: Entry) -> Finding:
        late_s = _asked_s(record) - self.deadline_s
        if late_s > ASK_AGAIN_S:
            why = f"asked only {late_s:.1f} s after the deadline: {self._steadiness.seen}"
            return self._finding(Verdict.UNKNOWN, why, entry)
        return self._finding(Verdict.HELD, self._steadiness.seen, entry)

    def _finding(self, verdict: Verdict, why: str, entry: Entry | None = None) -> Finding:
        seen = self._steadiness.seen
        return self.promise.found(verdict, why, self._now_s, entry, last_seen=seen)


def _asked_s(record: Probed) -> float:
    """When it was asked; in old records only the second of the answer is known."""
    return record.at_s if record.asked_s is None else record.asked_s
