"""The promise that a workload converges: reached by the deadline, held, and by a live controller.

The order of proof: every fault's effect was seen; then the steady state is true; then it stays
true for `settle_s`, while its controller answers a challenge; then our own watch is shown to have
missed nothing, and the kubelets of the pods that count to be there. The instant reported is the
event that made the steady state true. At the deadline one more challenge tells a controller that
is alive and fails from one that is silent, and either from a watch of ours that is: BROKEN is said
only of what was seen by a watch proven live.
"""

from __future__ import annotations

import msgspec

from reconverge.judges.blindness import Blindness
from reconverge.judges.controllers import observed_generation
from reconverge.judges.effects import AnyEffect, decode_effect, describe, is_seen
from reconverge.judges.judge import Progress, Want, catch_up
from reconverge.judges.liveliness import ANSWER_S, Barrier
from reconverge.judges.promise import Promise
from reconverge.judges.roll_call import RollCall
from reconverge.judges.steady import AnySteadyState, Census, Steadiness
from reconverge.judges.steady.deployments import newest_ref
from reconverge.judges.steady.values import holder, place_of
from reconverge.judges.why import UNEXPLAINED, Explanation, explain
from reconverge.model import Named, Ref, Snapshot
from reconverge.timeline import Entry, Gap, Injected, Observed, Synced
from reconverge.verdict import Finding, Verdict

# A challenge that the API server did not take is put to it again after so many seconds.
ASK_AGAIN_S = 1.0


class Converges(Promise, frozen=True, kw_only=True):
    """`workload` is in the state `steady` again, after the faults `injections`.

    `settle_s` is how long the steady state must stand before it is believed, in seconds.
    `asks_kubelets`: no ready pod counts whose kubelet does not answer. Records of before that was
    asked hold no answers.
    """

    workload: Ref
    steady: AnySteadyState
    injections: tuple[str, ...] = ()
    settle_s: float = 1.0
    asks_kubelets: bool = False

    def sentence(self) -> str:
        return f'"{self.workload.name}" converges to {self.steady.words()}'

    def judge(self, *, deadline_s: float) -> ConvergenceJudge:
        return ConvergenceJudge(self, deadline_s=deadline_s)


def kinds_behind(workload: Ref) -> frozenset[str]:
    """The kinds of which the steady state of `workload` is made."""
    between = {"ReplicaSet"} if workload.kind == "Deployment" else set[str]()
    return frozenset({"Pod", workload.kind} | between)


def links_of(snapshot: Snapshot, promise: Converges) -> tuple[Ref, ...]:
    """The workloads whose controllers must answer: a Deployment's own and its ReplicaSet's."""
    newest = newest_ref(snapshot, promise.workload)
    return (promise.workload, newest) if newest is not None else (promise.workload,)


