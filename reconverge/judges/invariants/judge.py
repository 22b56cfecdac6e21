"""The fold that judges an invariant: nothing in a span violates it, and we have seen it all.

The first delivery that violates it ends the matter. A gap of a watch inside the span, without a
violation, leaves it UNKNOWN, unless the audit log shows that nobody wrote in it. While a gap is
open nothing is judged: a list in progress mixes old objects with new ones. At the end of the span a
sentinel must come back through each of our watches: one that is deaf would have seen no violation.
Until then a gap counts as one inside the span: what is lost in it may be older than its beginning.
"""

from __future__ import annotations

from reconverge.judges.audited import Hidden
from reconverge.judges.echoes import Echoes, any_node
from reconverge.judges.judge import Judge, Progress, Want, catch_up
from reconverge.judges.liveliness import ANSWER_S
from reconverge.judges.promise import Promise
from reconverge.judges.tally import Tally
from reconverge.model import Ref
from reconverge.timeline import Entry, Observed
from reconverge.verdict import Finding, Verdict


class Invariant(Promise, frozen=True, kw_only=True):
    """Base of the promises that are kept by every event of a span, or broken by one."""

    def tally(self) -> Tally:
        """A fresh tally of it."""
        raise NotImplementedError

    def judge(self, *, deadline_s: float) -> Judge:
        return InvariantJudge(self, self.tally(), deadline_s=deadline_s)


class InvariantJudge:
    """Follows every entry; done at the first violation, or when the span has ended."""

    def __init__(self, promise: Promise, tally: Tally, *, deadline_s: float) -> None:
        self.promise = promise
        self.deadline_s = deadline_s
        self._tally = tally
        self._hidden = Hidden()
        self._last: Entry | None = None
        self._is_begun = False
        self._entries = 0
        self._newest = 0
        self._node: Ref | None = None
        self._echoes: Echoes | None = None
        self._late: tuple[Entry, str] | None = None

    @property
    def due_s(self) -> float | None:
        return self.deadline_s if self._echoes is None else self.deadline_s + ANSWER_S

    def feed(self, entry: Entry) -> Finding | None:
        finding = catch_up(self, entry.at_s)
        if finding is not None:
            return finding
        reason = self._follow(entry)
        if reason and entry.at_s <= self.deadline_s:
            return self.promise.found(Verdict.BROKEN, reason, entry.at_s, entry)
        if self._echoes is None:
            self._entries += 1
            self._note_newest(entry)
            return None
        self._echoes.feed(entry)
        self._late = (entry, reason) if reason and self._late is None else self._late
        return self._conclude(entry.at_s)

    def _follow(self, entry: Entry) -> str:
        """What `entry` violates, if anything, as far as that can be told."""
        is_first, self._is_begun = not self._is_begun, True
        self._last = entry
        is_news = self._tally.follow(entry, is_first=is_first)
        if is_first:
            self._node = any_node(entry.snapshot)
        gaps = self._tally.gaps(entry)
        if self._echoes is None or not self._echoes.is_heard:
            self._hidden.note(entry, gaps)
        return self._tally.violation if is_news and not gaps and self._tally.is_certain else ""

    def _note_newest(self, entry: Entry) -> None:
        record = entry.record
        if isinstance(record, Observed) and record.kind in self._tally.kinds:
            self._newest = max(self._newest, record.resource_version)

    def at(self, now_s: float) -> Finding | None:
        if self.due_s is not None:
            now_s = min(now_s, self.due_s)
        if now_s < self.deadline_s:
            return None
        finding = self._conclude(now_s)
        if finding is None and self._echoes is None:
            self._echoes = Echoes(self._tally.kinds, after=self._newest, node=self._node)
        return finding

    def _conclude(self, now_s: float) -> Finding | None:
        if not self._entries:
            return self.promise.found(Verdict.UNKNOWN, "nothing was observed", now_s)
        if self._echoes is None:
            return None
        is_over = now_s >= self.deadline_s + ANSWER_S
        if self._echoes.is_heard:
            gap = self._hidden.hiding(self._last)
            if gap is None:
                return self._heard(self._echoes, now_s)
            # The log may be behind: it is waited for as long as an echo would be.
            if is_over or gap is not self._hidden.untold(self._last):
                reason = f"the watch of {gap.kind} had a gap: {gap.reason}"
                return self.promise.found(Verdict.UNKNOWN, reason, now_s)
            return None
        if self._echoes.error or is_over:
            return self.promise.found(Verdict.UNKNOWN, self._echoes.silence, now_s)
        return None

    def _heard(self, echoes: Echoes, now_s: float) -> Finding:
        tally = self._tally
        if self._late is not None and echoes.is_older(self._late[0]):
            entry, reason = self._late
            reason = f"delivered after the end of the span, too late to tell: {reason}"
            return self.promise.found(Verdict.UNKNOWN, reason, now_s, entry)
        if tally.late_violation:
            return self.promise.found(Verdict.BROKEN, tally.late_violation, now_s)
        if tally.doubt:
            return self.promise.found(Verdict.UNKNOWN, tally.doubt, now_s)
        return self.promise.found(Verdict.HELD, f"at each of {self._entries} entries", now_s)

    def wants(self) -> tuple[Want, ...]:
        return self._echoes.wants() if self._echoes is not None else ()

    def progress(self) -> Progress:
        return Progress(self.promise.sentence(), f"held at {self._entries} entries")
