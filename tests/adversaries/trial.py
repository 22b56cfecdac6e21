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
from reconverge.model import Pod, Ref, ref
from reconverge.verdict import Finding
from tests.adversaries.scenarios import BEFORE, Scenario
from tests.adversaries.truth import Truth
from tests.kind_stage import workload

STARTED_S = 90.0
# A steady state that stood this long before the deadline, and stands yet, was there to be seen:
# the settle time of 1 s, two rounds of the truth's questions, and time for a challenge.
CERTAIN_S = 3.0
# What was done so shortly before a verdict may not have reached anybody yet.
DELIVERY_S = 0.2


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a trial came to. `flaw` says why its verdict is wrong; empty when it is not."""

    adversary: str
    scenario: str
    verdict: str
    why: str = ""
    flaw: str = ""
    is_wanted: bool = True
    seconds: float = 0.0
    folder: str = ""


class Trial:
    """A scenario with its namespace. `acts` are the seconds at which a rival did its harm."""

    def __init__(
        self, cluster: KindCluster, scenario: Scenario, *, folder: Path, seed: int, **options: bool
    ) -> None:
        self.scenario = scenario
        self.folder = folder
        self.dice = random.Random(f"{seed} {folder.name}")
        self.acts: list[float] = []
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
            **options,
        )

    def prepare(self) -> None:
        """Bring the workload into its steady state."""
        self.experiment.open()
        [self.workload] = self.experiment.apply(manifest_of(self.scenario))
        before = self.scenario.steady_before
        self.experiment.converge_to(self.workload, before, within_s=STARTED_S)

    def play(self, truth_from: KindCluster, *, deadline_s: float, fault: Fault | None) -> Finding:
        """Inject, and wait for the verdict; `fault` stands in for the scenario's own."""
        experiment = self.experiment
        world = experiment.timeline.latest()
        try:
            experiment.inject(fault or self.scenario.fault(self.workload, world))
        finally:
            self.is_injected.set()
        wanted = self.scenario.replicas
        self.truth = Truth(truth_from, experiment.timeline, self.workload, wanted)
        self.deadline_s = experiment.timeline.now_s() + deadline_s
        try:
            return experiment.converge_to(self.workload, self.scenario.steady, within_s=deadline_s)
        except PromiseBroken as broken:
            return broken.finding
        finally:
            self.is_over.set()
            self.is_converged = self.truth.stop()

    def close(self) -> None:
        self.is_injected.set()
        self.is_over.set()
        self.experiment.close()

    def pods(self) -> list[Ref]:
        """The active pods of the workload, as last seen."""
        found = self.experiment.timeline.latest().pods_of(self.workload)
        return [ref("Pod", pod) for pod in found if isinstance(pod, Pod) and pod.is_active]

    def harm(self, act: Callable[[], object]) -> None:
        """Do what spoils the steady state, and write down when it was done."""
        act()
        self.acts.append(self.experiment.timeline.now_s())

    def flaw_of(self, finding: Finding, *, is_silenced: bool, was_hit: bool) -> str:
        """Why the verdict is wrong; empty when it is not."""
        match finding.verdict.value:
            case "HELD":
                return self._flaw_of_held(finding, is_silenced=is_silenced, was_hit=was_hit)
            case "BROKEN" if was_hit and not is_silenced:
                since_s = self.truth.since_s
                if since_s is not None and since_s < self.deadline_s - CERTAIN_S:
                    return f"converged since {since_s:.1f} s, deadline {self.deadline_s:.1f} s"
        return ""

    def _flaw_of_held(self, finding: Finding, *, is_silenced: bool, was_hit: bool) -> str:
        if is_silenced:
            return "its controller could not have answered"
        if not was_hit:
            return "nothing was hit"
        since_s, until_s = finding.instant_s or 0.0, finding.decided_s
        for act_s in self.acts:
            if since_s + DELIVERY_S < act_s < until_s - DELIVERY_S:
                return f"a rival spoiled it at {act_s:.1f} s, in {since_s:.1f} to {until_s:.1f} s"
        is_later = any(act_s >= until_s - DELIVERY_S for act_s in self.acts)
        return "" if self.is_converged or is_later else "it is not converged"


def manifest_of(scenario: Scenario) -> JsonObject:
    return workload(scenario.kind, replicas=BEFORE)


def refused(error: ReconvergeError) -> str:
    """How a trial that came to no verdict is called."""
    return "REFUSED" if isinstance(error, NothingToHit) else "ERROR"
