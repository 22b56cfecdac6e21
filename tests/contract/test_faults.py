"""Every fault of the catalogue, by the example of its call: done, seen, and taken back.

On the fake cluster all of them, in seconds; on kind those that keep within a namespace, and marked
slow: each fault is played there by a feature as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from reconverge import blast, faults
from reconverge.cluster.door import JsonObject
from reconverge.experiment import Experiment
from reconverge.faults import Fault, catalogue, plans, specs
from reconverge.faults.catalogue import ENTRIES
from reconverge.judges.effects import is_seen
from reconverge.judges.occurrences import PodMade
from reconverge.judges.steady import ReadyPods
from reconverge.model import Ref, Taint, ref
from reconverge.waiting import wait_until_seen
from tests.fakes import FakeCluster, SteppedClock
from tests.kind_stage import experiment_on_kind, job, template
from tests.stage import experiment_on

SEEN_S = 30.0
FAULTS = [entry for entry in ENTRIES if issubclass(entry.fault, Fault)]
# The API server of kind would refuse them to a whole cluster that others use.
CLUSTER_WIDE = ("Nodes", "Control plane")
# They take a program in the container, or an object, that the fake does not have.
ON_KIND_ONLY = {
    "ExhaustMemory",
    "BurnProcessor",
    "WearOut",
    "DeleteEndedPods",
    "StripFinalizer",
    "Silence",
}


class Ground(msgspec.Struct, frozen=True):
    """An experiment with a workload of three pods, and the names that an example can use."""

    experiment: Experiment
    kubia: Ref

    def names(self, call: str) -> dict[str, Any]:
        experiment = self.experiment
        world = experiment.timeline.latest()
        pods = blast.ranked(world.owned_pods(self.kubia.uid))
        known: dict[str, Any] = {
            **{one: getattr(faults, one) for one in faults.__all__},
            **vars(plans),
            **vars(blast),
            "specs": specs,
            "PodMade": PodMade,
            "Taint": Taint,
            "datetime": datetime,
            "UTC": UTC,
            "kubia": self.kubia,
            "pod": ref("Pod", pods[0]),
            "home": experiment.home,
            "world": world,
        }
        makers = {"lone": lone, "quota": quota, "cron": cron, "job": done_job}
        for name, make in makers.items():
            if f"={name})" in call or f"={name}," in call:
                known[name] = make(experiment)
        return known

    def example(self, entry: catalogue.Entry) -> Fault:
        call = entry.call
        node = self.experiment.timeline.latest().owned_pods(self.kubia.uid)[0].spec.node_name
        made = eval(call.replace("NODE", node), self.names(call))
        assert isinstance(made, Fault)
        return made


def kubia() -> JsonObject:
    """Three pods that end at once, with bounds, as each example needs it."""
    labels: JsonObject = {"app": "kubia"}
    whole: Any = template(labels)
    limits = {"memory": "64Mi", "cpu": "200m"}
    whole["spec"]["containers"][0]["resources"] = {"limits": limits}
    spec = {"replicas": 3, "selector": labels, "template": whole}
    metadata = {"name": "kubia", "labels": labels}
    return {"apiVersion": "v1", "kind": "ReplicationController", "metadata": metadata, "spec": spec}


def lone(experiment: Experiment) -> Ref:
    spec = template({})["spec"]
    manifest = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "lone"}, "spec": spec}
    [made] = experiment.apply(manifest)
    see(
        experiment, lambda entry: (pod := entry.snapshot.pod(made.uid)) is not None and pod.is_ready
    )
    return made


def quota(experiment: Experiment) -> Ref:
    metadata, spec = {"name": "quota"}, {"hard": {"pods": "10"}}
    kind = {"apiVersion": "v1", "kind": "ResourceQuota"}
    [made] = experiment.apply({**kind, "metadata": metadata, "spec": spec})
    return made


def cron(experiment: Experiment) -> Ref:
    work = {"spec": {"template": job(seconds=1)["spec"]["template"]}}  # type: ignore[index]
    spec = {"schedule": "0 0 1 1 *", "suspend": True, "jobTemplate": work}
    kind = {"apiVersion": "batch/v1", "kind": "CronJob"}
    [made] = experiment.apply({**kind, "metadata": {"name": "cron"}, "spec": spec})
    return made


def done_job(experiment: Experiment) -> Ref:
    """A Job with a pod that has ended, and another that runs."""
    [made] = experiment.apply(job(seconds=8, completions=2, parallelism=2, grace_s=0))
    see(experiment, lambda entry: len(entry.snapshot.owned_pods(made.uid)) == 2)
    return made


def see(experiment: Experiment, wanted: Any, *, start: int = 0) -> None:
    found = wait_until_seen(experiment.timeline, wanted, start=start, within_s=SEEN_S)
    assert found is not None, f"not seen within {SEEN_S:g} s"


@contextmanager
def ground(where: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Ground]:
    if where == "fake":
        experiment = experiment_on(FakeCluster(SteppedClock()), folder)
    else:
        experiment = experiment_on_kind(request.getfixturevalue("cluster"), folder)
    with experiment:
        [made] = experiment.apply(kubia())
        experiment.converge(made, replicas=3, within_s=60)
        yield Ground(experiment, made)


def case(entry: catalogue.Entry, where: str) -> Any:
    marks = [pytest.mark.cluster, pytest.mark.slow] if where == "kind" else []
    return pytest.param(entry, where, id=f"{entry.fault.__name__}-{where}", marks=marks)


CASES = [
    *(case(one, "fake") for one in FAULTS if one.fault.__name__ not in ON_KIND_ONLY),
    *(case(one, "kind") for one in FAULTS if one.topic not in CLUSTER_WIDE),
]


@pytest.mark.parametrize(("entry", "where"), CASES)
def test_a_fault_is_done_seen_and_taken_back(
    entry: catalogue.Entry, where: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Its effect shows, its undo says what it did, and the workload is whole again at the end."""
    with ground(where, tmp_path, request) as on:
        if entry.fault is faults.WearOut:
            pytest.skip("a healthy application does not wear out: features/liveness plays it")
        injection = on.experiment.inject(on.example(entry))
        effect = injection.fault.effect(injection.targets, injection.created)
        appeared = {one.uid for one in injection.created}
        start = max(0, injection.start - 1)
        see(on.experiment, lambda one: is_seen(effect, one, appeared=appeared), start=start)
        on.experiment.roll_back(injection)
        if entry.fault not in (faults.DeleteOwner, faults.DeleteCollection):
            finding = on.experiment.converge_to(on.kubia, ReadyPods(count=3), within_s=90)
            assert finding.promise
