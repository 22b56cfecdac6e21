"""StatefulSet: one ready pod for each ordinal, under its name, of the current revision."""

from __future__ import annotations

from reconverge.judges.steady.census import Census
from reconverge.judges.steady.replicas import do_pods_differ, pods_lack, seen, spec_lacks
from reconverge.judges.steady.words import Steadiness, listed
from reconverge.model import Pod, StatefulSet

# Set by its controller on each pod of a StatefulSet or DaemonSet (apps/v1 StatefulSetRevisionLabel,
# ControllerRevisionHashLabelKey).
REVISION = "controller-revision-hash"


def name_of(pod: Pod) -> str:
    """A pod of a StatefulSet fills the place that its name says."""
    return pod.name


def stateful(view: StatefulSet, pods: Census, *, replicas: int) -> Steadiness:
    """Pods NAME-first ... NAME-last, each exactly once, Ready, and updated.

    Below `partition`, and with OnDelete, a pod may keep its old revision
    (pkg/controller/statefulset/stateful_set_control.go, 1.34).
    """
    lacking = (
        *spec_lacks(view.spec.replicas, replicas),
        *pods_lack(pods, replicas),
        *_orphans(view, pods),
        *_names_lack(view, pods, replicas),
        *_old(view, pods),
        *_status_lacks(view, replicas),
    )
    return Steadiness(lacking, seen(pods, view.spec.replicas), do_pods_differ(pods, replicas))


def _orphans(view: StatefulSet, pods: Census) -> list[str]:
    """Only a pod under one of its names is adopted (isMemberOf, stateful_set_utils.go, 1.34)."""
    names = sorted(one.name for one in pods.orphans.values() if _is_named_by(view, one))
    what = "matches its selector but is not adopted"
    return [f"{listed(names, len(names))} {what}"] if names else []


def _is_named_by(view: StatefulSet, pod: Pod) -> bool:
    name, _, ordinal = pod.name.rpartition("-")
    return name == view.name and ordinal.isdecimal()


def _names_lack(view: StatefulSet, pods: Census, replicas: int) -> list[str]:
    first = view.spec.first_ordinal
    wanted = {f"{view.name}-{ordinal}" for ordinal in range(first, first + replicas)}
    missing, odd = sorted(wanted - pods.places.keys()), sorted(pods.places.keys() - wanted)
    rows = [f"{listed(missing, len(missing))} is missing"] if missing else []
    return rows + ([f"{listed(odd, len(odd))} is none of its ordinals"] if odd else [])


def _old(view: StatefulSet, pods: Census) -> list[str]:
    strategy, revision = view.spec.update_strategy, view.status.update_revision
    if strategy.type == "OnDelete" or not revision:
        return []
    partition = strategy.rolling_update.partition if strategy.rolling_update is not None else 0
    old = sorted(
        one.name
        for one in pods.mine.values()
        if one.metadata.labels.get(REVISION) != revision and _ordinal(one) >= partition
    )
    return [f"{listed(old, len(old))} is of an older revision"] if old else []


def _ordinal(pod: Pod) -> int:
    tail = pod.name.rpartition("-")[2]
    return int(tail) if tail.isdecimal() else 0


def _status_lacks(view: StatefulSet, replicas: int) -> list[str]:
    status = view.status
    if (status.replicas, status.ready_replicas) == (replicas, replicas):
        return []
    return [f"its status says {status.ready_replicas} ready of {status.replicas}"]
