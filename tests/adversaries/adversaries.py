"""The adversaries of the table: what each does, and what may be said under it.

Each is a context manager around the trials of a round. A verdict that no row allows is reported; a
verdict against the truth is wrong, whatever a row allows.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial

import msgspec

from reconverge.clock import RealClock
from reconverge.cluster.door import JsonObject
from reconverge.cluster.nodes import KindCluster
from reconverge.errors import ReconvergeError
from reconverge.experiment import Experiment
from reconverge.faults import (
    DeletePods,
    Fault,
    FreezeController,
    FreezeKubelet,
    KillController,
    RestartApiServer,
    StopController,
    StopNode,
    SwitchOffController,
)
from reconverge.judges.states import NodeWhole
from reconverge.model import Ref
from tests.adversaries.proxy import Wire
from tests.adversaries.scenarios import JOB, RC, RS, Scenario
from tests.adversaries.trial import Trial
from tests.kind_stage import template

HELD, NOT_HELD, UNKNOWN = {"HELD"}, {"BROKEN", "UNKNOWN"}, {"UNKNOWN"}
HELD_OR_UNKNOWN, ANY = HELD | UNKNOWN, {"HELD", "BROKEN", "UNKNOWN"}
REFUSED = {"REFUSED"}
INJECTED_S, RETURNED_S = 60.0, 120.0


class Round(msgspec.Struct, frozen=True):
    """Trials that are played at the same time, and who disturbs the whole cluster meanwhile."""

    trials: Sequence[Trial]
    conductor: Experiment
    wire: Wire
    seed: int

    def wait_until_injected(self) -> None:
        for trial in self.trials:
            trial.is_injected.wait(INJECTED_S)

    def pause(self, seconds: float) -> None:
        """Let time pass: an adversary needs no reason for its moment."""
        gate = threading.Condition()
        with gate:
            RealClock().wait(gate, timeout_s=seconds)


Around = Callable[[Round], AbstractContextManager[None]]


def nobody_is(scenario: Scenario) -> bool:
    del scenario
    return False


class Adversary(msgspec.Struct, frozen=True, kw_only=True):
    """`may`: the verdicts that may be given; `silences`: whose controller does not work till the
    end; `is_alone`: it disturbs the whole cluster; `hits`: whether the fault is real."""

    name: str
    says: str
    around: Around
    may: Callable[[Scenario], set[str]]
    silences: Callable[[Scenario], bool] = nobody_is
    deadline_s: float = 60.0
    is_alone: bool = True
    is_on_wire: bool = False
    are_faults_off: bool = False
    hits: bool = True
    fault: Callable[[Trial], Fault] | None = None


@contextmanager
def nobody(one: Round) -> Iterator[None]:
    del one
    yield


def throughout(fault: Callable[[], Fault]) -> Around:
    """The fault stands from before the scenarios' own until after their verdicts."""

    @contextmanager
    def around(one: Round) -> Iterator[None]:
        injection = one.conductor.inject(fault())
        yield
        one.conductor.roll_back(injection)

    return around


def midway(act: Callable[[Round], None]) -> Around:
    """Something happens once the faults of all scenarios were injected."""

    @contextmanager
    def around(one: Round) -> Iterator[None]:
        errors: list[ReconvergeError] = []

        def run() -> None:
            one.wait_until_injected()
            try:
                act(one)
            except ReconvergeError as error:
                errors.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        yield
        thread.join()
        if errors:
            raise errors[0]

    return around


def injected_midway(fault: Fault) -> Around:
    return midway(lambda one: _inject(one, fault))


def _inject(one: Round, fault: Fault) -> None:
    one.conductor.inject(fault)


def restart_controllers(one: Round) -> None:
    """Withdrawn and put back at once: a new process, without the kubelet's back-off."""
    one.conductor.roll_back(one.conductor.inject(StopController()))


def freeze_at_some_moment(one: Round) -> None:
    one.pause(one.trials[0].dice.uniform(0.0, 3.0))
    one.conductor.inject(FreezeController())


def freeze_for_seconds(process: str, seconds: float) -> Callable[[Round], None]:
    def act(one: Round) -> None:
        injection = one.conductor.inject(FreezeController(process=process))
        one.pause(seconds)
        one.conductor.roll_back(injection)

    return act


def on_a_worker(fault: Callable[[], Fault], *, kills_pods: bool) -> Around:
    """A worker is disturbed throughout; afterwards it is whole again."""

    @contextmanager
    def around(one: Round) -> Iterator[None]:
        injection = one.conductor.inject(fault())
        if kills_pods:
            for trial in one.trials:
                trial.dead_nodes |= {target.name for target in injection.targets}
        yield
        one.conductor.roll_back(injection)
        one.conductor.expect(NodeWhole(node=injection.targets[0]), within_s=RETURNED_S)

    return around


