"""Playing a promise that asks: what the engine would answer, question for question."""

from __future__ import annotations

from reconverge.judges.judge import Judge, Want, WantAnswer, WantLog, WantMetrics
from reconverge.judges.promise import Promise
from reconverge.timeline import Probed
from reconverge.verdict import Finding
from tests.builders import Story

DEADLINE_S = 60.0
Answer = tuple[bool | None, str]
Answers = list[Answer]


def play(story: Story, promise: Promise, answers: Answers) -> Finding:
    """The finding when the questions are answered so, the last of them again and again.

    An answer that is neither good nor bad (None) is one that nobody gave.
    """
    judge = promise.judge(deadline_s=DEADLINE_S)
    finding = None
    for entry in story.timeline.entries():
        finding = finding or judge.feed(entry)
    for number in range(200):
        finding = finding or _turn(story, judge, answers[min(number, len(answers) - 1)])
        if finding is not None:
            return finding
    raise AssertionError(f"no finding: {judge.progress()}")


def _turn(story: Story, judge: Judge, answer: Answer) -> Finding | None:
    """Let time pass until a question comes, and answer it."""
    wants = judge.wants()
    if not wants:
        assert judge.due_s is not None
        story.at(max(judge.due_s, story.timeline.now_s()))
        return judge.at(story.timeline.now_s())
    [want] = wants
    return judge.feed(story.append(lambda at_s: _answered(want, at_s, *answer)))


def _answered(want: Want, at_s: float, ok: bool | None, text: str) -> Probed:
    assert isinstance(want, WantLog | WantAnswer | WantMetrics)
    return Probed(
        at_s=at_s,
        probe=want.probe,
        target=want.target,
        ok=bool(ok),
        answer=text,
        asked_s=at_s,
        is_unanswered=ok is None,
    )
