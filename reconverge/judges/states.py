"""The simpler promises of a state: it comes, it stands, and, where no watch can tell, it is probed.

They serve what kubelets and the node lifecycle controller do. There the sign of life is in the
state itself (a new container ID, a transition of a condition), so no challenge is needed.
"""

from __future__ import annotations

from collections.abc import Callable

from reconverge.judges.echoes import Echoes, any_node
from reconverge.judges.judge import Progress, Want, WantProbe, catch_up
from reconverge.judges.liveliness import ANSWER_S
from reconverge.judges.promise import Promise
from reconverge.judges.steady import Steadiness, node_whole, readiness, state
from reconverge.model import Node, Ref, Snapshot
from reconverge.timeline import Entry, Gap, Lost, Observed, Probed, Synced
from reconverge.verdict import Finding, Verdict

# A probe that failed is asked again after this long; it is the only thing here that polls,
# because Kubernetes has no watch for reachability.
REPROBE_S = 0.5

Weigh = Callable[[Snapshot], Steadiness]


class Restarts(Promise, frozen=True, kw_only=True):
    """A new container in the same pod, after instance `container_id` with its restart count.

    Source of the rule: the kubelet keeps the pod and starts a new container, moving the old one's
    state to lastState (pkg/kubelet/kuberuntime, Kubernetes 1.34).
    """

    pod: Ref
    container: str
    container_id: str
    restart_count: int

    def sentence(self) -> str:
        return f'container "{self.container}" of "{self.pod.name}" is restarted in the same pod'

    def judge(self, *, deadline_s: float) -> StateJudge:
        return StateJudge(self, self.weigh, kinds=("Pod",), deadline_s=deadline_s)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        pod = snapshot.pod(self.pod.uid)
        status = pod.container(self.container) if pod is not None else None
        if pod is None or status is None:
            return Steadiness((f"{self.pod} is gone",), f"{self.pod} does not exist")
        ended = status.last_state.terminated
        lacking = []
        if not pod.is_active:
            lacking.append(
                "the pod is being deleted" if pod.is_terminating else "the pod is finished"
            )
        elif status.restart_count <= self.restart_count or status.container_id == self.container_id:
            lacking.append(f"container {self.container} is still the same instance")
        elif ended is None:
            lacking.append("the exit code of the previous instance is not known")
        elif not (status.ready and pod.is_ready):
            lacking.append(f"the new container is not ready: {state(pod)}")
        end = f"; previous exit code {ended.exit_code} ({ended.reason})" if ended else ""
        return Steadiness(tuple(lacking), f"{status.restart_count} restarts, {state(pod)}{end}")


class Released(Promise, frozen=True, kw_only=True):
    """The pod runs on, and no controller owns it any more."""

    pod: Ref

    def sentence(self) -> str:
        return f'"{self.pod.name}" is released by its controller'

    def judge(self, *, deadline_s: float) -> StateJudge:
        return StateJudge(self, self.weigh, kinds=("Pod",), deadline_s=deadline_s)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        pod = snapshot.pod(self.pod.uid)
        if pod is None or not pod.is_active:
            return Steadiness((f"{self.pod} is gone",), f"{self.pod} does not run")
        owner = pod.metadata.controller
        lacking = (f"{owner.kind} {owner.name} still owns it",) if owner is not None else ()
        return Steadiness(lacking, f"{state(pod)}, " + ("owned" if owner else "without an owner"))


class NodeGone(Promise, frozen=True, kw_only=True):
    """The control plane no longer takes the node for ready (Ready is False or Unknown)."""

    node: Ref

    def sentence(self) -> str:
        return f'node "{self.node.name}" is NotReady'

    def judge(self, *, deadline_s: float) -> StateJudge:
        return StateJudge(self, self.weigh, kinds=("Node",), deadline_s=deadline_s)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        node = snapshot.get("Node", self.node.uid)
        if not isinstance(node, Node):
            return Steadiness((f"{self.node} is not registered",), "no such node")
        lacking = ("it is still Ready",) if node.is_ready else ()
        return Steadiness(lacking, readiness(node))


