"""A stage for the plugin: feature files run by a real pytest, on an experiment that only pretends.

What the pretended experiment does is in the workload's name: "broken" does not converge, "silent"
cannot be known, "forbidden" is refused, "slow" takes until there is a file "go", "dispossessed"
does so and loses its turn to another machine, and every other name keeps its promises.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from reconverge.clock import RealClock
from reconverge.cluster.door import Cluster
from reconverge.cluster.guard import Guard
from reconverge.cluster.leased_turns import NAMESPACE, Registry
from reconverge.cluster.manifests import Manifest
from reconverge.errors import Refused, Unavailable
from reconverge.experiment import PromiseBroken
from reconverge.faults import Fault
from reconverge.faults.injector import encoded
from reconverge.judges.converges import Converges
from reconverge.judges.steady import ReadyPods
from reconverge.judges.timing.defaults import default_settings
from reconverge.model import Ref, ref
from reconverge.pytest_plugin.clusters import MAKE_GROUND, Ground
from reconverge.pytest_plugin.scenarios import MAKE_EXPERIMENT
from reconverge.timeline import Injected, Opened, Promised, Timeline
from reconverge.verdict import Finding, Verdict
from tests.fakes import FakeCluster, SteppedClock

# Where turns are written down for other machines; nothing else of it is used.
LEASES = FakeCluster(SteppedClock())
LEASES.create(
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}, namespace=""
)
CONFTEST = """
from tests.plugin import stage

def pytest_configure(config):
    stage.set_up(config)
"""
MANIFEST = """
apiVersion: v1
kind: ReplicationController
metadata: {name: NAME}
spec: {replicas: 3, selector: {app: shop}}
"""
SENTENCE = '"{name}" converges to {count} ready pods'


class PretendedCluster:
    """As much of a cluster as a run's record wants to know."""

    name, version = "pretended", "v1.34.4"


class PretendedExperiment:
    """An experiment without a cluster: it writes down what it is asked, in one log for all."""

    standing = ()
    going = ""  # the namespace that its close leaves to go by itself

    def __init__(self, *_: object, scenario: str, seed: int, folder: Path, **more: Any) -> None:
        self.scenario, self.seed, self.namespace = scenario, seed, "exp-pretended"
        self.home = Ref("Namespace", "", self.namespace, "home")
        self.log = folder.parent.parent / "log.txt"
        self.log.parent.mkdir(exist_ok=True)
        self.kept, self.is_closed, self.is_injected = "", False, False
        path = folder / "timeline.jsonl"
        self.timeline = Timeline(RealClock(), path=None if path.exists() else path)
        self.faults_off = more["faults_off"]
        opened = datetime.now(UTC)
        self.timeline.append(
            lambda at_s: Opened(
                at_s=at_s, scenario=scenario, seed=seed, namespace="exp", started=opened
            )
        )

    def note(self, text: str) -> None:
        with self.log.open("a") as file:
            file.write(f"{text}\n")
        self.timeline.note(text)

    def open(self) -> None:
        self.note("open")

    def close(self, *, failed: bool = False) -> None:
        if not self.is_closed:
            self.note(f"close failed={failed}")
        self.is_closed = True

    def apply(self, source: Manifest, *, replicas: int | None = None) -> tuple[Ref, ...]:
        name = source.name
        self.note(f"apply {name} replicas={replicas}")
        if name == "unreachable":
            raise Unavailable("the API server is gone", where="api")
        return (self.workload(name),)

    def workload(self, name: str) -> Ref:
        return Ref("ReplicationController", "exp", name, name)

    def inject(self, fault: Fault) -> object:
        of = getattr(fault, "of", None)
        if of is not None and of.name == "forbidden":
            raise Refused("this may not be harmed", where="guard")
        if of is not None and of.name == "interrupted":
            raise KeyboardInterrupt
        if of is not None and of.name == "SIGTERM":
            os.kill(os.getpid(), signal.SIGTERM)
        if of is not None and of.name == "dispossessed":
            dispossess()
        self.is_injected = True
        self.note(f"inject {type(fault).__name__} off={self.faults_off}")
        return fault

    def converge(self, workload: Ref, *, replicas: int, within_s: float = 60.0) -> Finding:
        is_late = self.is_injected or workload.name == "unsteady"
        sentence = SENTENCE.format(name=workload.name, count=replicas)
        verdicts = {"broken": Verdict.BROKEN, "unsteady": Verdict.BROKEN, "silent": Verdict.UNKNOWN}
        verdict = verdicts.get(workload.name, Verdict.HELD) if is_late else Verdict.HELD
        self.timeline.append(
            lambda at_s: Promised(
                at_s=at_s, id="1", promise=b"{}", sentence=sentence, deadline_s=at_s + within_s
            )  # type: ignore[arg-type]
        )
        if workload.name in ("slow", "dispossessed") and is_late:
            self.wait_for_go(workload, within_s)
        finding = Finding(
            promise=sentence, verdict=verdict, why="one pod is missing", decided_s=0.1
        )
        if verdict is not Verdict.HELD:
            raise PromiseBroken(finding, "the engine's own text")
        return finding

    def wait_for_go(self, workload: Ref, within_s: float) -> None:
        """What a real experiment writes down while it waits, and nothing happens."""
        self.timeline.append(
            lambda at_s: Injected(
                at_s=at_s,
                id="exp/0",
                fault=msgspec.Raw(b"{}"),
                effect=msgspec.Raw(b"{}"),
                sentence='one of the pods of "slow" deleted: slow-1',
                targets=(),
            )
        )
        promise = Converges(workload=workload, steady=ReadyPods(count=3))
        self.timeline.append(
            lambda at_s: Promised(
                at_s=at_s,
                id="2",
                promise=encoded(promise),
                sentence=promise.sentence(),
                deadline_s=at_s + within_s,
            )
        )
        idle = threading.Condition()
        while not (self.log.parent / "go").exists():
            with idle:
                idle.wait(timeout=0.05)


def dispossess() -> None:
    """Another machine takes every turn that is held, as if it had found their holders dead."""
    for lease in Registry(cluster=LEASES).turns():
        LEASES.patch(ref("Lease", lease), {"spec": {"holderIdentity": "elsewhere/now/1"}})


def fail_to_close(experiment: PretendedExperiment, *, failed: bool = False) -> None:
    """A namespace that does not go, the first time it is asked to."""
    del failed
    if not experiment.is_closed:
        experiment.is_closed = True
        raise Unavailable("still there after 60 s", where="namespace exp")


def set_up(config: pytest.Config, *, was_made: bool = False) -> None:
    """Let the run of this configuration pretend."""
    make = cast(Callable[..., Any], PretendedExperiment)
    config.stash[MAKE_EXPERIMENT] = make
    config.stash[MAKE_GROUND] = lambda config: _ground(config, was_made=was_made)


def _ground(config: pytest.Config, *, was_made: bool) -> Ground:
    return Ground(
        cluster=cast(Cluster, PretendedCluster()),
        guard=Guard(context="pretended", is_ours=True),
        settings=default_settings("v1.34.4"),
        state=config.rootpath / "state",
        registry=Registry(cluster=LEASES),
        was_made=was_made,
    )
