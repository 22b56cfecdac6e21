"""What adversaries do: each act is a context manager around the trials of a round."""

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
from reconverge.experiment import Experiment, Injection
from reconverge.faults import (
    DeletePods,
    Fault,
    FreezeController,
    FreezeKubelet,
    Silence,
    StopController,
    StopNode,
)
from reconverge.judges.states import NodeWhole
from reconverge.model import Ref
from tests.adversaries.proxy import Wire
from tests.adversaries.scenarios import POD
from tests.adversaries.trial import Trial
from tests.kind_stage import template

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


def on_a_worker(fault: type[FreezeKubelet | StopNode], *, kills_pods: bool) -> Around:
    """A worker is disturbed throughout; afterwards it is whole again.

    It is none of a probed pod: there the scenario's own fault could not be injected any more.
    """

    @contextmanager
    def around(one: Round) -> Iterator[None]:
        injection = one.conductor.inject(fault(other_than=_nodes_of_probed(one)))
        if kills_pods:
            for trial in one.trials:
                trial.dead_nodes |= {target.name for target in injection.targets}
        yield
        _give_back(one, injection)

    return around


@contextmanager
def freeze_kubelet_of_probed(one: Round) -> Iterator[None]:
    """The worker with the probed pod loses its kubelet as soon as the pod is sick."""
    injections: list[Injection] = []

    def act(one: Round) -> None:
        node = next(iter(_nodes_of_probed(one)), "")
        injections.append(one.conductor.inject(FreezeKubelet(node=node)))

    with midway(act)(one):
        yield
    for injection in injections:
        _give_back(one, injection)


@contextmanager
def refuse_kubelets(one: Round) -> Iterator[None]:
    """The kubelets work, and the API server takes nothing from them in the trials' namespaces."""
    for trial in one.trials:
        experiment = trial.experiment
        experiment.inject(Silence(namespace=experiment.home, agents="kubelets"))
    yield


def _nodes_of_probed(one: Round) -> tuple[str, ...]:
    """Where the pods are that are nobody's and that their kubelet must restart."""
    probed = [trial for trial in one.trials if trial.scenario.kind == POD]
    worlds = ((one.experiment.timeline.latest(), one.workload) for one in probed)
    pods = (world.pod(of.uid) for world, of in worlds)
    return tuple(pod.spec.node_name for pod in pods if pod is not None)


def _give_back(one: Round, injection: Injection) -> None:
    one.conductor.roll_back(injection)
    one.conductor.expect(NodeWhole(node=injection.targets[0]), within_s=RETURNED_S)


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