class ConvergenceJudge:
    """Folds the timeline into one finding about `Converges`."""

    def __init__(self, promise: Converges, *, deadline_s: float) -> None:
        self.promise = promise
        self.deadline_s = deadline_s
        self._awaited_injections = set(promise.injections)
        self._unseen: list[AnyEffect] = []
        self._appeared: set[str] = set()
        self._steadiness = Steadiness(("nothing was observed yet",), "nothing yet")
        self._steady: Entry | None = None
        self._newest = 0
        self._observed: dict[str, int] = {}
        self._pods = Census(Ref("", "", "", ""))
        self._is_counted = False
        self._kinds = kinds_behind(promise.workload)
        self._blindness = Blindness(promise.workload, self._kinds, deadline_s=deadline_s)
        self._challenge = Barrier((promise.workload,), after=0)
        self._closing_s = 0.0
        self._refused_s: float | None = None
        self._roll_call = RollCall((), since_s=0.0)
        self._now_s = 0.0
        self._last_call_s: float | None = None
        self._last: Entry | None = None

    @property
    def due_s(self) -> float | None:
        asked_s = self._roll_call.due_s if self._is_closing else None
        return self._decided_by_s if asked_s is None else min(asked_s, self._decided_by_s)

    @property
    def _is_closing(self) -> bool:
        return self._steady is not None and self._challenge.is_closing

    @property
    def _decided_by_s(self) -> float:
        """When something is decided, or asked of the controller, though nothing happens."""
        if self._last_call_s is not None:
            return self._last_call_s + ANSWER_S
        if self._steady is None or not self._is_in_time(self._steady):
            # A relapse after the deadline gets a last call of its own, from where we are.
            return max(self.deadline_s, self._last.at_s if self._last is not None else 0.0)
        if self._refused_s is not None:
            return min(self._refused_s + ASK_AGAIN_S, self._patience_s(self._steady))
        if self._challenge.is_answered and not self._challenge.is_closing:
            return self._settled_s(self._steady)
        return self._patience_s(self._steady)

    def feed(self, entry: Entry) -> Finding | None:
        finding = catch_up(self, entry.at_s)
        if finding is not None:
            return finding
        is_first, self._last = self._last is None, entry
        self._note_newest(entry, is_first=is_first)
        self._note_faults(entry)
        self._blindness.feed(entry, is_over=self._last_call_s is not None)
        self._count(entry)
        if is_first or self._is_relevant(entry):
            self._weigh(entry)
        if self._steady is not None or self._last_call_s is not None:
            self._challenge.feed(entry)
        self._roll_call.feed(entry)
        return self._conclude(entry.at_s)

    def at(self, now_s: float) -> Finding | None:
        now_s = min(now_s, self._decided_by_s)
        finding = self._conclude(now_s)
        is_in_time = self._steady is not None and self._is_in_time(self._steady)
        is_over = now_s >= self.deadline_s and not is_in_time
        if finding is None and is_over and self._last_call_s is None:
            self._call_last(now_s)
        return finding

    def wants(self) -> tuple[Want, ...]:
        if self._steady is None and self._last_call_s is None:
            return ()
        asked = self._roll_call.wants(self._now_s) if self._is_closing else ()
        return (*self._challenge.wants(), *asked)

    def progress(self) -> Progress:
        return Progress(self.promise.sentence(), self._seen())

    def _is_in_time(self, steady: Entry) -> bool:
        return steady.at_s <= self.deadline_s

    def _settled_s(self, steady: Entry) -> float:
        return steady.at_s + self.promise.settle_s

    def _patience_s(self, steady: Entry) -> float:
        """How long the challenge of that steady state may still be answered."""
        if not self._challenge.is_closing:
            return max(self.deadline_s, self._settled_s(steady) + ANSWER_S)
        if self._challenge.is_closed:
            return max(self.deadline_s, self._closing_s + ANSWER_S)
        return self._closing_s + ANSWER_S

    def _note_newest(self, entry: Entry, *, is_first: bool) -> None:
        """The highest resourceVersion known: what is asked from here on is written after it."""
        record = entry.record
        if isinstance(record, Observed) and record.kind in self._kinds:
            self._newest = max(self._newest, record.resource_version)
            if record.kind != "Pod" and entry.view is not None:
                self._note_observed(entry.view)
        for kind in self._kinds if is_first else ():
            for view in entry.snapshot.objects(kind):
                self._newest = max(self._newest, view.resource_version)
                self._note_observed(view)

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

    def _is_relevant(self, entry: Entry) -> bool:
        """Whether this entry can change the steady state, or what stands before it."""
        record = entry.record
        if isinstance(record, Observed):
            return record.kind in self._kinds or record.kind == "Node"
        return isinstance(record, Injected | Gap | Synced)

    def _count(self, entry: Entry) -> None:
        """Keep the census of the workload's pods: anew where another object holds them now."""
        record, snapshot = entry.record, entry.snapshot
        if isinstance(record, Observed) and record.kind == "Pod":
            self._pods.update(record.uid, snapshot.pod(record.uid))
        elif self._is_counted and not (isinstance(record, Observed) and record.kind in self._kinds):
            return
        found = holder(snapshot, self.promise.workload)
        if found is None:
            return
        self._is_counted = True
        owner, selector = found
        if owner.uid != self._pods.owner.uid:
            place = place_of(self.promise.workload)
            self._pods = Census.of(snapshot, owner, selector, place=place)
        else:
            self._pods.turn_to(snapshot, selector)

    def _weigh(self, entry: Entry) -> None:
        promise = self.promise
        self._steadiness = promise.steady.weigh(entry.snapshot, promise.workload, self._pods)
        may_count = not (self._unseen or self._awaited_injections or self._blindness.has_gap)
        if not (may_count and self._steadiness.is_steady):
            self._steady = None
            return
        if self._steady is None and self._is_observed(entry.snapshot):
            self._begin(entry)

    def _is_observed(self, snapshot: Snapshot) -> bool:
        """Whether the controllers have ever seen the specifications as they are now.

        A knock of ours spoils what they say of it, and does not make them forget.
        """
        views = (snapshot.get(link.kind, link.uid) for link in links_of(snapshot, self.promise))
        return all(
            view is not None and self._observed.get(view.uid, 0) >= view.metadata.generation
            for view in views
        )

    def _note_observed(self, view: Named) -> None:
        said = observed_generation(view)
        said = view.metadata.generation if said is None else said
        self._observed[view.uid] = max(said, self._observed.get(view.uid, 0))

    def _begin(self, entry: Entry) -> None:
        """The steady state begins; when it is in time, so does a challenge of its own."""
        self._steady = entry
        if self._is_in_time(entry):
            self._last_call_s = None
            self._begin_challenge(entry)

    def _begin_challenge(self, entry: Entry | None) -> None:
        self._refused_s = None
        snapshot = entry.snapshot if entry is not None else Snapshot()
        self._challenge = Barrier(links_of(snapshot, self.promise), after=self._newest)

    def _call_last(self, now_s: float) -> None:
        self._last_call_s = now_s
        self._begin_challenge(self._last)
        self._blindness.note_deadline()

    def _conclude(self, now_s: float) -> Finding | None:
        self._now_s = now_s
        if self._last is not None and self._last.snapshot.is_gone(self.promise.workload.uid):
            return self._broken(now_s, self._last)
        if self._steady is not None and self._is_in_time(self._steady):
            return self._conclude_steady(now_s, self._steady)
        if self._last_call_s is None:
            return None
        is_over = now_s >= self._last_call_s + ANSWER_S
        is_told = self._challenge.is_answered and not self._blindness.may_be_told
        return self._too_late(now_s) if is_told or self._challenge.error or is_over else None

    def _conclude_steady(self, now_s: float, steady: Entry) -> Finding | None:
        challenge = self._challenge
        is_settled = now_s >= self._settled_s(steady)
        if is_settled and challenge.is_answered and not challenge.is_closing:
            challenge.close()
            self._closing_s = now_s
            self._roll_call = RollCall(self._attended(), since_s=now_s)
        if challenge.is_closed and self._roll_call.is_complete:
            return self._finding(Verdict.HELD, self._steadiness.seen, now_s, steady)
        is_over = now_s >= self._patience_s(steady)
        if challenge.is_unreached and not is_over:
            self._ask_again(now_s, steady)
        elif challenge.error or is_over:
            silence = self._roll_call.silence if challenge.is_closed else challenge.silence
            why_not = f"the steady state is seen, but {silence}"
            return self._finding(Verdict.UNKNOWN, why_not, now_s, steady)
        return None

    def _ask_again(self, now_s: float, steady: Entry) -> None:
        """Nobody answered when the controller was to be challenged; the API server may be back."""
        if self._refused_s is None:
            self._refused_s = now_s
        elif now_s >= self._refused_s + ASK_AGAIN_S:
            self._begin_challenge(steady)

    def _attended(self) -> set[str]:
        """The nodes of the pods that count as ready."""
        if not self.promise.asks_kubelets:
            return set()
        return {pod.spec.node_name for pod in self._pods.ready.values() if pod.spec.node_name}

    def _too_late(self, now_s: float) -> Finding:
        """The deadline has passed without a steady state; say what is known about why."""
        challenge = self._challenge
        doubt = self._doubt()
        if doubt:
            return self._unknown(doubt, now_s)
        if self._steady is not None:
            late_s = self._steady.at_s - self.deadline_s
            why_not = f"the steady state came {late_s:.1f} s after the deadline"
            return self._finding(Verdict.BROKEN, why_not, now_s, self._steady)
        if challenge.is_answered:
            return self._broken(now_s)
        # Our watch of pods is live: what they show counts, even if the rest may be stale.
        if challenge.is_ignored and (
            challenge.is_workload_watch_live or self._steadiness.do_pods_differ
        ):
            return self._broken(now_s, silence=challenge.silence)
        if self._steadiness.do_pods_differ:
            return self._broken(now_s)
        return self._unknown(challenge.silence, now_s)

    def _doubt(self) -> str:
        """What stands in the way of saying that the promise was broken."""
        challenge = self._challenge
        unseen = self._blindness.doubt
        if unseen:
            return unseen
        if challenge.error or not challenge.is_pod_watch_live:
            return challenge.silence
        if self._awaited_injections:
            return "the fault was not injected"
        if self._unseen:
            return self._nothing_hit()
        workload = self.promise.workload
        if self._last is None or self._last.snapshot.get(workload.kind, workload.uid) is None:
            return f"{workload} was never seen"
        if self._steady is not None and challenge.sentinel.is_older(self._steady):
            late_s = self._steady.at_s - self.deadline_s
            return f"the steady state was delivered {late_s:.1f} s after the deadline, too late"
        return ""

    def reason(self, now_s: float) -> str:
        is_waiting = self._steady is None and not self._unseen
        return self._explanation(now_s).sentence if is_waiting else ""

    def _explanation(self, now_s: float, *, silence: str = "") -> Explanation:
        if self._last is None:
            return UNEXPLAINED
        now, workload = self._last.instant(now_s), self.promise.workload
        return explain(self._last.snapshot, workload, now=now, silence=silence)

    def _broken(self, now_s: float, entry: Entry | None = None, *, silence: str = "") -> Finding:
        """BROKEN, with what is known of the reason."""
        explanation = self._explanation(now_s, silence=silence)
        reason = explanation.sentence or "; ".join(self._steadiness.lacking)
        return self._finding(Verdict.BROKEN, reason, now_s, entry, explanation=explanation)

    def _unknown(self, reason: str, now_s: float) -> Finding:
        """UNKNOWN at the deadline; what is seen may still tell a reader what to look at."""
        explanation = self._explanation(now_s) if self._steady is None else UNEXPLAINED
        finding = self._finding(Verdict.UNKNOWN, reason, now_s, explanation=explanation)
        seen = (f"as far as is seen, {explanation.sentence}",) if explanation.sentence else ()
        return msgspec.structs.replace(finding, because=(*seen, *finding.because))

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
        self,
        verdict: Verdict,
        reason: str,
        now_s: float,
        entry: Entry | None = None,
        *,
        explanation: Explanation = UNEXPLAINED,
    ) -> Finding:
        settled = (entry.index,) if entry is not None else ()
        return Finding(
            promise=self.promise.sentence(),
            verdict=verdict,
            why=reason,
            decided_s=now_s,
            instant_s=entry.at_s if entry is not None else None,
            last_seen=self._steadiness.seen,
            evidence=tuple(dict.fromkeys((*settled, *explanation.indices))),
            because=explanation.lines,
        )