class NodeWhole(Promise, frozen=True, kw_only=True):
    """The node is Ready without taints, has the address it claims, and its pods can be reached."""

    node: Ref

    def sentence(self) -> str:
        return f'node "{self.node.name}" is whole'

    def judge(self, *, deadline_s: float) -> StateJudge:
        name = self.node.name
        probes = (WantProbe("node-address", name), WantProbe("pods-reachable", name))
        return StateJudge(
            self, self.weigh, kinds=("Node", "Pod"), deadline_s=deadline_s, probes=probes
        )

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        return node_whole(snapshot, self.node.name)


class StateJudge:
    """Waits for a predicate over the snapshot, then for its probes, until the deadline.

    Before it says BROKEN, sentinels show that our own watches are up to date. It never says so over
    a gap, even one that was closed in time: the state may have come and gone in it.
    """

    def __init__(
        self,
        promise: Promise,
        weigh: Weigh,
        *,
        kinds: tuple[str, ...],
        deadline_s: float,
        probes: tuple[WantProbe, ...] = (),
    ) -> None:
        self.promise = promise
        self.deadline_s = deadline_s
        self._weigh = weigh
        self._kinds = kinds
        self._outages: tuple[Gap | Lost, ...] = ()
        self._gap: Gap | None = None  # the last one
        self._steadiness = Steadiness(("nothing was observed yet",), "nothing yet")
        self._steady: Entry | None = None
        self._last: Entry | None = None
        self._newest = 0
        self._probes = probes
        self._ask_at_s: dict[WantProbe, float] = {}
        self._is_asked: set[WantProbe] = set()
        self._refusal = ""
        self._now_s = 0.0
        self._echoes: Echoes | None = None

    @property
    def due_s(self) -> float | None:
        if self._echoes is not None:
            return self.deadline_s + ANSWER_S
        planned = [at_s for probe, at_s in self._ask_at_s.items() if probe not in self._is_asked]
        return min([self.deadline_s, *planned]) if self._steady is not None else self.deadline_s

    def feed(self, entry: Entry) -> Finding | None:
        finding = catch_up(self, entry.at_s)
        if finding is not None:
            return finding
        record = entry.record
        is_first, self._last = self._last is None, entry
        self._outages = tuple(one for one in entry.outages if one.kind in self._kinds)
        gaps = (one for one in self._outages if isinstance(one, Gap))
        self._gap = next(gaps, self._gap)
        if isinstance(record, Probed):
            self._note_answer(record)
        is_turn = isinstance(record, Gap | Synced)
        if isinstance(record, Observed) and record.kind in self._kinds:
            self._newest = max(self._newest, record.resource_version)
            is_turn = True
        if is_first or is_turn:
            self._turn(entry)
        if self._echoes is not None:
            self._echoes.feed(entry)
        return self._conclude(entry.at_s)

    def at(self, now_s: float) -> Finding | None:
        due_s = self.deadline_s if self._echoes is None else self.deadline_s + ANSWER_S
        now_s = min(now_s, due_s)
        finding = self._conclude(now_s)
        if finding is None and now_s >= self.deadline_s and self._echoes is None:
            node = any_node(self._last.snapshot) if self._last is not None else None
            self._echoes = Echoes(self._kinds, after=self._newest, node=node)
            return self._conclude(now_s)
        return finding

    def wants(self) -> tuple[Want, ...]:
        if self._echoes is not None:
            return self._echoes.wants()
        if self._steady is None:
            return ()
        due = tuple(
            probe
            for probe, at_s in self._ask_at_s.items()
            if at_s <= self._now_s and probe not in self._is_asked
        )
        self._is_asked.update(due)
        return due

    def progress(self) -> Progress:
        return Progress(self.promise.sentence(), self._seen())

    def _conclude(self, now_s: float) -> Finding | None:
        self._now_s = now_s
        steady = self._steady
        if steady is not None and steady.at_s <= self.deadline_s:
            if not self._ask_at_s:
                return self._finding(Verdict.HELD, self._steadiness.seen, steady)
            return self._unproven() if now_s >= self.deadline_s else None
        if now_s < self.deadline_s:
            return None
        if self._outages:
            outage = self._outages[0]
            what = "has a gap" if isinstance(outage, Gap) else "is lost"
            return self._unknown(f"the watch of {outage.kind} {what}: {outage.reason}")
        if self._last is None:
            return self._unknown("nothing was observed")
        if self._gap is not None:
            return self._unseen(self._gap)
        return self._echoed(now_s)

    def _unproven(self) -> Finding:
        """The deadline came between the state and the answers to its probes."""
        if self._gap is not None:
            return self._unseen(self._gap)
        if self._refusal:
            return self._finding(Verdict.BROKEN, self._seen())
        probes = " and ".join(f"{one.probe} of {one.target}" for one in self._ask_at_s)
        return self._unknown(f"{self._steadiness.seen}; not answered in time: {probes}")

    def _unseen(self, gap: Gap) -> Finding:
        return self._unknown(f"the watch of {gap.kind} had a gap: {gap.reason}")

    def _echoed(self, now_s: float) -> Finding | None:
        """BROKEN only by watches of ours that deliver what was written after the deadline."""
        echoes = self._echoes
        if echoes is None:
            return None
        if echoes.is_heard:
            if self._steady is not None and echoes.is_older(self._steady):
                late_s = self._steady.at_s - self.deadline_s
                return self._unknown(
                    f"it was delivered {late_s:.1f} s after the deadline, too late"
                )
            return self._broken()
        if echoes.error or now_s >= self.deadline_s + ANSWER_S:
            return self._unknown(echoes.silence)
        return None

    def _broken(self) -> Finding:
        if self._steady is None:
            return self._finding(Verdict.BROKEN, self._seen())
        late_s = self._steady.at_s - self.deadline_s
        why = f"{self._steadiness.seen}, but {late_s:.1f} s after the deadline"
        return self._finding(Verdict.BROKEN, why, self._steady)

    def _turn(self, entry: Entry) -> None:
        """Weigh the newest snapshot; probes start over whenever the state begins anew."""
        self._steadiness = self._weigh(entry.snapshot)
        has_gap = any(isinstance(outage, Gap) for outage in self._outages)
        if not self._steadiness.is_steady or has_gap:
            self._steady = None
        elif self._steady is None:
            self._steady = entry
            self._ask_at_s = dict.fromkeys(self._probes, entry.at_s)
            self._is_asked.clear()
            self._refusal = ""

    def _note_answer(self, record: Probed) -> None:
        """Take an answer to a question that was asked since the state began; others are stale."""
        asked_s = record.at_s if record.asked_s is None else record.asked_s
        for probe in self._probes:
            if (probe.probe, probe.target) != (record.probe, record.target):
                continue
            if self._steady is None or asked_s < self._steady.at_s:
                continue
            self._is_asked.discard(probe)
            if record.ok:
                self._ask_at_s.pop(probe, None)
            else:
                self._ask_at_s[probe] = record.at_s + REPROBE_S
                self._refusal = f"{record.probe} of {record.target}: {record.answer}"

    def _seen(self) -> str:
        if not self._steadiness.is_steady:
            return f"{self._steadiness.seen}; {'; '.join(self._steadiness.lacking)}"
        return f"{self._steadiness.seen}; {self._refusal or 'waiting for a probe'}"

    def _unknown(self, reason: str) -> Finding:
        return self._finding(Verdict.UNKNOWN, reason)

    def _finding(self, verdict: Verdict, reason: str, entry: Entry | None = None) -> Finding:
        seen = self._steadiness.seen
        return self.promise.found(verdict, reason, self._now_s, entry, last_seen=seen)
