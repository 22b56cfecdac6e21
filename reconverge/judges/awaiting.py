"""The fold behind Eventually, Until and ThenStays: something is awaited, something else meanwhile.

All three are one: `awaited` is so by the deadline and for `for_s` seconds, and `meanwhile` is so
until then. What is unknown is read both ways (see `temporal`): beside the stay that is proved goes
one that would be, if all that is unknown had been in its favour.
"""

from __future__ import annotations

from reconverge.judges.aftermath import Aftermath
from reconverge.judges.audited import Hidden
from reconverge.judges.echoes import Echoes, any_node
from reconverge.judges.judge import Progress, Want, catch_up
from reconverge.judges.liveliness import ANSWER_S
from reconverge.judges.tally import Tally
from reconverge.model import Ref
from reconverge.timeline import Entry, Gap, Observed
from reconverge.verdict import Finding, Verdict


class Stay:
    """Since when something has been so without a break: for certain, and possibly.

    `certain` is the entry at which it began, as far as that is known to belong to the span.
    `possible_s` is the second at which it began in the most favourable reading. `was_possible`
    tells whether a possible stay that began by `deadline_s` has lasted `for_s` seconds.
    """

    def __init__(self, *, for_s: float, deadline_s: float) -> None:
        self._for_s = for_s
        self._deadline_s = deadline_s
        self.certain: Entry | None = None
        self.possible_s: float | None = None
        self.was_possible = False
        self.fall: tuple[Entry, float] | None = None  # how the last certain one ended, and lasted

    @property
    def is_in_time(self) -> bool:
        """Whether a certain one is going on that began by the deadline."""
        return self.certain is not None and self.certain.at_s <= self._deadline_s

    @property
    def may_be_in_time(self) -> bool:
        """Whether a possible one that began by the deadline was long enough, or still may be."""
        return self.was_possible or self._is_possibly_in_time

    @property
    def _is_possibly_in_time(self) -> bool:
        return self.possible_s is not None and self.possible_s <= self._deadline_s

    @property
    def lasts_until_s(self) -> float:
        """When the certain one will have lasted long enough."""
        return float("inf") if self.certain is None else self.certain.at_s + self._for_s

    def last(self, now_s: float) -> None:
        """Nothing has changed up to `now_s`."""
        if self.possible_s is not None and self._is_possibly_in_time:
            self.was_possible |= now_s >= self.possible_s + self._for_s

    def go_on(self, entry: Entry, *, is_certain: bool, is_possible: bool) -> None:
        """It is so at `entry`; whether that is of the span is certain, possible, or neither."""
        if not is_possible:
            self.possible_s = None
        elif self.possible_s is None:
            self.possible_s = entry.at_s
        if is_certain and self.certain is None:
            self.certain = entry

    def lose_sight(self, since_s: float) -> None:
        """Since that second it may have been so, or not."""
        self.certain = None
        self.possible_s = since_s if self.possible_s is None else min(self.possible_s, since_s)

    def end(self, entry: Entry) -> None:
        """It is not so at `entry`."""
        if self.certain is not None:
            self.fall = (entry, entry.at_s - self.certain.at_s)
        self.certain, self.possible_s = None, None


