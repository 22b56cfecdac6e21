"""Predicates about where pods are: on which nodes, in whose stead, and why they have to go.

They are told from `predicates` by their subject only, and are combined there.
"""

from __future__ import annotations

import msgspec

from reconverge.judges.events import events_of
from reconverge.judges.predicate import Predicate, spaced
from reconverge.judges.steady.daemon_sets import target_of
from reconverge.judges.steady.words import readiness
from reconverge.judges.tally import Looked, Tally
from reconverge.model import Node, Pod, Ref, Snapshot, condition, is_true, ref
from reconverge.model.batch import COMPLETION_INDEX

_PODS, _NODES = frozenset({"Pod"}), frozenset({"Node"})


class NodeTainted(Predicate, frozen=True, kw_only=True):
    """Exactly this node, not a namesake, carries a taint of this key with this effect."""

    node: Ref
    key: str
    effect: str = "NoExecute"

    def words(self, adverb: str = "") -> str:
        return f'node "{self.node.name}" is {spaced(adverb)}tainted {self.key}:{self.effect}'

    def lack(self, snapshot: Snapshot) -> str:
        node = snapshot.get("Node", self.node.uid)
        if not isinstance(node, Node):
            return f"node {self.node.name} is not registered"
        if node.is_tainted(self.key, self.effect):
            return ""
        taints = ", ".join(str(one) for one in node.spec.taints) or "no taint"
        return f"node {node.name} is {readiness(node)} and carries {taints}"

    def tally(self) -> Tally:
        return Looked(self.lack, kinds=_NODES)


class RunsOn(Predicate, frozen=True, kw_only=True):
    """The workload has at least one active pod on the node of that name."""

    workload: Ref
    node: str

    def words(self, adverb: str = "") -> str:
        return f'"{self.workload.name}" {spaced(adverb)}has a pod on {self.node}'

    def lack(self, snapshot: Snapshot) -> str:
        pods = (pod for pod in snapshot.pods_of(self.workload) if pod.is_active)
        nodes = sorted({pod.spec.node_name or "no node" for pod in pods})
        is_there = self.node in nodes
        where = ", ".join(nodes) or "nowhere"
        return "" if is_there else f'the pods of "{self.workload.name}" are on {where}'

    def tally(self) -> Tally:
        return Looked(self.lack, kinds=_PODS, namespace=self.workload.namespace)


class Replaced(Predicate, frozen=True, kw_only=True):
    """There is another pod than this one with these labels, which it has: one made in its stead."""

    pod: Ref
    labels: dict[str, str]

    def words(self, adverb: str = "") -> str:
        return f'pod "{self.pod.name}" is {spaced(adverb)}replaced'

    def lack(self, snapshot: Snapshot) -> str:
        others = (
            pod
            for pod in snapshot.pods(namespace=self.pod.namespace)
            if pod.uid != self.pod.uid and self.labels.items() <= pod.metadata.labels.items()
        )
        return "" if next(others, None) is not None else f"no pod stands in for {self.pod.name}"

    def tally(self) -> Tally:
        return Looked(self.lack, kinds=_PODS, namespace=self.pod.namespace)


class Disrupted(Predicate, frozen=True, kw_only=True):
    """The pod is marked as one that has to go for that reason (condition DisruptionTarget)."""

    pod: Ref
    reason: str

    def words(self, adverb: str = "") -> str:
        return f'pod "{self.pod.name}" is {spaced(adverb)}disrupted, because of {self.reason}'

    def lack(self, snapshot: Snapshot) -> str:
        pod = snapshot.pod(self.pod.uid)
        if pod is None:
            return f"{self.pod.name} does not exist"
        row = condition(pod.status.conditions, "DisruptionTarget")
        if row is None or not is_true(row):
            return f"{pod.name} is not disrupted"
        return "" if row.reason == self.reason else f"{pod.name} is disrupted: {row.reason}"

    def tally(self) -> Tally:
        return Looked(self.lack, kinds=_PODS, namespace=self.pod.namespace)


class LooksReady(Predicate, frozen=True, kw_only=True):
    """The pod's condition Ready is True, whether or not it is being deleted, or alive."""

    pod: Ref

    def words(self, adverb: str = "") -> str:
        return f'pod "{self.pod.name}" {spaced(adverb)}looks ready'

    def lack(self, snapshot: Snapshot) -> str:
        pod = snapshot.pod(self.pod.uid)
        if pod is None:
            return f"{self.pod.name} does not exist"
        return "" if pod.is_ready else f"{pod.name} does not look ready"

    def tally(self) -> Tally:
        return Looked(self.lack, kinds=_PODS, namespace=self.pod.namespace)


