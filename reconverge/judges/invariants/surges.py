"""A DaemonSet that rolls out with maxSurge: on each node the new pod is ready before the old goes.

Such a rollout promises that nobody ever misses the daemon (its maxUnavailable is 0), and that only
so many nodes carry a second pod for it at a time. A fault may leave a node without a pod for a
while; nothing else may.
Source: rollingUpdate in pkg/controller/daemon/update.go, Kubernetes 1.34.
"""

from __future__ import annotations

from collections.abc import Iterable

from reconverge.judges.invariants.judge import Invariant
from reconverge.judges.invariants.owned import OwnedPods
from reconverge.judges.steady.daemon_sets import node_of
from reconverge.judges.steady.words import counted, listed
from reconverge.judges.tally import Tally
from reconverge.model import Pod, Ref, Snapshot

_Pods = dict[str, Pod]


class SurgesAtMost(Invariant, frozen=True, kw_only=True):
    """On no more than `nodes` nodes a pod of the DaemonSet starts beside one that is ready.

    Once both are ready the old one is to go, and the next node may have its turn. Pods that are
    being deleted count for nothing.
    """

    workload: Ref
    nodes: int

    def sentence(self) -> str:
        return f'"{self.workload.name}" never surges on more than {counted(self.nodes, "node")}'

    def tally(self) -> Tally:
        return _Surging(self)

    def violation(self, snapshot: Snapshot) -> str:
        """The definition: what the tally says, counted from nothing."""
        there: dict[str, _Pods] = {}
        for pod in snapshot.owned_pods(self.workload.uid):
            if pod.is_active and node_of(pod):
                there.setdefault(node_of(pod), {})[pod.uid] = pod
        return self.violation_of(there)

    def violation_of(self, there: dict[str, _Pods]) -> str:
        """What these active pods, by node, violate."""
        surging = sorted(node for node, pods in there.items() if _is_surging(pods.values()))
        is_more = len(surging) > self.nodes
        return f"it surges on {listed(surging, len(surging))} at once" if is_more else ""


class NeverBare(Invariant, frozen=True, kw_only=True):
    """No node that has a ready pod of the DaemonSet is ever without one, unless a fault cost it.

    `hit` are the pods that faults have deleted. From the loss of such a pod until the next one
    becomes ready on its node, that node may be without: whoever acts on what it knew a moment
    before may take away the other pod of it as well.
    """

    workload: Ref
    hit: tuple[Ref, ...] = ()

    def sentence(self) -> str:
        return f'no node is without a ready pod of "{self.workload.name}", unless by the fault'

    def tally(self) -> Tally:
        return _Served(self)


class _OnNodes(OwnedPods):
    """The active pods of a DaemonSet by node."""

    def __init__(self, workload: Ref) -> None:
        super().__init__(workload)
        self._there: dict[str, _Pods] = {}
        self._node_of: dict[str, str] = {}

    def _forget(self) -> None:
        self._there, self._node_of = {}, {}

    def _put(self, uid: str, pod: Pod | None) -> None:
        node = self._node_of.pop(uid, "")
        if node:
            self._there[node].pop(uid)
        if pod is not None and node_of(pod):
            self._node_of[uid] = node_of(pod)
            self._there.setdefault(node_of(pod), {})[uid] = pod


class _Surging(_OnNodes):
    """Nodes are few: that those with two pods are looked for anew costs next to nothing."""

    def __init__(self, promise: SurgesAtMost) -> None:
        super().__init__(promise.workload)
        self._promise = promise

    @property
    def violation(self) -> str:
        return self._promise.violation_of(self._there)


class _Served(_OnNodes):
    """Which nodes have a ready pod, and which may be without; the first violation stays one."""

    def __init__(self, promise: NeverBare) -> None:
        super().__init__(promise.workload)
        self._hit = {one.uid for one in promise.hit}
        self._struck: set[str] = set()
        self._violation = ""

    @property
    def violation(self) -> str:
        return self._violation

    def _put(self, uid: str, pod: Pod | None) -> None:
        node = self._node_of.get(uid, "")
        known = self._there.get(node, {}).get(uid)
        super()._put(uid, pod)
        now = self._node_of.get(uid, "")
        is_ready, was_ready = bool(now) and pod is not None and pod.is_ready, _is_ready(known)
        if is_ready and not was_ready:
            self._struck.discard(now)
        if known is not None and not now and uid in self._hit:
            self._struck.add(node)
        if was_ready and not is_ready and node not in self._struck and not self._is_served(node):
            harm = f"{node} is without a ready pod"
            self._violation = self._violation or harm

    def _is_served(self, node: str) -> bool:
        return any(one.is_ready for one in self._there.get(node, {}).values())


def _is_ready(pod: Pod | None) -> bool:
    return pod is not None and pod.is_ready


def _is_surging(pods: Iterable[Pod]) -> bool:
    ready = [pod.is_ready for pod in pods]
    return any(ready) and not all(ready)
