"""How long a lost node takes: to be noticed, to be emptied, to come back; and when it never is.

Sources: pkg/controller/nodelifecycle/node_lifecycle_controller.go, pkg/controller/tainteviction and
pkg/controller/podgc of k8s.io/kubernetes, alike from 1.29 to 1.36.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from reconverge.bound import Bound, Term, latest
from reconverge.judges.timing.pods import (
    ALLOWANCE,
    REACTION_ALLOWANCE_S,
    START_ALLOWANCE_S,
    setting_term,
    toleration,
)
from reconverge.judges.timing.scene import Scene
from reconverge.model import Node, Pod
from reconverge.model.settings import ClusterSettings, Setting

NOT_READY, UNREACHABLE = "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"
OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"
# component-helpers/node/topology/helpers.go: the older labels win where both are there.
_ZONE = ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone")
_REGION = ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region")
_EXCLUDED = "node.kubernetes.io/exclude-disruption"
# pkg/controller/podgc/gc_controller.go: gcCheckPeriod and quarantineTime.
GC_PERIOD_S, GC_QUARANTINE_S = 20.0, 40.0
BOOT_ALLOWANCE_S = 45.0


def noticed(settings: ClusterSettings) -> Bound:
    """From the stop of a node to Ready=Unknown.

    The grace period runs from the round in which the controller saw the last lease renewal, at
    most one period after it was written, and its end is found in another round. How often the
    kubelet renews its lease does not count: the last renewal lies before the stop.
    """
    return Bound(
        (
            setting_term(settings.node_monitor_grace_s),
            setting_term(settings.node_monitor_period_s, times=2),
            Term("reaction", REACTION_ALLOWANCE_S, ALLOWANCE),
        )
    )


class Zone(msgspec.Struct, frozen=True):
    """The nodes of one failure zone, and those of them that are not ready, or soon will not be."""

    name: str
    nodes: tuple[Node, ...]
    down: tuple[Node, ...]

    @property
    def is_dark(self) -> bool:
        return len(self.down) == len(self.nodes)

    def __str__(self) -> str:
        where = f"zone {self.name}" if self.name else "the cluster"
        return f"{len(self.down)} of {len(self.nodes)} nodes of {where} are not Ready"


def zones_of(scene: Scene) -> dict[str, Zone]:
    """The zones of the cluster by name; the whole cluster is one where no node names a zone."""
    members: dict[str, list[Node]] = {}
    for node in scene.snapshot.nodes():
        if _EXCLUDED not in node.metadata.labels:
            members.setdefault(zone_name(node), []).append(node)
    return {
        name: Zone(name, tuple(nodes), tuple(one for one in nodes if _is_down(one, scene)))
        for name, nodes in members.items()
    }


def zone_name(node: Node) -> str:
    """As GetZoneKey makes it, of region and zone; empty where the node names neither."""
    found = (_first(node.metadata.labels, keys) for keys in (_REGION, _ZONE))
    return "/".join(filter(None, found))


def emptied(scene: Scene, name: str, pods: Sequence[Pod]) -> Bound:
    """From Ready=Unknown to the request for the deletion of `pods`, by taint and toleration."""
    taint, settings = _taint(scene, name), scene.settings
    fallbacks = {
        NOT_READY: settings.not_ready_toleration_s,
        UNREACHABLE: settings.unreachable_toleration_s,
    }
    waits = []
    for pod in pods:
        term = toleration(pod, taint, fallbacks[taint])
        forever = f"no eviction: {pod.name} tolerates {taint} for ever"
        waits.append(Bound((term,)) if term is not None else Bound(obstacle=forever))
    return _tainted(scene, name) + latest(waits)


def _tainted(scene: Scene, lost: str) -> Bound:
    """Until the NoExecute taint is there: nodes of a zone queue for it, unless a guard stops all.

    ComputeZoneState and handleDisruption: with no node of the cluster ready, evictions stop and
    both taints are taken from every node. With more than two of a zone's nodes, and at least
    --unhealthy-zone-threshold of them, not ready, nodes are tainted at
    --secondary-node-eviction-rate, and not at all in a zone of at most
    --large-cluster-size-threshold nodes. Nodes that are found lost before there are so many are
    tainted all the same: of three that were stopped together, one was (kind, 1.34).
    """
    zones, node = zones_of(scene), scene.snapshot.node(lost)
    if zones and all(zone.is_dark for zone in zones.values()):
        count = sum(len(zone.nodes) for zone in zones.values())
        return Bound(obstacle=f"no eviction: none of the {count} nodes of the cluster is Ready")
    if node is not None and _has_noexecute(node):
        return Bound()
    zone = zones.get(zone_name(node) if node is not None else "", Zone("", (), ()))
    waiting = sum(not _has_noexecute(one) for one in zone.down) or 1
    usual, rate = scene.settings.node_eviction_rate, _rate(zone, scene.settings)
    if rate.value <= 0:
        obstacle = f"no eviction: {_guard(zone, scene.settings)}"
        return Bound(_queue(usual, waiting) if usual.value > 0 else (), obstacle)
    return Bound(_queue(rate, waiting))


def _queue(rate: Setting, waiting: int) -> tuple[Term, ...]:
    """So many nodes one after another; the first may find the queue's bucket empty as well."""
    count = "1 node" if waiting == 1 else f"{waiting} nodes"
    name = f"tainting {count} at {rate.value:g}/s"
    return (Term(name, waiting / rate.value, rate.origin),)


