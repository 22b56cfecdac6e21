"""Services, who answers for them, leases, and notes: what is seen of a cluster from outside."""

from __future__ import annotations

from datetime import datetime

from msgspec import field

from reconverge.model.events import ObjectReference
from reconverge.model.meta import Named, View


class ServiceSpec(View, frozen=True):
    selector: dict[str, str] = {}
    type: str = "ClusterIP"
    cluster_ip: str = field(name="clusterIP", default="")


class Service(Named, frozen=True):
    spec: ServiceSpec = ServiceSpec()


class EndpointConditions(View, frozen=True):
    """Absent means unknown, which readers of the API shall take for ready."""

    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


class Endpoint(View, frozen=True):
    addresses: tuple[str, ...] = ()
    conditions: EndpointConditions = EndpointConditions()
    node_name: str = ""
    target_ref: ObjectReference | None = None


class EndpointSlice(Named, frozen=True):
    """Belongs to the Service named by its label kubernetes.io/service-name."""

    endpoints: tuple[Endpoint, ...] | None = None


class LeaseSpec(View, frozen=True):
    holder_identity: str = ""
    lease_duration_seconds: int | None = None
    lease_transitions: int = 0
    acquire_time: datetime | None = None
    renew_time: datetime | None = None


class Lease(Named, frozen=True):
    """Who holds it, and since when (microseconds): a node's sign of life, a controller's lead."""

    spec: LeaseSpec = LeaseSpec()


class ConfigMap(Named, frozen=True):
    """Small texts by key, such as the mark by which we know a cluster of ours."""

    texts: dict[str, str] = field(name="data", default_factory=dict)
