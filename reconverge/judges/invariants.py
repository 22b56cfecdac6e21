"""What must be true at every observation of a span, not only at its end.

An invariant is judged over the entries from the injection to now. The first entry that violates it
ends the matter; a gap of the watch inside the span, without a violation, leaves it UNKNOWN. While a
gap is open nothing is judged: a list in progress mixes old objects with new ones. At the end of the
span a sentinel must come back through our own watch: one that is deaf would see no violation.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from reconverge.judges.judge import Progress, Want, catch_up
from reconverge.judges.liveliness import ANSWER_S, DEAF, SENTINEL_KIND, Echo
from reconverge.judges.promise import Promise
from reconverge.model import Pod, Ref, Snapshot
from reconverge.timeline import Entry, Gap, Observed
from reconverge.verdict import Finding, Verdict

Violation = Callable[[Snapshot], str]


class Instance(msgspec.Struct, frozen=True, kw_only=True):
    """A pod as it was before the fault: the pod, and the containers that ran in it."""

    pod: Ref
    containers: dict[str, str]

    @classmethod
    def of(cls, pod: Pod) -> Instance:
        ref = Ref("Pod", pod.metadata.namespace, pod.name, pod.uid)
        containers = {one.name: one.container_id for one in pod.status.container_statuses}
        return cls(pod=ref, containers=containers)


class Untouched(Promise, frozen=True, kw_only=True):
    """These pods run on in the same containers: never deleted, finished or restarted."""

    instances: tuple[Instance, ...]

    def sentence(self) -> str:
        names = ", ".join(one.pod.name for one in self.instances)
        return f"{names or 'no pod'} is never touched"

    def judge(self, *, deadline_s: float) -> InvariantJudge:
        vacuous = "" if self.instances else "there is no pod to watch over"
        return InvariantJudge(self, self.violation, deadline_s=deadline_s, vacuous=vacuous)

    def violation(self, snapshot: Snapshot) -> str:
        return next(filter(None, (_touch(one, snapshot) for one in self.instances)), "")


def _touch(instance: Instance, snapshot: Snapshot) -> str:
    pod = snapshot.pod(instance.pod.uid)
    if pod is None:
        return f"{instance.pod.name} is gone"
    if pod.is_terminating:
        return f"{pod.name} is being deleted"
    if not pod.is_active:
        return f"{pod.name} is {pod.status.phase}"
    for status in pod.status.container_statuses:
        known = instance.containers.get(status.name)
        if known and status.container_id != known:
            return f"container {status.name} of {pod.name} is another instance"
    return ""


class NeverMore(Promise, frozen=True, kw_only=True):
    """The workload never has more than `pods` active pods."""

    workload: Ref
    pods: int

    def sentence(self) -> str:
        return f'"{self.workload.name}" never has more than {self.pods} pods'

    def judge(self, *, deadline_s: float) -> InvariantJudge:
        return InvariantJudge(self, self.violation, deadline_s=deadline_s)

    def violation(self, snapshot: Snapshot) -> str:
        active = sum(pod.is_active for pod in snapshot.pods_of(self.workload))
        return f"it has {active} active pods" if active > self.pods else ""


class NeverFewerReady(Promise, frozen=True, kw_only=True):
    """The workload never has fewer than `pods` ready pods."""

    workload: Ref
    pods: int

    def sentence(self) -> str:
        return f'"{self.workload.name}" never has fewer than {self.pods} ready pods'

    def judge(self, *, deadline_s: float) -> InvariantJudge:
        return InvariantJudge(self, self.violation, deadline_s=deadline_s)

    def violation(self, snapshot: Snapshot) -> str:
        owned = snapshot.pods_of(self.workload)
        ready = sum(pod.is_active and pod.is_ready for pod in owned)
        return f"it has {ready} ready pods" if ready < self.pods else ""


class SamePods(Promise, frozen=True, kw_only=True):
    """The workload's pods stay exactly these: none is created, deleted, adopted or released."""

    workload: Ref
    pods: tuple[Ref, ...]

    def sentence(self) -> str:
        return f'"{self.workload.name}" keeps exactly its {len(self.pods)} pods'

    def judge(self, *, deadline_s: float) -> InvariantJudge:
        return InvariantJudge(self, self.violation, deadline_s=deadline_s)

    def violation(self, snapshot: Snapshot) -> str:
        wanted = {pod.uid: pod.name for pod in self.pods}
        owned = {
            pod.uid: pod.name for pod in snapshot.pods_of(self.workload) if not pod.is_terminating
        }
        new = [name for uid, name in owned.items() if uid not in wanted]
        lost = [name for uid, name in wanted.items() if uid not in owned]
        rows = [f"{', '.join(new)} is new"] if new else []
        rows += [f"{', '.join(lost)} is no longer its own"] if lost else []
        return " and ".join(rows)


