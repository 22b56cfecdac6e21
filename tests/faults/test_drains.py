"""A drained node: closed, emptied one by one within the budgets, and open again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconverge.blast import Pick
from reconverge.cluster.errors import OverBudget
from reconverge.errors import BadInput
from reconverge.faults import DrainNode, ScaleWorkload
from reconverge.judges.invariants import NeverFewer
from reconverge.model import Node
from reconverge.verdict import Verdict
from tests.stage import Stage, staged


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as stage:
        stage.experiment.inject(ScaleWorkload(of=stage.kubia, replicas=6))
        stage.converge(replicas=6)
        yield stage


def allow(stage: Stage, least: int) -> None:
    spec = {"minAvailable": least, "selector": {"matchLabels": {"app": "kubia"}}}
    budget = {"kind": "PodDisruptionBudget", "metadata": {"name": "budget"}, "spec": spec}
    stage.cluster.store.add(budget, namespace=stage.experiment.namespace)


def test_a_node_is_drained_within_the_budget(stage: Stage) -> None:
    """The second pod goes once the first has been replaced elsewhere; then the node is open."""
    allow(stage, 5)
    stage.cluster.latency_s = 0.5
    injection = stage.experiment.inject(DrainNode(running=stage.kubia))
    node, *pods = injection.targets
    assert len(pods) == 2
    assert injection.sentence.startswith(f"node {node.name} drained of kubia-")
    assert stage.converge(replicas=6).verdict is Verdict.HELD
    fewer = NeverFewer(workload=stage.kubia, pods=5)
    assert stage.hold(fewer).verdict is Verdict.HELD
    assert not [pod for pod in stage.pods() if pod.spec.node_name == node.name and pod.is_active]
    stage.experiment.roll_back(injection)
    view = stage.cluster.read("Node", node.name)
    assert isinstance(view, Node)
    assert not view.spec.unschedulable


def test_a_budget_that_never_allows_it_ends_the_drain(stage: Stage) -> None:
    """In the cluster's own words."""
    allow(stage, 6)
    with pytest.raises(OverBudget, match="disruption budget"):
        stage.experiment.inject(DrainNode(running=stage.kubia))


def test_an_empty_node_is_not_drained(stage: Stage) -> None:
    """It would test nothing."""
    stage.experiment.inject(ScaleWorkload(of=stage.kubia, replicas=1))
    stage.converge(replicas=1)
    [pod] = [one for one in stage.pods() if one.is_active]
    world = stage.experiment.timeline.latest()
    empty = next(one.name for one in world.nodes()[1:] if one.name != pod.spec.node_name)
    with pytest.raises(BadInput, match="no pod of"):
        DrainNode(node=empty, running=stage.kubia).targets(world, Pick(seed=1))
