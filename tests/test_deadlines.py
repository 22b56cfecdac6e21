"""Deadlines that no scenario states: taken from the cluster, written down, and told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconverge.clock import RealClock
from reconverge.cluster.settings import read_settings
from reconverge.experiment import PromiseBroken
from reconverge.faults import DeletePods, StopNode
from reconverge.judges.replay import replay
from reconverge.judges.states import NodeGone, NodeWhole
from reconverge.report.margins import closest
from reconverge.timeline import Noted, Opened, Promised, read_timeline
from tests.fakes import FakeCluster, SteppedClock
from tests.stage import Stage, staged


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A stage whose experiment knows the settings of its cluster."""
    settings = read_settings(FakeCluster(SteppedClock()))
    with staged(tmp_path, settings=settings) as stage:
        yield stage


def asked(stage: Stage) -> Promised:
    """The record of the promise that was asked for last."""
    records = [entry.record for entry in stage.experiment.timeline.entries()]
    return [one for one in records if isinstance(one, Promised)][-1]


def lose_a_node(stage: Stage) -> None:
    stage.experiment.inject(StopNode(running=stage.kubia))


def test_a_deadline_follows_the_clusters_own_flags(stage: Stage) -> None:
    """The fake's 12 s, 1 s and 5 s are in the bound of a lost node, with their origin."""
    lose_a_node(stage)
    stage.experiment.converge(stage.kubia, replicas=3)
    promised = asked(stage)
    assert promised.bound is not None
    assert promised.deadline_s == pytest.approx(promised.at_s + promised.bound.seconds)
    assert not promised.is_stated
    assert "node-monitor-grace-period 12" in str(promised.bound)
    assert any("on fake-control-plane" in source for source in promised.bound.sources())


def test_a_stated_deadline_is_kept_as_it_is(stage: Stage) -> None:
    """The bound only stands beside it."""
    stage.experiment.inject(DeletePods(of=stage.kubia))
    stage.experiment.converge(stage.kubia, replicas=3, within_s=33.0)
    promised = asked(stage)
    assert promised.deadline_s - promised.at_s == pytest.approx(33.0)
    assert promised.is_stated
    assert promised.bound is not None
    assert promised.bound.seconds == pytest.approx(50)


def test_a_lost_node_and_its_return_have_bounds_of_their_own(stage: Stage) -> None:
    """Noticed, replaced, whole again, and converged once more: each from its own disturbance."""
    experiment = stage.experiment
    injection = experiment.inject(StopNode(running=stage.kubia))
    experiment.expect(NodeGone(node=injection.targets[0]))
    experiment.converge(stage.kubia, replicas=3)
    experiment.roll_back(injection)
    experiment.expect(NodeWhole(node=injection.targets[0]))
    assert "boot 45" in str(asked(stage).bound)
    experiment.converge(stage.kubia, replicas=3)
    assert "node-monitor-grace-period" not in str(asked(stage).bound)
    [node] = injection.targets
    assert closest(experiment.timeline).startswith(f'node "{node.name}" is NotReady, after')


def test_what_nothing_bounds_says_what_stands_in_its_way(stage: Stage) -> None:
    """With three of four nodes gone nobody need be evicted: a red verdict says so."""
    for node in ("fake-worker", "fake-worker1", "fake-worker2"):
        stage.experiment.inject(StopNode(node=node))
    with pytest.raises(PromiseBroken) as broken:
        stage.experiment.converge(stage.kubia, replicas=3)
    promised = asked(stage)
    assert promised.deadline_s - promised.at_s < 120
    text = " ".join(str(broken.value).split())
    assert "deadline unbounded: no eviction: 3 of 4 nodes of the cluster are not Ready" in text


def test_what_could_not_be_read_is_on_the_record(tmp_path: Path) -> None:
    """Every assumption is a note, and the origin of the term that it made."""
    reticent = FakeCluster(SteppedClock())
    reticent.is_reticent = True
    with staged(tmp_path, settings=read_settings(reticent)) as stage:
        records = [entry.record for entry in stage.experiment.timeline.entries()]
        notes = [one.text for one in records if isinstance(one, Noted)]
        assert any("kube-controller-manager cannot be read" in note for note in notes)
        lose_a_node(stage)
        stage.experiment.converge(stage.kubia, replicas=3)
        bound = asked(stage).bound
    assert bound is not None
    assert any("assumed: kube-controller-manager cannot be read" in one for one in bound.sources())


def test_a_stored_record_gives_the_same_bounds_and_findings(tmp_path: Path) -> None:
    """Settings and bounds are in the file: nothing of them needs the cluster again."""
    settings = read_settings(FakeCluster(SteppedClock()))
    with staged(tmp_path, settings=settings) as stage:
        lose_a_node(stage)
        stage.experiment.converge(stage.kubia, replicas=3)
    stored = read_timeline(tmp_path / "run" / "timeline.jsonl", RealClock())
    opened = stored[0].record
    assert isinstance(opened, Opened)
    assert opened.cluster == settings
    findings = replay(stored)
    assert findings
    assert all(before == now for before, now in findings)
    promises = [one.record for one in stored.entries() if isinstance(one.record, Promised)]
    assert promises[-1].bound == asked(stage).bound
