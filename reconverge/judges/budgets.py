"""The promise of a budget: how long a lost pod may be missed.

It is judged at the end of its span, or when the last budget that began in it has run out. Then a
sentinel shows, as for every promise about pods, that our own watch is up to date: a watch that
delivers nothing would show no loss, and no replacement either.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from reconverge.judges.judge import Progress, Want, catch_up
from reconverge.judges.ledger import Ledger
from reconverge.judges.liveliness import ANSWER_S, DEAF, SENTINEL_KIND, Echo
from reconverge.judges.phases import Recovery
from reconverge.judges.promise import Promise
from reconverge.model import Ref
from reconverge.timeline import Entry, Observed
from reconverge.verdict import Finding, Verdict


class ReplacedWithin(Promise, frozen=True, kw_only=True):
    """Whatever pod `workload` loses, another is ready in its place within `within_s` seconds."""

    workload: Ref
    within_s: float

    def sentence(self) -> str:
        name, limit_s = self.workload.name, self.within_s
        return f'every replacement of "{name}" is ready within {limit_s:g} s of the loss'

    def judge(self, *, deadline_s: float) -> BudgetJudge:
        return BudgetJudge(self, deadline_s=deadline_s)


class BudgetJudge:
    """Weighs the losses up to the deadline; those under way get the rest of their budget."""

    def __init__(self, promise: ReplacedWithin, *, deadline_s: float) -> None:
        self.promise = promise
        self.deadline_s = deadline_s
        self._ledger = Ledger(promise.workload.namespace, promise.workload)
        self._end_s = deadline_s
        self._asked_s = 0.0
        self._echo: Echo | None = None
        self._newest = 0
        self._found: tuple[Recovery, ...] = ()
        self._late: Entry | None = None

    @property
    def due_s(self) -> float | None:
        return self._end_s if self._echo is None else self._asked_s + ANSWER_S

    def feed(self, entry: Entry) -> Finding | None:
        finding = catch_up(self, entry.at_s)
        if finding is not None:
            return finding
        before = self._ledger.changes
        self._ledger.feed(entry)
        is_news = self._ledger.changes != before
        if is_news and self._echo is not None and entry.at_s <= self._asked_s:
            self._echo = None  # of the very second at which the span ended, so still of the span
        if self._echo is not None:
            self._echo.feed(entry)
            self._late = entry if is_news and self._late is None else self._late
            return self._conclude(entry.at_s)
        if isinstance(entry.record, Observed) and entry.record.kind == "Pod":
            self._newest = max(self._newest, entry.record.resource_version)
        if entry.at_s >= self.deadline_s:
            self._end_s = max(entry.at_s, self._last_budget_s())
        return None

    def at(self, now_s: float) -> Finding | None:
        if self.due_s is not None:
            now_s = min(now_s, self.due_s)
        if self._echo is not None:
            return self._conclude(now_s)
        if now_s >= self._end_s:
            self._end_s = max(self._end_s, self._last_budget_s())
        if now_s >= self._end_s:
            self._asked_s, self._found = now_s, self._in_span()
            self._echo = Echo(SENTINEL_KIND, after=self._newest)
        return None

    def wants(self) -> tuple[Want, ...]:
        return self._echo.wants() if self._echo is not None else ()

    def progress(self) -> Progress:
        found = self._in_span()
        ready = sum(one.total_s is not None for one in found)
        return Progress(self.promise.sentence(), f"{ready} of {len(found)} lost pods are replaced")

    def _in_span(self) -> tuple[Recovery, ...]:
        """What was lost later is not the promise's business."""
        return tuple(one for one in self._ledger.recoveries() if one.lost_s <= self.deadline_s)

    def _last_budget_s(self) -> float:
        """When the last budget that is still in use runs out; the deadline where none is."""
        waiting = (one.lost_s for one in self._in_span() if one.total_s is None)
        return max(waiting, default=self.deadline_s - self.promise.within_s) + self.promise.within_s

    def _conclude(self, now_s: float) -> Finding | None:
        echo = self._echo
        if echo is None:
            return None
        if echo.is_heard:
            return self._heard(echo, now_s)
        if echo.error or now_s >= self._asked_s + ANSWER_S:
            return self._finding(Verdict.UNKNOWN, echo.error or DEAF, now_s)
        return None

    def _heard(self, echo: Echo, now_s: float) -> Finding:
        if self._late is not None and echo.is_older(self._late):
            reason = "a loss or a replacement was delivered after the end, too late to tell"
            return self._finding(Verdict.UNKNOWN, reason, now_s)
        if self._ledger.blindness:
            return self._finding(Verdict.UNKNOWN, self._ledger.blindness, now_s)
        return self._weigh(now_s)

    def _weigh(self, now_s: float) -> Finding:
        found, limit_s = self._found, self.promise.within_s
        if not found:
            reason = f"{self.promise.workload} lost no pod that had to be replaced"
            return self._finding(Verdict.UNKNOWN, reason, now_s)
        late = [one for one in found if one.is_within(limit_s) is False]
        if late:
            worst = _slowest(late)
            share = f"{len(late)} of {len(found)} took longer: {worst}"
            return self._finding(Verdict.BROKEN, share, now_s, worst)
        unknown = [one for one in found if one.is_within(limit_s) is None]
        if unknown:
            one = _slowest(unknown)
            reason = f"{one}; {one.doubt or _contradiction(one)}"
            return self._finding(Verdict.UNKNOWN, reason, now_s, one)
        worst = _slowest(found)
        reason = f"{len(found)} lost, {len(found)} replaced; the slowest: {worst}"
        return self._finding(Verdict.HELD, reason, now_s, worst)

    def _finding(
        self, verdict: Verdict, reason: str, now_s: float, worst: Recovery | None = None
    ) -> Finding:
        is_over = worst is not None and worst.total_s is not None
        return Finding(
            promise=self.promise.sentence(),
            verdict=verdict,
            why=reason,
            decided_s=now_s,
            instant_s=worst.reached_s[-1] if worst is not None and is_over else None,
            evidence=worst.evidence if worst is not None else (),
        )


def _slowest(found: Sequence[Recovery]) -> Recovery:
    """Who never came is slower than anybody who did."""
    return max(found, key=lambda one: math.inf if one.total_s is None else one.total_s)


def _contradiction(one: Recovery) -> str:
    return (
        f"by the server's own stamps it took {one.stamped_s:g} s: our watch delivered late, "
        "or the clocks of the cluster differ"
    )
