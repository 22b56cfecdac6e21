"""Which pods there are: the very same ones, in the same containers, where and what they were."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from reconverge.judges.headcount import Headcount
from reconverge.judges.invariants.judge import Invariant
from reconverge.judges.steady.words import listed
from reconverge.judges.tally import Tally, left
from reconverge.model import Pod, Ref, Snapshot
from reconverge.timeline import Entry


class Instance(msgspec.Struct, frozen=True, kw_only=True):
    """A pod as it was before the fault, and by container its instance and its restart count."""

    pod: Ref
    containers: dict[str, str]
    restarts: dict[str, int] = {}

    @classmethod
    def of(cls, pod: Pod) -> Instance:
        ref = Ref("Pod", pod.metadata.namespace, pod.name, pod.uid)
        statuses = pod.status.container_statuses
        return cls(
            pod=ref,
            containers={one.name: one.container_id for one in statuses},
            restarts={one.name: one.restart_count for one in statuses},
        )

    def touch(self, pod: Pod | None) -> str:
        """What was done to it, seen from `pod`, which is what is left of it; "" for nothing."""
        if pod is None:
            return f"{self.pod.name} is gone"
        if pod.is_terminating:
            return f"{pod.name} is being deleted"
        if not pod.is_active:
            return f"{pod.name} is {pod.status.phase}"
        for status in pod.status.container_statuses:
            known = self.containers.get(status.name)
            if known and status.container_id != known:
                return f"container {status.name} of {pod.name} is another instance"
            if status.restart_count != self.restarts.get(status.name, status.restart_count):
                return f"container {status.name} of {pod.name} was restarted"
        return ""


class Untouched(Invariant, frozen=True, kw_only=True):
    """These pods run on in the same containers: never deleted, finished or restarted."""

    instances: tuple[Instance, ...]

    def sentence(self) -> str:
        names = ", ".join(one.pod.name for one in self.instances)
        return f"{names or 'no pod'} is never touched"

    def tally(self) -> Tally:
        return _Touched(self.instances)

    def violation(self, snapshot: Snapshot) -> str:
        """The definition: what the tally says, looked up from nothing."""
        touches = (one.touch(snapshot.pod(one.pod.uid)) for one in self.instances)
        return next(filter(None, touches), "")


class _Touched(Tally):
    """What was done to each of some pods."""

    def __init__(self, instances: tuple[Instance, ...]) -> None:
        self._instances = {one.pod.uid: one for one in instances}
        self._touches: dict[str, str] = {}
        self.namespace = instances[0].pod.namespace if instances else ""

    @property
    def violation(self) -> str:
        return next((self._touches[uid] for uid in self._instances if uid in self._touches), "")

    @property
    def doubt(self) -> str:
        return "" if self._instances else "there is no pod to watch over"

    def begin(self, snapshot: Snapshot) -> None:
        for uid in self._instances:
            self._weigh(uid, snapshot.pod(uid))

    def note(self, entry: Entry) -> None:
        pod = left(entry)
        uid = entry.view.uid if entry.view is not None else ""
        if uid in self._instances:
            self._weigh(uid, pod if isinstance(pod, Pod) else None)

    def _weigh(self, uid: str, pod: Pod | None) -> None:
        touch = self._instances[uid].touch(pod)
        self._touches.pop(uid, None)
        if touch:
            self._touches[uid] = touch


class SamePods(Invariant, frozen=True, kw_only=True):
    """The workload's pods stay exactly these: none is created, deleted, adopted or released."""

    workload: Ref
    pods: tuple[Ref, ...]

    def sentence(self) -> str:
        return f'"{self.workload.name}" keeps exactly its {len(self.pods)} pods'

    def tally(self) -> Tally:
        return _Same(self.workload, {pod.uid: pod.name for pod in self.pods})

    def violation(self, snapshot: Snapshot) -> str:
        """The definition: what the tally says, looked up from nothing."""
        wanted = {pod.uid: pod.name for pod in self.pods}
        owned = {
            pod.uid: pod.name for pod in snapshot.pods_of(self.workload) if not pod.is_terminating
        }
        new = [name for uid, name in owned.items() if uid not in wanted]
        return _difference(new, [name for uid, name in wanted.items() if uid not in owned])


