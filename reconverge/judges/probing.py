"""Promises about probes: as they are stored, what the kubelet says of them, and that they pass."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from reconverge.judges.events import events_of
from reconverge.judges.invariants.judge import Invariant
from reconverge.judges.judge import Progress, Want
from reconverge.judges.promise import Promise
from reconverge.judges.states import StateJudge
from reconverge.judges.steady import Steadiness, state
from reconverge.judges.tally import Looked
from reconverge.model import Event, Ref, Snapshot, condition
from reconverge.timeline import Entry, Observed
from reconverge.verdict import Finding, Verdict

ProbeKind = Literal["liveness", "readiness", "startup"]


class ProbeFails(Promise, frozen=True, kw_only=True):
    """The kubelet says that a probe has failed, `times` times at least, and why.

    `container` narrows it to one of several; an Event names it in its field path.
    """

    pod: Ref
    probe: ProbeKind
    saying: str
    times: int = 1
    container: str = ""

    def sentence(self) -> str:
        name = f'container "{self.container}" of ' if self.container else ""
        often = f", {self.times} times" if self.times > 1 else ""
        whose = f'the {self.probe} probe of {name}"{self.pod.name}"'
        return f'{whose} fails, saying "{self.saying}"{often}'

    def judge(self, *, deadline_s: float) -> StateJudge:
        return StateJudge(self, self.weigh, kinds=("Event", "Pod"), deadline_s=deadline_s)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        failures = failures_of(snapshot, self.pod, self.probe, self.container)
        count = sum(one.count or 1 for one in failures if self.saying in one.message)
        seen = failures[-1].message if failures else "no failure"
        return Steadiness(() if count >= self.times else (f"{count} of {self.times}",), seen)


class NeverFails(Invariant, frozen=True, kw_only=True):
    """The kubelet never says that a probe has failed: any, or of that container, of that kind."""

    pod: Ref
    container: str = ""
    probe: ProbeKind | None = None

    def sentence(self) -> str:
        name = f'container "{self.container}" of ' if self.container else ""
        which = f"no {self.probe} probe" if self.probe else "no probe"
        return f'{which} of {name}"{self.pod.name}" ever fails'

    def tally(self) -> Looked:
        kinds = frozenset({"Event", "Pod"})
        return Looked(self.violation, kinds=kinds, namespace=self.pod.namespace)

    def violation(self, snapshot: Snapshot) -> str:
        """The definition: the newest failure that was told."""
        failures = failures_of(snapshot, self.pod, self.probe, self.container)
        return failures[-1].message if failures else ""


class ReadyAfter(Promise, frozen=True, kw_only=True):
    """The pod becomes ready from `after_s` to `by_s` seconds after its container started."""

    pod: Ref
    after_s: float
    by_s: float

    def sentence(self) -> str:
        span = f"{self.after_s:g} to {self.by_s:g} s after its container started"
        return f'"{self.pod.name}" becomes ready {span}'

    def judge(self, *, deadline_s: float) -> StateJudge:
        return StateJudge(self, self.weigh, kinds=("Pod",), deadline_s=deadline_s)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        pod = snapshot.pod(self.pod.uid)
        row = condition(pod.status.conditions, "Ready") if pod is not None else None
        running = [one.state.running for one in pod.status.container_statuses] if pod else []
        began = running[0].started_at if running and running[0] is not None else None
        changed = row.last_transition_time if row is not None else None
        if pod is None or not pod.is_ready or began is None or changed is None:
            return Steadiness(("it is not ready",), state(pod) if pod else "no pod")
        took_s = (changed - began).total_seconds()
        is_so = self.after_s <= took_s <= self.by_s
        return Steadiness(() if is_so else ("that is another time",), f"ready after {took_s:g} s")


class NeverReady(Invariant, frozen=True, kw_only=True):
    """The pod is not ready at any time, and none of its addresses may be given away."""

    pod: Ref

    def sentence(self) -> str:
        return f'"{self.pod.name}" is never ready'

    def tally(self) -> Looked:
        return Looked(self.violation, kinds=frozenset({"Pod"}), namespace=self.pod.namespace)

    def violation(self, snapshot: Snapshot) -> str:
        """The definition: whether it is ready."""
        pod = snapshot.pod(self.pod.uid)
        return f"{pod.name} is ready" if pod is not None and pod.is_ready else ""


class ProbeStored(Promise, frozen=True, kw_only=True):
    """The API server keeps the probe of the first container with these numbers.

    `numbers` are those that `kubectl describe` prints, in its order: `delay 0 s, answer in 1 s,
    period 10 s, success 1, failure 3`. A field that is absent counts as 0, as it does there.
    """

    pod: Ref
    probe: ProbeKind
    numbers: str

    def sentence(self) -> str:
        return f'the {self.probe} probe of "{self.pod.name}" is kept with {self.numbers}'

    def judge(self, *, deadline_s: float) -> StoredJudge:
        return StoredJudge(self, deadline_s=deadline_s)


class StoredJudge:
    """Reads the newest version of the pod that is on the record, as the API server sent it."""

    def __init__(self, promise: ProbeStored, *, deadline_s: float) -> None:
        self.promise = promise
        self.due_s: float | None = deadline_s
        self._seen = "nothing yet"

    def feed(self, entry: Entry) -> Finding | None:
        for one in (entry, *reversed([*entry.so_far()])):
            record = one.record
            if isinstance(record, Observed) and record.uid == self.promise.pod.uid:
                return self._judge(record, one)
        return self.at(entry.at_s)

    def at(self, now_s: float) -> Finding | None:
        if self.due_s is None or now_s < self.due_s:
            return None
        return self.promise.undecided("the pod was never observed", at_s=now_s)

    def wants(self) -> tuple[Want, ...]:
        return ()

    def progress(self) -> Progress:
        return Progress(self.promise.sentence(), self._seen)

    def _judge(self, record: Observed, entry: Entry) -> Finding:
        self._seen = _numbers(bytes(record.object), self.promise.probe)
        is_so = self._seen == self.promise.numbers
        verdict = Verdict.HELD if is_so else Verdict.BROKEN
        return self.promise.found(verdict, self._seen, entry.at_s, entry, last_seen=self._seen)


def _numbers(pod: bytes, probe: ProbeKind) -> str:
    """As `describe` prints them (DescribeProbe, staging/src/k8s.io/kubectl/pkg/describe)."""
    first: dict[str, Any] = msgspec.json.decode(pod)["spec"]["containers"][0]
    fields = first.get(f"{probe}Probe")
    if fields is None:
        return "no such probe"
    delay, timeout, period, success, failure = (
        fields.get(name, 0)
        for name in (
            "initialDelaySeconds",
            "timeoutSeconds",
            "periodSeconds",
            "successThreshold",
            "failureThreshold",
        )
    )
    return (
        f"delay {delay} s, answer in {timeout} s, period {period} s, "
        f"success {success}, failure {failure}"
    )


def failures_of(
    snapshot: Snapshot, pod: Ref, probe: ProbeKind | None, container: str
) -> list[Event]:
    """What the kubelet said of failures: of that probe, of that container, or of any."""
    begins = f"{probe.capitalize()} probe failed" if probe is not None else ""
    path = f"spec.containers{{{container}}}" if container else ""
    return [
        one
        for one in events_of(snapshot, pod)
        if one.reason == "Unhealthy"
        and one.message.startswith(begins)
        and path in ("", one.involved_object.field_path)
    ]
