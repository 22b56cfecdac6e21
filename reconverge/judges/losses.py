"""What a node takes with it when it is lost, and what of that must happen in which order.

Promises about the pods of one node, made from the world as it was while the node was whole. They
are about pods that were there: about none, a promise proves nothing and is refused.
"""

from __future__ import annotations

from reconverge.errors import BadInput
from reconverge.judges import baselines
from reconverge.judges.events import Remarked
from reconverge.judges.predicates import (
    AllOf,
    AnyPredicate,
    HasPods,
    InPhase,
    NodeReady,
    Not,
    PodDeleted,
    PodExists,
)
from reconverge.judges.promise import Promise
from reconverge.judges.temporal import Always, Eventually, Never, ThenStays, Until
from reconverge.judges.timing import nodes
from reconverge.judges.timing.scene import scene_of
from reconverge.judges.whereabouts import Disrupted, LooksReady, NodeTainted, Replaced
from reconverge.model import Ref, Snapshot, ref
from reconverge.timeline import Timeline


def pods_on(before: Snapshot, node: Ref, *, of: Ref) -> tuple[Ref, ...]:
    """The active pods of the workload `of` on `node`; BadInput where there are none."""
    pods = (pod for pod in before.pods_of(of) if pod.is_active)
    found = tuple(ref("Pod", pod) for pod in pods if pod.spec.node_name == node.name)
    return _some(found, node)


def lost_with(before: Snapshot, node: Ref, *, namespace: str) -> tuple[Ref, ...]:
    """All pods of a namespace on `node`, whoever owns them; BadInput where there are none."""
    pods = before.pods(namespace=namespace)
    return _some(tuple(ref("Pod", pod) for pod in pods if pod.spec.node_name == node.name), node)


def _some(pods: tuple[Ref, ...], node: Ref) -> tuple[Ref, ...]:
    if not pods:
        raise BadInput(f"no pod of the scenario was on {node}", cure="name another node")
    return pods


def run_until_given_up(pods: tuple[Ref, ...], node: Ref, *, after: str) -> Until:
    """The pods are shown Running, and nobody deletes them, until their node is given up.

    That is when the taint is there by which they have to go (NoExecute), on a node not Ready.
    """
    runs: list[AnyPredicate] = [InPhase(pod=pod, phase="Running") for pod in pods]
    stays: list[AnyPredicate] = [Not(of=PodDeleted(pod=pod)) for pod in pods]
    tainted = NodeTainted(node=node, key=nodes.UNREACHABLE)
    given_up = AllOf(parts=(Not(of=NodeReady(node=node)), tainted))
    return Until(of=AllOf(parts=(*runs, *stays)), until=given_up, injections=(after,))


def disrupted(pods: tuple[Ref, ...], reason: str, *, after: str) -> Eventually:
    """Each of the pods is marked as one that has to go for that reason, and is deleted."""
    marks: list[AnyPredicate] = [Disrupted(pod=pod, reason=reason) for pod in pods]
    ends: list[AnyPredicate] = [PodDeleted(pod=pod) for pod in pods]
    return Eventually(of=AllOf(parts=(*marks, *ends)), injections=(after,))


def collected(pods: tuple[Ref, ...], *, after: str) -> list[Promise]:
    """Each pod in turn fails as one whose node is no more, and then is no more itself."""
    return [
        Until(
            of=PodExists(pod=pod),
            until=AllOf(
                parts=(
                    Disrupted(pod=pod, reason="DeletionByPodGC"),
                    InPhase(pod=pod, phase="Failed"),
                )
            ),
            injections=(after,),
        )
        for pod in pods
    ]


def terminating(pods: tuple[Ref, ...], *, after: str) -> Eventually:
    """Each of the pods has been deleted and is still there."""
    parts: list[AnyPredicate] = [PodDeleted(pod=pod) for pod in pods]
    parts += [PodExists(pod=pod) for pod in pods]
    return Eventually(of=AllOf(parts=tuple(parts)), injections=(after,))


def gone(pods: tuple[Ref, ...], *, after: str = "") -> Eventually:
    """None of the pods exists any more."""
    injections = (after,) if after else ()
    return Eventually(of=_none_of(pods), injections=injections)


def kept(before: Snapshot, workload: Ref) -> Always:
    """The pods that `workload` had, ended ones too, are there all the while; nobody deletes one."""
    pods = tuple(ref("Pod", pod) for pod in before.pods_of(workload))
    if not pods:
        raise BadInput(f"{workload} had no pods, so none can be kept")
    there: list[AnyPredicate] = [PodExists(pod=pod) for pod in pods]
    stays: list[AnyPredicate] = [Not(of=PodDeleted(pod=pod)) for pod in pods]
    return Always(of=AllOf(parts=(*there, *stays)))


