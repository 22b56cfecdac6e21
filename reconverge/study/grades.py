"""What the flaws of a hand-in amount to: passed, not yet, or that it cannot be said."""

from __future__ import annotations

from typing import Literal

from reconverge.study.flaws import Flaw
from reconverge.verdict import Verdict

Grade = Literal["passed", "not yet", "unknown"]
# Of these it cannot be said whether the learner was right.
UNJUDGED = frozenset({"RCS712", "RCS803", "RCS804"})
# A grade as the verdict of a run, with its exit code.
VERDICTS: dict[Grade, Verdict] = {
    "passed": Verdict.HELD,
    "not yet": Verdict.BROKEN,
    "unknown": Verdict.UNKNOWN,
}


def passes(flaws: tuple[Flaw, ...]) -> bool:
    """Advice does not make a hand-in fail."""
    return all(flaw.is_advice for flaw in flaws)


def grade_of(flaws: tuple[Flaw, ...]) -> Grade:
    """A flaw that is the learner's outweighs what could not be judged."""
    if passes(flaws):
        return "passed"
    counted = {flaw.code for flaw in flaws if not flaw.is_advice}
    return "unknown" if counted <= UNJUDGED else "not yet"
