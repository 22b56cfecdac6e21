"""Worlds in which nothing converges, or nothing can be known: none of them may come out as HELD."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconverge import blast
from reconverge.faults import (
    CreateSurplusPod,
    DeletePods,
    Fault,
    FreezeController,
    RelabelPod,
    ScaleWorkload,
    StopNode,
)
from reconverge.judges import baselines
from reconverge.judges.states import NodeGone, NodeWhole
from reconverge.model import Ref
from reconverge.verdict import Verdict
from tests.stage import Stage, staged

Scenario = tuple[Callable[[Ref], Fault], int]
SPECIAL: dict[str, str | None] = {"type": "special"}
OUT: dict[str, str | None] = {"app": "released"}
SCENARIOS: dict[str, Scenario] = {
    "one deleted": (lambda of: DeletePods(of=of), 3),
    "several deleted": (lambda of: DeletePods(of=of, blast_radius=blast.MAJORITY), 3),
    "all deleted": (lambda of: DeletePods(of=of, blast_radius=blast.ALL), 3),
    "relabelled out": (lambda of: RelabelPod(of=of, labels=OUT, leaves_selector=True), 3),
    "relabelled": (lambda of: RelabelPod(of=of, labels=SPECIAL, leaves_selector=False), 3),
    "surplus": (lambda of: CreateSurplusPod(of=of), 3),
    "scaled up": (lambda of: ScaleWorkload(of=of, replicas=10), 10),
    "scaled down": (lambda of: ScaleWorkload(of=of, replicas=1), 1),
}
every_scenario = pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)


def inject(stage: Stage, scenario: Scenario) -> None:
    stage.experiment.inject(scenario[0](stage.kubia))


@every_scenario
def test_a_frozen_controller_never_converges(tmp_path: Path, scenario: Scenario) -> None:
    """Whatever the status says, a controller that does not answer is named."""
    with staged(tmp_path) as stage:
        stage.experiment.inject(FreezeController())
        inject(stage, scenario)
        finding = stage.converge(replicas=scenario[1], within_s=20)
    assert finding.verdict is not Verdict.HELD
    assert "replication-controller is silent" in finding.why


@every_scenario
def test_a_fault_that_is_off_hits_nothing(tmp_path: Path, scenario: Scenario) -> None:
    """A steady state that was never disturbed proves nothing."""
    with staged(tmp_path, faults_off=True) as stage:
        inject(stage, scenario)
        finding = stage.converge(replicas=scenario[1], within_s=20)
    assert finding.verdict is Verdict.UNKNOWN
    assert finding.why.startswith("nothing was hit: it was never seen that")


@every_scenario
def test_a_deaf_cluster_was_not_hit(tmp_path: Path, scenario: Scenario) -> None:
    """An API that says yes and does nothing is found out; creating a pod is not among that."""
    if scenario is SCENARIOS["surplus"]:
        pytest.skip("the fake's deafness leaves creation alone")
    with staged(tmp_path) as stage:
        stage.cluster.is_deaf = True
        inject(stage, scenario)
        finding = stage.converge(replicas=scenario[1], within_s=20)
        stage.cluster.is_deaf = False
    assert finding.verdict is not Verdict.HELD


@every_scenario
@pytest.mark.parametrize("kinds", [{"Pod"}, {"ReplicationController"}], ids=str)
def test_a_silent_watch_proves_nothing(tmp_path: Path, scenario: Scenario, kinds: set[str]) -> None:
    """Our own blindness is never held against the controllers, nor for them."""
    with staged(tmp_path) as stage:
        for recorder in stage.cluster.recorders:
            recorder.silent |= kinds
        inject(stage, scenario)
        finding = stage.converge(replicas=scenario[1], within_s=20)
    assert finding.verdict is Verdict.UNKNOWN, finding.why
    assert "watch" in finding.why or "nothing was hit" in finding.why


@every_scenario
def test_a_gap_proves_nothing_until_it_is_closed(tmp_path: Path, scenario: Scenario) -> None:
    """With the gap open the verdict is UNKNOWN and names it; after a new list it may be HELD."""
    with staged(tmp_path) as stage:
        inject(stage, scenario)
        for recorder in stage.cluster.recorders:
            recorder.cut("Pod")
        finding = stage.converge(replicas=scenario[1], within_s=20)
        assert finding.verdict is Verdict.UNKNOWN, finding.why
        assert "the API server went away" in finding.why


@every_scenario
def test_a_gap_that_is_closed_does_no_harm(tmp_path: Path, scenario: Scenario) -> None:
    """The new list shows what was missed."""
    with staged(tmp_path) as stage:
        inject(stage, scenario)
        for recorder in stage.cluster.recorders:
            recorder.cut("Pod")
        stage.cluster.clock.pass_s(0.5)
        for recorder in stage.cluster.recorders:
            recorder.mend("Pod")
        finding = stage.converge(replicas=scenario[1])
    if scenario is not SCENARIOS["surplus"]:  # it came and went in the dark
        assert finding.verdict is Verdict.HELD, finding.why


@every_scenario
def test_repeated_deliveries_change_nothing(tmp_path: Path, scenario: Scenario) -> None:
    """Each change delivered again, after newer ones, does not bring the old state back."""
    with staged(tmp_path) as stage:
        for recorder in stage.cluster.recorders:
            recorder.repeats = True
        inject(stage, scenario)
        finding = stage.converge(replicas=scenario[1])
    assert finding.verdict is Verdict.HELD, finding.why


@every_scenario
def test_an_unreachable_api_is_unknown(tmp_path: Path, scenario: Scenario) -> None:
    """Where nobody can be challenged, nothing is known about the controller."""
    with staged(tmp_path) as stage:
        inject(stage, scenario)
        stage.cluster.is_down = True
        finding = stage.converge(replicas=scenario[1], within_s=20)
        stage.cluster.is_down = False
    assert finding.verdict is Verdict.UNKNOWN, finding.why
    assert "connection refused" in finding.why


def test_a_node_fault_that_is_off_leaves_the_node_ready(tmp_path: Path) -> None:
    """The node is never NotReady, so the promise that it is, is not kept."""
    with staged(tmp_path, faults_off=True) as stage:
        [node] = stage.experiment.inject(StopNode(running=stage.kubia)).targets
        assert stage.expect(NodeGone(node=node)).verdict is Verdict.BROKEN
        assert stage.converge(within_s=20).verdict is Verdict.UNKNOWN


def test_a_node_that_stays_down_is_not_whole(tmp_path: Path) -> None:
    """Without its rollback the node never is Ready again, and that is what is said."""
    with staged(tmp_path) as stage:
        [node] = stage.experiment.inject(StopNode(running=stage.kubia)).targets
        assert stage.expect(NodeGone(node=node)).verdict is Verdict.HELD
        finding = stage.expect(NodeWhole(node=node), within_s=30)
    assert finding.verdict is Verdict.BROKEN
    assert "NotReady" in finding.why


def test_an_invariant_over_a_silent_watch_is_unknown(tmp_path: Path) -> None:
    """Nothing seen is not nothing happened."""
    with staged(tmp_path) as stage:
        injection = stage.experiment.inject(DeletePods(of=stage.kubia))
        for recorder in stage.cluster.recorders:
            recorder.silent.add("Pod")
        before = stage.experiment.before()
        promise = baselines.survivors(before, stage.kubia, hit=injection.targets)
        assert stage.hold(promise).verdict is Verdict.UNKNOWN


def test_a_violated_invariant_is_broken_at_its_first_event(tmp_path: Path) -> None:
    """That all is well again at the end does not hide what happened meanwhile."""
    with staged(tmp_path) as stage:
        stage.experiment.inject(DeletePods(of=stage.kubia))
        stage.converge()
        before = stage.experiment.before()
        finding = stage.hold(baselines.same_pods(before, stage.kubia))
    assert finding.verdict is Verdict.BROKEN
    assert "is no longer its own" in finding.why
    assert finding.evidence
