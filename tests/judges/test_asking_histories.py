"""Random histories of questions and answers: verdicts against a plain reading of the answers.

What is asked of is right or wrong from one second on to another, or nobody is there to answer. The
engine asks one thing at a time, and an answer takes its time. The oracle reads the answers off the
record, and what was really so off the history; it knows nothing of when a judge is due.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconverge.judges.asking import ASK_AGAIN_S
from reconverge.judges.judge import WantAnswer, WantLog
from reconverge.judges.logs import LogSays
from reconverge.judges.promise import Promise
from reconverge.judges.replay import replay
from reconverge.judges.requests import Tires
from reconverge.model import Ref
from reconverge.timeline import Probed, Timeline
from reconverge.verdict import Finding, Verdict
from tests.builders import NAMESPACE, Audience, Story

BEGIN_S, DEADLINE_S = 10.0, 20.0
A = Ref("Pod", NAMESPACE, "a", "a")
SAYS, TIRES = LogSays(pod=A, text="right"), Tires(pod=A, well=2)
SLOW = [HealthCheck.too_slow]

# The second, and from then on what is answered (None: nobody answers), and how long that takes.
Op = tuple[float, bool | None, float]
SECONDS = st.integers(0, 20).map(lambda half: BEGIN_S + half / 2 + 0.25)
SAID = st.sampled_from([True, False, False, None])
TAKES = st.sampled_from([0.0, 0.25, 1.5, 4.5])
STRANGERS = st.lists(st.sampled_from(["of another", "of before", "nothing"]), max_size=3)


def histories(said: st.SearchStrategy[Any], takes: st.SearchStrategy[float]) -> Any:
    ops = st.lists(st.tuples(SECONDS, said, takes), max_size=6)
    return ops.map(lambda rows: sorted(rows, key=lambda row: row[0]))


class World:
    """What is asked of; `is_right` at each second, and how long it takes to say so."""

    def __init__(self, promise: Promise, ops: list[Op], strangers: list[str]) -> None:
        self.ops = [(0.0, False, 0.0), *ops]
        self.strangers = list(strangers)
        self.story = Story()
        status = {"containerStatuses": [{"name": "main", "state": {"running": {}}}]}
        self.story.pod("a", "listed", status=status)
        self.story.synced()
        start = len(self.story.timeline)
        self.story.at(BEGIN_S).note()
        self.name = self.story.promise(promise, deadline_s=DEADLINE_S, start=start)
        self.audience = Audience(self.story, promise.judge(deadline_s=DEADLINE_S), start=start)
        self._served = 0

    def now(self, at_s: float) -> Op:
        return [op for op in self.ops if op[0] <= at_s][-1]

    def play(self) -> Finding:
        """Answer question after question, until there is a finding."""
        for _ in range(500):
            if self.audience.hear() is not None:
                break
            if self._served < len(self.audience.wanted):
                self._answer(self.audience.wanted[self._served])
                self._served += 1
                continue
            due_s = self.audience.judge.due_s
            assert due_s is not None
            self.audience.wait(due_s)
        finding = self.audience.verdict()
        self.story.judged(self.name, finding)
        return finding

    def _answer(self, want: Any) -> None:
        assert isinstance(want, WantLog | WantAnswer)
        asked_s = self.story.timeline.now_s()
        _, said, takes_s = self.now(asked_s)
        if self.strangers:
            self.story.at(asked_s + takes_s / 2)
            self._intrude(want, self.strangers.pop())
        self.story.at(asked_s + takes_s)
        self._say(want.probe, want.target, said, asked_s)

    def _intrude(self, want: Any, what: str) -> None:
        """Meanwhile something else comes onto the record."""
        if what == "of another":
            self._say(want.probe, "somebody else", True, self.story.timeline.now_s())
        elif what == "of before":
            self._say(want.probe, want.target, True, BEGIN_S - 1)
        else:
            self.story.note()

    def _say(self, probe: str, target: str, said: bool | None, asked_s: float) -> None:
        text = f"2026-01-01T00:00:00.0Z {'right' if said else 'wrong'}"
        is_ok = said is not None and (probe == "log" or said)
        self.story.append(
            lambda at_s: Probed(
                at_s=at_s,
                probe=probe,
                target=target,
                ok=is_ok,
                answer=text,
                asked_s=asked_s,
                is_unanswered=said is None,
            )
        )


Answer = tuple[float, float, bool | None]  # when it was asked, when answered, and what


def answers(timeline: Timeline) -> list[Answer]:
    """The answers to what was asked in the span; of a log, whether it is the right one."""
    found: list[Answer] = []
    for entry in timeline.entries():
        one = entry.record
        if isinstance(one, Probed) and one.target.startswith("a") and one.asked_s is not None:
            said = None if one.is_unanswered else one.answer.endswith("right")
            found += [(one.asked_s, one.at_s, said)] if one.asked_s >= BEGIN_S else []
    return found


def plain(promise: Promise, said: list[Answer]) -> Verdict:
    """What the answers mean, one after another; the first that was asked at the end decides."""
    heard = ""
    for asked_s, _, what in said:
        heard += {True: "+", False: "-", None: ""}[what]
        is_right = what is True if promise is SAYS else heard == "++--"
        if what is not None and is_right:
            return Verdict.HELD if asked_s <= DEADLINE_S + ASK_AGAIN_S else Verdict.UNKNOWN
        if promise is TIRES and len(heard) == 4:
            return Verdict.BROKEN
        if asked_s >= DEADLINE_S:
            return Verdict.UNKNOWN if what is None else Verdict.BROKEN
    return Verdict.UNKNOWN


@settings(max_examples=300, suppress_health_check=SLOW)
@given(promise=st.sampled_from([SAYS, TIRES]), ops=histories(SAID, TAKES), strangers=STRANGERS)
def test_the_judge_says_what_the_answers_mean(
    promise: Promise, ops: list[Op], strangers: list[str]
) -> None:
    """Whoever else asks, however slow the answers; and the record says it again."""
    world = World(promise, ops, strangers)
    finding = world.play()
    said = answers(world.story.timeline)
    assert finding.verdict is plain(promise, said), finding.why
    assert replay(world.story.timeline) == [(finding, finding)]


@settings(max_examples=300, suppress_health_check=SLOW)
@given(ops=histories(SAID, TAKES), strangers=STRANGERS)
def test_it_asks_often_enough(ops: list[Op], strangers: list[str]) -> None:
    """At once, again within a second of each answer, and at the deadline."""
    world = World(SAYS, ops, strangers)
    finding = world.play()
    said = answers(world.story.timeline)
    assert said[0][0] == BEGIN_S
    assert all(asked_s <= at_s + ASK_AGAIN_S for (_, at_s, _), (asked_s, _, _) in pairwise(said))
    assert finding.verdict is Verdict.HELD or said[-1][0] >= DEADLINE_S


@settings(max_examples=200, suppress_health_check=SLOW)
@given(ops=histories(st.booleans(), st.just(0.0)))
def test_where_everybody_answers_at_once_nothing_is_unknown(ops: list[Op]) -> None:
    """It is HELD what was right for a second, or at the deadline; BROKEN what never was."""
    world = World(SAYS, ops, [])
    verdict = world.play().verdict
    rows = [*((at_s, said) for at_s, said, _ in ops if at_s < DEADLINE_S), (DEADLINE_S, False)]
    lasted_s = [after - at_s for (at_s, said), (after, _) in pairwise(rows) if said]
    if world.now(DEADLINE_S)[1] or max(lasted_s, default=0.0) >= ASK_AGAIN_S:
        assert verdict is Verdict.HELD
    elif not lasted_s:
        assert verdict is Verdict.BROKEN
    assert verdict is not Verdict.UNKNOWN
