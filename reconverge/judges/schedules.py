"""Whether a CronJob starts the Job that is due, or rightly starts none.

The controller names a Job after the minute for which it is due, so "the Job for 13:45" is a name
and not a guess (getJobName, pkg/controller/cronjob/cronjob_controllerv2.go, Kubernetes 1.34).
That none was started is believed only of a controller that is alive: after the deadline it must
strike a Job that never was off its list, and our own watch of Jobs must bring back one of ours.
"""

from __future__ import annotations

from datetime import UTC, datetime

from reconverge.judges.absence import Absence
from reconverge.judges.audited import Hidden
from reconverge.judges.judge import Progress, Want, catch_up
from reconverge.judges.promise import Promise
from reconverge.model import Named, Ref
from reconverge.timeline import Entry, Gap, Lost, Observed
from reconverge.verdict import Finding, Verdict

_KINDS = ("Job", "CronJob")


def job_name(cron: Ref, due: datetime) -> str:
    """The name of the Job that is due at `due`: the CronJob's, and the minutes since 1970."""
    return f"{cron.name}-{int(due.timestamp()) // 60}"


class StartsJob(Promise, frozen=True, kw_only=True):
    """The CronJob starts the Job that is due at `due`."""

    cron: Ref
    due: datetime

    def sentence(self) -> str:
        return f'"{self.cron.name}" starts the Job that is due at {_clock(self.due)}'

    def judge(self, *, deadline_s: float) -> DueJudge:
        return DueJudge(self, cron=self.cron, due=self.due, deadline_s=deadline_s, is_wanted=True)


class StartsNoJob(Promise, frozen=True, kw_only=True):
    """The CronJob starts no Job for `due`: suspended, forbidden while another runs, or too late."""

    cron: Ref
    due: datetime

    def sentence(self) -> str:
        return f'"{self.cron.name}" starts no Job for {_clock(self.due)}'

    def judge(self, *, deadline_s: float) -> DueJudge:
        return DueJudge(self, cron=self.cron, due=self.due, deadline_s=deadline_s, is_wanted=False)


