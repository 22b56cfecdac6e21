"""Does each kind of controller answer its challenge on a real cluster?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconverge.cluster.nodes import KindCluster
from reconverge.experiment import Experiment
from reconverge.faults import DeletePods
from reconverge.judges.steady import AnySteadyState, JobComplete, JobRunning, OnEachNode, ReadyPods
from reconverge.verdict import Verdict
from tests.kind_stage import experiment_on_kind, job, workload

pytestmark = pytest.mark.cluster

WITHIN_S = 60.0
STEADY: dict[str, AnySteadyState] = {
    "ReplicationController": ReadyPods(count=2),
    "ReplicaSet": ReadyPods(count=2),
    "Deployment": ReadyPods(count=2),
    "StatefulSet": ReadyPods(count=2),
    "DaemonSet": OnEachNode(),
}


@pytest.fixture
def experiment(cluster: KindCluster, tmp_path: Path) -> Iterator[Experiment]:
    with experiment_on_kind(cluster, tmp_path) as experiment:
        yield experiment


@pytest.mark.parametrize("kind", STEADY)
def test_a_workload_converges_after_a_loss(experiment: Experiment, kind: str) -> None:
    """Before the loss and after, the state is believed once its controllers have answered."""
    [made] = experiment.apply(workload(kind))
    experiment.converge_to(made, STEADY[kind], within_s=WITHIN_S)
    experiment.inject(DeletePods(of=made))
    finding = experiment.converge_to(made, STEADY[kind], within_s=WITHIN_S)
    assert finding.verdict is Verdict.HELD


def test_a_job_runs_and_completes(experiment: Experiment) -> None:
    """A running Job answers; one that has ended owes nothing more than a sign of its controller."""
    [made] = experiment.apply(job(seconds=4, completions=2, parallelism=2))
    experiment.converge_to(made, JobRunning(active=2), within_s=WITHIN_S)
    finding = experiment.converge_to(made, JobComplete(completions=2), within_s=WITHIN_S)
    assert finding.verdict is Verdict.HELD
