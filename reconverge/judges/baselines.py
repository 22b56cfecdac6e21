"""What a fault must leave alone, taken from the world as it was just before it.

An invariant about pods needs their names and containers of that instant. Each function here makes
one promise out of a snapshot, and refuses to make an empty one: a promise about no pod cannot be
broken, so it proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reconverge.errors import BadInput
from reconverge.judges.invariants import (
    Claims,
    Instance,
    NeverMore,
    NoPodInVain,
    OneAtATime,
    OnePerPlace,
    OnlyWriters,
    SamePods,
    Turnover,
    Untouched,
    WithinSurge,
)
from reconverge.judges.numbers import Reports, RunsImage
from reconverge.judges.owners import GoneWithPods
from reconverge.judges.predicates import AllOf, Not, OwnedBy, PodDeleted
from reconverge.judges.states import Restarts
from reconverge.judges.steady.rollouts import fence_posts
from reconverge.judges.temporal import Always, Eventually, Until
from reconverge.model import CronJob, DaemonSet, Deployment, Job, Pod, Ref, Snapshot, is_of, ref


def survivors(before: Snapshot, workload: Ref, *, hit: Sequence[Ref]) -> Untouched:
    """The active pods of `workload` that the fault did not hit are never touched."""
    struck = {target.uid for target in hit}
    pods = (pod for pod in _active(before, workload) if pod.uid not in struck)
    return _untouched(pods, f"no pod of {workload} survives the fault")


def only_kubelets(before: Snapshot, workload: Ref, *, hit: Sequence[Ref]) -> OnlyWriters:
    """Nobody but their kubelets writes to the active pods that the fault did not hit."""
    struck = {target.uid for target in hit}
    pods = tuple(ref("Pod", pod) for pod in _active(before, workload) if pod.uid not in struck)
    if not pods:
        raise BadInput(f"no pod of {workload} survives the fault")
    return OnlyWriters(objects=pods, writers=("kubelet",))


def put_away_by_kubelets(pods: Sequence[Ref]) -> OnlyWriters:
    """Nobody but their kubelets removes exactly these pods, which have to go already.

    A node that returns may be found not ready for a moment, and its pods are asked to go once more:
    that changes nothing, for the node controller only ever asks with their own grace
    (pkg/controller/tainteviction/taint_eviction.go, 1.34).
    """
    if not pods:
        raise BadInput("there is no pod to which nobody should write")
    return OnlyWriters(objects=tuple(pods), writers=("kubelet", "node-controller"))


def elsewhere(before: Snapshot, workload: Ref, *, node: str) -> Untouched:
    """The active pods of `workload` on other nodes than `node` are never touched."""
    pods = (pod for pod in _active(before, workload) if pod.spec.node_name != node)
    return _untouched(pods, f"all pods of {workload} were on {node}")


def these(before: Snapshot, pods: Iterable[Ref]) -> Untouched:
    """Exactly these pods are never touched."""
    found = (view for one in pods if (view := before.pod(one.uid)) is not None)
    return _untouched(found, "none of these pods existed before the fault")


def same_pods(before: Snapshot, workload: Ref) -> SamePods:
    """`workload` keeps the very pods it had."""
    pods = tuple(ref("Pod", pod) for pod in _active(before, workload))
    if not pods:
        raise BadInput(f"{workload} had no pods, so it cannot keep them")
    return SamePods(workload=workload, pods=pods)


def gone_with_pods(before: Snapshot, owners: Sequence[Ref]) -> list[GoneWithPods]:
    """Each of these owners is gone, and the pods with it that it had."""
    return [GoneWithPods(owner=one, pods=pods_of(before, one)) for one in owners]


def turnover(workload: Ref, *, made: int, removed: int, hit: Sequence[Ref] = ()) -> Turnover:
    """`workload` makes and removes so many pods; those that a fault hit are not its doing."""
    pods = tuple(one for one in hit if one.kind == "Pod")
    return Turnover(workload=workload, made=made, removed=removed, hit=pods)


def claims(
    workload: Ref, created: Iterable[tuple[Ref, dict[str, str]]], *, mine: Sequence[dict[str, str]]
) -> Claims:
    """Of the pods that a fault created with these labels `workload` claims those labelled `mine`.

    Raises BadInput where none of them has labels that `mine` names.
    """
    rows = list(created)
    strange = [labels for labels in mine if all(labels != known for _, known in rows)]
    if rows and strange:
        raise BadInput(f"no pod was created with the labels {strange[0]}")
    return Claims(
        workload=workload,
        mine=tuple(pod for pod, labels in rows if labels in mine),
        others=tuple(pod for pod, labels in rows if labels not in mine),
    )


def pods_of(before: Snapshot, workload: Ref) -> tuple[Ref, ...]:
    """The active pods that `workload` had; BadInput where it had none."""
    pods = tuple(ref("Pod", pod) for pod in _active(before, workload))
    if not pods:
        raise BadInput(f"{workload} had no pods", cure="promise something about a workload of pods")
    return pods


def images_kept(before: Snapshot, workload: Ref, *, image: str, hit: Sequence[Ref]) -> Always:
    """The active pods of `workload` that the fault did not hit run `image` all the while."""
    struck = {target.uid for target in hit}
    pods = (one for one in pods_of(before, workload) if one.uid not in struck)
    return Always(of=AllOf(parts=tuple(RunsImage(pod=one, image=image) for one in pods)))


def let_go(before: Snapshot, workload: Ref, *, after: str) -> Eventually:
    """After the fault `after`, `workload` comes to own none of the active pods that it had."""
    pods = pods_of(before, workload)
    released = AllOf(parts=tuple(Not(of=OwnedBy(pod=one, owner=workload)) for one in pods))
    return Eventually(of=released, injections=(after,))


def changed_once(before: Snapshot, workload: Ref, *, after: str) -> Eventually:
    """The API server has counted one change of its specification, the fault `after`."""
    view = before.get(workload.kind, workload.uid)
    generation = view.metadata.generation + 1 if view is not None else 0
    counted = Reports(workload=workload, what="generation", number=generation)
    return Eventually(of=counted, injections=(after,))


def restart_of(before: Snapshot, pod: Ref) -> Restarts:
    """The only container of `pod` is followed by another instance in the same pod."""
    view = before.pod(pod.uid)
    statuses = view.status.container_statuses if view is not None else ()
    if len(statuses) != 1:
        raise BadInput(
            f"{pod} has {len(statuses)} containers that ran, so which one restarts is not said"
        )
    return Restarts(
        pod=pod,
        container=statuses[0].name,
        container_id=statuses[0].container_id,
        restart_count=statuses[0].restart_count,
    )


def within_surge(worlds: Iterable[Snapshot], deployment: Ref) -> WithinSurge:
    """The bounds of a rollout, the widest of those that hold in `worlds`.

    Give the world before the span and the one after it where the number of replicas changes.
    Raises BadInput where the Deployment is not there, or where a pod that is ready is not yet
    available: only its controller knows when it is.
    """
    views = [world.get("Deployment", deployment.uid) for world in worlds]
    posts = []
    for view in views:
        if not isinstance(view, Deployment):
            raise BadInput(f"{deployment} is not there")
        if view.spec.min_ready_seconds:
            what = f"{deployment} has minReadySeconds, so its ready pods are not yet available"
            raise BadInput(what, cure="promise a number of ready pods instead")
        posts.append(fence_posts(view.spec))
    most, least = max(most for most, _ in posts), min(least for _, least in posts)
    return WithinSurge(workload=deployment, most=most, least=least)


def one_per_place(before: Snapshot, workload: Ref) -> OnePerPlace:
    """At most one active pod on a node, of an ordinal, or for a completion index.

    Raises BadInput where the workload allows more, or has no such places.
    """
    view = before.get(workload.kind, workload.uid)
    rolling = view.spec.update_strategy.rolling_update if isinstance(view, DaemonSet) else None
    if rolling is not None and rolling.max_surge not in (None, 0, "0%"):
        raise BadInput(f"{workload} rolls out with two pods on a node (maxSurge)")
    is_indexed = isinstance(view, Job) and view.spec.completion_mode == "Indexed"
    if workload.kind not in ("DaemonSet", "StatefulSet") and not is_indexed:
        raise BadInput(f"the pods of {workload} have no places of their own")
    return OnePerPlace(workload=workload)


def parallel(before: Snapshot, job: Ref) -> NeverMore:
    """The Job never has more active pods than its `parallelism`."""
    return NeverMore(workload=job, pods=_job(before, job).spec.parallelism)


def no_pod_in_vain(before: Snapshot, job: Ref) -> NoPodInVain:
    """The Job makes no more pods than its completions and failures need.

    Raises BadInput for a Job without a number of completions: there any success ends it.
    """
    completions = _job(before, job).spec.completions
    if completions is None:
        raise BadInput(f"{job} has no number of completions, so no pod of it is one too many")
    return NoPodInVain(job=job, completions=completions)


def one_at_a_time(before: Snapshot, cron_job: Ref) -> OneAtATime:
    """The CronJob never has two Jobs at a time; BadInput where its policy allows that."""
    view = before.get("CronJob", cron_job.uid)
    if not isinstance(view, CronJob) or view.spec.concurrency_policy == "Allow":
        raise BadInput(f"{cron_job} may run several Jobs at a time (concurrencyPolicy)")
    return OneAtATime(cron_job=cron_job)


def jobs_of(before: Snapshot, cron_job: Ref) -> tuple[Ref, ...]:
    """The Jobs of the CronJob, by name; BadInput where it has none."""
    found = sorted(before.objects("Job"), key=lambda one: one.name)
    mine = tuple(ref("Job", one) for one in found if is_of(one, cron_job))
    if not mine:
        raise BadInput(f"{cron_job} has no Jobs")
    return mine


def adopted_first(workload: Ref, created: Sequence[Ref], *, after: str) -> Until:
    """`workload` deletes the pod that the fault `after` created only once it owns it.

    Where nothing was created the promise is about a pod that never was, and cannot be kept.
    """
    pod = next(iter(created), Ref("Pod", workload.namespace, "nobody", ""))
    owned = OwnedBy(pod=pod, owner=workload)
    return Until(of=Not(of=PodDeleted(pod=pod)), until=owned, injections=(after,))


def _job(before: Snapshot, job: Ref) -> Job:
    view = before.get("Job", job.uid)
    if not isinstance(view, Job):
        raise BadInput(f"{job} is not there")
    return view


def _active(before: Snapshot, workload: Ref) -> list[Pod]:
    return [pod for pod in before.pods_of(workload) if pod.is_active]


def _untouched(pods: Iterable[Pod], reason: str) -> Untouched:
    instances = tuple(Instance.of(pod) for pod in pods)
    if not instances:
        raise BadInput(reason, cure="leave this promise out: about no pod it proves nothing")
    return Untouched(instances=instances)
