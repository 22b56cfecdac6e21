"""Promises about the life of a container: restarted, replaced, ended after its grace, put off.

They are read from the pod's status alone, which is the kubelet's own word; its Events only tell
when it decided. Source of the rules: pkg/kubelet/kuberuntime, Kubernetes 1.34.
"""

from __future__ import annotations

from datetime import datetime

from reconverge.errors import BadInput
from reconverge.judges.events import events_of
from reconverge.judges.invariants.judge import Invariant
from reconverge.judges.promise import Promise
from reconverge.judges.states import StateJudge
from reconverge.judges.steady import Steadiness, state
from reconverge.judges.steady.words import listed
from reconverge.judges.tally import Looked
from reconverge.model import ContainerStatus, Pod, Ref, Snapshot, Terminated

# The kubelet's stamps are whole seconds, cut off; it may be late, and is never early.
GRAIN_S, LATE_S = 1.0, 5.0


class ContainerPromise(Promise, frozen=True, kw_only=True):
    """Base of the promises about a container of `pod`; without a name, about the only one."""

    pod: Ref
    container: str = ""

    def judge(self, *, deadline_s: float) -> StateJudge:
        return StateJudge(self, self.weigh, kinds=("Pod", "Event"), deadline_s=deadline_s)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        pod = snapshot.pod(self.pod.uid)
        status = status_of(pod, self.container) if pod is not None else None
        if pod is None or status is None:
            return Steadiness((f"{self.pod} is gone, or has not begun",), "no such container")
        return self.weigh_status(status, pod, snapshot)

    def weigh_status(self, status: ContainerStatus, pod: Pod, snapshot: Snapshot) -> Steadiness:
        """What is lacking, by the container's status."""
        raise NotImplementedError

    @property
    def whose(self) -> str:
        """Which container it is, as the beginning of a sentence."""
        name = f' "{self.container}"' if self.container else ""
        return f'the container{name} of "{self.pod.name}"'


class Restarted(ContainerPromise, frozen=True, kw_only=True):
    """The container runs, and has been restarted `times` times at least, in this very pod."""

    times: int = 1

    def sentence(self) -> str:
        often = "once" if self.times == 1 else f"{self.times} times"
        return f"{self.whose} is restarted {often}, and runs"

    def weigh_status(self, status: ContainerStatus, pod: Pod, snapshot: Snapshot) -> Steadiness:
        del snapshot
        lacking = []
        if status.restart_count < self.times:
            lacking.append(f"{status.restart_count} restarts of {self.times}")
        if status.state.running is None or not pod.is_active:
            lacking.append("it does not run")
        seen = f"{status.restart_count} restarts, {state(pod)}"
        return Steadiness(tuple(lacking), seen)


class Replaced(ContainerPromise, frozen=True, kw_only=True):
    """Another container than `container_id` runs, in the same pod, on the same node and address.

    The status tells the whole end of that one: its ID, its reason, when it began and ended.
    """

    container_id: str
    node: str
    pod_ip: str

    @classmethod
    def of(cls, before: Snapshot, pod: Ref) -> Replaced:
        """The only container of `pod`, as it was; BadInput where none ran."""
        view = before.pod(pod.uid)
        status = status_of(view, "") if view is not None else None
        if view is None or status is None or not status.container_id:
            raise BadInput(f"no container of {pod} ran before the fault")
        return cls(
            pod=pod,
            container=status.name,
            container_id=status.container_id,
            node=view.spec.node_name,
            pod_ip=view.status.pod_ip,
        )

    def sentence(self) -> str:
        return f"{self.whose} is another one, in the same pod, on the same node and address"

    def weigh_status(self, status: ContainerStatus, pod: Pod, snapshot: Snapshot) -> Steadiness:
        del snapshot
        ended = status.last_state.terminated
        lacking = [*self._end_lacks(ended)]
        if status.state.running is None or status.container_id in ("", self.container_id):
            lacking.append("no other one runs")
        if (pod.spec.node_name, pod.status.pod_ip) != (self.node, self.pod_ip):
            lacking.append(f"it is at {pod.status.pod_ip} on {pod.spec.node_name}")
        how = f"; the previous one ended with {ended.exit_code} ({ended.reason})" if ended else ""
        return Steadiness(tuple(lacking), f"{status.restart_count} restarts, {state(pod)}{how}")

    def _end_lacks(self, ended: Terminated | None) -> tuple[str, ...]:
        if ended is None or ended.container_id != self.container_id:
            return ("the end of that very container is not told",)
        is_whole = ended.reason and ended.started_at and ended.finished_at
        return () if is_whole else ("its end is told in part only",)


