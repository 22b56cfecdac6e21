"""The scenarios of the table: one line each."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from reconverge import blast
from reconverge.faults import (
    CreateSurplusPod,
    DeletePods,
    Fault,
    RelabelPod,
    RunInside,
    ScaleWorkload,
)
from reconverge.judges.steady import AnySteadyState, JobRunning, OnEachNode, ReadyPods
from reconverge.model import Ref, Snapshot

RC, RS, DEPLOYMENT = "ReplicationController", "ReplicaSet", "Deployment"
STATEFUL_SET, DAEMON_SET, JOB, POD = "StatefulSet", "DaemonSet", "Job", "Pod"
BEFORE = 2  # pods of every workload before the fault
SPECIAL: dict[str, str | None] = {"type": "special"}

Makes = Callable[[Ref, Snapshot], Fault]


class Scenario(msgspec.Struct, frozen=True):
    """A workload of `kind` with two ready pods, a fault, and how many pods must be ready after it.

    A Job's pods have work for longer than anybody looks. A Pod is one of nobody's: a probed one,
    whose container its kubelet must restart in that very pod.

    `needs_new_pods`: it can only converge where pods are created, scheduled and started.
    """

    kind: str
    what: str
    fault: Makes
    replicas: int = BEFORE
    needs_new_pods: bool = True

    @property
    def name(self) -> str:
        return f"{self.kind}, {self.what}"

    @property
    def steady(self) -> AnySteadyState:
        return _steady(self.kind, self.replicas)

    @property
    def steady_before(self) -> AnySteadyState:
        return _steady(self.kind, BEFORE)


def _steady(kind: str, pods: int) -> AnySteadyState:
    if kind == JOB:
        return JobRunning(active=pods)
    return OnEachNode() if kind == DAEMON_SET else ReadyPods(count=pods)


def one_lost(of: Ref, world: Snapshot) -> Fault:
    del world
    return DeletePods(of=of)


def all_lost(of: Ref, world: Snapshot) -> Fault:
    del world
    return DeletePods(of=of, blast_radius=blast.ALL)


def relabelled_out(of: Ref, world: Snapshot) -> Fault:
    return RelabelPod.out_of_selector(of, world)


def relabelled(of: Ref, world: Snapshot) -> Fault:
    del world
    return RelabelPod(of=of, labels=SPECIAL, leaves_selector=False)


def port_closed(of: Ref, world: Snapshot) -> Fault:
    del world
    return RunInside(pod=of, command=("kill", "-USR1", "1"), harm="the port closed")


def surplus(of: Ref, world: Snapshot) -> Fault:
    del world
    return CreateSurplusPod(of=of)


def scaled(replicas: int) -> Makes:
    def fault(of: Ref, world: Snapshot) -> Fault:
        del world
        return ScaleWorkload(of=of, replicas=replicas)

    return fault


SCENARIOS = (
    Scenario(RC, "one pod lost", one_lost),
    Scenario(RC, "all pods lost", all_lost),
    Scenario(RC, "a pod relabelled out", relabelled_out),
    Scenario(RC, "a label outside the selector", relabelled, needs_new_pods=False),
    Scenario(RC, "a surplus pod", surplus, needs_new_pods=False),
    Scenario(RC, "scaled up", scaled(4), replicas=4),
    Scenario(RC, "scaled down", scaled(1), replicas=1, needs_new_pods=False),
    Scenario(RS, "one pod lost", one_lost),
    Scenario(RS, "all pods lost", all_lost),
    Scenario(RS, "a pod relabelled out", relabelled_out),
    Scenario(RS, "a label outside the selector", relabelled, needs_new_pods=False),
    Scenario(RS, "scaled down", scaled(1), replicas=1, needs_new_pods=False),
    Scenario(DEPLOYMENT, "one pod lost", one_lost),
    Scenario(STATEFUL_SET, "one pod lost", one_lost),
    Scenario(DAEMON_SET, "one pod lost", one_lost),
    Scenario(JOB, "one pod lost", one_lost),
    Scenario(POD, "a probed port closed", port_closed, needs_new_pods=False),
)
