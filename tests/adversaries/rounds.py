"""Playing the table: many scenarios at once under one adversary, one adversary after the other."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import msgspec

from reconverge.clock import RealClock
from reconverge.cluster.api import KubernetesCluster
from reconverge.cluster.guard import Guard
from reconverge.cluster.nodes import KindCluster
from reconverge.cluster.recorder import WatchRecorder
from reconverge.cluster.transport import connect
from reconverge.errors import ReconvergeError
from reconverge.experiment import Experiment, PromiseBroken
from reconverge.faults.journal import Journal
from reconverge.provision.state import StateDir
from reconverge.pytest_plugin.lock import turn
from reconverge.timeline import Timeline
from tests.adversaries.acts import Round
from tests.adversaries.adversaries import Adversary
from tests.adversaries.proxy import Wire
from tests.adversaries.scenarios import Scenario
from tests.adversaries.trial import Outcome, Trial, refused


class WiredCluster(KindCluster):
    """A cluster whose watches come through a wire; all else is asked directly."""

    watches: KubernetesCluster

    def record(
        self, timeline: Timeline, *, kinds: Sequence[str], namespaces: Sequence[str]
    ) -> WatchRecorder:
        return self.watches.record(timeline, kinds=kinds, namespaces=namespaces)


class Arena(msgspec.Struct, frozen=True):
    """The real cluster, how it is reached, and where records go."""

    cluster: KindCluster
    kubeconfig: Path
    folder: Path
    seed: int

    def play(self, adversary: Adversary, scenarios: Sequence[Scenario]) -> list[Outcome]:
        """One round. Raises what kept the cluster from being left whole."""
        lock = StateDir().runs(self.cluster.kind_name)
        folder = self.folder / slug(adversary.name)
        shutil.rmtree(folder, ignore_errors=True)
        with turn(lock, is_alone=adversary.is_alone), self._round(adversary, scenarios) as one:
            return self._played(adversary, one)

    def _played(self, adversary: Adversary, one: Round) -> list[Outcome]:
        with ThreadPoolExecutor(len(one.trials)) as pool:
            ready = list(pool.map(_prepared, one.trials))
            with adversary.around(one):
                outcomes = list(pool.map(partial(self._outcome, adversary), one.trials, ready))
            list(pool.map(Trial.close, one.trials))
        return outcomes

    @contextmanager
    def _round(self, adversary: Adversary, scenarios: Sequence[Scenario]) -> Iterator[Round]:
        """The trials and who conducts them, closed in any case."""
        folder = self.folder / slug(adversary.name)
        with ExitStack() as stack:
            wire = self._wire()
            stack.callback(wire.close)
            cluster = self._wired(wire) if adversary.is_on_wire else self.cluster
            conductor = stack.enter_context(self._conductor(folder / "conductor"))
            trials = []
            for scenario in scenarios:
                where = folder / slug(scenario.name)
                is_off = adversary.are_faults_off
                trial = Trial(cluster, scenario, folder=where, seed=self.seed, is_off=is_off)
                stack.callback(trial.close)
                trials.append(trial)
            yield Round(trials, conductor, wire, self.seed)

    def _outcome(self, adversary: Adversary, trial: Trial, is_ready: str) -> Outcome:
        outcome = Outcome(
            adversary=adversary.name,
            scenario=trial.scenario.name,
            seed=self.seed,
            verdict="NOT RUN",
            why=is_ready,
            is_wanted=False,
        )
        if is_ready:
            trial.is_injected.set()
            return outcome
        fault = adversary.fault(trial) if adversary.fault else None
        try:
            finding = trial.play(self.cluster, deadline_s=adversary.deadline_s, fault=fault)
        except ReconvergeError as error:
            verdict = refused(error)
            is_wanted = verdict in adversary.may(trial.scenario)
            return msgspec.structs.replace(
                outcome, verdict=verdict, why=str(error), is_wanted=is_wanted
            )
        is_silenced = adversary.silences(trial.scenario)
        evidence = trial.evidence(is_silenced=is_silenced, was_hit=adversary.hits)
        return msgspec.structs.replace(
            outcome,
            verdict=finding.verdict.value,
            why=finding.why,
            flaw=evidence.flaw_of(finding),
            is_wanted=finding.verdict.value in adversary.may(trial.scenario),
            seconds=finding.decided_s,
            folder=str(trial.folder),
        )

    def _conductor(self, folder: Path) -> Experiment:
        clock = RealClock()
        return Experiment(
            self.cluster,
            clock=clock,
            scenario="conductor",
            seed=self.seed,
            folder=folder,
            guard=Guard(context=self.cluster.name, is_ours=True, may_harm_control_plane=True),
            journal=Journal(folder / "journal", clock=clock),
            await_deletion=False,
        )

    def _wire(self) -> Wire:
        return Wire(int(self._server().rpartition(":")[2]))

    def _server(self) -> str:
        return self.cluster._transport.server

    def _wired(self, wire: Wire) -> WiredCluster:
        text = self.kubeconfig.read_text().replace(self._server(), f"https://127.0.0.1:{wire.port}")
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "wired.kubeconfig"
        path.write_text(text)
        cluster = WiredCluster(self.cluster._transport, kind_name=self.cluster.kind_name)
        transport = connect(path, self.cluster.name)
        cluster.watches = KubernetesCluster(transport, name=self.cluster.name)
        return cluster


def _prepared(trial: Trial) -> str:
    """Empty, or why the workload did not come into its steady state."""
    try:
        trial.prepare()
    except (ReconvergeError, PromiseBroken) as error:
        return str(error).partition("\n")[0] or type(error).__name__
    return ""


def slug(name: str) -> str:
    return re.sub(r"[^0-9A-Za-z]+", "-", name).strip("-")


def play_all(
    arena: Arena, adversaries: Sequence[Adversary], scenarios: Sequence[Scenario]
) -> Iterator[list[Outcome]]:
    """Every scenario under every adversary, one round at a time."""
    for adversary in adversaries:
        yield arena.play(adversary, scenarios)
