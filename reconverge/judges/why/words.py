"""What an explanation is made of: a sentence, whose move it is, and the evidence.

Durations come from stamps of the API server, which have a grain of one second, so none is told
more finely; and none is told where the present second is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec


class Evidence(msgspec.Struct, frozen=True):
    """One fact: the timeline entry that shows it, where there is one, and a short line."""

    index: int | None
    text: str

    def __str__(self) -> str:
        return f"#{self.index} {self.text}" if self.index is not None else self.text


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """One reason why something is not as it should be.

    `kind` is the same for all objects that suffer from the same, so that they can be counted;
    `controller` is who has to act next, or nobody.
    """

    kind: str
    sentence: str
    controller: str
    evidence: tuple[Evidence, ...] = ()

    def after(self, *earlier: Evidence) -> Cause:
        """The same, told from further up the chain of owners."""
        return msgspec.structs.replace(self, evidence=(*earlier, *self.evidence))

    def saying(self, sentence: str) -> Cause:
        """The same in other words."""
        return msgspec.structs.replace(self, sentence=sentence)


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why a workload has not converged (yet); without a sentence nothing is known to be wrong.

    `evidence` goes down the chain: owner, condition, event, the timer that is running.
    """

    sentence: str = ""
    controller: str = ""
    evidence: tuple[Evidence, ...] = ()

    @classmethod
    def of(cls, cause: Cause | None) -> Explanation:
        if cause is None:
            return cls()
        return cls(sentence=cause.sentence, controller=cause.controller, evidence=cause.evidence)

    @property
    def indices(self) -> tuple[int, ...]:
        """The timeline entries that show it, each once, in the order of the chain."""
        found = (one.index for one in self.evidence if one.index is not None)
        return tuple(dict.fromkeys(found))

    @property
    def lines(self) -> tuple[str, ...]:
        """The evidence, and whose move it is, for a reader."""
        rows = [str(one) for one in self.evidence]
        return (*rows, *([f"now it is up to {self.controller}"] if self.controller else []))


UNEXPLAINED = Explanation()
NOBODY = "nobody: it stays as it is"


def whole_s(seconds: float) -> str:
    """A duration at the grain of the stamps: `31 s`, `5 min 20 s`; hours without their seconds."""
    minutes, rest_s = divmod(max(0, round(seconds)), 60)
    hours, rest_min = divmod(minutes, 60)
    rows = ((hours, "h"), (rest_min, "min"), (rest_s if not hours else 0, "s"))
    return " ".join(f"{number} {unit}" for number, unit in rows if number) or "0 s"


def counted(number: int, noun: str) -> str:
    """`1 pod`, `3 pods`."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def brief(text: str, *, limit: int = 160) -> str:
    """A message from the cluster, short enough for a sentence: its end, where the cause stands."""
    text = " ".join(text.split())
    return text if len(text) <= limit else "... " + text[len(text) - limit :]


def commonest(causes: Sequence[Cause]) -> Cause | None:
    """The cause that most of these things share, with the count of the others.

    Among equals the first counts: callers give them in the order of the chain of causes.
    """
    if not causes:
        return None
    kinds = [cause.kind for cause in causes]
    first = max(causes, key=lambda cause: kinds.count(cause.kind))
    same = kinds.count(first.kind) - 1
    others = len(causes) - 1 - same
    notes = [f"so it is with {same} more"] if same else []
    notes += [f"{others} for another reason" if others == 1 else f"{others} for other reasons"]
    told = ", ".join(notes if others else notes[:-1])
    return first.saying(f"{first.sentence} ({told})") if told else first


def since(stamp: datetime | None, now: datetime | None) -> float | None:
    """Seconds from a stamp until now, never negative: clocks of two machines differ a little."""
    if stamp is None or now is None:
        return None
    return max(0.0, (now - stamp).total_seconds())


def ago(stamp: datetime | None, now: datetime | None) -> str:
    """` since 31 s`, or nothing where it is not known."""
    passed_s = since(stamp, now)
    return "" if passed_s is None else f" since {whole_s(passed_s)}"


def left(due: datetime | None, now: datetime | None, *, overdue: str = "now") -> str:
    """`in 12 s`, `overdue` when that second has passed; nothing where it is not known."""
    if due is None or now is None:
        return ""
    left_s = (due - now).total_seconds()
    return f"in {whole_s(left_s)}" if round(left_s) > 0 else overdue
