"""How long a workload takes to be as declared again, after everything that was done to it.

Each disturbance is repaired on its own way and they run side by side, so the slowest counts. The
rules are those of the controllers in pkg/controller of k8s.io/kubernetes, alike from 1.29 to 1.36.
"""

from __future__ import annotations

from reconverge.bound import Bound, Term, latest
from reconverge.judges.effects import (
    ContainersEnded,
    Deleted,
    NodeLost,
    NodeRemoved,
    PodsLost,
    Unmarked,
)
from reconverge.judges.steady import AnySteadyState, OnEachNode
from reconverge.judges.timing import jobs, nodes, schedules
from reconverge.judges.timing.habits import Habits, habits_of
from reconverge.judges.timing.pods import gone, images, reaction, restarted, started
from reconverge.judges.timing.scene import Disturbance, Scene, pods_of
from reconverge.model import CronJob, Job, Node, Pod, Ref

# What has passed since then is not worth a term while it is shorter than this.
SHOWN_S = 0.5


def converged(scene: Scene, workload: Ref, steady: AnySteadyState | None = None) -> Bound:
    """From now to the steady state of `workload`, after all disturbances of the scene.

    `steady` tells what that state is, where the kind of workload has several.
    """
    view = scene.snapshot.get(workload.kind, workload.uid)
    if isinstance(view, Job) and steady is not None:
        end = jobs.ended(scene, view, steady)
        if end is not None:
            return end
    is_excused = isinstance(steady, OnEachNode) and steady.are_lost_excused
    repairs = [
        measured(_repaired(scene, workload, one, is_excused), scene.now_s - one.at_s)
        for one in scene.disturbances
        if one.what != "birth" or one.hits(workload)
    ]
    if isinstance(view, CronJob):
        run = schedules.next_due(view.spec, wall=scene.wall) + reaction()
        repairs.append(run + _made(scene, habits_of(view, None), awaits_old=False))
    # Where nothing is known to have happened, whatever did happen happens now.
    return latest(repairs) if repairs else reaction() + _made(scene, habits_of(view, None))


def measured(bound: Bound, age_s: float) -> Bound:
    """What is left of a bound that began `age_s` seconds ago."""
    if age_s < SHOWN_S:
        return bound
    return Bound((*bound.terms, Term("since then", -age_s)), bound.obstacle)


def since(scene: Scene, target: Ref, bound: Bound) -> Bound:
    """What is left of a bound that began with the last thing that was done to `target`."""
    done = [one for one in scene.disturbances if one.hits(target)]
    return measured(bound, scene.now_s - done[-1].at_s) if done else bound


def _repaired(scene: Scene, workload: Ref, one: Disturbance, is_excused: bool) -> Bound:
    """From the disturbance to the steady state; with `is_excused` lost nodes only are noticed."""
    if is_excused and one.what == "fault" and isinstance(one.effect, NodeLost):
        return nodes.noticed(scene.settings) + reaction()
    view = scene.snapshot.get(workload.kind, workload.uid)
    habits = habits_of(view, one)
    if one.what == "birth":
        return images() + reaction() + _made(scene, habits, awaits_old=False)
    sick = _sick(scene, workload, one)
    if sick:
        return latest(
            restarted(scene, pod, container.name)
            for pod in sick
            for container in pod.spec.containers
        )
    bound = _begun(scene, workload, one, habits) + _made(scene, habits, grace_s=one.grace_s)
    if not isinstance(view, Job):
        return bound
    lost, age_s = _lost_pods(workload, one), scene.now_s - one.at_s
    return jobs.replaced(scene, view, bound, lost=lost, age_s=age_s)


def _sick(scene: Scene, workload: Ref, one: Disturbance) -> tuple[Pod, ...]:
    """The pods of the workload that a fault harmed from inside: they stay, a container may not."""
    if not isinstance(one.effect, ContainersEnded | Unmarked):
        return ()
    mine = pods_of(scene.snapshot, workload)
    return tuple(pod for pod in mine if any(target.uid == pod.uid for target in one.targets))


def _begun(scene: Scene, workload: Ref, one: Disturbance, habits: Habits) -> Bound:
    """From the disturbance to the controller's first write about it."""
    match one.effect:
        case NodeLost(node=node) if one.what == "undo":
            return nodes.booted(scene.settings, node.name)
        case NodeRemoved():
            return nodes.collected() + reaction()
        case NodeLost(node=node) if scene.snapshot.is_gone(node.uid):
            return nodes.collected() + reaction()
        case NodeLost(node=node):
            return _node_lost(scene, _on_node(one, workload, node), node.name, habits) + reaction()
        case Unmarked() if any(target.kind == "Node" for target in one.targets):
            return _node_harmed(scene, one) + reaction()
        case _:
            return reaction()


def _node_harmed(scene: Scene, one: Disturbance) -> Bound:
    """After what leaves no mark on a node: a worker comes back, or controllers are led again."""
    views = (scene.snapshot.get("Node", target.uid) for target in one.targets)
    workers = [view for view in views if isinstance(view, Node) and not view.is_control_plane]
    if workers:
        return latest(nodes.booted(scene.settings, view.name) for view in workers)
    return nodes.led(scene.settings)


def _on_node(one: Disturbance, workload: Ref, node: Ref) -> list[Pod]:
    """The pods of the workload that the node was running when it was lost."""
    pods = pods_of(one.before, workload)
    return [pod for pod in pods if pod.is_active and pod.spec.node_name == node.name]


def _node_lost(scene: Scene, pods: list[Pod], node: str, habits: Habits) -> Bound:
    """A pod that is asked to go stays there as long as no kubelet answers for it."""
    if not pods:
        return Bound()
    bound = nodes.noticed(scene.settings) + nodes.emptied(scene, node, pods)
    if not habits.awaits_old:
        return bound
    until = f"until {node} returns, is deleted or is tainted out-of-service"
    names = ", ".join(pod.name for pod in pods)
    return bound + Bound(obstacle=f"no replacement: {names} stays terminating {until}")


def _made(
    scene: Scene, habits: Habits, *, awaits_old: bool | None = None, grace_s: float | None = None
) -> Bound:
    """Until the pods are there and ready, wave by wave."""
    is_awaited = habits.awaits_old if awaits_old is None else awaits_old
    old = gone(habits.template, grace_s=grace_s) if is_awaited else Bound()
    pods = -(-habits.pods // habits.waves)
    ready_s = habits.min_ready_s
    stays = Bound((Term("minReadySeconds", ready_s, "the workload"),)) if ready_s else Bound()
    return (old + started(scene, habits.template, pods=pods) + stays).times(habits.waves)


def _lost_pods(workload: Ref, one: Disturbance) -> int:
    match one.effect:
        case PodsLost(pods=pods) | Deleted(objects=pods):
            return sum(pod.kind == "Pod" for pod in pods)
        case NodeLost(node=node):
            return len(_on_node(one, workload, node))
        case _:
            return 0