def _rate(zone: Zone, settings: ClusterSettings) -> Setting:
    """How many nodes a second are tainted in that zone, and the setting that says so."""
    if not _is_guarded(zone, settings):
        return settings.node_eviction_rate
    if len(zone.nodes) > settings.large_cluster_nodes.value:
        return settings.secondary_eviction_rate
    return msgspec.structs.replace(settings.large_cluster_nodes, value=0.0)


def _is_guarded(zone: Zone, settings: ClusterSettings) -> bool:
    """Partial disruption; a zone that is wholly dark beside others is emptied at the usual rate."""
    if zone.is_dark or len(zone.down) <= 2:
        return False
    return len(zone.down) / len(zone.nodes) >= settings.unhealthy_zone_share.value


def _guard(zone: Zone, settings: ClusterSettings) -> str:
    if not _is_guarded(zone, settings):
        return f"{settings.node_eviction_rate.name} is 0"
    share, large = settings.unhealthy_zone_share, settings.large_cluster_nodes
    return f"{zone} ({share.name} {share.value:g}, {large.name} {large.value:g})"


def collected() -> Bound:
    """From the removal of a Node object to the removal of the pods that were on it.

    One round of the pod collector finds the node missing, the next after the quarantine acts.
    """
    source = "pkg/controller/podgc"
    return Bound(
        (
            Term("two rounds of pod collection", 2 * GC_PERIOD_S, source),
            Term("quarantine", GC_QUARANTINE_S, source),
        )
    )


def freed() -> Bound:
    """From the taint out-of-service to the removal of the pods that are terminating on the node."""
    return Bound((Term("a round of pod collection", GC_PERIOD_S, "pkg/controller/podgc"),))


def booted(settings: ClusterSettings, name: str) -> Bound:
    """From the start of a lost machine to a node that is Ready and no longer tainted."""
    return Bound(
        (
            Term("boot", BOOT_ALLOWANCE_S, ALLOWANCE),
            setting_term(settings.kubelet_on(name).status_frequency_s),
            setting_term(settings.node_monitor_period_s),
        )
    )


def whole(settings: ClusterSettings, name: str) -> Bound:
    """From the start of a lost machine to a node whose daemon pods are ready as well."""
    start = Term("start of its pods", START_ALLOWANCE_S, ALLOWANCE)
    return booted(settings, name) + Bound((start,))


def led(settings: ClusterSettings) -> Bound:
    """Until controllers that were stopped or killed act again: the lease runs out, one is elected.

    client-go/tools/leaderelection: a candidate tries every retry period, lengthened by up to 1.2.
    """
    lease, retry = settings.leader_lease_s, settings.leader_retry_s
    jittered = Term(f"1.2 x {retry.name}", 1.2 * retry.value, retry.origin)
    return Bound((setting_term(lease), jittered))


def _taint(scene: Scene, name: str) -> str:
    """The taint of a lost node: not-ready where its kubelet says so itself, else unreachable."""
    node = scene.snapshot.node(name)
    is_false = node is not None and node.ready is not None and node.ready.status == "False"
    return NOT_READY if is_false else UNREACHABLE


def _is_down(node: Node, scene: Scene) -> bool:
    return not node.is_ready or node.name in scene.lost


def _has_noexecute(node: Node) -> bool:
    """Asked of every taint: a lost node carries each of these keys with NoSchedule as well."""
    return any(node.is_tainted(key, "NoExecute") for key in (NOT_READY, UNREACHABLE))


def _first(labels: Mapping[str, str], keys: Sequence[str]) -> str:
    return next((labels[key] for key in keys if key in labels), "")