class _Same(Tally):
    """The pods that are new, and those that are lost."""

    def __init__(self, workload: Ref, wanted: dict[str, str]) -> None:
        self._pods = Headcount(workload)
        self._wanted = wanted
        self._new: dict[str, str] = {}
        self._lost: dict[str, str] = {}
        self.kinds = self._pods.kinds
        self.namespace = workload.namespace

    @property
    def violation(self) -> str:
        return _difference([*self._new.values()], [*self._lost.values()])

    @property
    def is_certain(self) -> bool:
        return self._pods.is_certain

    def begin(self, snapshot: Snapshot) -> None:
        self._pods.begin(snapshot)
        for uid in {*self._wanted, *(pod.uid for pod in snapshot.pods())}:
            self._compare(uid)

    def note(self, entry: Entry) -> None:
        for uid in self._pods.note(entry):
            self._compare(uid)

    def _compare(self, uid: str) -> None:
        own, is_wanted = self._pods.own(uid), uid in self._wanted
        self._new.pop(uid, None)
        self._lost.pop(uid, None)
        if own is not None and not is_wanted:
            self._new[uid] = own.name
        elif own is None and is_wanted:
            self._lost[uid] = self._wanted[uid]


def _difference(new: list[str], lost: list[str]) -> str:
    rows = [f"{listed(sorted(new), len(new))} is new"] if new else []
    rows += [f"{listed(sorted(lost), len(lost))} is no longer its own"] if lost else []
    return " and ".join(rows)


class NeverMoved(Invariant, frozen=True, kw_only=True):
    """No pod of the namespace ever moves to another node: it is replaced, or stays.

    The API server forbids it (ValidatePodUpdate, pkg/apis/core/validation, 1.34), so whoever sees
    it sees a broken record, or a broken API server.
    """

    namespace: str

    def sentence(self) -> str:
        return "no pod is ever moved to another node"

    def tally(self) -> Tally:
        return _Past(self.namespace, _move)


class RestartsNeverFall(Invariant, frozen=True, kw_only=True):
    """The restart count of no container of the namespace ever falls: no restart is forgotten.

    The kubelet counts up from what its runtime or the API tells (pkg/kubelet/kuberuntime, 1.34);
    one that has lost both starts over, and hides how often a container has died.
    """

    namespace: str

    def sentence(self) -> str:
        return "no restart is ever forgotten"

    def tally(self) -> Tally:
        return _Past(self.namespace, _forgotten)


class _Past(Tally):
    """Each pod as it was seen last, against what is seen now; the first violation stays one."""

    def __init__(self, namespace: str, compare: Callable[[Pod, Pod], str]) -> None:
        self.namespace = namespace
        self._compare = compare
        self._pods: dict[str, Pod] = {}
        self._violation = ""

    @property
    def violation(self) -> str:
        return self._violation

    def begin(self, snapshot: Snapshot) -> None:
        self._pods = {pod.uid: pod for pod in snapshot.pods(namespace=self.namespace)}

    def note(self, entry: Entry) -> None:
        pod = entry.view
        if not isinstance(pod, Pod) or pod.metadata.namespace != self.namespace:
            return
        before = self._pods.pop(pod.uid, None)
        if before is not None:
            self._violation = self._violation or self._compare(before, pod)
        if left(entry) is not None:
            self._pods[pod.uid] = pod


def _move(before: Pod, after: Pod) -> str:
    was, now = before.spec.node_name, after.spec.node_name
    return f"{after.name} moved from {was} to {now or 'no node'}" if was and was != now else ""


def _forgotten(before: Pod, after: Pod) -> str:
    for status in after.status.container_statuses:
        known = before.container(status.name)
        if known is not None and status.restart_count < known.restart_count:
            counts = f"{known.restart_count} to {status.restart_count}"
            return f"the restarts of container {status.name} of {after.name} fell from {counts}"
    return ""