class EndedAfterGrace(ContainerPromise, frozen=True, kw_only=True):
    """The previous instance ended `grace_s` seconds after the kubelet had decided to kill it.

    It had ignored the request to end; the decision is the kubelet's Event Killing.
    """

    grace_s: float

    def sentence(self) -> str:
        return f"{self.whose} was killed {self.grace_s:g} s after it had been asked to end"

    def weigh_status(self, status: ContainerStatus, pod: Pod, snapshot: Snapshot) -> Steadiness:
        ended = status.last_state.terminated
        decided = _killing_of(snapshot, self.pod, ended)
        if ended is None or ended.finished_at is None or decided is None:
            return Steadiness(("it was not killed yet",), state(pod))
        took_s = (ended.finished_at - decided).total_seconds()
        is_so = self.grace_s - GRAIN_S <= took_s <= self.grace_s + LATE_S
        return Steadiness(() if is_so else ("that is another time",), f"killed after {took_s:g} s")


class PutOff(ContainerPromise, frozen=True, kw_only=True):
    """The container is not started again yet: it waits as CrashLoopBackOff, for `backoff_s`.

    How long is the kubelet's own word: "back-off 20s restarting failed container".
    """

    backoff_s: int

    def sentence(self) -> str:
        return f"{self.whose} is put off for {self.backoff_s} s (CrashLoopBackOff)"

    def weigh_status(self, status: ContainerStatus, pod: Pod, snapshot: Snapshot) -> Steadiness:
        del snapshot
        waiting = status.state.waiting
        said = waiting.message if waiting is not None else ""
        is_so = (
            waiting is not None
            and waiting.reason == "CrashLoopBackOff"
            and f"back-off {_as_go(self.backoff_s)} " in said
        )
        return Steadiness(() if is_so else ("it is not",), said or state(pod))


class RestartedAfter(ContainerPromise, frozen=True, kw_only=True):
    """Its restart number `restart` came at least `least_s` and at most `most_s` after the end."""

    restart: int
    least_s: float
    most_s: float

    def sentence(self) -> str:
        span = f"{self.least_s:g} to {self.most_s:g} s after it had ended"
        return f"{self.whose} is restarted for time {self.restart} {span}"

    def weigh_status(self, status: ContainerStatus, pod: Pod, snapshot: Snapshot) -> Steadiness:
        del snapshot
        ended, running = status.last_state.terminated, status.state.running
        began = running.started_at if running is not None else None
        if status.restart_count != self.restart or ended is None or began is None:
            return Steadiness((f"{status.restart_count} restarts",), state(pod))
        if ended.finished_at is None:
            return Steadiness(("when it ended is not told",), state(pod))
        took_s = (began - ended.finished_at).total_seconds()
        is_so = self.least_s - GRAIN_S <= took_s <= self.most_s
        seen = f"restarted {took_s:g} s after its end"
        return Steadiness(() if is_so else ("that is another time",), seen)


class EachRestarted(Promise, frozen=True, kw_only=True):
    """Each pod of the workload has been restarted `times` times at least."""

    workload: Ref
    times: int = 1

    def sentence(self) -> str:
        return f'each pod of "{self.workload.name}" is restarted {self.times} times at least'

    def judge(self, *, deadline_s: float) -> StateJudge:
        return StateJudge(self, self.weigh, kinds=("Pod",), deadline_s=deadline_s)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        pods = [pod for pod in snapshot.pods_of(self.workload) if pod.is_active]
        seen = ", ".join(f"{pod.name} {pod.restart_count}" for pod in pods) or "no pod"
        few = [pod.name for pod in pods if pod.restart_count < self.times]
        lacking = () if pods and not few else (f"{listed(few, len(few)) or 'no pod'} lacks some",)
        return Steadiness(lacking, f"restarts: {seen}")


