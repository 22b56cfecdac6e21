"""Objects whose controllers keep pods: what was asked for, and what the controller reports."""

from __future__ import annotations

from typing import Protocol

from reconverge.model.meta import Condition, Meta, Named, Selector, View
from reconverge.model.pods import PodSpec


class PodTemplate(View, frozen=True):
    metadata: Meta = Meta()
    spec: PodSpec = PodSpec()


class ReplicaStatus(View, frozen=True):
    """The status that the ReplicationController and ReplicaSet controllers write."""

    replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    fully_labeled_replicas: int = 0
    observed_generation: int = 0
    conditions: tuple[Condition, ...] = ()


class Reported(Protocol):
    """What every controller's report of a workload has."""

    @property
    def conditions(self) -> tuple[Condition, ...]: ...
    @property
    def observed_generation(self) -> int: ...


class Replicated(Protocol):
    """What all workloads that are asked for a number of pods have in common."""

    @property
    def metadata(self) -> Meta: ...
    @property
    def uid(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def resource_version(self) -> int: ...
    @property
    def selector(self) -> Selector: ...
    @property
    def replicas(self) -> int: ...
    @property
    def status(self) -> Reported: ...


class ReplicationControllerSpec(View, frozen=True):
    replicas: int = 1
    selector: dict[str, str] = {}
    template: PodTemplate | None = None


class ReplicationController(Named, frozen=True):
    spec: ReplicationControllerSpec = ReplicationControllerSpec()
    status: ReplicaStatus = ReplicaStatus()

    @property
    def selector(self) -> Selector:
        return Selector(match_labels=self.spec.selector)

    @property
    def replicas(self) -> int:
        return self.spec.replicas


class ReplicaSetSpec(View, frozen=True):
    replicas: int = 1
    selector: Selector = Selector()
    template: PodTemplate | None = None


class ReplicaSet(Named, frozen=True):
    spec: ReplicaSetSpec = ReplicaSetSpec()
    status: ReplicaStatus = ReplicaStatus()

    @property
    def selector(self) -> Selector:
        return self.spec.selector

    @property
    def replicas(self) -> int:
        return self.spec.replicas