class AwaitJudge:
    """Waits until `awaited` has been so for `for_s` seconds, and that is proved; or cannot be."""

    def __init__(
        self,
        sentence: str,
        *,
        awaited: Tally,
        meanwhile: Tally | None = None,
        for_s: float = 0.0,
        injections: tuple[str, ...] = (),
        deadline_s: float,
    ) -> None:
        self.sentence = sentence
        self.deadline_s = deadline_s
        self._awaited = awaited
        self._meanwhile = meanwhile
        self._tallies = [awaited] if meanwhile is None else [awaited, meanwhile]
        self._kinds = frozenset[str]().union(*(tally.kinds for tally in self._tallies))
        self._for_s = for_s
        self._injections = injections
        self._aftermath = Aftermath(injections)
        self._opening: Echoes | None = None
        self._closing: Echoes | None = None
        self._closing_s = 0.0
        self._node: Ref | None = None
        self._newest = 0
        self._last: Entry | None = None
        self._gap: Gap | None = None
        self._hidden = Hidden()
        self._stay = Stay(for_s=for_s, deadline_s=deadline_s)
        self._met: Entry | None = None  # the beginning of a stay that was long enough
        self._met_version = 0
        self._breach: tuple[Entry, str] | None = None
        self._late: tuple[Entry, str] | None = None

    @property
    def due_s(self) -> float | None:
        if self._closing is not None:
            return self._answered_by_s
        return self._stay.lasts_until_s if self._stay.is_in_time else self.deadline_s

    def feed(self, entry: Entry) -> Finding | None:
        finding = catch_up(self, entry.at_s)
        if finding is not None:
            return finding
        self._stay.last(entry.at_s)
        self._follow(entry)
        gaps = [gap for tally in self._tallies for gap in tally.gaps(entry)]
        self._hidden.note(entry, (gap for gap in gaps if self._may_hide(gap)))
        if gaps:
            self._lose_sight(gaps)
        elif all(tally.is_certain for tally in self._tallies):
            self._weigh(entry)
        return self._conclude(entry.at_s)

    def at(self, now_s: float) -> Finding | None:
        if self.due_s is not None:
            now_s = min(now_s, self.due_s)
        return self._conclude(now_s)

    def wants(self) -> tuple[Want, ...]:
        if self._closing is not None:
            return self._closing.wants()
        return self._opening.wants() if self._opening is not None else ()

    def progress(self) -> Progress:
        return Progress(self.sentence, self._awaited.violation or "so it is")

    def _follow(self, entry: Entry) -> None:
        """Bring everything that is kept about the record up to `entry`."""
        is_first, self._last, record = self._last is None, entry, entry.record
        for tally in self._tallies:
            tally.follow(entry, is_first=is_first)
        if is_first:
            views = (one for kind in self._kinds for one in entry.snapshot.objects(kind))
            self._newest = max((view.resource_version for view in views), default=0)
            self._node = any_node(entry.snapshot)
            if not self._injections:
                self._opening = Echoes(self._kinds, after=self._newest, node=self._node)
        elif isinstance(record, Observed) and record.kind in self._kinds:
            self._newest = max(self._newest, record.resource_version)
        self._aftermath.feed(entry)
        for echoes in (self._opening, self._closing):
            if echoes is not None:
                echoes.feed(entry)

    @property
    def _has_begun(self) -> bool:
        """Whether what is seen belongs to the span for certain."""
        return self._aftermath.has_come if self._opening is None else self._opening.is_heard

    @property
    def _end_s(self) -> float:
        """The last second that matters."""
        return self.deadline_s if self._met is None else self._met.at_s + self._for_s

    def _may_hide(self, gap: Gap) -> bool:
        """Whether what is lost in `gap` may be older than the end of the span.

        Not once the sentinels of after the end are heard; nor what the watch would have told that
        has told the end itself, for it tells in order.
        """
        if self._closing is not None and self._closing.is_heard:
            return False
        met = self._met
        if met is None or met.view is None or not isinstance(met.record, Observed):
            return True
        is_teller = gap.kind == met.record.kind
        is_teller &= gap.namespace in ("", met.view.metadata.namespace)
        return not is_teller or gap.since_s < met.at_s

    def _lose_sight(self, gaps: list[Gap]) -> None:
        """In a gap anything may be so, since its beginning: it lies before its record.

        What was written last before it may be lost with it, so one that begins after the last
        second that matters, and before the sentinels of then are heard, reaches back to that.
        """
        if self._closing is not None and self._closing.is_heard:
            return
        self._stay.lose_sight(min(self._end_s, *(gap.since_s for gap in gaps)))
        self._gap = self._gap or gaps[0]
        self._prove_another()

    def _weigh(self, entry: Entry) -> None:
        stay, was_going_on = self._stay, self._stay.certain is not None
        if self._awaited.violation:
            stay.end(entry)
            self._prove_another()
        else:
            # What was so before the fault showed its effect was so before the fault.
            is_possible = self._aftermath.has_come
            stay.go_on(entry, is_certain=self._has_begun, is_possible=is_possible)
        if stay.certain is not None and not was_going_on and not stay.is_in_time:
            late_s = entry.at_s - self.deadline_s
            self._late = self._late or (entry, f"so it is, but {late_s:.1f} s after the deadline")
        if not self._for_s:
            self._meet()
        if self._meanwhile is not None and self._meanwhile.violation:
            self._note_breach(entry, self._meanwhile.violation)

    def _meet(self) -> None:
        stay = self._stay
        if self._met is not None or stay.certain is None or not stay.is_in_time:
            return
        self._met, record = stay.certain, stay.certain.record
        self._met_version = (
            record.resource_version if isinstance(record, Observed) else self._newest
        )

    def _prove_another(self) -> None:
        """A stay that was long enough has ended, or may have, before that could be proved.

        The end may lie within its time, and be delivered after it.
        """
        if self._for_s and self._met is not None:
            self._met, self._closing = None, None

    def _note_breach(self, entry: Entry, reason: str) -> None:
        """What `meanwhile` forbids has happened; once the awaited has come, only of before it."""
        record = entry.record
        if self._met is None:
            if entry.at_s <= self.deadline_s:
                self._breach = self._breach or (entry, reason)
        elif isinstance(record, Observed) and record.resource_version < self._met_version:
            self._late = self._late or (entry, f"delivered late, too late to tell: {reason}")

    def _conclude(self, now_s: float) -> Finding | None:
        self._stay.last(now_s)
        if self._breach is not None:
            return self._breached(*self._breach, now_s)
        if self._for_s and now_s >= self._stay.lasts_until_s:
            self._meet()
        if self._met is not None:
            return self._conclude_met(self._met, now_s)
        if now_s < self.deadline_s or self._stay.is_in_time:
            return None
        return self._conclude_missed(now_s)

    def _breached(self, entry: Entry, reason: str, now_s: float) -> Finding:
        if self._stay.was_possible:
            reason = f"{self._ignorance}; later {reason}"
            return self._finding(Verdict.UNKNOWN, reason, now_s, entry)
        return self._finding(Verdict.BROKEN, reason, now_s, entry)

    def _conclude_met(self, met: Entry, now_s: float) -> Finding | None:
        if self._meanwhile is None and not self._for_s:
            return self._finding(Verdict.HELD, "so it is", now_s, met)
        closing = self._close(now_s)
        return self._proved(met, now_s) if closing.is_heard else self._unheard(closing, now_s)

    def _proved(self, met: Entry, now_s: float) -> Finding | None:
        gap = self._hidden.hiding(self._last) if self._meanwhile is not None else None
        if gap is not None:
            # The log may be behind: it is waited for as long as an echo would be.
            may_be_told = gap is self._hidden.untold(self._last)
            if may_be_told and now_s < self._answered_by_s:
                return None
            return self._finding(Verdict.UNKNOWN, self._ignorance, now_s, met)
        if self._meanwhile is not None and self._late is not None:
            return self._finding(Verdict.UNKNOWN, self._late[1], now_s, self._late[0])
        how = f"and so it was for {self._for_s:g} s" if self._for_s else "and not before"
        return self._finding(Verdict.HELD, f"so it is, {how}", now_s, met)

    def _conclude_missed(self, now_s: float) -> Finding | None:
        """The deadline has passed; what was missed must have been missed by a watch that hears."""
        if self._last is None:
            return self._finding(Verdict.UNKNOWN, "nothing was observed", now_s)
        if self._stay.may_be_in_time or not self._aftermath.has_come:
            return self._finding(Verdict.UNKNOWN, self._ignorance, now_s)
        closing = self._close(now_s)
        return self._missed(closing, now_s) if closing.is_heard else self._unheard(closing, now_s)

    def _missed(self, closing: Echoes, now_s: float) -> Finding:
        if self._late is not None:
            entry, reason = self._late
            verdict = Verdict.UNKNOWN if closing.is_older(entry) else Verdict.BROKEN
            return self._finding(verdict, reason, now_s, entry)
        if self._stay.fall is not None:
            entry, lasted_s = self._stay.fall
            reason = f"it was so for {lasted_s:.1f} s only: {self._awaited.violation}"
            return self._finding(Verdict.BROKEN, reason, now_s, entry)
        return self._finding(Verdict.BROKEN, self._awaited.violation, now_s)

    @property
    def _answered_by_s(self) -> float:
        """When the sentinels count as lost.

        A promise that begins with a fault is asked about later, when the stay may be long over, and
        only then is anything planted: so not before the deadline.
        """
        return max(self._closing_s, self.deadline_s) + ANSWER_S

    def _close(self, now_s: float) -> Echoes:
        """The sentinels after the last instant that matters, planted at the first call."""
        if self._closing is None:
            self._closing = Echoes(self._kinds, after=self._newest, node=self._node)
            self._closing_s = now_s
        return self._closing

    def _unheard(self, closing: Echoes, now_s: float) -> Finding | None:
        if closing.error or now_s >= self._answered_by_s:
            return self._finding(Verdict.UNKNOWN, closing.silence, now_s)
        return None

    @property
    def _ignorance(self) -> str:
        """Why it is not known whether the awaited has come."""
        if self._gap is not None:
            return f"the watch of {self._gap.kind} had a gap: {self._gap.reason}"
        if not self._aftermath.has_come:
            return self._aftermath.missing
        if self._opening is not None and not self._opening.is_heard:
            return self._opening.silence
        return "it was seen, but whether it lasted, and when it began, is not known"

    def _finding(
        self, verdict: Verdict, reason: str, now_s: float, entry: Entry | None = None
    ) -> Finding:
        return Finding(
            promise=self.sentence,
            verdict=verdict,
            why=reason,
            decided_s=now_s,
            instant_s=entry.at_s if entry is not None else None,
            evidence=(entry.index,) if entry is not None else (),
        )
