"""StatefulSet: the first ordinal that is not ready, and those that wait for it."""

from __future__ import annotations

from collections.abc import Iterator

from reconverge.judges.controllers import name_of
from reconverge.judges.steady.words import listed
from reconverge.judges.why.admission import refused
from reconverge.judges.why.deletion import leaving
from reconverge.judges.why.pods import of_pod
from reconverge.judges.why.selectors import unadopted, unmatched
from reconverge.judges.why.words import Cause, commonest, counted
from reconverge.judges.why.world import World
from reconverge.model import Pod, StatefulSet


def of_stateful_set(view: StatefulSet, world: World) -> Iterator[Cause | None]:
    """OrderedReady makes the next pod only when the one before is ready; Parallel makes them all.

    Source: pkg/controller/statefulset/stateful_set_control.go, Kubernetes 1.34.
    """
    pods = {pod.name: pod for pod in world.owned_by(view)}
    lacking = [name for name in _names(view) if not _is_up(pods.get(name))]
    ready = view.replicas - len(lacking)
    asks = f"StatefulSet {view.name} asks for {counted(view.replicas, 'pod')}, has {ready} ready"
    head = world.shows(view, asks)
    causes = (
        unmatched(view, "StatefulSet", view.selector, world),
        unadopted(view, "StatefulSet", view.selector, world),
        _of_lacking(view, lacking, pods, world),
        _surplus(view, pods, world),
    )
    return (cause.after(head) if cause is not None else None for cause in causes)


def _names(view: StatefulSet) -> list[str]:
    first = view.spec.first_ordinal
    return [f"{view.name}-{ordinal}" for ordinal in range(first, first + view.replicas)]


def _is_up(pod: Pod | None) -> bool:
    return pod is not None and pod.is_active and pod.is_ready


def _of_lacking(
    view: StatefulSet, lacking: list[str], pods: dict[str, Pod], world: World
) -> Cause | None:
    causes = [_of_ordinal(view, name, pods.get(name), world) for name in lacking]
    if view.spec.pod_management_policy == "Parallel":
        return commonest(causes)
    if not causes:
        return None
    waiting = [name for name in lacking[1:] if name not in pods]
    if not waiting:
        return causes[0]
    verb = "waits" if len(waiting) == 1 else "wait"
    names = listed(waiting, len(waiting))
    return causes[0].saying(f"{names} {verb} for {lacking[0]}: {causes[0].sentence}")


def _of_ordinal(view: StatefulSet, name: str, pod: Pod | None, world: World) -> Cause:
    if pod is not None and pod.is_active:
        return of_pod(pod, world)
    going = leaving(pod, world) if pod is not None else None
    return going or refused(view, "StatefulSet", world) or _absent(view, name, world)


def _absent(view: StatefulSet, name: str, world: World) -> Cause:
    controller = name_of("StatefulSet")
    return Cause(
        kind="not made",
        sentence=f"{controller} has not made {name} yet",
        controller=controller,
        evidence=(world.shows(view, f"there is no pod {name}"),),
    )


def _ordinal(name: str) -> int:
    tail = name.rpartition("-")[2]
    return int(tail) if tail.isdecimal() else 0


def _surplus(view: StatefulSet, pods: dict[str, Pod], world: World) -> Cause | None:
    """Pods beyond the last ordinal go one after another, the last first."""
    names = set(_names(view))
    odd = [pods[name] for name in sorted(pods, key=_ordinal) if name not in names]
    if not odd:
        return None
    cause = leaving(odd[-1], world)
    controller = name_of("StatefulSet")
    return cause or Cause(
        kind="surplus",
        sentence=f"{controller} has not removed {odd[-1].name} yet",
        controller=controller,
        evidence=(world.shows(odd[-1], f"{odd[-1].name} is beyond the last ordinal"),),
    )