class DueJudge:
    """Waits for one Job by name until the deadline, and then for proof that its absence is real.

    A Job that comes after that is late only where our watch has missed nothing, and where it was
    written after the question: else it may have been made in time.
    """

    def __init__(
        self, promise: Promise, *, cron: Ref, due: datetime, deadline_s: float, is_wanted: bool
    ) -> None:
        self.promise = promise
        self.deadline_s = deadline_s
        self._cron = cron
        self._name = job_name(cron, due)
        self._is_wanted = is_wanted
        self._started: Entry | None = None
        self._outage: Gap | Lost | None = None
        self._hidden = Hidden()
        self._newest = 0
        self._absence: Absence | None = None
        self._last: Entry | None = None

    @property
    def due_s(self) -> float | None:
        return self.deadline_s if self._absence is None else self._absence.over_s

    def feed(self, entry: Entry) -> Finding | None:
        finding = catch_up(self, entry.at_s)
        if finding is not None:
            return finding
        self._note(entry)
        if self._is_gone:
            self._ask(entry.at_s)
        if self._absence is not None:
            self._absence.feed(entry)
        return self._conclude(entry.at_s)

    def at(self, now_s: float) -> Finding | None:
        if self.due_s is not None:
            now_s = min(now_s, self.due_s)
        finding = self._conclude(now_s)
        if finding is None and now_s >= self.deadline_s:
            self._ask(now_s)
        return finding

    def wants(self) -> tuple[Want, ...]:
        return self._absence.wants() if self._absence is not None else ()

    def progress(self) -> Progress:
        seen = "not yet" if self._started is None else "it was started"
        return Progress(self.promise.sentence(), seen)

    def _ask(self, now_s: float) -> None:
        if self._absence is None:
            self._absence = Absence(self._cron, after=self._newest, asked_s=now_s)

    def _note(self, entry: Entry) -> None:
        record = entry.record
        is_first, self._last = self._last is None, entry
        here = ("", self._cron.namespace)
        outages = [one for one in entry.outages if one.kind in _KINDS and one.namespace in here]
        self._outage = next(iter(outages), None)
        gaps = [one for one in outages if isinstance(one, Gap) and one.kind == "Job"]
        self._hidden.note(entry, gaps)
        seen: list[Named] = list(entry.snapshot.objects("Job")) if is_first else []
        if isinstance(record, Observed) and record.kind in _KINDS:
            self._newest = max(self._newest, record.resource_version)
            seen += [entry.view] if record.kind == "Job" and entry.view is not None else []
        if self._started is None and any(self._is_it(one) for one in seen):
            self._started = entry

    def _is_it(self, job: Named) -> bool:
        owner = job.metadata.controller
        return job.name == self._name and owner is not None and owner.uid == self._cron.uid

    @property
    def _is_gone(self) -> bool:
        return self._last is not None and self._last.snapshot.is_gone(self._cron.uid)

    def _conclude(self, now_s: float) -> Finding | None:
        started, absence = self._started, self._absence
        if started is not None and started.at_s <= self.deadline_s:
            verdict = Verdict.HELD if self._is_wanted else Verdict.BROKEN
            return self._found(verdict, f"{self._name} was started", now_s, started)
        if absence is None:
            return None
        doubt, may_pass = self._doubt
        if doubt and may_pass and now_s < absence.over_s:
            return None
        if doubt:
            return self._found(Verdict.UNKNOWN, doubt, now_s)
        return self._weigh(absence, now_s)

    @property
    def _doubt(self) -> tuple[str, bool]:
        """What our watches may have missed, and whether the audit log may yet say: nothing."""
        if self._outage is not None:
            what = "has a gap" if isinstance(self._outage, Gap) else "is lost"
            return f"the watch of {self._outage.kind} {what}: {self._outage.reason}", False
        gap = self._hidden.hiding(self._last)
        if gap is None:
            return "", False
        may_pass = gap is self._hidden.untold(self._last)
        return f"the watch of {gap.kind} had a gap: {gap.reason}", may_pass

    def _weigh(self, absence: Absence, now_s: float) -> Finding | None:
        """After the deadline, on watches that have missed nothing."""
        is_answer_due = bool(absence.error) or now_s >= absence.over_s
        if self._started is not None and (absence.is_dated or is_answer_due):
            return self._on_late_start(self._started, absence, now_s)
        if self._is_gone and (absence.is_heard or is_answer_due):
            return self._on_end(absence, now_s)
        if absence.is_proved:
            verdict = Verdict.BROKEN if self._is_wanted else Verdict.HELD
            return self._found(verdict, f"there is no {self._name}", now_s)
        return self._on_no_answer(absence, now_s) if is_answer_due else None

    def _on_late_start(self, started: Entry, absence: Absence, now_s: float) -> Finding:
        late = f"{started.at_s - self.deadline_s:.1f} s too late"
        if not absence.is_dated or absence.is_older(started):
            reason = f"{self._name} was delivered {late}, and may have been started in time"
            return self._found(Verdict.UNKNOWN, reason, now_s, started)
        if self._is_wanted:
            return self._found(Verdict.BROKEN, f"{self._name} was started, {late}", now_s, started)
        return self._found(Verdict.HELD, f"{self._name} came only later", now_s)

    def _on_end(self, absence: Absence, now_s: float) -> Finding:
        """The CronJob is gone, and starts nothing any more."""
        if not absence.is_heard:
            return self._found(Verdict.UNKNOWN, absence.silence, now_s)
        verdict = Verdict.BROKEN if self._is_wanted else Verdict.UNKNOWN
        return self._found(verdict, f"{self._cron} is gone", now_s)

    def _on_no_answer(self, absence: Absence, now_s: float) -> Finding:
        """Silence is what a dead controller shows as well; it proves only what is missing."""
        is_proof = self._is_wanted and absence.is_ignored
        verdict = Verdict.BROKEN if is_proof else Verdict.UNKNOWN
        return self._found(verdict, absence.silence, now_s)

    def _found(
        self, verdict: Verdict, why: str, now_s: float, entry: Entry | None = None
    ) -> Finding:
        return self.promise.found(verdict, why, now_s, entry)


def _clock(due: datetime) -> str:
    return f"{due.astimezone(UTC):%H:%M} UTC"
