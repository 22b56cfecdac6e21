"""Deployments, StatefulSets and DaemonSets: what was asked for, and what is reported.

Field meanings and defaults: https://kubernetes.io/docs/reference/kubernetes-api/ (apps/v1, v1.34).
A default that the API server always writes out is not repeated here.
"""

from __future__ import annotations

from reconverge.model.meta import Condition, Named, Selector, View
from reconverge.model.workloads import PodTemplate

Quantity = int | str  # an IntOrString: a number of pods, or a percentage such as "25%"


class RollingUpdate(View, frozen=True):
    """`partition` is a StatefulSet's: ordinals below it keep the old template."""

    max_unavailable: Quantity | None = None
    max_surge: Quantity | None = None
    partition: int = 0


class UpdateStrategy(View, frozen=True):
    type: str = "RollingUpdate"
    rolling_update: RollingUpdate | None = None


class DeploymentSpec(View, frozen=True):
    replicas: int = 1
    selector: Selector = Selector()
    template: PodTemplate | None = None
    strategy: UpdateStrategy = UpdateStrategy()
    paused: bool = False
    min_ready_seconds: int = 0
    progress_deadline_seconds: int = 600
    revision_history_limit: int = 10


class DeploymentStatus(View, frozen=True):
    observed_generation: int = 0
    replicas: int = 0
    updated_replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    unavailable_replicas: int = 0
    conditions: tuple[Condition, ...] = ()


class Deployment(Named, frozen=True):
    spec: DeploymentSpec = DeploymentSpec()
    status: DeploymentStatus = DeploymentStatus()

    @property
    def selector(self) -> Selector:
        return self.spec.selector

    @property
    def replicas(self) -> int:
        return self.spec.replicas


class StatefulSetSpec(View, frozen=True):
    replicas: int = 1
    min_ready_seconds: int = 0
    selector: Selector = Selector()
    service_name: str = ""
    template: PodTemplate | None = None
    pod_management_policy: str = "OrderedReady"
    update_strategy: UpdateStrategy = UpdateStrategy()
    ordinals: dict[str, int] = {}

    @property
    def first_ordinal(self) -> int:
        return self.ordinals.get("start", 0)


class StatefulSetStatus(View, frozen=True):
    observed_generation: int = 0
    replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    current_replicas: int = 0
    updated_replicas: int = 0
    current_revision: str = ""
    update_revision: str = ""
    conditions: tuple[Condition, ...] = ()


class StatefulSet(Named, frozen=True):
    spec: StatefulSetSpec = StatefulSetSpec()
    status: StatefulSetStatus = StatefulSetStatus()

    @property
    def selector(self) -> Selector:
        return self.spec.selector

    @property
    def replicas(self) -> int:
        return self.spec.replicas


class DaemonSetSpec(View, frozen=True):
    min_ready_seconds: int = 0
    selector: Selector = Selector()
    template: PodTemplate = PodTemplate()
    update_strategy: UpdateStrategy = UpdateStrategy()


class DaemonSetStatus(View, frozen=True):
    observed_generation: int = 0
    current_number_scheduled: int = 0
    desired_number_scheduled: int = 0
    number_misscheduled: int = 0
    number_ready: int = 0
    number_available: int = 0
    number_unavailable: int = 0
    updated_number_scheduled: int = 0
    conditions: tuple[Condition, ...] = ()


class DaemonSet(Named, frozen=True):
    spec: DaemonSetSpec = DaemonSetSpec()
    status: DaemonSetStatus = DaemonSetStatus()
