"""Nodes: the conditions, taints and addresses that decide what happens to their pods."""

from __future__ import annotations

from datetime import datetime

from msgspec import field

from reconverge.model.meta import Condition, Named, View, condition, is_true


class Taint(View, frozen=True):
    key: str
    effect: str
    value: str = ""
    time_added: datetime | None = None

    def __str__(self) -> str:
        """As kubectl writes it: key=value:effect."""
        value = f"={self.value}" if self.value else ""
        return f"{self.key}{value}:{self.effect}"


# A worker that carries it is set aside: what does not tolerate it is never there, so its outage
# harms none but the scenario that wants it. Of several such nodes each has a value of its own.
OUTAGES = Taint(key="reconverge.dev/outages", effect="NoSchedule")


class NodeSpec(View, frozen=True):
    taints: tuple[Taint, ...] = ()
    unschedulable: bool = False
    pod_cidr: str = field(name="podCIDR", default="")
    provider_id: str = field(name="providerID", default="")


class NodeAddress(View, frozen=True):
    type: str
    address: str


class NodeStatus(View, frozen=True):
    capacity: dict[str, str] = {}
    allocatable: dict[str, str] = {}
    conditions: tuple[Condition, ...] = ()
    addresses: tuple[NodeAddress, ...] = ()


class Node(Named, frozen=True):
    spec: NodeSpec = NodeSpec()
    status: NodeStatus = NodeStatus()

    @property
    def ready(self) -> Condition | None:
        return condition(self.status.conditions, "Ready")

    @property
    def is_ready(self) -> bool:
        return is_true(self.ready)

    @property
    def internal_ip(self) -> str:
        rows = (row.address for row in self.status.addresses if row.type == "InternalIP")
        return next(rows, "")

    @property
    def is_control_plane(self) -> bool:
        return "node-role.kubernetes.io/control-plane" in self.metadata.labels

    @property
    def is_for_outages(self) -> bool:
        """Whether it was set aside when its cluster was made, for scenarios that harm a node."""
        return self.is_tainted(OUTAGES.key, OUTAGES.effect)

    @property
    def outage_lane(self) -> str:
        """The value by which a pod tolerates this node set aside, and not another one."""
        taint = self.taint(OUTAGES.key)
        return taint.value if taint is not None else ""

    def is_tainted(self, key: str, effect: str) -> bool:
        """Asked with its effect: a lost node carries one key with two of them."""
        return any((one.key, one.effect) == (key, effect) for one in self.spec.taints)

    def taint(self, key: str) -> Taint | None:
        return next((one for one in self.spec.taints if one.key == key), None)
