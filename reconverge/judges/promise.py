"""A promise is a frozen value that can be written down, and that knows its judge."""

from __future__ import annotations

import msgspec

from reconverge.judges.judge import Judge
from reconverge.timeline import Entry
from reconverge.verdict import Finding, Verdict


class Promise(msgspec.Struct, frozen=True, kw_only=True, tag_field="is", tag=True):
    """Base of everything a scenario can promise about its workloads."""

    def sentence(self) -> str:
        """The promise in the words of the features, without its deadline."""
        raise NotImplementedError

    @property
    def begins_with(self) -> tuple[str, ...]:
        """The injections with the first of which its span begins; without any it begins now."""
        named: tuple[str, ...] = getattr(self, "injections", ())
        return named

    def judge(self, *, deadline_s: float) -> Judge:
        """A fresh judge of this promise; `deadline_s` is a second of the timeline."""
        raise NotImplementedError

    def found(
        self,
        verdict: Verdict,
        why: str,
        at_s: float,
        entry: Entry | None = None,
        *,
        last_seen: str = "",
    ) -> Finding:
        """The finding that a judge came to at second `at_s`, by `entry` where one settled it."""
        return Finding(
            promise=self.sentence(),
            verdict=verdict,
            why=why,
            decided_s=at_s,
            instant_s=entry.at_s if entry is not None else None,
            last_seen=last_seen,
            evidence=(entry.index,) if entry is not None else (),
        )

    def undecided(self, why: str, *, at_s: float) -> Finding:
        """The finding where no judge came to one."""
        return self.found(Verdict.UNKNOWN, why, at_s)
