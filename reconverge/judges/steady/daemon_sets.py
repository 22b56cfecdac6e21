"""DaemonSet: exactly one ready pod on every node that admits it, and none elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

from reconverge.judges.steady.census import Census
from reconverge.judges.steady.nodes import is_selected, is_tolerated
from reconverge.judges.steady.words import Steadiness, listed, state
from reconverge.model import DaemonSet, Node, Pod, Snapshot, Toleration

# What the controller adds to each daemon pod (AddOrUpdateDaemonPodTolerations,
# pkg/controller/daemon/util/daemonset_util.go, 1.34); the last only on the host's network.
_ADDED = (
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
)
_NETWORK = ("node.kubernetes.io/network-unavailable", "NoSchedule")


def node_of(pod: Pod) -> str:
    """The node of a daemon pod, or the one it is meant for (util.GetTargetNodeName)."""
    return pod.spec.node_name or target_of(pod)


def target_of(pod: Pod) -> str:
    """The one node that the pod's affinity names; empty where it names none."""
    affinity = pod.spec.affinity.node_affinity if pod.spec.affinity is not None else None
    terms = affinity.required.node_selector_terms if affinity and affinity.required else ()
    rows = (row for term in terms for row in term.match_fields if row.key == "metadata.name")
    return next((row.values[0] for row in rows if row.values), "")


def on_each_node(
    snapshot: Snapshot, view: DaemonSet, pods: Census, *, are_lost_excused: bool = False
) -> Steadiness:
    """One active Ready pod on every admitting node, none on a node that must not keep one.

    A node that admits no new pod may keep an old one, unless a NoExecute taint drives it out
    (NodeShouldRunDaemonPod, pkg/controller/daemon/daemon_controller.go). With `are_lost_excused`
    the pods of nodes that are not Ready need not be: they are never evicted and cannot be ready.
    """
    nodes = snapshot.nodes()
    admitting = [node for node in nodes if is_admitted(node, view)]
    wanted = [node.name for node in admitting if node.is_ready or not are_lost_excused]
    kept = {node.name for node in nodes if is_admitted(node, view, effects=("NoExecute",))}
    lacking = (
        *_missing(pods, wanted),
        *_surplus(pods, kept),
        *_status_lacks(view, len(admitting), len(wanted)),
    )
    ready = sum(_is_ready(pods, name) for name in wanted)
    seen = f"{ready} of {len(wanted)} nodes have a ready pod"
    return Steadiness(lacking, seen, ready != len(wanted) or bool(_surplus(pods, kept)))


def is_admitted(
    node: Node, view: DaemonSet, *, effects: Iterable[str] = ("NoSchedule", "NoExecute")
) -> bool:
    """Whether the DaemonSet's pods may run on `node`, as far as taints of `effects` go."""
    spec = view.spec.template.spec
    added = [*_ADDED, *([_NETWORK] if spec.host_network else [])]
    tolerations = [
        *spec.tolerations,
        *(Toleration(key=key, operator="Exists", effect=effect) for key, effect in added),
    ]
    taints = [taint for taint in node.spec.taints if taint.effect in effects]
    return is_selected(node, spec) and all(is_tolerated(one, tolerations) for one in taints)


def _is_ready(pods: Census, node: str) -> bool:
    there = list(pods.places.get(node, {}).values())
    return len(there) == 1 and there[0].is_ready


def _missing(pods: Census, wanted: Iterable[str]) -> list[str]:
    rows = []
    for name in wanted:
        there = list(pods.places.get(name, {}).values())
        if len(there) > 1:
            rows.append(f"{len(there)} pods on {name}")
        elif not there:
            rows.append(f"no pod on {name}")
        elif not there[0].is_ready:
            rows.append(f"{there[0].name} on {name} is {state(there[0])}")
    return [listed(rows, len(rows))] if rows else []


def _surplus(pods: Census, kept: set[str]) -> list[str]:
    places = sorted(place for place in pods.places if place not in kept)
    return [f"a pod where none should be: {listed(places, len(places))}"] if places else []


def _status_lacks(view: DaemonSet, desired: int, ready: int) -> list[str]:
    status = view.status
    says = (status.desired_number_scheduled, status.number_misscheduled)
    if says == (desired, 0) and status.number_ready >= ready and _is_updated(view):
        return []
    return [
        f"its status says {status.number_ready} ready of {status.desired_number_scheduled}, "
        f"{status.number_misscheduled} misplaced, {status.updated_number_scheduled} up to date"
    ]


def _is_updated(view: DaemonSet) -> bool:
    if view.spec.update_strategy.type == "OnDelete":
        return True
    return view.status.updated_number_scheduled >= view.status.desired_number_scheduled
