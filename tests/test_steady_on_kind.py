"""Does each kind of controller answer its challenge on a real cluster?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest

from reconverge.clock import RealClock
from reconverge.cluster.door import JsonObject
from reconverge.cluster.nodes import KindCluster
from reconverge.experiment import Experiment
from reconverge.faults import DeletePods
from reconverge.judges.owners import GoneWithPods, Orphaned
from reconverge.judges.schedules import StartsJob, StartsNoJob
from reconverge.judges.steady import AnySteadyState, JobComplete, JobRunning, OnEachNode, ReadyPods
from reconverge.model import Ref, ref
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


def cron(policy: str = "Allow", *, is_suspended: bool = False) -> JsonObject:
    """A CronJob whose Jobs run for long; it is due every quarter of an hour."""
    spec = {
        "schedule": "0,15,30,45 * * * *",
        "concurrencyPolicy": policy,
        "suspend": is_suspended,
        "jobTemplate": {"spec": job(seconds=600)["spec"]},
    }
    metadata = {"name": "quarterly"}
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": metadata, "spec": spec}


def last_due() -> datetime:
    """When the present quarter of an hour began."""
    now = RealClock().wall()
    return now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)


def set_back(experiment: Experiment, made: Ref) -> datetime:
    """Make the controller believe that its last run was an hour ago; returns what is due now.

    The earliest missed time is reckoned from status.lastScheduleTime, which may be written.
    """
    long_ago = last_due() - timedelta(hours=1)
    status: JsonObject = {"lastScheduleTime": long_ago.strftime("%Y-%m-%dT%H:%M:%SZ")}
    experiment.cluster.patch(made, {"status": status}, subresource="status")
    return last_due()


def test_a_cron_job_starts_the_job_that_is_due(experiment: Experiment) -> None:
    """Of all that it missed it makes up for the last, by its own name."""
    [made] = experiment.apply(cron())
    due = set_back(experiment, made)
    finding = experiment.expect(StartsJob(cron=made, due=due), within_s=10)
    assert finding.verdict is Verdict.HELD


def test_a_suspended_cron_job_starts_none(experiment: Experiment) -> None:
    """Its controller is shown to be alive all the same."""
    [made] = experiment.apply(cron(is_suspended=True))
    due = set_back(experiment, made)
    finding = experiment.expect(StartsNoJob(cron=made, due=due), within_s=2)
    assert finding.verdict is Verdict.HELD


@pytest.mark.parametrize(
    ("propagation", "promise"),
    [("Background", GoneWithPods), ("Foreground", GoneWithPods), ("Orphan", Orphaned)],
)
def test_what_becomes_of_the_pods(
    experiment: Experiment,
    propagation: Literal["Background", "Foreground", "Orphan"],
    promise: type[GoneWithPods] | type[Orphaned],
) -> None:
    """They go with their owner, or run on as orphans, as the deletion asks."""
    [made] = experiment.apply(workload("ReplicaSet"))
    experiment.converge(made, replicas=2, within_s=WITHIN_S)
    pods = tuple(ref("Pod", pod) for pod in experiment.timeline.latest().pods_of(made))
    experiment.cluster.delete(made, propagation=propagation)
    finding = experiment.expect(promise(owner=made, pods=pods), within_s=WITHIN_S)
    assert finding.verdict is Verdict.HELD
