"""How each kind of workload replaces its pods: all at once, in waves, or one after another.

Rules and defaults are those of pkg/controller in k8s.io/kubernetes, alike from 1.29 to 1.36.
"""

from __future__ import annotations

import math

import msgspec

from reconverge.judges.effects import (
    Annotated,
    ContainersEnded,
    Deleted,
    FinalizersChanged,
    LabelsChanged,
    NodeLost,
    PodAppeared,
    PodsLost,
    ReplicasSet,
    Unmarked,
)
from reconverge.judges.timing.scene import Disturbance
from reconverge.model import (
    CronJob,
    DaemonSet,
    Deployment,
    Job,
    Named,
    PodSpec,
    PodTemplate,
    ReplicaSet,
    ReplicationController,
    StatefulSet,
)
from reconverge.model.apps import Quantity, RollingUpdate

# Faults that leave the template alone: none of them makes a controller replace pods in waves.
_TEMPLATE_STAYS = (
    PodsLost,
    PodAppeared,
    LabelsChanged,
    ReplicasSet,
    Deleted,
    NodeLost,
    Annotated,
    FinalizersChanged,
    ContainersEnded,
    Unmarked,
)


class Habits(msgspec.Struct, frozen=True, kw_only=True):
    """How a workload makes so many pods.

    It takes `waves` of them, one after another, each ready for `min_ready_s` before the next. One
    that `awaits_old` makes no new pod while the old one is still going.
    """

    template: PodSpec
    pods: int = 1
    waves: int = 1
    min_ready_s: float = 0.0
    awaits_old: bool = False


def habits_of(view: Named | None, one: Disturbance | None) -> Habits:
    """How `view` repairs the disturbance `one`; None stands for whatever it may have been.

    An object of an unknown kind, or one that is gone, is taken for one with default pods.
    """
    match view:
        case ReplicationController() | ReplicaSet():
            return Habits(template=_spec(view.spec.template), pods=view.spec.replicas)
        case Deployment():
            return _deployment(view, one)
        case DaemonSet():
            return _daemon_set(view, one)
        case StatefulSet():
            return _stateful_set(view, one)
        case Job():
            return _job(view)
        case CronJob():
            return _job(Job(metadata=view.metadata, spec=view.spec.job_template.spec))
        case _:
            return Habits(template=PodSpec())


def _deployment(view: Deployment, one: Disturbance | None) -> Habits:
    """A rolling update replaces maxSurge + maxUnavailable pods at a time (25 % each by default).

    Recreate first lets every old pod go. Numbers: pkg/controller/deployment/util/deployment_util.go
    (ResolveFenceposts: surge is rounded up, unavailable down, and both zero means one).
    """
    spec, status = view.spec, view.status
    is_behind = status.updated_replicas < spec.replicas or (
        status.observed_generation < view.metadata.generation
    )
    habits = Habits(
        template=_spec(spec.template), pods=spec.replicas, min_ready_s=spec.min_ready_seconds
    )
    if not _is_rolling(one, is_behind=is_behind):
        return habits
    if spec.strategy.type == "Recreate":
        return msgspec.structs.replace(habits, awaits_old=True)
    update = spec.strategy.rolling_update or RollingUpdate()
    surge = resolved(update.max_surge, of=spec.replicas, default="25%", is_up=True)
    unavailable = resolved(update.max_unavailable, of=spec.replicas, default="25%", is_up=False)
    return msgspec.structs.replace(habits, waves=_waves(spec.replicas, surge + unavailable))


def _daemon_set(view: DaemonSet, one: Disturbance | None) -> Habits:
    """Without a surge no new pod is made on a node while the old one is going.

    daemon_controller.go (podsShouldBeOnNode) and update.go; maxUnavailable is 1 by default.
    """
    wanted = view.status.desired_number_scheduled
    update = view.spec.update_strategy.rolling_update or RollingUpdate()
    surge = resolved(update.max_surge, of=wanted, default=0, is_up=True)
    unavailable = resolved(update.max_unavailable, of=wanted, default=1, is_up=True)
    is_behind = view.status.updated_number_scheduled < wanted or (
        view.status.observed_generation < view.metadata.generation
    )
    is_rolling = _is_rolling(one, is_behind=is_behind)
    return Habits(
        template=view.spec.template.spec,
        pods=wanted,
        waves=_waves(wanted, surge or unavailable) if is_rolling else 1,
        min_ready_s=view.spec.min_ready_seconds,
        awaits_old=not surge,
    )


def _stateful_set(view: StatefulSet, one: Disturbance | None) -> Habits:
    """OrderedReady goes from ordinal to ordinal and waits for each; names are unique, so an old pod
    must be gone before its successor is made (stateful_set_control.go, processReplica)."""
    spec, status = view.spec, view.status
    is_behind = status.updated_replicas < spec.replicas or (
        status.observed_generation < view.metadata.generation
    )
    pods = max(spec.replicas, status.replicas)
    is_ordered = spec.pod_management_policy == "OrderedReady"
    is_one_by_one = is_ordered or (
        one is not None and one.what != "birth" and _is_rolling(one, is_behind=is_behind)
    )
    return Habits(
        template=_spec(spec.template),
        pods=pods,
        waves=_waves(pods, 1) if is_one_by_one else 1,
        min_ready_s=spec.min_ready_seconds,
        awaits_old=True,
    )


def _job(view: Job) -> Habits:
    """podReplacementPolicy Failed waits for the old pod's end (KEP-3939)."""
    return Habits(
        template=view.spec.template.spec,
        pods=view.spec.parallelism,
        awaits_old=view.spec.pod_replacement_policy == "Failed",
    )


def _is_rolling(one: Disturbance | None, *, is_behind: bool) -> bool:
    """Whether pods are replaced for their template's sake; a newborn has none to replace."""
    if one is not None and one.what == "birth":
        return False
    return is_behind or one is None or not isinstance(one.effect, _TEMPLATE_STAYS)


def resolved(quantity: Quantity | None, *, of: int, default: Quantity, is_up: bool) -> int:
    """An IntOrString as a number of pods: `2`, or `"25%"` of so many, rounded up or down."""
    wanted = default if quantity is None else quantity
    if isinstance(wanted, int):
        return wanted
    share = of * int(wanted.removesuffix("%")) / 100
    return math.ceil(share) if is_up else math.floor(share)


def _waves(pods: int, at_once: int) -> int:
    return max(1, math.ceil(pods / max(1, at_once)))


def _spec(template: PodTemplate | None) -> PodSpec:
    return template.spec if template is not None else PodSpec()
