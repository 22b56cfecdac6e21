"""ReplicationController and ReplicaSet: exactly as many ready pods as asked for."""

from __future__ import annotations

from reconverge.judges.steady.census import Census
from reconverge.judges.steady.words import Steadiness, listed, state
from reconverge.model import ReplicaSet, ReplicationController


def replicated(
    view: ReplicationController | ReplicaSet, pods: Census, *, replicas: int
) -> Steadiness:
    """A ReplicationController or ReplicaSet keeps exactly `replicas` ready pods.

    Its status must say the same. Source: pkg/controller/replicaset/replica_set.go, 1.34: the
    controller counts the active pods that it claims, and is done when they are as many as asked.
    """
    lacking = (
        *spec_lacks(view.replicas, replicas),
        *pods_lack(pods, replicas),
        *orphans(pods),
        *_status_lacks(view, replicas),
    )
    return Steadiness(lacking, seen(pods, view.replicas), do_pods_differ(pods, replicas))


def spec_lacks(asked: int, replicas: int) -> list[str]:
    return [] if asked == replicas else [f"it asks for {asked} pods, not {replicas}"]


def pods_lack(pods: Census, replicas: int) -> list[str]:
    lacking = []
    if len(pods.mine) != replicas:
        lacking.append(f"{len(pods.mine)} active pods of {replicas}")
    elif pods.unready:
        lacking.append(f"{len(pods.ready)} ready pods of {replicas}")
    if pods.strangers:
        names = listed((one.name for one in pods.strangers.values()), len(pods.strangers))
        lacking.append(f"still owns {names}, which its selector no longer matches")
    return lacking


def orphans(pods: Census) -> list[str]:
    if not pods.orphans:
        return []
    names = listed((one.name for one in pods.orphans.values()), len(pods.orphans))
    return [f"{names} matches its selector but is not adopted"]


def do_pods_differ(pods: Census, replicas: int) -> bool:
    return not len(pods.mine) == len(pods.ready) == replicas


def seen(pods: Census, asked: int) -> str:
    waiting = (f"{one.name} {state(one)}" for one in pods.unready.values())
    rows = [f"{len(pods.ready)} of {asked} ready"]
    return "; ".join([*rows, *([listed(waiting, len(pods.unready))] if pods.unready else [])])


def _status_lacks(view: ReplicationController | ReplicaSet, replicas: int) -> list[str]:
    status = view.status
    if (status.replicas, status.ready_replicas) == (replicas, replicas):
        return []
    return [f"its status says {status.ready_replicas} ready of {status.replicas}"]
