"""The bound of what a temporal promise awaits: until its predicate may be so."""

from __future__ import annotations

from reconverge.bound import Bound, latest
from reconverge.judges.effects import AnyEffect, NodeLost, NodeRemoved, Tainted
from reconverge.judges.predicates import (
    AllOf,
    AnyOf,
    AnyPredicate,
    HasPods,
    InCondition,
    NodeReady,
    Not,
    PodDeleted,
    PodExists,
)
from reconverge.judges.steady import AnySteadyState, JobComplete, JobFailed
from reconverge.judges.timing import nodes
from reconverge.judges.timing.pods import gone, put_away, reaction, started, toleration
from reconverge.judges.timing.scene import Scene
from reconverge.judges.timing.workloads import converged, measured, since
from reconverge.judges.whereabouts import Counts, Disrupted, NodeTainted, RunsOn
from reconverge.model import Pod, PodSpec, Ref
from reconverge.model.settings import Setting

# A taint that is not one of a lost node is tolerated by no pod that does not say so.
UNTOLERATED = Setting("no toleration", 0.0, "the taint")
# What a condition of a Job says that its end will be, or is.
_ENDS: dict[str, AnySteadyState] = {
    "SuccessCriteriaMet": JobComplete(),
    "FailureTarget": JobFailed(),
}


def awaited(predicate: AnyPredicate, scene: Scene) -> Bound:
    """How long from now until `predicate` may be so, by the settings of the cluster."""
    match predicate:
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return latest(awaited(part, scene) for part in parts)
        case NodeReady(node=node):
            return since(scene, node, nodes.whole(scene.settings, node.name))
        case Not(of=NodeReady(node=node)):
            return since(scene, node, nodes.noticed(scene.settings))
        case NodeTainted(node=node):
            bound = nodes.noticed(scene.settings) + nodes.emptied(scene, node.name, ())
            return since(scene, node, bound)
        case HasPods(workload=of) | RunsOn(workload=of) | Counts(of=of):
            return converged(scene, of)
        case InCondition(of=of, condition=row) if row in _ENDS:
            return converged(scene, of, _ENDS[row])
        case PodDeleted(pod=pod) | Disrupted(pod=pod):
            return _removed(scene, pod)
        case Not(of=PodExists(pod=pod)):
            view = _view(scene, pod)
            end = gone(view.spec) + put_away() if view is not None else Bound()
            return _removed(scene, pod) + end
        case _:
            return reaction() + started(scene, PodSpec(), pods=1)


def _removed(scene: Scene, pod: Ref) -> Bound:
    """Until somebody has deleted the pod: by hand, or because of what befell its node."""
    view = _view(scene, pod)
    faults = [one for one in scene.disturbances if one.what == "fault"]
    causes = [one for one in faults if view is not None and one.befalls(view)]
    if view is None or not causes:
        return reaction()
    cause = causes[-1]
    bound = _driven_out(scene, view, cause.effect) + reaction()
    return measured(bound, scene.now_s - cause.at_s)


def _driven_out(scene: Scene, pod: Pod, effect: AnyEffect | None) -> Bound:
    match effect:
        case NodeRemoved():
            return nodes.collected()
        case NodeLost(node=node) if scene.snapshot.is_gone(node.uid):
            return nodes.collected()
        case NodeLost(node=node):
            return nodes.noticed(scene.settings) + nodes.emptied(scene, node.name, (pod,))
        case Tainted(taint=taint) if taint.key == nodes.OUT_OF_SERVICE:
            return nodes.freed()
        case Tainted(taint=taint) if taint.effect == "NoExecute":
            term = toleration(pod, taint.key, UNTOLERATED)
            forever = f"no eviction: {pod.name} tolerates {taint.key} for ever"
            return Bound((term,)) if term is not None else Bound(obstacle=forever)
        case _:
            return Bound()


def _view(scene: Scene, pod: Ref) -> Pod | None:
    """The pod as it is, or as it was before the fault that took it away."""
    worlds = (scene.snapshot, *(one.before for one in reversed(scene.disturbances)))
    return next((view for world in worlds if (view := world.pod(pod.uid)) is not None), None)
