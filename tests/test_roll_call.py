"""A pod is ready by the word of its kubelet: whoever is dead, or may be, speaks for nobody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconverge.faults import RelabelPod
from reconverge.judges.replay import replay
from reconverge.timeline import Probed
from reconverge.verdict import Finding, Verdict
from tests.stage import Stage, staged


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as stage:
        yield stage


def converged(stage: Stage, *, within_s: float = 60) -> Finding:
    """The finding after a fault to which doing nothing is the right reaction."""
    fault = RelabelPod(of=stage.kubia, labels={"type": "x"}, leaves_selector=False)
    stage.experiment.inject(fault)
    return stage.converge(within_s=within_s)


def some_node(stage: Stage) -> str:
    return stage.pods()[0].spec.node_name


def test_every_node_of_a_ready_pod_is_asked(stage: Stage) -> None:
    """Once each, after the state has settled."""
    finding = converged(stage)
    nodes = sorted({pod.spec.node_name for pod in stage.pods()})
    assert finding.instant_s is not None
    records = [one.record for one in stage.experiment.timeline.entries(finding.evidence[0])]
    asked = [one for one in records if isinstance(one, Probed)]
    assert all((one.asked_s or 0) >= finding.instant_s + 1 for one in asked)
    assert sorted(one.target for one in asked) == nodes
    assert finding.verdict is Verdict.HELD


def test_a_dead_node_is_not_believed(stage: Stage) -> None:
    """It is noticed after 10 s; HELD is said of the pods that came instead, and of no others."""
    node = some_node(stage)
    stage.cluster.machines.stop(node)
    finding = converged(stage)
    assert finding.verdict is Verdict.HELD
    assert finding.instant_s is not None
    assert finding.instant_s > 10
    assert node not in {pod.spec.node_name for pod in stage.pods() if pod.is_active}


def test_a_kubelet_that_stopped_is_not_believed(stage: Stage) -> None:
    """Its containers run, and what becomes of them it does not say."""
    node = some_node(stage)
    stage.cluster.machines.stop_kubelet(node)
    finding = converged(stage, within_s=8)
    assert finding.verdict is Verdict.UNKNOWN
    assert f"the kubelet of {node}, which is to look after its pods there, is silent" in finding.why
    assert "does not answer" in finding.why


def test_a_kubelet_that_comes_back_is_asked_again(stage: Stage) -> None:
    """Before its node was given up: the same pods, and the same state all the while."""
    node = some_node(stage)
    stage.cluster.machines.stop_kubelet(node)
    stage.cluster.clock.after(4.0, lambda: stage.cluster.machines.start_kubelet(node))
    finding = converged(stage)
    assert finding.verdict is Verdict.HELD
    assert 4 < finding.decided_s - (finding.instant_s or 0) < 7


def test_a_kubelet_that_we_may_not_ask_is_believed(stage: Stage) -> None:
    """No permission is no silence."""
    stage.cluster.is_reticent = True
    assert converged(stage).verdict is Verdict.HELD


def test_the_record_says_the_same_again(stage: Stage) -> None:
    """Also where a kubelet was silent: its answers are on the timeline."""
    stage.cluster.machines.stop_kubelet(some_node(stage))
    converged(stage, within_s=8)
    assert all(then == now for then, now in replay(stage.experiment.timeline))
