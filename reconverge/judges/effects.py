"""The mark a fault must leave on the cluster before anything after it may count.

Every fault states its effect when it is injected. Until that effect was observed, a steady state
is the old one still standing; if it never shows, nothing was hit, and nothing was tested.
"""

from __future__ import annotations

from collections.abc import Container

import msgspec

from reconverge.model import Node, Pod, Ref, ResourceQuota, Snapshot, Taint
from reconverge.timeline import Entry


class Effect(msgspec.Struct, frozen=True, kw_only=True, tag_field="is", tag=True):
    """Base of the effects that a fault can promise."""


class PodsLost(Effect, frozen=True, kw_only=True):
    """Each of these pods is being deleted, or gone."""

    pods: tuple[Ref, ...]


class PodsFailed(PodsLost, frozen=True, kw_only=True):
    """Each of these pods has failed; whether its controller deletes it then is the controller's."""


class PodAppeared(Effect, frozen=True, kw_only=True):
    """This pod was there, however briefly: its controller may delete it at once."""

    pod: Ref


class LabelsChanged(Effect, frozen=True, kw_only=True):
    """Each of these objects carries these labels; None stands for a label that is absent."""

    objects: tuple[Ref, ...]
    labels: dict[str, str | None]


class ReplicasSet(Effect, frozen=True, kw_only=True):
    """The workload asks for this number of pods."""

    workload: Ref
    replicas: int


class SpecChanged(Effect, frozen=True, kw_only=True):
    """The specification of this object has changed since generation `after_generation`."""

    object: Ref
    after_generation: int


class QuotaSet(Effect, frozen=True, kw_only=True):
    """The quota has these bounds. It has no generation that could tell of a change."""

    quota: Ref
    hard: dict[str, str]


class Deleted(Effect, frozen=True, kw_only=True):
    """Each of these objects is being deleted, or gone."""

    objects: tuple[Ref, ...]


class NodeLost(Effect, frozen=True, kw_only=True):
    """The control plane no longer takes this node for ready (Ready is Unknown or False)."""

    node: Ref


class NodeRemoved(NodeLost, frozen=True, kw_only=True):
    """This node's object is gone: its pods are collected, which takes longer than an eviction."""


class Cordoned(Effect, frozen=True, kw_only=True):
    """This node is marked unschedulable."""

    node: Ref


class Tainted(Effect, frozen=True, kw_only=True):
    """This node carries this taint."""

    node: Ref
    taint: Taint


class Annotated(Effect, frozen=True, kw_only=True):
    """Each of these objects bears this annotation: a mark of what does not last by itself."""

    objects: tuple[Ref, ...]
    key: str
    value: str


class FinalizersChanged(Effect, frozen=True, kw_only=True):
    """Each of these objects is held by this finalizer, or no longer is; one that is gone is not."""

    objects: tuple[Ref, ...]
    finalizer: str
    is_there: bool


class ContainersEnded(Effect, frozen=True, kw_only=True):
    """None of the containers with these IDs runs any more, as their pods tell; no ID, no effect."""

    pods: tuple[Ref, ...]
    ids: tuple[str, ...]


class Unmarked(Effect, frozen=True, kw_only=True):
    """Nothing that a watch could show: a condition of the scenario, such as a frozen controller.

    It cannot make a scenario pass: a controller that does not act fails its challenge.
    """


class Attested(Unmarked, frozen=True, kw_only=True):
    """What no watch shows, by the word of whoever did it: these are the things that it hit.

    None where nothing was done. A process has its node's name for an ID, a container its own.
    """

    hit: tuple[Ref, ...]


AnyEffect = (
    PodsLost
    | PodsFailed
    | PodAppeared
    | LabelsChanged
    | ReplicasSet
    | SpecChanged
    | QuotaSet
    | Deleted
    | NodeLost
    | NodeRemoved
    | Cordoned
    | Tainted
    | Annotated
    | FinalizersChanged
    | ContainersEnded
    | Unmarked
    | Attested
)


def decode_effect(raw: msgspec.Raw) -> AnyEffect:
    """The effect that a timeline's `Injected` record holds."""
    effect: AnyEffect = msgspec.json.decode(raw, type=AnyEffect)
    return effect


def is_seen(effect: AnyEffect, entry: Entry, *, appeared: Container[str] = ()) -> bool:
    """Whether the world as known after `entry` shows `effect`.

    `appeared` are the UIDs of pods seen before: a surplus pod may come and go within milliseconds,
    before the record of its injection is written.
    """
    if isinstance(effect, PodAppeared):
        is_now = entry.view is not None and entry.view.uid == effect.pod.uid
        return is_now or effect.pod.uid in appeared
    return is_so(effect, entry.snapshot)


def is_so(effect: AnyEffect, snapshot: Snapshot) -> bool:
    """Whether `snapshot` shows it; that a pod has appeared is shown by its delivery only."""
    match effect:
        case PodsLost(pods=pods):
            may_stay = isinstance(effect, PodsFailed)
            return all(_is_lost(snapshot, pod, may_stay=may_stay) for pod in pods)
        case PodAppeared():
            return False
        case LabelsChanged(objects=objects, labels=labels):
            return all(_carries(snapshot, one, labels) for one in objects)
        case ReplicasSet(workload=workload, replicas=replicas):
            view = snapshot.workload(workload)
            return view is not None and view.replicas == replicas
        case SpecChanged(object=ref, after_generation=generation):
            changed = snapshot.get(ref.kind, ref.uid)
            return changed is not None and changed.metadata.generation > generation
        case QuotaSet(quota=ref, hard=hard):
            quota = snapshot.get(ref.kind, ref.uid)
            return isinstance(quota, ResourceQuota) and hard.items() <= quota.spec.hard.items()
        case Deleted(objects=objects):
            return all(_is_deleted(snapshot, one) for one in objects)
        case NodeLost() | Cordoned() | Tainted():
            return _is_node_hit(snapshot, effect)
        case _:
            return _is_left(snapshot, effect)