def gone_before_ready(pods: tuple[Ref, ...], node: Ref, *, after: str) -> Until:
    """None of the pods exists any more, and until then their node was not Ready."""
    return Until(of=Not(of=NodeReady(node=node)), until=_none_of(pods), injections=(after,))


def _none_of(pods: tuple[Ref, ...]) -> AllOf:
    return AllOf(parts=tuple(Not(of=PodExists(pod=pod)) for pod in pods))


def begun_again(pods: tuple[Ref, ...], *, of: Ref, after: str) -> Eventually:
    """The pods have been deleted, and `of` has as many others that are ready."""
    ends: list[AnyPredicate] = [PodDeleted(pod=pod) for pod in pods]
    others = HasPods(workload=of, least=len(pods))
    return Eventually(of=AllOf(parts=(*ends, others)), injections=(after,))


def replaced_unnoticed(before: Snapshot, pods: tuple[Ref, ...], node: Ref, *, after: str) -> Until:
    """Their owner has made as many pods again while the deleted ones and `node` look ready."""
    of = owner_of(before, pods[0])
    count = sum(pod.is_active for pod in before.pods_of(of))
    looks: list[AnyPredicate] = [LooksReady(pod=pod) for pod in pods]
    whole = HasPods(workload=of, state="active", least=count)
    healthy = AllOf(parts=(NodeReady(node=node), *looks))
    return Until(of=healthy, until=whole, injections=(after,))


def owner_of(before: Snapshot, pod: Ref) -> Ref:
    """The workload that controls the pod; BadInput where nobody does."""
    view = before.pod(pod.uid)
    owner = view.metadata.controller if view is not None else None
    if owner is None:
        raise BadInput(f"nobody owns {pod}, so nobody makes another")
    return Ref(owner.kind, pod.namespace, owner.name, owner.uid)


def stay_until_given_up(pods: tuple[Ref, ...], node: Ref, *, after: str) -> Until:
    """The deleted pods are still there when their node is found not to be Ready."""
    there = AllOf(parts=tuple(PodExists(pod=pod) for pod in pods))
    return Until(of=there, until=Not(of=NodeReady(node=node)), injections=(after,))


def eviction_pending(pods: tuple[Ref, ...], node: Ref, *, after: str) -> Eventually:
    """None of the pods looks ready any more, and their node has the taint that drives them out.

    The taint comes last: up to 1.1 s after the pods were marked was seen on a loaded machine.
    """
    parts: list[AnyPredicate] = [Not(of=LooksReady(pod=pod)) for pod in pods]
    tainted = NodeTainted(node=node, key=nodes.UNREACHABLE)
    return Eventually(of=AllOf(parts=(*parts, tainted)), injections=(after,))


def spared(timeline: Timeline, pods: tuple[Ref, ...], node: Ref, *, after: str) -> ThenStays:
    """The pods of a lost node stay for longer than others would, and nothing drives them out.

    That the node controller has dealt with them shows in that they are not taken for ready.
    """
    scene = scene_of(timeline)
    views = [view for pod in pods if (view := scene.snapshot.pod(pod.uid)) is not None]
    others_s = nodes.emptied(scene, node.name, views).finite_s
    stays: list[AnyPredicate] = [Not(of=PodDeleted(pod=pod)) for pod in pods]
    stays += [Not(of=LooksReady(pod=pod)) for pod in pods]
    stays += [Not(of=NodeReady(node=node))]
    stays += [Not(of=NodeTainted(node=node, key=nodes.UNREACHABLE))]
    return ThenStays(of=AllOf(parts=tuple(stays)), for_s=others_s, injections=(after,))


def restarted(before: Snapshot, pods: tuple[Ref, ...]) -> list[Promise]:
    """Each of the pods gets new containers, in a new sandbox, and is the same pod."""
    again: list[Promise] = [baselines.restart_of(before, pod) for pod in pods]
    return [*again, *remarked(pods, "SandboxChanged")]


def remarked(pods: tuple[Ref, ...], reason: str, message: str = "") -> list[Promise]:
    """There is such an event about each of the pods."""
    return [Remarked(about=pod, reason=reason, message=message) for pod in pods]


def eviction_cancelled(pods: tuple[Ref, ...]) -> list[Promise]:
    """Each of the pods was to be driven out, and is let off.

    Source: emitCancelPodDeletionEvent in pkg/controller/tainteviction, Kubernetes 1.34.
    """
    return remarked(pods, "TaintManagerEviction", "Cancelling deletion")


def never_replaced(before: Snapshot, pod: Ref) -> Never:
    """Nobody makes another pod with its labels."""
    view = before.pod(pod.uid)
    if view is None or not view.metadata.labels:
        raise BadInput(f"{pod} has no labels by which another could stand in for it")
    return Never(of=Replaced(pod=pod, labels=view.metadata.labels))