class MadeForNode(Predicate, frozen=True, kw_only=True):
    """Each active pod of a DaemonSet may run on one node only, and the scheduler put it there.

    Its affinity names the node from the beginning (util.ReplaceDaemonSetPodNodeNameNodeAffinity,
    pkg/controller/daemon, since 1.12), and an event of the scheduler's tells of the assignment.
    """

    workload: Ref
    scheduler: str = "default-scheduler"

    def words(self, adverb: str = "") -> str:
        return (
            f'each pod of "{self.workload.name}" was {spaced(adverb)}made for its node, '
            f"and put there by {self.scheduler}"
        )

    def lack(self, snapshot: Snapshot) -> str:
        pods = [pod for pod in snapshot.pods_of(self.workload) if pod.is_active]
        lacks = (self._lack_of(pod, snapshot) for pod in pods)
        return next(filter(None, lacks), "" if pods else f"{self.workload} has no pods")

    def _lack_of(self, pod: Pod, snapshot: Snapshot) -> str:
        meant = target_of(pod)
        if not pod.spec.node_name or meant != pod.spec.node_name:
            where = pod.spec.node_name or "no node"
            return f"{pod.name} is on {where}, and meant for {meant or 'any'}"
        told = (one for one in events_of(snapshot, ref("Pod", pod)) if one.reason == "Scheduled")
        by = {one.reporting_component or one.source.component for one in told}
        who = ", ".join(sorted(by)) or "nobody"
        return "" if by == {self.scheduler} else f"{pod.name} was put there by {who}"

    def tally(self) -> Tally:
        kinds = frozenset({"Pod", "Event"})
        return Looked(self.lack, kinds=kinds, namespace=self.workload.namespace)


class Told(Predicate, frozen=True, kw_only=True):
    """There is an event about the object: of that reason, or of whatever reason where none is."""

    about: Ref
    reason: str = ""

    def words(self, adverb: str = "") -> str:
        what = f'"{self.reason}"' if self.reason else "anything"
        return f'{what} is {spaced(adverb)}told about "{self.about.name}"'

    def lack(self, snapshot: Snapshot) -> str:
        reasons = {one.reason for one in events_of(snapshot, self.about)}
        if self.reason in reasons or (reasons and not self.reason):
            return ""
        what = ", ".join(sorted(reasons)) or "nothing"
        return f'{what} is told about "{self.about.name}"'

    def tally(self) -> Tally:
        return Looked(self.lack, kinds=frozenset({"Event"}), namespace=self.about.namespace)


class Counts(Predicate, frozen=True, kw_only=True):
    """The object's status has these numbers, by the API's own names; one it lacks counts as 0.

    It is its controller's word, and not the truth: promise it where the word is what is promised.
    """

    of: Ref
    numbers: dict[str, int]

    def words(self, adverb: str = "") -> str:
        return f'"{self.of.name}" {spaced(adverb)}counts {_listed(self.numbers)}'

    def lack(self, snapshot: Snapshot) -> str:
        view = snapshot.get(self.of.kind, self.of.uid)
        if view is None:
            return f"{self.of} does not exist"
        status = msgspec.to_builtins(getattr(view, "status", None)) or {}
        told = {name: status.get(name, 0) for name in self.numbers}
        return "" if told == self.numbers else f'"{self.of.name}" counts {_listed(told)}'

    def tally(self) -> Tally:
        return Looked(self.lack, kinds=frozenset({self.of.kind}), namespace=self.of.namespace)


class LabelledByIndex(Predicate, frozen=True, kw_only=True):
    """Each pod of an Indexed Job bears its completion index as a label, that there is one at all.

    Since 1.28 (PodIndexLabel; pkg/controller/job/indexed_job_utils.go, addCompletionIndexLabel).
    """

    job: Ref

    def words(self, adverb: str = "") -> str:
        return f'each pod of "{self.job.name}" is {spaced(adverb)}labelled with its index'

    def lack(self, snapshot: Snapshot) -> str:
        pods = snapshot.owned_pods(self.job.uid)
        if not pods:
            return f"{self.job} has no pods"
        wrong = (
            f"{pod.name} is of index {told or 'none'} and labelled {label or 'with none'}"
            for pod in pods
            if (told := pod.metadata.annotations.get(COMPLETION_INDEX, ""))
            != (label := pod.metadata.labels.get(COMPLETION_INDEX, ""))
            or not label
        )
        return next(wrong, "")

    def tally(self) -> Tally:
        return Looked(self.lack, kinds=_PODS, namespace=self.job.namespace)


def _listed(numbers: dict[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in numbers.items())
