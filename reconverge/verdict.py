"""What a judge may say. Three values, because "cannot be known" is neither a pass nor a failure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from reconverge.errors import ExitCode

# Why nobody knows what became of a promise whose wait was ended from outside.
INTERRUPTED = "interrupted before a verdict"


class Verdict(StrEnum):
    """HELD: the promise was kept. BROKEN: it was not. UNKNOWN: the record cannot tell."""

    HELD = "HELD"
    UNKNOWN = "UNKNOWN"
    BROKEN = "BROKEN"

    @property
    def exit_code(self) -> ExitCode:
        return ExitCode[self.name]


_SEVERITY = {Verdict.HELD: 0, Verdict.UNKNOWN: 1, Verdict.BROKEN: 2}


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One promise judged: the verdict, the one sentence that says why, and the evidence for it.

    `instant_s` is the timeline second of the event that settled the matter: for HELD the event that
    made the steady state true (not the end of the hold), for an invariant its first violation; None
    where no single event did, e.g. at a deadline. `evidence` are timeline indices; `because` says
    in short lines what is seen there, and whose move it is.
    """

    promise: str
    verdict: Verdict
    why: str
    decided_s: float
    instant_s: float | None = None
    last_seen: str = ""
    evidence: tuple[int, ...] = ()
    because: tuple[str, ...] = ()


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The gravest of `verdicts`. Nothing judged is UNKNOWN: an empty record proves nothing."""
    return max(verdicts, key=_SEVERITY.__getitem__, default=Verdict.UNKNOWN)


class PromiseBroken(AssertionError):
    """A promise was not kept, or cannot be known to be; `finding` says which and why."""

    def __init__(self, finding: Finding, text: str) -> None:
        self.finding = finding
        super().__init__(text)
