"""Containers signalled from outside, nodes cut off or paused, runtimes restarted; and undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconverge.blast import ALL
from reconverge.cluster.door import Cut
from reconverge.cluster.errors import NotFound
from reconverge.errors import BadInput
from reconverge.faults import (
    CutNetwork,
    Fault,
    FreezeContainers,
    KillContainers,
    LosePackets,
    PauseNode,
    RestartRuntime,
)
from reconverge.faults.injector import encoded
from reconverge.faults.registry import decode_fault
from reconverge.faults.undo import RollbackFailed
from reconverge.judges import baselines, losses
from reconverge.judges.effects import decode_effect, is_seen
from reconverge.judges.pods import ServesUnseen
from reconverge.judges.states import NodeGone, NodeWhole
from reconverge.model import Ref
from reconverge.verdict import Verdict
from tests.stage import Stage, staged

NODE = "fake-worker"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as stage:
        yield stage


def off_planes(stage: Stage, **more: object) -> CutNetwork:
    world = stage.experiment.timeline.latest()
    return CutNetwork.off_control_plane(world, **more)  # type: ignore[arg-type]


def test_every_one_is_written_down_and_read_again(stage: Stage) -> None:
    """Fault, effect and undo; and each says in words what it does and how it is undone."""
    faults: list[Fault] = [
        KillContainers(of=stage.kubia, signal="TERM"),
        FreezeContainers(of=stage.kubia, blast_radius=ALL),
        CutNetwork(node=NODE),
        off_planes(stage, direction="out"),
        LosePackets(percent=30),
        PauseNode(running=stage.kubia),
        RestartRuntime(),
    ]
    for fault in faults:
        plan = stage.experiment.plan(fault)
        assert decode_fault(encoded(fault)) == fault
        assert plan.targets
        assert plan.sentence
        assert plan.undo.sentence()
        assert decode_effect(encoded(fault.effect(plan.targets, ())))


def test_a_killed_container_is_its_own_proof(stage: Stage) -> None:
    """Seen once that very container runs no more; the pods are kept."""
    injection = stage.experiment.inject(KillContainers(of=stage.kubia, blast_radius=ALL))
    effect = injection.fault.effect(injection.targets, injection.created)
    assert [one.kind for one in injection.created] == ["Container"] * 3
    assert not is_seen(effect, stage.experiment.timeline[injection.start - 1])
    stage.cluster.clock.pass_s(0.01)
    assert is_seen(effect, stage.experiment.timeline[-1])
    assert stage.converge().verdict is Verdict.HELD
    kept = baselines.same_pods(stage.experiment.before(), stage.kubia)
    assert stage.hold(kept).verdict is Verdict.HELD


def test_a_kill_that_hit_no_container_is_no_kill(tmp_path: Path) -> None:
    """With the faults off nothing was signalled: no steady state can prove anything."""
    with staged(tmp_path, faults_off=True) as stage:
        stage.experiment.inject(KillContainers(of=stage.kubia))
        assert stage.converge(within_s=5).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("fault", [LosePackets(percent=10), RestartRuntime()], ids=repr)
def test_what_no_watch_shows_needs_somebody_who_did_it(tmp_path: Path, fault: Fault) -> None:
    """HELD where it was done, UNKNOWN where it was not."""
    verdicts = []
    for is_off in (False, True):
        with staged(tmp_path / str(is_off), faults_off=is_off) as stage:
            stage.experiment.inject(fault)
            verdicts.append(stage.converge(within_s=5).verdict)
    assert verdicts == [Verdict.HELD, Verdict.UNKNOWN]


def test_a_pod_of_several_containers_must_say_which(stage: Stage) -> None:
    """Chance would be no answer."""
    one = stage.cluster.store.objects[stage.pods()[0].uid]
    one["spec"]["containers"] = [*one["spec"]["containers"], {"name": "second"}]
    stage.cluster.store.write(one)
    stage.cluster.clock.pass_s(0.01)
    pod = stage.experiment.pod(one["metadata"]["name"])
    with pytest.raises(BadInput, match="has 2 containers"):
        stage.experiment.plan(KillContainers(of=pod))
    assert stage.experiment.plan(KillContainers(of=pod, container="kubia")).targets == (pod,)


def test_a_frozen_container_is_thawed(stage: Stage) -> None:
    """Twice is as good as once, and a pod that is gone needs nothing."""
    injection = stage.experiment.inject(FreezeContainers(of=stage.kubia))
    assert len(stage.cluster.frozen) == 1
    stage.experiment.roll_back(injection)
    injection.undo.rollback(stage.cluster)
    assert stage.cluster.frozen == set()
    stage.cluster.store.remove(stage.cluster.store.objects[injection.targets[0].uid])
    injection.undo.rollback(stage.cluster)


def test_a_namesakes_container_is_not_killed(stage: Stage) -> None:
    """The pod was replaced by one of its name between the choice and the deed."""
    pod = stage.experiment.pod(stage.pods()[0].name)
    stranger = Ref("Pod", pod.namespace, pod.name, "another")
    with pytest.raises(NotFound):
        KillContainers(of=pod).inject(stage.cluster, (stranger,))


def test_pods_behind_a_cut_serve_on_and_are_replaced(stage: Stage) -> None:
    """The control plane gives their node up; mended it is whole, and nothing of the cut is left."""
    injection = stage.experiment.inject(off_planes(stage, running=stage.kubia))
    [node] = injection.targets
    pods = losses.pods_on(stage.experiment.before(), node, of=stage.kubia)
    assert stage.expect(ServesUnseen(node=node, pods=pods)).verdict is Verdict.HELD
    assert stage.converge().verdict is Verdict.HELD
    stage.experiment.roll_back(injection)
    assert stage.expect(NodeWhole(node=node)).verdict is Verdict.HELD
    assert not any(stage.cluster.cuts.values())


def test_nobody_serves_behind_a_cut_from_everybody(stage: Stage) -> None:
    """The promise can fail: nobody reaches them."""
    injection = stage.experiment.inject(CutNetwork(running=stage.kubia))
    [node] = injection.targets
    pods = losses.pods_on(stage.experiment.before(), node, of=stage.kubia)
    served = ServesUnseen(node=node, pods=pods)
    assert stage.expect(served, within_s=20).verdict is Verdict.BROKEN


def test_nobody_serves_unseen_on_a_node_that_is_ready(stage: Stage) -> None:
    """Without the cut the promise is about nothing."""
    [node] = stage.experiment.plan(PauseNode(running=stage.kubia)).targets
    pods = losses.pods_on(stage.experiment.timeline.latest(), node, of=stage.kubia)
    served = ServesUnseen(node=node, pods=pods)
    assert stage.expect(served, within_s=20).verdict is Verdict.BROKEN


def test_a_paused_node_is_given_up_and_comes_back_as_it_was(stage: Stage) -> None:
    """Its containers were never ended."""
    injection = stage.experiment.inject(PauseNode(running=stage.kubia))
    [node] = injection.targets
    assert stage.cluster.node_container(node.name).state == "paused"
    assert stage.expect(NodeGone(node=node)).verdict is Verdict.HELD
    stage.experiment.roll_back(injection)
    assert stage.expect(NodeWhole(node=node)).verdict is Verdict.HELD


def test_two_cuts_are_mended_one_by_one(stage: Stage) -> None:
    """The later one first; each undo removes its own alone, and may run twice."""
    first = stage.experiment.inject(off_planes(stage, node=NODE))
    second = stage.experiment.inject(LosePackets(node=NODE, percent=30))
    stage.experiment.roll_back(second)
    second.undo.rollback(stage.cluster)
    assert [cut.percent for cut in stage.cluster.cuts[NODE]] == [100]
    stage.experiment.roll_back(first)
    assert stage.cluster.cuts[NODE] == []


@pytest.mark.parametrize("percent", [0, 100, 130])
def test_a_loss_of_nothing_or_everything_is_no_loss(stage: Stage, percent: int) -> None:
    """All packets are a cut, none is no fault."""
    with pytest.raises(BadInput, match="is no loss"):
        stage.experiment.plan(LosePackets(percent=percent))


def test_a_node_that_is_down_has_no_network_to_mend(stage: Stage) -> None:
    """Its rules went with it, and nobody can enter it: that is no failure."""
    injection = stage.experiment.inject(CutNetwork(node=NODE))
    stage.cluster.machines.stop(NODE)
    injection.undo.rollback(stage.cluster)
    stage.cluster.machines.start(NODE)
    stage.cluster.clock.pass_s(10.0)
    stage.experiment.roll_back(injection)
    assert not stage.cluster.is_cut(NODE, Cut())


def test_a_runtime_that_does_not_start_is_a_failed_rollback(stage: Stage) -> None:
    """The undo looks whether it runs."""
    injection = stage.experiment.inject(RestartRuntime(node=NODE))
    stage.cluster.runtimes_down.add(NODE)
    with pytest.raises(RollbackFailed, match="does not run"):
        injection.undo.rollback(stage.cluster)
    stage.cluster.runtimes_down.clear()
