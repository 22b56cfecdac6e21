"""The promise that a workload converges: reached by the deadline, held, and by a live controller.

The order of proof: every fault's effect was seen; then the steady state is true; then it stays
true for `settle_s`, while its controller answers a challenge. The instant reported is the event
that made the steady state true. At the deadline one more challenge tells a controller that is
alive and fails from one that is silent, and either from a watch of ours that is.
"""

from __future__ import annotations

from reconverge.judges import why
from reconverge.judges.effects import AnyEffect, decode_effect, describe, is_seen
from reconverge.judges.judge import Progress, Want
from reconverge.judges.liveliness import ANSWER_S, Challenge
from reconverge.judges.promise import Promise
from reconverge.judges.steady import Steadiness, is_observed, replicated
from reconverge.model import Ref
from reconverge.timeline import Entry, Gap, Injected, Observed, Synced
from reconverge.verdict import Finding, Verdict


class Converges(Promise, frozen=True, kw_only=True):
    """`workload` keeps exactly `replicas` ready pods again, after the faults `injections`.

    `settle_s` is how long the steady state must stand before it is believed, in seconds.
    """

    workload: Ref
    replicas: int
    injections: tuple[str, ...] = ()
    settle_s: float = 1.0

    def sentence(self) -> str:
        return f'"{self.workload.name}" converges to {self.replicas} ready pods'

    def judge(self, *, deadline_s: float) -> ConvergenceJudge:
        return ConvergenceJudge(self, deadline_s=deadline_s)


