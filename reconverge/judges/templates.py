"""What a workload's pods are made from: its template, and nothing but the template.

The pods that were there before it changed keep what they were made of; no ReplicationController or
ReplicaSet changes a pod (pkg/controller/controller_utils.go GetPodFromTemplate, Kubernetes 1.34).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from reconverge.judges.promise import Promise
from reconverge.judges.states import StateJudge
from reconverge.judges.steady import Steadiness
from reconverge.judges.steady.words import counted, listed
from reconverge.model import (
    DaemonSet,
    Deployment,
    Pod,
    PodSpec,
    PodTemplate,
    Ref,
    ReplicaSet,
    ReplicationController,
    Snapshot,
)

# What the API server appends to a generateName (apiserver/pkg/storage/names, 1.34).
SUFFIX = re.compile(r"-[bcdfghjklmnpqrstvwxz2456789]{5}")
TEMPLATE_HASH = "pod-template-hash"
# What the DaemonSet controller adds to the labels of its pods (pkg/controller/daemon/util,
# CreatePodTemplate, 1.34).
_REVISION = frozenset({"controller-revision-hash", "pod-template-generation"})
_TEMPLATED = ReplicationController | ReplicaSet | DaemonSet


class MadeFromTemplate(Promise, frozen=True, kw_only=True):
    """Every pod of `workload` but those in `old` is made from its present template.

    It has the template's labels and its containers' names and images, and is named after the
    workload. There is at least one such pod.
    """

    workload: Ref
    old: tuple[Ref, ...] = ()

    def sentence(self) -> str:
        return f'what is new of "{self.workload.name}" is made from its template'

    def judge(self, *, deadline_s: float) -> StateJudge:
        kinds = ("Pod", self.workload.kind)
        return StateJudge(self, self.weigh, kinds=kinds, deadline_s=deadline_s)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        view = snapshot.get(self.workload.kind, self.workload.uid)
        if not isinstance(view, _TEMPLATED) or view.spec.template is None:
            return Steadiness((f"{self.workload} has no template",), "no template")
        old = {one.uid for one in self.old}
        new = [
            pod for pod in snapshot.pods_of(self.workload) if pod.is_active and pod.uid not in old
        ]
        lacking = [row for pod in new for row in _differences(view.name, view.spec.template, pod)]
        if not new:
            lacking.append("no pod is new")
        return Steadiness(tuple(lacking), f"{counted(len(new), 'new pod')}")


def _differences(name: str, template: PodTemplate, pod: Pod) -> Iterator[str]:
    prefix, rest = pod.name[: len(name)], pod.name[len(name) :]
    if prefix != name or not SUFFIX.fullmatch(rest):
        yield f"{pod.name} is not named after {name}"
    labels = {key: word for key, word in pod.metadata.labels.items() if key not in _REVISION}
    if labels != template.metadata.labels:
        yield f"{pod.name} has the labels {labels}"
    if _containers(pod.spec) != _containers(template.spec):
        yield f"{pod.name} has the containers {_containers(pod.spec)}"


def _containers(spec: PodSpec) -> list[tuple[str, str]]:
    return [(one.name, one.image) for one in spec.containers]


class ThroughReplicaSet(Promise, frozen=True, kw_only=True):
    """A Deployment owns one ReplicaSet that keeps pods, and that owns the pods.

    Its name is the Deployment's and the hash of the template (pkg/controller/deployment/sync.go).
    """

    deployment: Ref

    def sentence(self) -> str:
        return f'"{self.deployment.name}" keeps its pods through a ReplicaSet of its own'

    def judge(self, *, deadline_s: float) -> StateJudge:
        kinds = ("Pod", "ReplicaSet", "Deployment")
        return StateJudge(self, self.weigh, kinds=kinds, deadline_s=deadline_s)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        view = snapshot.get("Deployment", self.deployment.uid)
        if not isinstance(view, Deployment):
            return Steadiness((f"{self.deployment} is gone",), "no such Deployment")
        sets = [one for one in _sets_of(snapshot, view) if one.replicas]
        if len(sets) != 1:
            return Steadiness((f"it has {counted(len(sets), 'ReplicaSet')}",), _names(sets))
        [own] = sets
        hashed = own.metadata.labels.get(TEMPLATE_HASH)
        pods = snapshot.owned_pods(own.uid)
        lacking = [] if own.name == f"{view.name}-{hashed}" else [f"it is named {own.name}"]
        if len(pods) != view.replicas:
            lacking.append(f"it owns {len(pods)} of {view.replicas} pods")
        return Steadiness(tuple(lacking), f"{own.name} owns {counted(len(pods), 'pod')}")


def _sets_of(snapshot: Snapshot, deployment: Deployment) -> Iterator[ReplicaSet]:
    for view in snapshot.objects("ReplicaSet"):
        owner = view.metadata.controller
        if isinstance(view, ReplicaSet) and owner is not None and owner.uid == deployment.uid:
            yield view


def _names(sets: list[ReplicaSet]) -> str:
    return listed((one.name for one in sets), len(sets)) or "none"


class SameSpec(Promise, frozen=True, kw_only=True):
    """The pods of two workloads are of one specification, wherever they run."""

    workload: Ref
    other: Ref

    def sentence(self) -> str:
        return f'the pods of "{self.workload.name}" and "{self.other.name}" are of one make'

    def judge(self, *, deadline_s: float) -> StateJudge:
        return StateJudge(self, self.weigh, kinds=("Pod",), deadline_s=deadline_s)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        sides = [snapshot.pods_of(one) for one in (self.workload, self.other)]
        pods = [pod for side in sides for pod in side]
        makes = {_make(pod.spec) for pod in pods}
        lacking = () if all(sides) and len(makes) == 1 else (f"{len(makes)} makes of pods",)
        return Steadiness(lacking, f"{counted(len(pods), 'pod')}, {counted(len(makes), 'make')}")


def _make(spec: PodSpec) -> bytes:
    return msgspec.json.encode(msgspec.structs.replace(spec, node_name=""))
