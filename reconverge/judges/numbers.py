"""Predicates about what stands in objects: the numbers of a workload, the image of a pod.

They are what `kubectl get` prints. A status is its controller's word and not the truth, so it is
asked for where the word itself is promised, and never instead of the pods.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from reconverge.judges.headcount import PodState, is_in, numbered, seen
from reconverge.judges.predicate import Predicate, spaced
from reconverge.judges.tally import Looked, Tally
from reconverge.model import Ref, ReplicaSet, ReplicationController, Snapshot

Number = Literal["desired", "current", "ready", "available", "generation", "observed"]
_Workload = ReplicationController | ReplicaSet
# The first three are the columns of `kubectl get`; the generation counts the changes of the
# specification, and the controller reports which of them it has observed.
_NUMBERS: dict[Number, Callable[[_Workload], int]] = {
    "desired": lambda view: view.replicas,
    "current": lambda view: view.status.replicas,
    "ready": lambda view: view.status.ready_replicas,
    "available": lambda view: view.status.available_replicas,
    "generation": lambda view: view.metadata.generation,
    "observed": lambda view: view.status.observed_generation,
}


class Reports(Predicate, frozen=True, kw_only=True):
    """A ReplicationController or ReplicaSet has this number in its specification or its status."""

    workload: Ref
    what: Number
    number: int

    def words(self, adverb: str = "") -> str:
        return f'"{self.workload.name}" {spaced(adverb)}reports {self.number} {self.what}'

    def lack(self, snapshot: Snapshot) -> str:
        view = snapshot.get(self.workload.kind, self.workload.uid)
        if not isinstance(view, ReplicationController | ReplicaSet):
            return f"{self.workload} does not exist"
        number = _NUMBERS[self.what](view)
        is_so = number == self.number
        return "" if is_so else f'"{self.workload.name}" reports {number} {self.what}'

    def tally(self) -> Tally:
        kinds = frozenset({self.workload.kind})
        return Looked(self.lack, kinds=kinds, namespace=self.workload.namespace)


class PodsLabelled(Predicate, frozen=True, kw_only=True):
    """Exactly `number` pods of the namespace carry these labels, whoever owns them."""

    namespace: str
    labels: dict[str, str]
    number: int
    state: PodState = "active"

    def words(self, adverb: str = "") -> str:
        labels = ", ".join(f"{key}={value}" for key, value in self.labels.items())
        return f"{numbered(self.number, self.state)} {spaced(adverb)}labelled {labels}"

    def lack(self, snapshot: Snapshot) -> str:
        wanted = self.labels.items()
        found = sum(
            wanted <= pod.metadata.labels.items() and is_in(pod, self.state)
            for pod in snapshot.pods(namespace=self.namespace)
        )
        return "" if found == self.number else f"there are {seen(found, self.state)}"

    def tally(self) -> Tally:
        return Looked(self.lack, kinds=frozenset({"Pod"}), namespace=self.namespace)


class RunsImage(Predicate, frozen=True, kw_only=True):
    """Every container of the pod is of this image, as its specification has it."""

    pod: Ref
    image: str

    def words(self, adverb: str = "") -> str:
        return f'pod "{self.pod.name}" {spaced(adverb)}runs {self.image}'

    def lack(self, snapshot: Snapshot) -> str:
        pod = snapshot.pod(self.pod.uid)
        if pod is None:
            return f"{self.pod.name} does not exist"
        others = [one.image for one in pod.spec.containers if one.image != self.image]
        return f"{self.pod.name} runs {', '.join(others)}" if others else ""

    def tally(self) -> Tally:
        return Looked(self.lack, kinds=frozenset({"Pod"}), namespace=self.pod.namespace)
