"""DaemonSet: which node lacks its pod and why, and which nodes never get one."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from reconverge.judges.controllers import name_of
from reconverge.judges.steady.daemon_sets import is_admitted, node_of
from reconverge.judges.steady.nodes import is_selected
from reconverge.judges.steady.words import listed
from reconverge.judges.why.admission import refused
from reconverge.judges.why.deletion import leaving
from reconverge.judges.why.nodes import not_ready, ready_evidence
from reconverge.judges.why.pods import of_pod
from reconverge.judges.why.selectors import unmatched
from reconverge.judges.why.words import Cause, commonest
from reconverge.judges.why.world import World
from reconverge.model import DaemonSet, Node, Pod, Taint


def of_daemon_set(view: DaemonSet, world: World) -> Iterator[Cause | None]:
    """The commonest cause among the nodes that lack a ready pod."""
    nodes = world.snapshot.nodes()
    admitting = [node for node in nodes if is_admitted(node, view)]
    places: dict[str, list[Pod]] = {}
    for pod in world.owned_by(view):
        places.setdefault(node_of(pod), []).append(pod)
    lacks = [_of_node(view, node, places.get(node.name, []), world) for node in admitting]
    found = [cause for cause in lacks if cause is not None]
    ready = len(admitting) - len(found)
    head = world.shows(
        view, f"DaemonSet {view.name} has a ready pod on {ready} of {len(admitting)} nodes"
    )
    causes = (
        _nowhere(view, nodes, world) if not admitting and nodes else None,
        unmatched(view, "DaemonSet", view.spec.selector, world),
        commonest(found),
    )
    return (cause.after(head) if cause is not None else None for cause in causes)


def _of_node(view: DaemonSet, node: Node, pods: list[Pod], world: World) -> Cause | None:
    """Why that node has no ready pod; None where it has one."""
    active = [pod for pod in pods if pod.is_active]
    if any(pod.is_ready for pod in active):
        return None
    going = (leaving(pod, world) for pod in pods)
    cause = (
        of_pod(active[0], world)
        if active
        else next(filter(None, going), None) or _absent(view, node, world)
    )
    return cause.saying(f"{node.name} has no ready pod: {cause.sentence}")


def _absent(view: DaemonSet, node: Node, world: World) -> Cause:
    refusal = refused(view, "DaemonSet", world)
    if refusal is not None:
        return refusal
    controller = name_of("DaemonSet")
    down = "" if node.is_ready else f"; the node is {not_ready(node, world)}"
    return Cause(
        kind="not made",
        sentence=f"{controller} has not made it yet{down}",
        controller=controller,
        evidence=ready_evidence(node, world),
    )


def _nowhere(view: DaemonSet, nodes: tuple[Node, ...], world: World) -> Cause:
    reasons = [(node, _exclusion(node, view)) for node in nodes]
    grouped: dict[str, list[str]] = {}
    for node, reason in reasons:
        grouped.setdefault(reason, []).append(node.name)
    rows = [f"{listed(names, len(names))} {reason}" for reason, names in grouped.items()]
    return Cause(
        kind="nowhere",
        sentence=f"no node admits its pods: {'; '.join(rows)}",
        controller="whoever labels or untaints a node",
        evidence=tuple(world.shows(node, f"{node.name} {reason}") for node, reason in reasons),
    )


def _exclusion(node: Node, view: DaemonSet) -> str:
    """Why the node admits no pod of the DaemonSet, to be put behind its name."""
    spec, labels = view.spec.template.spec, node.metadata.labels
    absent = [
        f"{key}={value}" for key, value in spec.node_selector.items() if labels.get(key) != value
    ]
    if absent:
        return f"without the label {', '.join(absent)}"
    if not is_selected(node, spec):
        return "outside its node affinity"
    taints = [taint for taint in node.spec.taints if not is_admitted(_only(node, taint), view)]
    return f"with the taint {', '.join(f'{one.key}:{one.effect}' for one in taints)}"


def _only(node: Node, taint: Taint) -> Node:
    """The node with that taint alone."""
    spec = msgspec.structs.replace(node.spec, taints=(taint,))
    return msgspec.structs.replace(node, spec=spec)
