"""Pods and their containers, as far as a judge reads them."""

from __future__ import annotations

from datetime import datetime

from msgspec import field

from reconverge.model.meta import (
    Condition,
    Named,
    NodeSelectorTerm,
    View,
    condition,
    is_true,
)


class Waiting(View, frozen=True):
    reason: str = ""
    message: str = ""


class Running(View, frozen=True):
    started_at: datetime | None = None


class Terminated(View, frozen=True):
    exit_code: int
    signal: int = 0
    reason: str = ""
    message: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None
    container_id: str = field(name="containerID", default="")


class ContainerState(View, frozen=True):
    waiting: Waiting | None = None
    running: Running | None = None
    terminated: Terminated | None = None


class ContainerStatus(View, frozen=True):
    name: str
    ready: bool = False
    restart_count: int = 0
    container_id: str = field(name="containerID", default="")
    image: str = ""
    state: ContainerState = ContainerState()
    last_state: ContainerState = ContainerState()


class Toleration(View, frozen=True):
    key: str = ""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""
    toleration_seconds: int | None = None


class Probe(View, frozen=True):
    """Defaults of the API server (core/v1 defaults.go)."""

    initial_delay_seconds: int = 0
    period_seconds: int = 10
    timeout_seconds: int = 1
    success_threshold: int = 1
    failure_threshold: int = 3
    termination_grace_period_seconds: int | None = None


class ContainerPort(View, frozen=True):
    container_port: int


class Resources(View, frozen=True):
    """Kubernetes quantities by resource, such as `50m` of `cpu`."""

    limits: dict[str, str] = {}


class ContainerSpec(View, frozen=True):
    name: str
    image: str = ""
    ports: tuple[ContainerPort, ...] = ()
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    liveness_probe: Probe | None = None
    readiness_probe: Probe | None = None
    startup_probe: Probe | None = None
    resources: Resources = Resources()


class NodeSelectorTerms(View, frozen=True):
    """Terms of which one must match (core/v1 NodeSelector)."""

    node_selector_terms: tuple[NodeSelectorTerm, ...] = ()


class NodeAffinity(View, frozen=True):
    required: NodeSelectorTerms | None = field(
        name="requiredDuringSchedulingIgnoredDuringExecution", default=None
    )


class Affinity(View, frozen=True):
    node_affinity: NodeAffinity | None = None


class PodSpec(View, frozen=True):
    node_name: str = ""
    node_selector: dict[str, str] = {}
    affinity: Affinity | None = None
    host_network: bool = False
    restart_policy: str = "Always"
    scheduler_name: str = "default-scheduler"
    termination_grace_period_seconds: int = 30
    tolerations: tuple[Toleration, ...] = ()
    containers: tuple[ContainerSpec, ...] = ()


class PodStatus(View, frozen=True):
    phase: str = "Pending"
    reason: str = ""
    message: str = ""
    pod_ip: str = field(name="podIP", default="")
    host_ip: str = field(name="hostIP", default="")
    start_time: datetime | None = None
    conditions: tuple[Condition, ...] = ()
    init_container_statuses: tuple[ContainerStatus, ...] = ()
    container_statuses: tuple[ContainerStatus, ...] = ()


class Pod(Named, frozen=True):
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()

    @property
    def is_active(self) -> bool:
        """Counted by its controller: not deleted, not finished (controller.IsPodActive)."""
        return not self.is_terminating and self.status.phase not in ("Succeeded", "Failed")

    @property
    def is_ready(self) -> bool:
        return is_true(condition(self.status.conditions, "Ready"))

    @property
    def restart_count(self) -> int:
        return sum(status.restart_count for status in self.status.container_statuses)

    def container(self, name: str) -> ContainerStatus | None:
        return next((one for one in self.status.container_statuses if one.name == name), None)