def wire_is(harm: Callable[[Wire], None], *, for_s: float | None) -> Around:
    """The wire of our watches is harmed for some seconds, or until after the verdicts."""

    @contextmanager
    def around(one: Round) -> Iterator[None]:
        def act(one: Round) -> None:
            harm(one.wire)
            if for_s is not None:
                one.pause(for_s)
                one.wire.mend()

        with midway(act)(one):
            yield
        one.wire.mend()

    return around


def rival(act: Callable[[Trial], None], *, every_s: float, times: int | None) -> Around:
    """In each scenario's namespace somebody acts, some times or until the verdict."""

    @contextmanager
    def around(one: Round) -> Iterator[None]:
        threads = [threading.Thread(target=play, args=(one, trial)) for trial in one.trials]
        for thread in threads:
            thread.start()
        yield
        for thread in threads:
            thread.join()

    def play(one: Round, trial: Trial) -> None:
        trial.is_injected.wait(INJECTED_S)
        left = times
        while not trial.is_over.is_set() and left != 0:
            one.pause(every_s * trial.dice.uniform(0.5, 1.5))
            left = None if left is None else left - 1
            with contextlib.suppress(ReconvergeError, ValueError):  # the pod is gone
                act(trial)

    return around


def create_matching(trial: Trial) -> None:
    """A pod of nobody's that the workload must adopt and, as one too many, remove."""
    world, workload = trial.experiment.timeline.latest(), trial.workload
    labels = next((pod.metadata.labels for pod in world.pods_of(workload)), {"app": "kubia"})
    # A StatefulSet takes no interest in pods under other names than its own.
    name = f"{workload.name}-{trial.dice.randrange(5, 1000)}"
    manifest: JsonObject = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": labels},
        "spec": template({})["spec"],
    }
    create = partial(trial.experiment.cluster.create, manifest, namespace=workload.namespace)
    trial.harm(create)


def delete_one(trial: Trial) -> None:
    pods = trial.pods()
    if pods:
        pod = trial.dice.choice(pods)
        trial.harm(lambda: trial.experiment.cluster.delete(pod, grace_s=0))


def flap(trial: Trial) -> None:
    """A ready pod is said not to be, until its kubelet or the next act says otherwise."""
    cluster = trial.experiment.cluster
    assert isinstance(cluster, KindCluster)
    for pod in trial.pods()[:1]:
        path = f"/api/v1/namespaces/{pod.namespace}/pods/{pod.name}"
        whole = json.loads(cluster._transport.request("GET", path).body)
        rows = whole.get("status", {}).get("conditions", [])
        [row] = [one for one in rows if one["type"] == "Ready"]
        was_ready, row["status"] = row["status"] == "True", "False"
        if was_ready:
            body: JsonObject = {"status": {"conditions": rows}}
            trial.harm(partial(cluster.patch, pod, body, subresource="status"))
        else:
            row["status"] = "True"
            cluster.patch(pod, {"status": {"conditions": rows}}, subresource="status")


def of_a_ghost(trial: Trial) -> Fault:
    """Pods of a workload that has none: a selector that is wrong."""
    ghost = Ref(trial.workload.kind, trial.workload.namespace, "ghost", "no-such-uid")
    return DeletePods(of=ghost)


def off(kind: str, controller: str) -> Adversary:
    return Adversary(
        name=f"{kind} controller switched off",
        says=f"kube-controller-manager runs without {controller}",
        around=throughout(lambda: SwitchOffController(controller=controller)),
        may=lambda scenario: NOT_HELD if _depends(scenario, kind) else HELD,
        silences=lambda scenario: _depends(scenario, kind),
        deadline_s=20.0,
    )


def _depends(scenario: Scenario, kind: str) -> bool:
    """A Deployment's pods are made by a ReplicaSet."""
    return scenario.kind == kind or (kind == RS and scenario.kind == "Deployment")


def always(verdicts: set[str]) -> Callable[[Scenario], set[str]]:
    def may(scenario: Scenario) -> set[str]:
        del scenario
        return verdicts

    return may


def everybody(scenario: Scenario) -> bool:
    del scenario
    return True


def without_scheduler(scenario: Scenario) -> set[str]:
    return NOT_HELD if scenario.needs_new_pods else HELD


