"""Whether a CronJob keeps its schedule over a span: each due time has its Job, or an excuse.

A Job that should not be there is enough for BROKEN, whoever is asleep. That one is missing is
believed only once the controller has answered a challenge, or is silent, and our watch of Jobs has
shown an echo; and so is, at the end, that there was nothing more. A gap could hide a Job: over one
nothing is ever HELD.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from reconverge.judges.absence import Absence
from reconverge.judges.judge import Progress, Want, catch_up
from reconverge.judges.promise import Promise
from reconverge.judges.schedules import job_name
from reconverge.judges.timetables import Made, Timetable
from reconverge.judges.why import UNEXPLAINED, Explanation, explain
from reconverge.model import CronJob, Job, Ref
from reconverge.timeline import Entry, Gap, Observed
from reconverge.verdict import Finding, Verdict

_KINDS = ("Job", "CronJob")
# What is owed is made within 0.2 s on an idle cluster; its controller's client retries for seconds
# only when the API server restarts.
PATIENCE_S = 10.0


class KeepsSchedule(Promise, frozen=True, kw_only=True):
    """Up to `until` each due time has exactly one Job, of the right name, unless it is excused.

    Excuses are taken from the record: suspension, a Job that goes on where the policy forbids a
    second, a time past `startingDeadlineSeconds`, and a later due time, of which only the newest
    counts. No Job is made but for a due time, or by hand. `injections` are the faults with which
    the span begins.
    """

    cron: Ref
    until: datetime
    injections: tuple[str, ...] = ()

    def sentence(self) -> str:
        return f'"{self.cron.name}" keeps its schedule until {_clock(self.until)}'

    def judge(self, *, deadline_s: float) -> ScheduleJudge:
        return ScheduleJudge(self, deadline_s=deadline_s)


class ScheduleJudge:
    """Follows the CronJob and its Jobs to the end of the span; `deadline_s` is that end."""

    def __init__(self, promise: KeepsSchedule, *, deadline_s: float) -> None:
        self.promise = promise
        self.deadline_s = deadline_s
        self._table = Timetable(promise.cron)
        self._last: Entry | None = None
        self._looked_s = 0.0
        self._settled_s = 0.0  # since when the table is as it is, and nothing hides from us
        self._open: tuple[datetime, float] | None = None  # what is owed, and since when
        self._suspects: list[tuple[Entry, Made]] = []  # Jobs that perhaps should not be there
        self._flaw: tuple[Entry, str] | None = None
        self._gap: Gap | None = None
        self._is_blind = False
        self._kept: set[datetime] = set()
        self._excuses: dict[datetime, str] = {}
        self._newest = 0
        self._absence: Absence | None = None

    @property
    def due_s(self) -> float | None:
        if self._absence is not None:
            return self._absence.over_s
        if self._open is not None:
            return self._open[1] + PATIENCE_S
        return min(self.deadline_s, self._next_look_s) if not self._is_over else self.deadline_s

    @property
    def _is_over(self) -> bool:
        return self._looked_s >= self.deadline_s

    @property
    def _next_look_s(self) -> float:
        """When the time that comes due next would have been missed."""
        now = self._instant(self._looked_s)
        due = self._table.next_due(now) if now is not None else None
        return self._second(due) + PATIENCE_S if due is not None else self.deadline_s

    def feed(self, entry: Entry) -> Finding | None:
        finding = catch_up(self, entry.at_s)
        if finding is not None:
            return finding
        self._look(entry.at_s)  # what was owed until now, before anything has changed
        self._note(entry)
        if self._absence is not None:
            self._absence.feed(entry)
        return self._conclude(entry.at_s)

    def at(self, now_s: float) -> Finding | None:
        if self.due_s is not None:
            now_s = min(now_s, self.due_s)
        finding = self._conclude(now_s)
        if finding is None and self._absence is None and self._is_proof_due(now_s):
            self._absence = Absence(self.promise.cron, after=self._newest, asked_s=now_s)
        return finding

    def _is_proof_due(self, now_s: float) -> bool:
        """Whether something seems to be missing, or the span has ended and nothing is."""
        if self._open is not None:
            return now_s >= self._open[1] + PATIENCE_S
        return now_s >= self.deadline_s

    def wants(self) -> tuple[Want, ...]:
        return self._absence.wants() if self._absence is not None else ()

    def progress(self) -> Progress:
        owed = f"waiting for {self._name(self._open[0])}" if self._open else "nothing is owed"
        return Progress(self.promise.sentence(), f"{self._told}; {owed}")

    def reason(self, now_s: float) -> str:
        """Whose move it is, for a person who waits."""
        return self._explained(now_s).sentence if self._open is not None else ""

    def _note(self, entry: Entry) -> None:
        is_first, self._last, record = self._last is None, entry, entry.record
        outages = [one for one in entry.outages if one.kind in _KINDS]
        self._gap = next((one for one in outages if isinstance(one, Gap)), self._gap)
        was_blind, self._is_blind = self._is_blind, bool(outages)
        now = self._instant(entry.at_s)
        if is_first and now is not None:
            self._table.begin(entry.snapshot, now)
            self._settled_s = entry.at_s
        elif isinstance(record, Observed) and record.kind in _KINDS and now is not None:
            self._newest = max(self._newest, record.resource_version)
            self._settled_s = entry.at_s
            self._take(entry, record, now)
        if was_blind:
            self._settled_s = entry.at_s

    def _take(self, entry: Entry, record: Observed, now: datetime) -> None:
        view, is_listed = entry.view, self._gap is not None and record.change == "listed"
        if isinstance(view, CronJob) and view.uid == self.promise.cron.uid:
            self._table.note_cron(view, now, is_listed=is_listed)
        elif isinstance(view, Job):
            before = set(self._table.made)
            made = self._table.note_job(view, is_gone=record.change == "deleted")
            self._kept |= self._table.made - before
            if made is not None and not is_listed:
                self._suspects.append((entry, made))
        self._judge_suspects()

    def _judge_suspects(self) -> None:
        """Of the Jobs that were made: those of which it is known now whether they should be."""
        told = [(entry, made, self._table.flaw_of(made)) for entry, made in self._suspects]
        self._suspects = [(entry, made) for entry, made, flaw in told if flaw is None]
        flaws = [(entry, flaw) for entry, _, flaw in told if flaw]
        self._flaw = self._flaw or next(iter(flaws), None)

    def _look(self, now_s: float) -> None:
        """What is owed now, as far as we can see, and what is excused."""
        now_s = min(now_s, self.deadline_s)
        self._looked_s, now = max(self._looked_s, now_s), self._instant(now_s)
        due = self._table.open(now) if now is not None and not self._is_blind else None
        if due is None or now is None:
            self._open = None
            return
        self._excuses[due] = self._table.excuse(due, now)
        if self._excuses[due]:
            self._open = None
        elif self._open is None or self._open[0] != due:
            self._open = (due, max(self._settled_s, self._second(due)))

    def _conclude(self, now_s: float) -> Finding | None:
        self._look(now_s)
        if self._flaw is not None:
            entry, flaw = self._flaw
            return self._found(Verdict.BROKEN, flaw, now_s, entry)
        if self._last is not None and self._last.snapshot.is_gone(self.promise.cron.uid):
            return self._found(Verdict.UNKNOWN, f"{self.promise.cron} is gone", now_s)
        if not self._table.is_readable:
            return self._found(Verdict.UNKNOWN, "its schedule counts from its last run", now_s)
        absence = self._absence
        if absence is None:
            return None
        if self._open is None and absence.asked_s < self.deadline_s:
            self._absence = None  # what seemed to be missing has come, or is excused by now
            return None
        if absence.is_proved:
            return self._proved(now_s)
        if absence.error or now_s >= absence.over_s:
            return self._unanswered(absence, now_s)
        return None

    def _proved(self, now_s: float) -> Finding:
        """A live controller has done all that it wants, and we have heard of it."""
        if self._gap is not None:
            reason = f"the watch of {self._gap.kind} had a gap: {self._gap.reason}"
            return self._found(Verdict.UNKNOWN, reason, now_s)
        if self._open is not None:
            return self._missing(f"there is no {self._name(self._open[0])}", now_s)
        if not self._kept and not any(self._excuses.values()):
            return self._found(Verdict.UNKNOWN, "it was not due in all that time", now_s)
        return self._found(Verdict.HELD, self._told, now_s)

    def _unanswered(self, absence: Absence, now_s: float) -> Finding:
        """Silence proves only what is missing, and that only where we hear."""
        if self._open is not None and absence.is_ignored and self._gap is None:
            return self._missing(absence.silence, now_s, silence=absence.silence)
        return self._found(Verdict.UNKNOWN, absence.silence, now_s)

    def _missing(self, reason: str, now_s: float, *, silence: str = "") -> Finding:
        why = self._explained(now_s, silence=silence)
        reason = ": ".join(filter(None, [reason, "" if silence else why.sentence]))
        finding = self._found(Verdict.BROKEN, reason, now_s)
        return msgspec.structs.replace(finding, evidence=why.indices, because=why.lines)

    def _explained(self, now_s: float, *, silence: str = "") -> Explanation:
        if self._last is None:
            return UNEXPLAINED
        now = self._instant(now_s)
        return explain(self._last.snapshot, self.promise.cron, now=now, silence=silence)

    def _found(
        self, verdict: Verdict, reason: str, now_s: float, entry: Entry | None = None
    ) -> Finding:
        return self.promise.found(verdict, reason, now_s, entry, last_seen=self._told)

    @property
    def _told(self) -> str:
        """`made batch-29454585, batch-29454587; 13:46 UTC: it is suspended`."""
        made = ", ".join(self._name(due) for due in sorted(self._kept)) or "nothing"
        excused = {due: text for due, text in self._excuses.items() if due not in self._table.made}
        rows = [f"{_clock(due)}: {text}" for due, text in sorted(excused.items()) if text]
        return "; ".join([f"made {made}", *rows])

    def _name(self, due: datetime) -> str:
        return job_name(self.promise.cron, due)

    def _instant(self, at_s: float) -> datetime | None:
        return self._last.instant(at_s) if self._last is not None else None

    def _second(self, at: datetime) -> float:
        """The second of the timeline at that instant by the wall."""
        begun = self._instant(0.0)
        return (at - begun) / timedelta(seconds=1) if begun is not None else self.deadline_s


def _clock(at: datetime) -> str:
    return f"{at.astimezone(UTC):%H:%M} UTC"