class OneRestarted(Promise, frozen=True, kw_only=True):
    """At least one of these pods is restarted beyond the restarts it had."""

    restarts: dict[str, int]

    def sentence(self) -> str:
        return f"one of {len(self.restarts)} pods is restarted"

    def judge(self, *, deadline_s: float) -> StateJudge:
        return StateJudge(self, self.weigh, kinds=("Pod",), deadline_s=deadline_s)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        pods = [pod for uid in self.restarts if (pod := snapshot.pod(uid)) is not None]
        more = [pod.name for pod in pods if pod.restart_count > self.restarts[pod.uid]]
        seen = ", ".join(f"{pod.name} {pod.restart_count}" for pod in pods) or "no pod"
        return Steadiness(() if more else ("none has been",), f"restarts: {seen}")


class NoneRestarted(Invariant, frozen=True, kw_only=True):
    """None of these pods is restarted beyond the restarts it had."""

    restarts: dict[str, int]
    namespace: str

    def sentence(self) -> str:
        return f"none of {len(self.restarts)} pods is restarted any more"

    def tally(self) -> Looked:
        return Looked(self.violation, kinds=frozenset({"Pod"}), namespace=self.namespace)

    def violation(self, snapshot: Snapshot) -> str:
        """The definition: which pod has more restarts than it had."""
        pods = [pod for uid in self.restarts if (pod := snapshot.pod(uid)) is not None]
        more = [pod.name for pod in pods if pod.restart_count > self.restarts[pod.uid]]
        return f"{listed(more, len(more))} was restarted" if more else ""


def restarts_on(before: Snapshot, workload: Ref, node: str, *, is_there: bool) -> dict[str, int]:
    """By UID the restarts of the workload's pods on `node`, or on the others; BadInput if none."""
    pods = [pod for pod in before.pods_of(workload) if pod.is_active]
    found = [pod for pod in pods if (pod.spec.node_name == node) is is_there]
    if not found:
        raise BadInput(
            f"no pod of {workload} is {'on' if is_there else 'elsewhere than on'} {node}"
        )
    return {pod.uid: pod.restart_count for pod in found}


class NeverRestarted(Invariant, frozen=True, kw_only=True):
    """No container of the pod, or not the one named, ends or is restarted."""

    pod: Ref
    container: str = ""

    def sentence(self) -> str:
        name = f'container "{self.container}"' if self.container else "no container"
        return f'{name} of "{self.pod.name}" is {"never" if self.container else "ever"} restarted'

    def tally(self) -> Looked:
        return Looked(self.violation, kinds=frozenset({"Pod"}), namespace=self.pod.namespace)

    def violation(self, snapshot: Snapshot) -> str:
        """The definition: which container has ended, or was restarted."""
        pod = snapshot.pod(self.pod.uid)
        if pod is None:
            return f"{self.pod.name} is gone" if snapshot.is_gone(self.pod.uid) else ""
        for status in pod.status.container_statuses:
            is_meant = self.container in ("", status.name)
            if is_meant and (status.restart_count or status.state.terminated is not None):
                return f"{status.name} of {pod.name} has {status.restart_count} restarts"
        return ""


def status_of(pod: Pod, container: str) -> ContainerStatus | None:
    """The status of the container of that name; without a name, of the first."""
    if container:
        return pod.container(container)
    return next(iter(pod.status.container_statuses), None)


def _killing_of(snapshot: Snapshot, pod: Ref, ended: Terminated | None) -> datetime | None:
    """When the kubelet decided to kill the instance that `ended`: its newest word of that life."""
    if ended is None or ended.started_at is None or ended.finished_at is None:
        return None
    said = (one for one in events_of(snapshot, pod) if one.reason == "Killing")
    stamps = [one.last_timestamp for one in said if one.last_timestamp is not None]
    return max(
        (one for one in stamps if ended.started_at <= one <= ended.finished_at), default=None
    )


def _as_go(seconds: int) -> str:
    """A duration as Go writes it: 10s, 1m20s."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
