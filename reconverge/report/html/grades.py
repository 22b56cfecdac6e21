"""The page of a grading: every learner beside every exercise, and what was said of each hand-in.

It is given its words in the reader's language; what it says is decided elsewhere.
"""

from __future__ import annotations

import msgspec
from jinja2 import Environment

from reconverge.report.html.page import asset, environment
from reconverge.verdict import Verdict


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was said of a hand-in: where, what, and what to do."""

    code: str
    sentence: str
    cure: str
    place: str = ""
    is_advice: bool = False
    reread: str = ""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A hand-in. `verdict` gives colour and sign, `mark` the word; links are relative."""

    number: int
    learner: str
    exercise: str
    title: str
    verdict: Verdict
    mark: str
    took_s: float
    remarks: tuple[Remark, ...] = ()
    promises: tuple[tuple[str, str, str], ...] = ()
    receipt: str = ""
    report: str = ""

    @property
    def brief(self) -> str:
        return self.remarks[0].sentence if self.remarks else ""


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """The whole page. `facts` are pairs of a name and a value."""

    language: str
    name: str
    rows: tuple[Judged, ...]
    words: dict[str, str]
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def learners(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.learner for one in self.rows))

    @property
    def exercises(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.exercise for one in self.rows))

    def of(self, learner: str, exercise: str) -> Judged | None:
        """What that learner handed in for that exercise."""
        wanted = (learner, exercise)
        return next((one for one in self.rows if (one.learner, one.exercise) == wanted), None)

    def count(self, verdict: str) -> int:
        return sum(one.verdict == verdict for one in self.rows)


def page_of(overview: Overview) -> str:
    """The page as one text that needs no network."""
    jinja: Environment = environment()
    return jinja.get_template("grades.html.j2").render(
        page=overview,
        verdicts=("BROKEN", "UNKNOWN", "HELD"),
        style=asset("report.css") + "\n" + asset("grades.css"),
        program=asset("theme.js") + "\n" + asset("grades.js"),
    )
