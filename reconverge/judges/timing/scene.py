"""What a bound is computed from: the settings, the world as it is, and what was done to it.

All of it is taken from the timeline, the settings too, which its first record holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from reconverge.judges.effects import AnyEffect, Deleted, NodeLost, PodsLost, decode_effect
from reconverge.judges.timing.defaults import default_settings
from reconverge.model import BETWEEN, Pod, Ref, Snapshot, ref
from reconverge.model.settings import ClusterSettings
from reconverge.timeline import Entry, Gap, Injected, Observed, Opened, RolledBack, Timeline


class Disturbance(msgspec.Struct, frozen=True, kw_only=True):
    """One cause for controllers to act: a fault, its rollback, or the birth of an object.

    `before` is the world just before it, `at_s` its second; `grace_s` is the grace period that a
    deletion was given, None where the pods' own counts.
    """

    what: Literal["fault", "undo", "birth"]
    at_s: float
    targets: tuple[Ref, ...]
    before: Snapshot
    effect: AnyEffect | None = None
    grace_s: float | None = None

    def hits(self, one: Ref) -> bool:
        """Whether it was done to exactly this object."""
        return any(target.uid == one.uid for target in self.targets)

    def befalls(self, pod: Pod) -> bool:
        """Whether it was done to the node that the pod is on."""
        node = pod.spec.node_name
        return any(target.kind == "Node" and target.name == node for target in self.targets)


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """The moment at which a promise is asked for: `now_s` on the timeline, `wall` for schedules.

    `lost` are the names of the nodes that were taken away and not given back.
    """

    settings: ClusterSettings
    snapshot: Snapshot
    now_s: float
    wall: datetime
    disturbances: tuple[Disturbance, ...] = ()
    lost: frozenset[str] = frozenset()


def scene_of(timeline: Timeline, *, since: int = 0) -> Scene:
    """The present scene of the timeline, with what was done from entry `since` on.

    The settings are those of its opening record; where it has none, those of the newest Kubernetes.
    """
    opened = timeline[0].record
    assert isinstance(opened, Opened), "a timeline begins with its opening record"
    now_s = timeline.now_s()
    return Scene(
        settings=opened.cluster or default_settings(""),
        snapshot=timeline.latest(),
        now_s=now_s,
        wall=opened.started + timedelta(seconds=now_s),
        disturbances=tuple(_disturbances(timeline, since)),
        lost=_lost(timeline),
    )


def pods_of(snapshot: Snapshot, workload: Ref) -> tuple[Pod, ...]:
    """The pods that `workload` keeps, itself or through a ReplicaSet or a Job of its own."""
    owners = [workload.uid]
    for kind in BETWEEN.values():
        for view in snapshot.objects(kind):
            controller = view.metadata.controller
            if controller is not None and controller.uid == workload.uid:
                owners.append(view.uid)
    return tuple(pod for uid in owners for pod in snapshot.owned_pods(uid))


class _Fault(msgspec.Struct, frozen=True):
    """What of an encoded fault decides how long its repair takes."""

    grace_s: float | None = None


def _disturbances(timeline: Timeline, since: int) -> Iterator[Disturbance]:
    injected: dict[str, Injected] = {}
    for entry in timeline.entries():
        record = entry.record
        if isinstance(record, Injected):
            injected[record.id] = record
        if entry.index < since:
            continue
        match record:
            case Injected():
                yield _fault(record, _before(timeline, entry))
            case RolledBack(error="") if record.id in injected:
                fault = _fault(injected[record.id], _before(timeline, entry))
                yield msgspec.structs.replace(fault, what="undo", at_s=entry.at_s)
            case Observed() if entry.view is not None and _is_birth(timeline, entry, record):
                born, before = ref(record.kind, entry.view), _before(timeline, entry)
                yield Disturbance(what="birth", at_s=entry.at_s, targets=(born,), before=before)


def _fault(record: Injected, before: Snapshot) -> Disturbance:
    effect = decode_effect(record.effect)
    fault = msgspec.json.decode(record.fault, type=_Fault)
    return Disturbance(
        what="fault",
        at_s=record.at_s,
        targets=record.targets,
        before=before,
        effect=effect,
        grace_s=fault.grace_s if isinstance(effect, PodsLost | Deleted) else None,
    )


def _is_birth(timeline: Timeline, entry: Entry, record: Observed) -> bool:
    """Whether an object is there that was not: seen to be added, or first listed after a gap."""
    if record.change == "added":
        return True
    gaps = timeline[entry.index - 1].outages if entry.index else ()
    is_after_gap = any(isinstance(one, Gap) and one.kind == record.kind for one in gaps)
    is_new = _before(timeline, entry).get(record.kind, record.uid) is None
    return record.change == "listed" and is_after_gap and is_new


def _before(timeline: Timeline, entry: Entry) -> Snapshot:
    return timeline.snapshot_at(entry.index - 1) if entry.index else Snapshot()


def _lost(timeline: Timeline) -> frozenset[str]:
    standing: dict[str, str] = {}
    for entry in timeline.entries():
        record = entry.record
        if isinstance(record, Injected):
            effect = decode_effect(record.effect)
            if isinstance(effect, NodeLost):
                standing[record.id] = effect.node.name
        elif isinstance(record, RolledBack) and not record.error:
            standing.pop(record.id, None)
    return frozenset(standing.values())
