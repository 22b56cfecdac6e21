"""What must be true at every observation of a span, not only at its end.

An invariant is judged over the entries from the injection to now. The first entry that violates it
ends the matter; a gap of the watch inside the span, without a violation, leaves it UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from reconverge.judges.judge import Progress, Want
from reconverge.judges.promise import Promise
from reconverge.model import Pod, Ref, Snapshot
from reconverge.timeline import Entry, Gap
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
        return InvariantJudge(self, self.violation, kinds=("Pod",), deadline_s=deadline_s)

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
        if status.container_id != instance.containers.get(status.name, status.container_id):
            return f"container {status.name} of {pod.name} is another instance"
    return ""


class NeverMore(Promise, frozen=True, kw_only=True):
    """The workload never has more than `pods` active pods."""

    workload: Ref
    pods: int

    def sentence(self) -> str:
        return f'"{self.workload.name}" never has more than {self.pods} pods'

    def judge(self, *, deadline_s: float) -> InvariantJudge:
        return InvariantJudge(self, self.violation, kinds=("Pod",), deadline_s=deadline_s)

    def violation(self, snapshot: Snapshot) -> str:
        active = sum(pod.is_active for pod in snapshot.owned_pods(self.workload.uid))
        return f"it has {active} active pods" if active > self.pods else ""


class NeverFewerReady(Promise, frozen=True, kw_only=True):
    """The workload never has fewer than `pods` ready pods."""

    workload: Ref
    pods: int

    def sentence(self) -> str:
        return f'"{self.workload.name}" never has fewer than {self.pods} ready pods'

    def judge(self, *, deadline_s: float) -> InvariantJudge:
        return InvariantJudge(self, self.violation, kinds=("Pod",), deadline_s=deadline_s)

    def violation(self, snapshot: Snapshot) -> str:
        owned = snapshot.owned_pods(self.workload.uid)
        ready = sum(pod.is_active and pod.is_ready for pod in owned)
        return f"it has {ready} ready pods" if ready < self.pods else ""


class SamePods(Promise, frozen=True, kw_only=True):
    """The workload's pods stay exactly these: none is created, deleted, adopted or released."""

    workload: Ref
    pods: tuple[Ref, ...]

    def sentence(self) -> str:
        return f'"{self.workload.name}" keeps exactly its {len(self.pods)} pods'

    def judge(self, *, deadline_s: float) -> InvariantJudge:
        return InvariantJudge(self, self.violation, kinds=("Pod",), deadline_s=deadline_s)

    def violation(self, snapshot: Snapshot) -> str:
        wanted = {pod.uid: pod.name for pod in self.pods}
        owned = {
            pod.uid: pod.name
            for pod in snapshot.owned_pods(self.workload.uid)
            if not pod.is_terminating
        }
        new = [name for uid, name in owned.items() if uid not in wanted]
        lost = [name for uid, name in wanted.items() if uid not in owned]
        rows = [f"{', '.join(new)} is new"] if new else []
        rows += [f"{', '.join(lost)} is no longer its own"] if lost else []
        return " and ".join(rows)


class InvariantJudge:
    """Looks at every entry; done at the first violation, or when the span has ended."""

    def __init__(
        self,
        promise: Promise,
        violation: Violation,
        *,
        kinds: tuple[str, ...],
        deadline_s: float,
    ) -> None:
        self.promise = promise
        self.deadline_s = deadline_s
        self._violation = violation
        self._kinds = kinds
        self._gap: Gap | None = None
        self._entries = 0

    @property
    def due_s(self) -> float | None:
        return self.deadline_s

    def feed(self, entry: Entry) -> Finding | None:
        record = entry.record
        if isinstance(record, Gap) and record.kind in self._kinds:
            self._gap = record
        self._entries += 1
        reason = self._violation(entry.snapshot)
        if reason:
            return self._finding(Verdict.BROKEN, reason, entry.at_s, entry)
        return self.at(entry.at_s)

    def at(self, now_s: float) -> Finding | None:
        if now_s < self.deadline_s:
            return None
        if self._gap is not None:
            reason = f"the watch of {self._gap.kind} had a gap: {self._gap.reason}"
            return self._finding(Verdict.UNKNOWN, reason, now_s)
        if not self._entries:
            return self._finding(Verdict.UNKNOWN, "nothing was observed", now_s)
        return self._finding(Verdict.HELD, f"at each of {self._entries} entries", now_s)

    def wants(self) -> tuple[Want, ...]:
        return ()

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