def describe(effect: AnyEffect) -> str:
    """The effect as the end of the sentence "it was not seen that ..."."""
    match effect:
        case PodsLost(pods=pods):
            how = "has failed" if isinstance(effect, PodsFailed) else "is deleted"
            return f"{', '.join(pod.name for pod in pods)} {how}"
        case PodAppeared(pod=pod):
            return f"{pod.name} exists"
        case LabelsChanged(objects=objects, labels=labels):
            rows = ", ".join(
                f"{key}={value}" if value is not None else f"no {key}"
                for key, value in labels.items()
            )
            return f"{', '.join(one.name for one in objects)} is labelled {rows}"
        case ReplicasSet(workload=workload, replicas=replicas):
            return f"{workload} asks for {replicas} pods"
        case SpecChanged(object=ref):
            return f"{ref} is changed"
        case QuotaSet(quota=ref):
            return f"{ref} is set"
        case Deleted(objects=objects):
            return f"{', '.join(str(one) for one in objects)} is deleted"
        case NodeLost() | Cordoned() | Tainted():
            return f'node "{effect.node.name}" is {_state_of_node(effect)}'
        case _:
            return _words_of(effect)


def _is_node_hit(snapshot: Snapshot, effect: NodeLost | Cordoned | Tainted) -> bool:
    node = snapshot.get("Node", effect.node.uid)
    if not isinstance(node, Node):
        return isinstance(effect, NodeLost) and snapshot.is_gone(effect.node.uid)
    match effect:
        case NodeRemoved():
            return False
        case NodeLost():
            return not node.is_ready
        case Cordoned():
            return node.spec.unschedulable
        case Tainted(taint=taint):
            return node.is_tainted(taint.key, taint.effect)


def _state_of_node(effect: NodeLost | Cordoned | Tainted) -> str:
    match effect:
        case NodeLost():
            return "not Ready"
        case Cordoned():
            return "unschedulable"
        case Tainted(taint=taint):
            return f"tainted {taint}"


def _is_lost(snapshot: Snapshot, ref: Ref, *, may_stay: bool) -> bool:
    """A pod that was never seen is not a lost one: nothing would have been hit."""
    pod = snapshot.pod(ref.uid)
    if pod is None:
        return snapshot.is_gone(ref.uid)
    return pod.is_terminating or (may_stay and pod.status.phase == "Failed")


def _is_deleted(snapshot: Snapshot, ref: Ref) -> bool:
    view = snapshot.get(ref.kind, ref.uid)
    return snapshot.is_gone(ref.uid) if view is None else view.is_terminating


_Left = Annotated | FinalizersChanged | ContainersEnded | Attested | Unmarked


def _is_left(snapshot: Snapshot, effect: _Left) -> bool:
    match effect:
        case Annotated() | FinalizersChanged():
            return all(_is_marked(snapshot, one, effect) for one in effect.objects)
        case ContainersEnded(pods=pods, ids=ids):
            return bool(ids) and not any(_runs_any(snapshot.pod(pod.uid), ids) for pod in pods)
        case Attested(hit=hit):
            return bool(hit)
        case Unmarked():
            return True


def _words_of(effect: _Left) -> str:
    match effect:
        case Annotated(objects=objects, key=key, value=value):
            return f"{', '.join(one.name for one in objects)} is annotated {key}={value}"
        case FinalizersChanged(objects=objects, finalizer=finalizer, is_there=is_there):
            names = ", ".join(one.name for one in objects)
            return f"{names} is {'held' if is_there else 'no longer held'} by {finalizer}"
        case ContainersEnded(pods=pods):
            return f"the container of {', '.join(pod.name for pod in pods)} has ended"
        case Attested():
            return "anything was done"
        case Unmarked():
            return "nothing is marked"


def _is_marked(snapshot: Snapshot, ref: Ref, effect: Annotated | FinalizersChanged) -> bool:
    view = snapshot.get(ref.kind, ref.uid)
    if isinstance(effect, Annotated):
        return view is not None and view.metadata.annotations.get(effect.key) == effect.value
    if view is None:
        return not effect.is_there and snapshot.is_gone(ref.uid)
    return (effect.finalizer in view.metadata.finalizers) is effect.is_there


def _runs_any(pod: Pod | None, ids: Container[str]) -> bool:
    """Whether one of these containers runs in it; a status has the runtime's name before the ID."""
    statuses = pod.status.container_statuses if pod is not None else ()
    running = (one for one in statuses if one.state.running is not None)
    return any(one.container_id.rpartition("/")[2] in ids for one in running)


def _carries(snapshot: Snapshot, ref: Ref, labels: dict[str, str | None]) -> bool:
    view = snapshot.get(ref.kind, ref.uid)
    return view is not None and all(
        view.metadata.labels.get(key) == value for key, value in labels.items()
    )
