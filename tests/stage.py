"""An experiment on the fake cluster, ready to be played: where most tests of the engine begin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from reconverge.cluster.guard import Guard
from reconverge.experiment import Experiment, PromiseBroken
from reconverge.faults.journal import Journal
from reconverge.faults.owner import Owner
from reconverge.judges.promise import Promise
from reconverge.model import Pod, Ref
from reconverge.verdict import Finding
from tests.fakes import FakeCluster, SteppedClock

MANIFESTS = Path(__file__).parent.parent / "manifests"


class Stage(msgspec.Struct, frozen=True):
    """The fake cluster, the experiment on it, and the chapter's workload with three ready pods."""

    cluster: FakeCluster
    experiment: Experiment
    kubia: Ref

    def pods(self) -> tuple[Pod, ...]:
        return self.experiment.timeline.latest().owned_pods(self.kubia.uid)

    def converge(self, *, replicas: int = 3, within_s: float = 60) -> Finding:
        """The finding about convergence, whatever it is."""
        try:
            return self.experiment.converge(self.kubia, replicas=replicas, within_s=within_s)
        except PromiseBroken as broken:
            return broken.finding

    def expect(self, promise: Promise, *, within_s: float = 60) -> Finding:
        """The finding about `promise`, whatever it is."""
        try:
            return self.experiment.expect(promise, within_s=within_s)
        except PromiseBroken as broken:
            return broken.finding

    def hold(self, promise: Promise) -> Finding:
        """The finding about an invariant since the last injection, whatever it is."""
        try:
            return self.experiment.hold(promise)
        except PromiseBroken as broken:
            return broken.finding


def experiment_on(cluster: FakeCluster, folder: Path, **options: object) -> Experiment:
    """An experiment that is not open yet; `options` go to its constructor."""
    guard = Guard(context=cluster.name, is_ours=True, may_harm_control_plane=True)
    rest: dict[str, object] = {
        "clock": cluster.clock,
        "scenario": "a scenario",
        "seed": 4711,
        "folder": folder / "run",
        "guard": guard,
        "journal": Journal(folder / "journal", clock=cluster.clock),
        **options,
    }
    return Experiment(cluster, **rest)  # type: ignore[arg-type]


@contextmanager
def staged(folder: Path, *, manifest: str = "kubia-rc.yaml", **options: object) -> Iterator[Stage]:
    """A stage on which the workload has converged once."""
    cluster = FakeCluster(SteppedClock())
    with experiment_on(cluster, folder, **options) as experiment:
        [kubia] = experiment.apply(MANIFESTS / manifest)
        experiment.converge(kubia, replicas=3, within_s=60)
        yield Stage(cluster, experiment, kubia)


def die(journal: Path) -> None:
    """Make the journals in that folder those of dead processes, as a reboot would."""
    for path in journal.glob("*.jsonl"):
        path.write_text(path.read_text().replace(Owner.this_process().boot_id, "another boot"))