class ConvergenceJudge:
    """Folds the timeline into one finding about `Converges`."""

    def __init__(self, promise: Converges, *, deadline_s: float) -> None:
        self.promise = promise
        self.deadline_s = deadline_s
        self._awaited_injections = set(promise.injections)
        self._unseen: list[AnyEffect] = []
        self._appeared: set[str] = set()
        self._gaps: dict[tuple[str, str], str] = {}
        self._steadiness = Steadiness(("nothing was observed yet",), "nothing yet")
        self._steady: Entry | None = None
        self._challenge = Challenge(promise.workload)
        self._is_last_call = False
        self._last: Entry | None = None

    @property
    def due_s(self) -> float | None:
        if self._is_last_call:
            return self.deadline_s + ANSWER_S
        if self._steady is None:
            return self.deadline_s
        patience_s = self.promise.settle_s if self._challenge.is_answered else ANSWER_S
        settled_s = self._steady.at_s + patience_s
        return settled_s if self._challenge.is_answered else max(settled_s, self.deadline_s)

    def feed(self, entry: Entry) -> Finding | None:
        is_first, self._last = self._last is None, entry
        self._note_faults(entry)
        self._note_gaps(entry)
        if is_first or self._is_relevant(entry):
            self._weigh(entry)
        if self._steady is not None or self._is_last_call:
            self._challenge.feed(entry)
        return self._conclude(entry.at_s)

    def at(self, now_s: float) -> Finding | None:
        finding = self._conclude(now_s)
        if finding is None and self._steady is None and now_s >= self.deadline_s:
            self._call_last()
        return finding

    def wants(self) -> tuple[Want, ...]:
        if self._steady is None and not self._is_last_call:
            return ()
        return self._challenge.wants()

    def progress(self) -> Progress:
        return Progress(self.promise.sentence(), self._seen())

    def _note_faults(self, entry: Entry) -> None:
        record = entry.record
        if isinstance(record, Observed) and record.kind == "Pod":
            self._appeared.add(record.uid)
        if isinstance(record, Injected) and record.id in self._awaited_injections:
            self._awaited_injections.discard(record.id)
            self._unseen.append(decode_effect(record.effect))
        self._unseen = [
            effect for effect in self._unseen if not is_seen(effect, entry, appeared=self._appeared)
        ]

    def _note_gaps(self, entry: Entry) -> None:
        record, workload = entry.record, self.promise.workload
        if isinstance(record, Synced):
            self._gaps.pop((record.kind, record.namespace), None)
        elif isinstance(record, Gap):
            is_here = record.namespace in ("", workload.namespace)
            if is_here and record.kind in ("Pod", workload.kind):
                self._gaps[record.kind, record.namespace] = record.reason

    def _is_relevant(self, entry: Entry) -> bool:
        """Whether this entry can change the steady state, or what stands before it."""
        record = entry.record
        if isinstance(record, Observed):
            return record.kind in ("Pod", self.promise.workload.kind, "Node")
        return isinstance(record, Injected | Gap | Synced)

    def _weigh(self, entry: Entry) -> None:
        promise = self.promise
        self._steadiness = replicated(entry.snapshot, promise.workload, replicas=promise.replicas)
        may_count = not (self._unseen or self._awaited_injections or self._gaps)
        if not (may_count and self._steadiness.is_steady):
            self._steady = None
            return
        view = entry.snapshot.workload(promise.workload)
        # The knock itself spoils observedGeneration: that is not a relapse, hence asked only here.
        if self._steady is None and view is not None and is_observed(view):
            self._steady = entry
            if not self._is_last_call:
                self._challenge = Challenge(promise.workload)

    def _call_last(self) -> None:
        self._is_last_call = True
        self._challenge = Challenge(self.promise.workload)

    def _conclude(self, now_s: float) -> Finding | None:
        if self._steady is not None and self._steady.at_s <= self.deadline_s:
            return self._conclude_steady(now_s, self._steady)
        if not self._is_last_call:
            return None
        is_over = now_s >= self.deadline_s + ANSWER_S
        if self._challenge.is_answered or self._challenge.error or is_over:
            return self._too_late(now_s)
        return None

    def _conclude_steady(self, now_s: float, steady: Entry) -> Finding | None:
        held_s = now_s - steady.at_s
        if self._challenge.is_answered and held_s >= self.promise.settle_s:
            return self._finding(Verdict.HELD, self._steadiness.seen, now_s, steady)
        is_over = now_s >= max(self.deadline_s, steady.at_s + ANSWER_S)
        if self._challenge.error or (is_over and not self._challenge.is_answered):
            why_not = f"the steady state is seen, but {self._challenge.silence}"
            return self._finding(Verdict.UNKNOWN, why_not, now_s, steady)
        return None

    def _too_late(self, now_s: float) -> Finding:
        """The deadline has passed without a steady state; say what is known about why."""
        challenge = self._challenge
        if self._gaps:
            (kind, _), reason = next(iter(self._gaps.items()))
            return self._finding(Verdict.UNKNOWN, f"the watch of {kind} has a gap: {reason}", now_s)
        if challenge.error or not challenge.is_pod_watch_live:
            return self._finding(Verdict.UNKNOWN, challenge.silence, now_s)
        if self._awaited_injections:
            return self._finding(Verdict.UNKNOWN, "the fault was not injected", now_s)
        if self._unseen:
            return self._finding(Verdict.UNKNOWN, self._nothing_hit(), now_s)
        if self._steady is not None:
            late_s = self._steady.at_s - self.deadline_s
            why_not = f"the steady state came {late_s:.1f} s after the deadline"
            return self._finding(Verdict.BROKEN, why_not, now_s, self._steady)
        if not challenge.is_answered:
            return self._finding(Verdict.BROKEN, challenge.silence, now_s)
        return self._finding(Verdict.BROKEN, self._why(), now_s)

    def _why(self) -> str:
        assert self._last is not None, "a challenge was answered, so entries were fed"
        reason = why.not_converged(self._last.snapshot, self.promise.workload)
        return reason or "; ".join(self._steadiness.lacking)

    def _nothing_hit(self) -> str:
        effects = " and ".join(describe(effect) for effect in self._unseen)
        return f"nothing was hit: it was never seen that {effects}"

    def _seen(self) -> str:
        if self._unseen:
            return f"waiting for the fault's effect: {describe(self._unseen[0])}"
        if self._steady is not None and not self._challenge.is_answered:
            return f"{self._steadiness.seen}; waiting for the controller's answer"
        return self._steadiness.seen

    def _finding(
        self, verdict: Verdict, reason: str, now_s: float, entry: Entry | None = None
    ) -> Finding:
        return Finding(
            promise=self.promise.sentence(),
            verdict=verdict,
            why=reason,
            decided_s=now_s,
            instant_s=entry.at_s if entry is not None else None,
            last_seen=self._steadiness.seen,
            evidence=(entry.index,) if entry is not None else (),
        )
