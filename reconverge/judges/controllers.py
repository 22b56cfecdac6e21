"""What each built-in controller is called, and how it can be made to show that it is alive.

The table is the part of the causal barrier (see `liveliness`) that differs from kind to kind. Each
row was read in the source of Kubernetes 1.34 and tried on a cluster; a controller that stops
keeping its row is called silent, never steady.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from reconverge.model import (
    CronJob,
    DaemonSet,
    Deployment,
    Job,
    Named,
    ReplicaSet,
    ReplicationController,
    StatefulSet,
)

# The name of a Job that never was, in the status of a CronJob that is knocked.
PHANTOM = "reconverge-phantom"


def always(view: Named) -> bool:
    del view
    return True


def until_ended(view: Named) -> bool:
    """A Job that has ended is not synchronised any more (syncJob returns at once)."""
    return not (isinstance(view, Job) and view.end is not None)


class Controller(msgspec.Struct, frozen=True):
    """One controller of kube-controller-manager.

    `name` is what its events call it (source component). `sentinel` is the kind of the object that
    is planted, `reaction` what it must do with it: remove it, or claim it where removing is left to
    others; a CronJob's controller claims nothing, so its sentinels only have to come back to us.
    `owes_answer` tells whether it would put right a spoiled status of the workload as it is.
    """

    name: str
    sentinel: str = "Pod"
    reaction: Literal["removes", "claims", "none"] = "removes"
    owes_answer: Callable[[Named], bool] = always


CONTROLLERS: dict[str, Controller] = {
    "ReplicationController": Controller("replication-controller"),
    "ReplicaSet": Controller("replicaset-controller"),
    "StatefulSet": Controller("statefulset-controller"),
    "DaemonSet": Controller("daemonset-controller"),
    "Job": Controller("job-controller", owes_answer=until_ended),
    "Deployment": Controller("deployment-controller", "ReplicaSet", "claims"),
    "CronJob": Controller("cronjob-controller", "Job", "none"),
}

_WITH_GENERATION = ReplicationController | ReplicaSet | StatefulSet | DaemonSet | Deployment


def name_of(kind: str) -> str:
    """The controller of that kind, as Kubernetes' own events name it."""
    known = CONTROLLERS.get(kind)
    return known.name if known is not None else f"the {kind} controller"


def observed_generation(view: Named) -> int | None:
    """The newest specification that the controller says it has seen; None where it says nothing."""
    return view.status.observed_generation if isinstance(view, _WITH_GENERATION) else None


def is_observed(view: Named) -> bool:
    """Whether the controller has seen the newest specification, as far as the status tells."""
    observed = observed_generation(view)
    return observed is None or observed >= view.metadata.generation


def is_spoiled(view: Named) -> bool:
    """Whether the status lacks what its controller writes, or says what it would not.

    Of most kinds that is `observedGeneration`; a Job has none, there it is `ready`; a CronJob's
    controller strikes Jobs that do not exist off the list `active`.
    """
    if isinstance(view, Job):
        return view.status.ready is None
    if isinstance(view, CronJob):
        return any(one.name == PHANTOM for one in view.status.active)
    return not is_observed(view)
