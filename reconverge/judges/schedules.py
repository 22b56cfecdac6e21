"""Whether a CronJob starts the Job that is due, or rightly starts none.

The controller names a Job after the minute for which it is due, so "the Job for 13:45" is a name
and not a guess (getJobName, pkg/controller/cronjob/cronjob_controllerv2.go, Kubernetes 1.34).
That none was started is believed only of a controller that is alive: after the deadline it must
strike a Job that never was off its list, and our own watch of Jobs must bring back one of ours.
"""

from __future__ import annotations

from datetime import UTC, datetime

from reconverge.judges.judge import Progress, Want, catch_up
from reconverge.judges.liveliness import ANSWER_S, Barrier
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
    """Waits for one Job by name until the deadline, and then for proof that its absence is real."""

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
        self._newest = 0
        self._barrier: Barrier | None = None
        self._is_first = True
        self._is_gone = False

    @property
    def due_s(self) -> float | None:
        return self.deadline_s if self._barrier is None else self._patience_s

    @property
    def _patience_s(self) -> float:
        return self.deadline_s + 2 * ANSWER_S

    def feed(self, entry: Entry) -> Finding | None:
        finding = catch_up(self, entry.at_s)
        if finding is not None:
            return finding
        self._note(entry)
        if self._barrier is not None:
            self._barrier.feed(entry)
        return self._conclude(entry.at_s)

    def at(self, now_s: float) -> Finding | None:
        if self.due_s is not None:
            now_s = min(now_s, self.due_s)
        finding = self._conclude(now_s)
        if finding is None and now_s >= self.deadline_s and self._barrier is None:
            self._barrier = Barrier((self._cron,), after=self._newest)
        return finding

    def wants(self) -> tuple[Want, ...]:
        return self._barrier.wants() if self._barrier is not None else ()

    def progress(self) -> Progress:
        seen = "not yet" if self._started is None else "it was started"
        return Progress(self.promise.sentence(), seen)

    def _note(self, entry: Entry) -> None:
        record = entry.record
        is_first, self._is_first = self._is_first, False
        self._is_gone |= entry.snapshot.is_gone(self._cron.uid)
        self._outage = next((one for one in entry.outages if one.kind in _KINDS), None)
        seen: list[Named] = list(entry.snapshot.objects("Job")) if is_first else []
        if isinstance(record, Observed) and record.kind in _KINDS:
            self._newest = max(self._newest, record.resource_version)
            seen += [entry.view] if record.kind == "Job" and entry.view is not None else []
        if self._started is None and any(self._is_it(one) for one in seen):
            self._started = entry

    def _is_it(self, job: Named) -> bool:
        owner = job.metadata.controller
        return job.name == self._name and owner is not None and owner.uid == self._cron.uid

    def _conclude(self, now_s: float) -> Finding | None:
        if self._started is not None:
            is_late = self._started.at_s > self.deadline_s
            return self._on_start(self._started, now_s, is_late=is_late)
        if self._is_gone:
            verdict = Verdict.BROKEN if self._is_wanted else Verdict.UNKNOWN
            return self.promise.found(verdict, f"{self._cron} is gone", now_s)
        barrier = self._barrier
        if barrier is None:
            return None
        if self._outage is not None:
            what = "has a gap" if isinstance(self._outage, Gap) else "is lost"
            reason = f"the watch of {self._outage.kind} {what}: {self._outage.reason}"
            return self.promise.found(Verdict.UNKNOWN, reason, now_s)
        if barrier.is_answered:
            barrier.close()
        if barrier.is_closed:
            return self._on_silence(now_s)
        if barrier.error or now_s >= self._patience_s:
            return self._on_no_answer(barrier, now_s)
        return None

    def _on_start(self, started: Entry, now_s: float, *, is_late: bool) -> Finding | None:
        if is_late and not self._is_wanted:
            return self.promise.found(Verdict.HELD, f"{self._name} came only later", now_s)
        verdict = Verdict.HELD if self._is_wanted and not is_late else Verdict.BROKEN
        late = f", {started.at_s - self.deadline_s:.1f} s too late" if is_late else ""
        return self.promise.found(verdict, f"{self._name} was started{late}", now_s, started)

    def _on_silence(self, now_s: float) -> Finding:
        """A live controller has started none."""
        verdict = Verdict.BROKEN if self._is_wanted else Verdict.HELD
        return self.promise.found(verdict, f"there is no {self._name}", now_s)

    def _on_no_answer(self, barrier: Barrier, now_s: float) -> Finding:
        """Silence is what a dead controller shows as well; it proves only what is missing."""
        if self._is_wanted and barrier.is_ignored:
            return self.promise.found(Verdict.BROKEN, barrier.silence, now_s)
        return self.promise.found(Verdict.UNKNOWN, barrier.silence, now_s)


def _clock(due: datetime) -> str:
    return f"{due.astimezone(UTC):%H:%M} UTC"
