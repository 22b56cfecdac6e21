"""ReplicationController, ReplicaSet, Deployment: too few pods, wrong ones, or unready ones."""

from __future__ import annotations

from collections.abc import Iterator

from reconverge.judges.controllers import name_of
from reconverge.judges.steady.deployments import newest_set
from reconverge.judges.why.admission import refused
from reconverge.judges.why.controllers import not_made
from reconverge.judges.why.pods import unready
from reconverge.judges.why.selectors import unadopted, unmatched
from reconverge.judges.why.words import Cause, counted, whole_s
from reconverge.judges.why.world import World
from reconverge.model import Deployment, ReplicaSet, ReplicationController, condition


def of_replicated(
    view: ReplicationController | ReplicaSet, kind: str, world: World
) -> Iterator[Cause | None]:
    """The causes along the chain, first things first."""
    active = [pod for pod in world.owned_by(view) if pod.is_active]
    missing = view.replicas - len(active)
    ready = sum(pod.is_ready for pod in active)
    wanted = counted(view.replicas, "pod")
    asks = f"{kind} {view.name} asks for {wanted}, has {len(active)}, {ready} ready"
    head = world.shows(view, asks)
    causes = (
        refused(view, kind, world, missing=f"{missing} of {view.replicas} pods")
        if missing > 0
        else None,
        unmatched(view, kind, view.selector, world),
        unadopted(view, kind, view.selector, world),
        unready(active, world),
        not_made(view, kind, active=len(active), wanted=view.replicas, world=world),
    )
    return (cause.after(head) if cause is not None else None for cause in causes)


def of_deployment(view: Deployment, world: World) -> Iterator[Cause | None]:
    """Its own rollout first, then its newest ReplicaSet's pods."""
    newest = newest_set(world.snapshot, view)
    yield _paused(view, newest, world)
    inner = _below(view, newest, world)
    cause = next(filter(None, inner), None)
    if cause is not None:
        asks = f"Deployment {view.name} asks for {counted(view.replicas, 'pod')}"
        yield _past_deadline(view, cause, world).after(world.shows(view, asks))


def _below(view: Deployment, newest: ReplicaSet | None, world: World) -> Iterator[Cause | None]:
    if newest is not None:
        return of_replicated(newest, "ReplicaSet", world)
    return iter((refused(view, "Deployment", world), _no_set(view, world)))


def _no_set(view: Deployment, world: World) -> Cause:
    controller = name_of("Deployment")
    return Cause(
        kind="no ReplicaSet",
        sentence=f"{controller} has not made its ReplicaSet yet",
        controller=controller,
        evidence=(world.shows(view, f"Deployment {view.name} owns no ReplicaSet"),),
    )


def _paused(view: Deployment, newest: ReplicaSet | None, world: World) -> Cause | None:
    """A pause stops rollouts, not the pods of a template that is rolled out already."""
    is_rolled = newest is not None and view.status.updated_replicas >= newest.status.replicas
    if not view.spec.paused or is_rolled:
        return None
    return Cause(
        kind="paused",
        sentence="its rollout is paused: no pod of its newest template is made until spec.paused "
        "is false",
        controller="whoever resumes the rollout",
        evidence=(world.shows_condition(view, "Progressing", view.status.conditions),),
    )


def _past_deadline(view: Deployment, cause: Cause, world: World) -> Cause:
    """The cause; where the rollout's own deadline has passed, that is told with it."""
    row = condition(view.status.conditions, "Progressing")
    if row is None or row.reason != "ProgressDeadlineExceeded":
        return cause
    deadline = whole_s(view.spec.progress_deadline_seconds)
    told = f"its rollout is past its deadline of {deadline} (ProgressDeadlineExceeded)"
    head = world.shows_condition(view, "Progressing", view.status.conditions)
    return cause.saying(f"{told}: {cause.sentence}").after(head)