ADVERSARIES = (
    Adversary(
        name="nobody",
        says="nothing but the scenario's own fault",
        around=nobody,
        may=always(HELD),
        is_alone=False,
    ),
    Adversary(
        name="fault switched off",
        says="the fault is recorded and not injected: nothing was hit, so nothing is known",
        around=nobody,
        may=always(UNKNOWN),
        deadline_s=8.0,
        is_alone=False,
        are_faults_off=True,
        hits=False,
    ),
    Adversary(
        name="wrong selector",
        says="the fault finds nothing to hit: refused, never a verdict",
        around=nobody,
        may=always(REFUSED),
        deadline_s=8.0,
        is_alone=False,
        hits=False,
        fault=of_a_ghost,
    ),
    Adversary(
        name="watches cut for 2 s",
        says="our connections break and are refused; what was missed is delivered later",
        around=wire_is(Wire.cut, for_s=2.0),
        may=always(HELD),
        is_alone=False,
        is_on_wire=True,
    ),
    Adversary(
        name="watches stalled for 3 s",
        says="our connections stand and say nothing for a while",
        around=wire_is(Wire.stall, for_s=3.0),
        may=always(HELD),
        is_alone=False,
        is_on_wire=True,
    ),
    Adversary(
        name="watches cut over the deadline",
        says="we are blind when it counts: nothing can be known",
        around=wire_is(Wire.cut, for_s=None),
        may=always(UNKNOWN),
        deadline_s=8.0,
        is_alone=False,
        is_on_wire=True,
    ),
    Adversary(
        name="watches stalled over the deadline",
        says="we are blind and are not told so: nothing can be known",
        around=wire_is(Wire.stall, for_s=None),
        may=always(UNKNOWN),
        deadline_s=8.0,
        is_alone=False,
        is_on_wire=True,
    ),
    Adversary(
        name="rival creates pods, then stops",
        says="six matching pods of nobody's; once it stops, the controller has its way",
        around=rival(create_matching, every_s=0.6, times=6),
        may=always(HELD),
        is_alone=False,
    ),
    Adversary(
        name="rival creates pods to the end",
        says="a matching pod every 0.6 s: the state never stands for its settle time",
        around=rival(create_matching, every_s=0.6, times=None),
        may=always(NOT_HELD),
        deadline_s=8.0,
        is_alone=False,
    ),
    Adversary(
        name="rival deletes pods, then stops",
        says="three more pods are lost at moments nobody expects",
        around=rival(delete_one, every_s=1.0, times=3),
        may=lambda scenario: ANY if scenario.kind == JOB else HELD,  # it backs off for longer
        is_alone=False,
    ),
    Adversary(
        name="a pod flaps",
        says="a pod is ready and not ready in turns, shorter than the settle time",
        around=rival(flap, every_s=0.4, times=None),
        may=always(ANY),
        deadline_s=8.0,
        is_alone=False,
    ),
    Adversary(
        name="controllers frozen",
        says="kube-controller-manager is suspended throughout",
        around=throughout(FreezeController),
        may=always(NOT_HELD),
        silences=everybody,
        deadline_s=12.0,
    ),
    Adversary(
        name="controllers stopped",
        says="there is no kube-controller-manager",
        around=throughout(StopController),
        may=always(NOT_HELD),
        silences=everybody,
        deadline_s=12.0,
    ),
    Adversary(
        name="controllers frozen at some moment",
        says="suspended for good up to 3 s after the fault: the truth decides",
        around=midway(freeze_at_some_moment),
        may=always(ANY),
        deadline_s=12.0,
    ),
    Adversary(
        name="controllers killed midway",
        says="kube-controller-manager crashes after the fault and is followed by another",
        around=injected_midway(KillController()),
        may=always(HELD),
        deadline_s=120.0,
    ),
    Adversary(
        name="controllers restarted midway",
        says="another kube-controller-manager takes over once the lease has expired",
        around=midway(restart_controllers),
        may=always(HELD),
        deadline_s=90.0,
    ),
    off(RC, "replicationcontroller-controller"),
    off(RS, "replicaset-controller"),
    Adversary(
        name="no scheduler",
        says="there is no kube-scheduler: new pods stay pending",
        around=throughout(lambda: StopController(process="kube-scheduler")),
        may=without_scheduler,
        deadline_s=12.0,
    ),
    Adversary(
        name="API server restarted midway",
        says="kube-apiserver crashes after the fault; whoever could not ask says so",
        around=injected_midway(RestartApiServer()),
        may=always(HELD_OR_UNKNOWN),
        deadline_s=120.0,
    ),
    Adversary(
        name="API server frozen for 4 s",
        says="kube-apiserver is suspended after the fault, and goes on",
        around=midway(freeze_for_seconds("kube-apiserver", 4.0)),
        may=always(HELD_OR_UNKNOWN),
        deadline_s=90.0,
    ),
    Adversary(
        name="a kubelet frozen",
        says="pods on one worker are not looked after: the truth decides",
        around=on_a_worker(FreezeKubelet, kills_pods=False),
        may=always(ANY),
        deadline_s=60.0,
    ),
    Adversary(
        name="a node stopped",
        says="one worker loses its power before the fault: the truth decides",
        around=on_a_worker(StopNode, kills_pods=True),
        may=always(ANY),
        deadline_s=60.0,
    ),
)