class InvariantJudge:
    """Looks at every entry; done at the first violation, or when the span has ended."""

    def __init__(
        self, promise: Promise, violation: Violation, *, deadline_s: float, vacuous: str = ""
    ) -> None:
        self.promise = promise
        self.deadline_s = deadline_s
        self._violation = violation
        self._vacuous = vacuous
        self._gap: Gap | None = None
        self._entries = 0
        self._newest = 0
        self._echo: Echo | None = None
        self._late: tuple[Entry, str] | None = None

    @property
    def due_s(self) -> float | None:
        return self.deadline_s if self._echo is None else self.deadline_s + ANSWER_S

    def feed(self, entry: Entry) -> Finding | None:
        finding = catch_up(self, entry.at_s)
        if finding is not None:
            return finding
        gaps = [one for one in entry.outages if isinstance(one, Gap) and one.kind == "Pod"]
        self._gap = next((gap for gap in gaps if gap.since_s <= self.deadline_s), self._gap)
        reason = "" if gaps else self._violation(entry.snapshot)
        if reason and entry.at_s <= self.deadline_s:
            return self._finding(Verdict.BROKEN, reason, entry.at_s, entry)
        if self._echo is not None:
            self._echo.feed(entry)
            self._late = (entry, reason) if reason and self._late is None else self._late
            return self._conclude(entry.at_s)
        self._entries += 1
        if isinstance(entry.record, Observed) and entry.record.kind == "Pod":
            self._newest = max(self._newest, entry.record.resource_version)
        return None

    def at(self, now_s: float) -> Finding | None:
        if self.due_s is not None:
            now_s = min(now_s, self.due_s)
        if now_s < self.deadline_s:
            return None
        finding = self._conclude(now_s)
        if finding is None and self._echo is None:
            self._echo = Echo(SENTINEL_KIND, after=self._newest)
        return finding

    def _conclude(self, now_s: float) -> Finding | None:
        if self._gap is not None:
            reason = f"the watch of {self._gap.kind} had a gap: {self._gap.reason}"
            return self._finding(Verdict.UNKNOWN, reason, now_s)
        if self._vacuous or not self._entries:
            reason = self._vacuous or "nothing was observed"
            return self._finding(Verdict.UNKNOWN, reason, now_s)
        if self._echo is None:
            return None
        if self._echo.is_heard:
            return self._heard(self._echo, now_s)
        if self._echo.error or now_s >= self.deadline_s + ANSWER_S:
            return self._finding(Verdict.UNKNOWN, self._echo.error or DEAF, now_s)
        return None

    def _heard(self, echo: Echo, now_s: float) -> Finding:
        if self._late is not None and echo.is_older(self._late[0]):
            entry, reason = self._late
            reason = f"delivered after the end of the span, too late to tell: {reason}"
            return self._finding(Verdict.UNKNOWN, reason, now_s, entry)
        return self._finding(Verdict.HELD, f"at each of {self._entries} entries", now_s)

    def wants(self) -> tuple[Want, ...]:
        return self._echo.wants() if self._echo is not None else ()

    def progress(self) -> Progress:
        return Progress(self.promise.sentence(), f"held at {self._entries} entries")

    def _finding(
        self, verdict: Verdict, reason: str, now_s: float, entry: Entry | None = None
    ) -> Finding:
        return Finding(
            promise=self.promise.sentence(),
            verdict=verdict,
            why=reason,
            decided_s=now_s,
            instant_s=entry.at_s if entry is not None else None,
            evidence=(entry.index,) if entry is not None else (),
        )
