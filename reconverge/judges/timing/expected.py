"""The bound of each promise: how long the cluster may take until it is kept.

Used where a scenario states no deadline, and shown beside one that it states.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from reconverge.bound import Bound, Term, latest
from reconverge.judges.converges import Converges
from reconverge.judges.owners import GoneWithPods, Orphaned
from reconverge.judges.pods import Ended, PodReady, ServesUnseen
from reconverge.judges.promise import Promise
from reconverge.judges.schedule_keeping import KeepsSchedule
from reconverge.judges.schedules import StartsJob, StartsNoJob
from reconverge.judges.states import NodeGone, NodeWhole, Released, Restarts
from reconverge.judges.temporal import Eventually, ThenStays, Until
from reconverge.judges.timing import jobs, nodes
from reconverge.judges.timing.awaited import awaited
from reconverge.judges.timing.pods import (
    ALLOWANCE,
    gone,
    images,
    put_away,
    reaction,
    requested,
    restarted,
    started,
)
from reconverge.judges.timing.scene import Scene
from reconverge.judges.timing.workloads import converged, measured, since
from reconverge.model import PodSpec, Ref

# Judging takes a challenge that has to be answered, so no promise is given less than this, however
# long ago its time ran out.
JUDGING_S = 10.0


class Deadline(msgspec.Struct, frozen=True):
    """The second of the timeline at which a promise has to be kept, and what the settings say.

    `is_stated` where the scenario states it; else it is the end of the bound.
    """

    at_s: float
    bound: Bound | None = None
    is_stated: bool = False


def deadline_of(promise: Promise, scene: Scene, within_s: float | None) -> Deadline:
    """The deadline of `promise`, `within_s` seconds from now or as the settings have it.

    A promise that nothing bounds is given the time it would take without the obstacle; the bound
    says what that is.
    """
    bound = bound_of(promise, scene)
    if within_s is not None:
        return Deadline(scene.now_s + within_s, bound, is_stated=True)
    return Deadline(scene.now_s + bound.finite_s, bound)


def bound_of(promise: Promise, scene: Scene) -> Bound:
    """How long from now until `promise` is kept, by the settings of the cluster.

    A promise of a kind that is not listed speaks of a workload, or else of one reaction and one
    start of a pod.
    """
    match promise:
        case NodeGone(node=node) | ServesUnseen(node=node):
            bound = since(scene, node, nodes.noticed(scene.settings))
        case NodeWhole(node=node):
            bound = since(scene, node, nodes.whole(scene.settings, node.name))
        case Restarts(pod=pod, container=container):
            bound = _restart(scene, pod, container)
        case PodReady(pod=pod):
            bound = since(scene, pod, images() + started(scene, _spec(scene, pod), pods=1))
        case Released() | Ended():
            bound = reaction()
        case StartsJob(due=due) | StartsNoJob(due=due) | KeepsSchedule(until=due):
            bound = jobs.due(due, wall=scene.wall)
        case GoneWithPods(owner=owner, pods=pods) | Orphaned(owner=owner, pods=pods):
            bound = since(scene, owner, _left(scene, owner, pods))
        case Eventually(of=of) | Until(until=of) | ThenStays(of=of):
            bound = awaited(of, scene)
        case Converges(workload=workload, steady=steady):
            bound = converged(scene, workload, steady)
        case _:
            bound = _of_workload(promise, scene)
    return at_least(bound, JUDGING_S)


def _of_workload(promise: Promise, scene: Scene) -> Bound:
    workload = getattr(promise, "workload", None)
    if isinstance(workload, Ref):
        return converged(scene, workload)
    return reaction() + started(scene, PodSpec(), pods=1)


def at_least(bound: Bound, seconds: float) -> Bound:
    """The bound, lengthened where it is shorter, so that it can be judged at all."""
    lacking_s = seconds - bound.finite_s
    if lacking_s <= 0:
        return bound
    return Bound((*bound.terms, Term("time to judge", lacking_s, ALLOWANCE)), bound.obstacle)


def _left(scene: Scene, owner: Ref, pods: Sequence[Ref]) -> Bound:
    """From the deletion of an owner to the end of its pods, or to their release.

    The garbage collector deletes, or releases, each pod by a request of its own; deleted ones are
    given their grace. They are looked up in the world before the deletion, since they may be gone.
    """
    before = [one.before for one in scene.disturbances if one.hits(owner)]
    world = before[-1] if before else scene.snapshot
    graces = [gone(view.spec) for pod in pods if (view := world.pod(pod.uid)) is not None]
    asked = reaction() + requested(scene.settings, len(pods))
    return asked + latest(graces) + put_away()


def _restart(scene: Scene, pod: Ref, container: str) -> Bound:
    """Since the pod was harmed, or its node: then that has to be there again first."""
    view = scene.snapshot.pod(pod.uid)
    if view is None:
        return Bound(obstacle=f"no restart: {pod} is gone")
    bound = restarted(scene, view, container)
    done = [one for one in scene.disturbances if one.hits(pod) or one.befalls(view)]
    if not done:
        return bound
    boot = nodes.booted(scene.settings, view.spec.node_name) if done[-1].befalls(view) else Bound()
    return measured(boot + bound, scene.now_s - done[-1].at_s)


def _spec(scene: Scene, pod: Ref) -> PodSpec:
    view = scene.snapshot.pod(pod.uid)
    return view.spec if view is not None else PodSpec()
