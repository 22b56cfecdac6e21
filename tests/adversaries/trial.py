"""One trial: one scenario under one adversary, its verdict, and whether that verdict is wrong."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from reconverge.clock import RealClock
from reconverge.cluster.door import JsonObject
from reconverge.cluster.guard import Guard, NothingToHit
from reconverge.cluster.nodes import KindCluster
from reconverge.errors import ReconvergeError
from reconverge.experiment import Experiment, PromiseBroken
from reconverge.faults import Fault
from reconverge.faults.journal import Journal
from reconverge.judges.baselines import restart_of
from reconverge.judges.pods import PodReady
from reconverge.judges.states import Restarts
from reconverge.model import Pod, Ref, ref
from reconverge.verdict import Finding
from tests.adversaries.evidence import Evidence
from tests.adversaries.scenarios import BEFORE, JOB, POD, Scenario
from tests.adversaries.truth import Truth
from tests.kind_stage import job, probed_pod, workload

STARTED_S = 240.0  # many trials begin at once


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a trial came to. `flaw` says why its verdict is wrong; empty when it is not."""

    adversary: str
    scenario: str
    seed: int
    verdict: str
    why: str = ""
    flaw: str = ""
    is_wanted: bool = True
    seconds: float = 0.0
    folder: str = ""


class Trial:
    """A scenario with its namespace. `acts` are the seconds at which a rival did its harm."""

    def __init__(
        self, cluster: KindCluster, scenario: Scenario, *, folder: Path, seed: int, is_off: bool
    ) -> None:
        self.scenario = scenario
        self.folder = folder
        self.dice = random.Random(f"{seed} {folder.name}")
        self.acts: list[float] = []
        self.dead_nodes: set[str] = set()
        self.is_over = threading.Event()
        self.is_injected = threading.Event()
        clock = RealClock()
        self.experiment = Experiment(
            cluster,
            clock=clock,
            scenario=scenario.name,
            seed=seed,
            folder=folder,
            guard=Guard(context=cluster.name, is_ours=True, may_harm_control_plane=True),
            journal=Journal(folder / "journal", clock=clock),
            offline_images=True,
            await_deletion=False,
            faults_off=is_off,
        )

    def prepare(self) -> None:
        """Bring the workload into its steady state."""
        self.experiment.open()
        [self.workload] = self.experiment.apply(manifest_of(self.scenario))
        if self.scenario.kind == POD:
            self.experiment.expect(PodReady(pod=self.workload), within_s=STARTED_S)
            return
        before = self.scenario.steady_before
        self.experiment.converge_to(self.workload, before, within_s=STARTED_S)

    def play(self, truth_from: KindCluster, *, deadline_s: float, fault: Fault | None) -> Finding:
        """Inject, and wait for the verdict; `fault` stands in for the scenario's own."""
        experiment = self.experiment
        world = experiment.timeline.latest()
        restart = restart_of(world, self.workload) if self.scenario.kind == POD else None
        try:
            experiment.inject(fault or self.scenario.fault(self.workload, world))
        finally:
            self.is_injected.set()
        self.truth = Truth(
            truth_from,
            experiment.timeline,
            self.workload,
            wanted=restart.restart_count + 1 if restart else self.scenario.replicas,
            dead_nodes=self.dead_nodes,
        )
        self.deadline_s = experiment.timeline.now_s() + deadline_s
        try:
            return self._await(restart, within_s=deadline_s)
        except PromiseBroken as broken:
            return broken.finding
        finally:
            self.is_over.set()
            self.truth.stop()

    def _await(self, restart: Restarts | None, *, within_s: float) -> Finding:
        if restart is not None:
            return self.experiment.expect(restart, within_s=within_s)
        steady = self.scenario.steady
        return self.experiment.converge_to(self.workload, steady, within_s=within_s)

    def close(self) -> None:
        self.is_injected.set()
        self.is_over.set()
        self.experiment.close()

    def pods(self) -> list[Ref]:
        """The active pods of the workload, as last seen."""
        world = self.experiment.timeline.latest()
        itself = world.pod(self.workload.uid)
        found = [itself] if itself is not None else world.pods_of(self.workload)
        return [ref("Pod", pod) for pod in found if isinstance(pod, Pod) and pod.is_active]

    def harm(self, act: Callable[[], object]) -> None:
        """Do what spoils the steady state, and write down when it was done."""
        act()
        self.acts.append(self.experiment.timeline.now_s())

    def evidence(self, *, is_silenced: bool, was_hit: bool) -> Evidence:
        """What is known of this trial once its verdict is in."""
        return Evidence(
            deadline_s=self.deadline_s,
            converged_since_s=self.truth.since_s,
            acts_s=tuple(self.acts),
            is_silenced=is_silenced,
            was_hit=was_hit,
        )


def manifest_of(scenario: Scenario) -> JsonObject:
    if scenario.kind == JOB:
        return job(seconds=3600, completions=BEFORE, parallelism=BEFORE, grace_s=0)
    if scenario.kind == POD:
        return probed_pod()
    return workload(scenario.kind, replicas=BEFORE)


def refused(error: ReconvergeError) -> str:
    """How a trial that came to no verdict is called."""
    return "REFUSED" if isinstance(error, NothingToHit) else "ERROR"
