"""Harm done with pods that no controller made: they appear, are relabelled, and are deleted.

Nobody replaces such a pod. What a controller may do with one is to claim it, where it matches.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from reconverge.blast import Pick
from reconverge.cluster.door import Cluster, JsonObject
from reconverge.errors import BadInput
from reconverge.faults.fault import Fault, listed
from reconverge.faults.labels import Labelling
from reconverge.faults.pods import Loss
from reconverge.faults.rollbacks import AnyUndo
from reconverge.faults.undo import MARK, RemoveCreated
from reconverge.judges.effects import AnyEffect, PodAppeared
from reconverge.model import Ref, Snapshot, ref

# Small, on every node already, and it runs until it is ended.
IMAGE = "luksa/ssd-monitor"
_NAME = "lone"


class CreateLonePods(Fault, frozen=True, kw_only=True):
    """Create a pod of nobody's for each of these sets of labels, beside the workload `beside`.

    The target is the workload, which may claim what matches; the pods are creations, in the order
    of `labels`. They run until they are ended, and end at once.
    """

    beside: Ref
    labels: tuple[dict[str, str], ...]
    image: str = IMAGE

    def sentence(self, targets: Sequence[Ref]) -> str:
        rows = " / ".join(_worded(one) for one in self.labels)
        return f"pods labelled {rows} created beside {listed(targets)}"

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        del pick
        is_there = snapshot.get(self.beside.kind, self.beside.uid) is not None
        return (self.beside,) if is_there and self.labels else ()

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del targets, snapshot
        names = (f"{_NAME}-{index}" for index in range(len(self.labels)))
        pods = tuple(Ref("Pod", self.beside.namespace, name, "") for name in names)
        return RemoveCreated(objects=pods, mark=self.beside.uid, grace_s=0)

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        del targets
        pods = (self._manifest(index, labels) for index, labels in enumerate(self.labels))
        return tuple(cluster.create(one, namespace=self.beside.namespace)[0] for one in pods)

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        """Pods are seen in the order of their creation, so the last one stands for all."""
        del targets
        never = Ref("Pod", self.beside.namespace, _NAME, "")
        return PodAppeared(pod=created[-1] if created else never)

    def _manifest(self, index: int, labels: dict[str, str]) -> JsonObject:
        container = {"name": "main", "image": self.image, "imagePullPolicy": "IfNotPresent"}
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": f"{_NAME}-{index}",
                "labels": labels,
                "annotations": {MARK: self.beside.uid},
            },
            "spec": {"containers": [container], "terminationGracePeriodSeconds": 0},
        }


class LabelPod(Labelling, Fault, frozen=True, kw_only=True):
    """Set labels of exactly this pod, whoever owns it; None removes one."""

    pod: Ref
    labels: dict[str, str | None]

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"{listed(targets)} labelled {_worded(self.labels)}"

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        del pick
        return _running(snapshot, self.pod)


class DeletePod(Loss, Fault, frozen=True, kw_only=True):
    """Delete exactly this pod, which nobody owns; one that is owned is BadInput."""

    fate: ClassVar[str] = "nobody makes such a pod again"
    pod: Ref
    grace_s: int | None = None

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"{listed(targets)} deleted, which nobody owns"

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        del pick
        view = snapshot.pod(self.pod.uid)
        owner = view.metadata.controller if view is not None else None
        if owner is not None:
            what = f"{self.pod} is owned by {owner.name}"
            raise BadInput(what, cure="delete a pod of that owner instead")
        return _running(snapshot, self.pod)


def _running(snapshot: Snapshot, pod: Ref) -> tuple[Ref, ...]:
    view = snapshot.pod(pod.uid)
    return (ref("Pod", view),) if view is not None and view.is_active else ()


def _worded(labels: dict[str, str] | dict[str, str | None]) -> str:
    rows = (f"{key}={value}" if value is not None else f"no {key}" for key, value in labels.items())
    return ", ".join(rows) or "nothing"
