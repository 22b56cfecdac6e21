"""A node is marked, restarted or removed, and is as it was afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconverge.cluster.door import JsonObject
from reconverge.cluster.errors import Conflict, NotFound, Unreachable
from reconverge.cluster.guard import NothingToHit
from reconverge.cluster.taints import add_taint
from reconverge.faults import (
    CordonNode,
    DeregisterNode,
    DrainNode,
    Fault,
    KillProxy,
    LabelNode,
    RemoveNode,
    RestartNode,
    TaintNode,
)
from reconverge.faults.injector import encoded
from reconverge.faults.registry import decode_fault
from reconverge.judges import losses
from reconverge.judges.effects import LabelsChanged, describe, is_seen
from reconverge.judges.states import NodeWhole
from reconverge.model import Node, Ref, Taint
from reconverge.verdict import Verdict
from tests.stage import Stage, staged

CLOSED = Taint(key="closed", value="yes", effect="NoSchedule")
OTHER = Taint(key="other", effect="NoExecute")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as stage:
        yield stage


def node_of(stage: Stage, name: str) -> Node:
    node = stage.cluster.read("Node", name)
    assert isinstance(node, Node)
    return node


def disk_of(stage: Stage, node: str) -> str | None:
    return node_of(stage, node).metadata.labels.get("disk")


def taints_of(stage: Stage, node: Ref) -> list[str]:
    return [str(taint) for taint in node_of(stage, node.name).spec.taints]


def test_each_change_is_taken_back_on_its_own(stage: Stage) -> None:
    """The later rollback gives the former value back, the earlier one takes the label away."""
    first = stage.experiment.inject(LabelNode(labels={"disk": "ssd"}))
    [node] = first.targets
    stage.cluster.clock.pass_s(0.01)  # until our watch shows it
    second = stage.experiment.inject(LabelNode(labels={"disk": "hdd"}, node=node.name))
    assert disk_of(stage, node.name) == "hdd"
    stage.experiment.roll_back(second)
    assert disk_of(stage, node.name) == "ssd"
    stage.experiment.roll_back(first)
    assert disk_of(stage, node.name) is None


def test_it_is_proved_by_the_label_and_written_down(stage: Stage) -> None:
    """What a watch must show is the label itself, and the fault can be read again."""
    fault = LabelNode(labels={"disk": "ssd"})
    plan = stage.experiment.plan(fault)
    assert decode_fault(encoded(fault)) == fault
    assert fault.effect(plan.targets, ()) == LabelsChanged(
        objects=plan.targets, labels={"disk": "ssd"}
    )
    assert fault.sentence(plan.targets) == f"node {plan.targets[0].name} labelled disk=ssd"


@pytest.mark.parametrize(
    ("fault", "sentence", "lack"),
    [
        (CordonNode(node="fake-worker"), "cordoned", "unschedulable"),
        (
            TaintNode(node="fake-worker", taint=CLOSED),
            "tainted closed=yes:NoSchedule",
            "tainted closed=yes:NoSchedule",
        ),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_mark_is_its_own_effect(stage: Stage, fault: Fault, sentence: str, lack: str) -> None:
    """It is seen once the watch shows it, and not before."""
    before = stage.experiment.timeline[-1]
    injection = stage.experiment.inject(fault)
    effect = fault.effect(injection.targets, ())
    assert injection.sentence == f"node fake-worker {sentence}"
    assert describe(effect) == f'node "fake-worker" is {lack}'
    stage.cluster.clock.pass_s(0.01)
    assert not is_seen(effect, before)
    assert is_seen(effect, stage.experiment.timeline[-1])


def test_a_node_is_as_open_as_before(stage: Stage) -> None:
    """It is closed, and opened again."""
    injection = stage.experiment.inject(CordonNode(node="fake-worker"))
    assert node_of(stage, "fake-worker").spec.unschedulable
    stage.experiment.roll_back(injection)
    assert not node_of(stage, "fake-worker").spec.unschedulable


def test_a_node_that_somebody_else_had_cordoned_stays_cordoned(stage: Stage) -> None:
    """By a drain of it, too; to cordon it once more is nothing."""
    node = stage.experiment.node("fake-worker")
    stage.cluster.patch(node, {"spec": {"unschedulable": True}})
    stage.cluster.clock.pass_s(0.01)
    with pytest.raises(NothingToHit, match='"fake-worker" is unschedulable already'):
        stage.experiment.inject(CordonNode(node=node.name))
    injection = stage.experiment.inject(DrainNode(node=node.name, running=stage.kubia))
    stage.experiment.roll_back(injection)
    assert node_of(stage, node.name).spec.unschedulable


def test_a_taint_stands_beside_others_and_goes_alone(stage: Stage) -> None:
    """What others have written meanwhile stays; a second rollback changes nothing."""
    injection = stage.experiment.inject(TaintNode(taint=CLOSED))
    [node] = injection.targets
    add_taint(stage.cluster, node, OTHER)
    assert taints_of(stage, node) == ["closed=yes:NoSchedule", "other:NoExecute"]
    stage.experiment.roll_back(injection)
    injection.undo.rollback(stage.cluster)
    assert taints_of(stage, node) == ["other:NoExecute"]


def test_a_taint_is_written_again_after_a_conflict(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's write came between; it is read anew, and given up after a few times."""
    node = stage.experiment.node("fake-worker")
    conflicts = [Conflict("the object has been modified")] * 2
    patch = stage.cluster.patch

    def disturbed(*args: object, **more: object) -> object:
        if conflicts:
            raise conflicts.pop()
        return patch(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(stage.cluster, "patch", disturbed)
    add_taint(stage.cluster, node, CLOSED)
    assert taints_of(stage, node) == ["closed=yes:NoSchedule"]
    conflicts += [Conflict("the object has been modified")] * 9
    with pytest.raises(Conflict):
        add_taint(stage.cluster, node, OTHER)


def test_a_namesake_is_not_tainted(stage: Stage) -> None:
    """A node that was registered anew is another one; to take its taint away is nothing to do."""
    namesake = Ref("Node", "", "fake-worker", "another")
    with pytest.raises(Conflict):
        add_taint(stage.cluster, namesake, CLOSED)
    TaintNode(taint=CLOSED).undo((namesake,), stage.experiment.timeline.latest()).rollback(
        stage.cluster
    )
    assert not node_of(stage, "fake-worker").spec.taints


def test_a_restarted_node_runs_its_pods_again(stage: Stage) -> None:
    """In the same pods, by itself: its undo finds nothing to do."""
    injection = stage.experiment.inject(RestartNode(running=stage.kubia))
    before = stage.experiment.before()
    pods = losses.pods_on(before, injection.targets[0], of=stage.kubia)
    for promise in losses.restarted(before, pods)[: len(pods)]:
        assert stage.expect(promise).verdict is Verdict.HELD
    calls = len(stage.cluster.calls)
    stage.experiment.roll_back(injection)
    assert set(stage.cluster.calls[calls:]) == {"start node", "read", "find"}


def test_a_removed_node_returns_as_it_was(stage: Stage) -> None:
    """Under another UID, with all that a kubelet would not write; and its machine runs."""
    node = marked(stage)
    before = node_of(stage, node.name)
    injection = stage.experiment.inject(RemoveNode(node=node.name))
    assert stage.cluster.store.named("Node", node.name, "") is None
    stage.experiment.roll_back(injection)
    assert stage.expect(NodeWhole(node=node)).verdict is Verdict.HELD
    after = node_of(stage, node.name)
    assert after.uid != node.uid
    assert after.spec == before.spec
    assert after.metadata.labels == before.metadata.labels


@pytest.mark.parametrize("fault", [RemoveNode, DeregisterNode])
def test_a_node_that_returns_has_room_for_its_pods(
    stage: Stage, fault: type[RemoveNode | DeregisterNode]
) -> None:
    """At once, since its kubelet refuses for good what finds none as it begins."""
    injection = stage.experiment.inject(fault(running=stage.kubia))
    [node] = injection.targets
    there = {one.uid for one in stage.pods() if one.spec.node_name == node.name}
    stage.experiment.roll_back(injection)
    stage.cluster.clock.pass_s(5)
    kept = [one for one in stage.pods() if one.uid in there]
    assert kept
    assert {one.status.phase for one in kept} == {"Running"}


def test_a_machine_is_started_though_its_node_cannot_be_registered(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The API server is away: what can be taken back is, and the rest is still lacking."""
    injection = stage.experiment.inject(RemoveNode(running=stage.kubia))
    [node] = injection.targets

    def away(*_: object, **__: object) -> Node:
        raise Unreachable("connection refused")

    with monkeypatch.context() as patch:
        patch.setattr(stage.cluster, "read", away)
        with pytest.raises(Unreachable):
            injection.undo.rollback(stage.cluster)
    assert stage.cluster.machines.state[node.name] == "running"


def test_a_killed_proxy_is_awaited_and_its_crash_forgotten(stage: Stage) -> None:
    """Else the kubelet would let the next one wait, whoever's it is."""
    injection = stage.experiment.inject(KillProxy())
    assert "restart kubelet" not in stage.cluster.calls
    stage.experiment.roll_back(injection)
    assert "restart kubelet" in stage.cluster.calls
    stage.cluster.clock.pass_s(5.0)
    assert injection.undo.lacking(stage.cluster) == ""


def test_a_proxy_that_does_not_come_back_is_lacking(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its node is Ready all the same."""
    injection = stage.experiment.inject(KillProxy())
    [node] = injection.targets

    def none(*_: object) -> bool:
        raise NotFound("no such process")

    monkeypatch.setattr(stage.cluster, "is_frozen", none)
    lacking = injection.undo.lacking(stage.cluster)
    assert lacking == f"kube-proxy does not run on {node.name}"
    monkeypatch.undo()


def marked(stage: Stage) -> Ref:
    """A worker with what others have written on it: labels, a taint, a cordon."""
    [node] = stage.experiment.plan(CordonNode(running=stage.kubia)).targets
    add_taint(stage.cluster, node, OTHER)
    body: JsonObject = {
        "metadata": {"labels": {"disk": "ssd"}, "annotations": {"note": "kept"}},
        "spec": {"unschedulable": True, "podCIDR": "10.244.9.0/24", "providerID": "kind://w"},
    }
    stage.cluster.patch(node, body)
    stage.cluster.clock.pass_s(0.01)  # until our watch shows it
    return node


def test_a_node_that_was_forgotten_is_registered_as_it_was(stage: Stage) -> None:
    """Under its name and another UID, with all that a kubelet would not write by itself."""
    node = marked(stage)
    before = node_of(stage, node.name)
    injection = stage.experiment.inject(DeregisterNode(node=node.name))
    assert injection.targets == (node,)
    assert stage.cluster.store.named("Node", node.name, "") is None
    calls = len(stage.cluster.calls)
    stage.experiment.roll_back(injection)
    assert "restart kubelet" in stage.cluster.calls[calls:]
    assert stage.expect(NodeWhole(node=node)).verdict is Verdict.HELD
    after = node_of(stage, node.name)
    assert after.uid != before.uid
    assert after.spec == before.spec
    assert after.metadata.labels == before.metadata.labels
    assert after.metadata.annotations == before.metadata.annotations


def test_who_has_registered_by_itself_gets_back_what_it_lacks(stage: Stage) -> None:
    """A person restarted the kubelet: what that one registered is no other machine."""
    node = marked(stage)
    injection = stage.experiment.inject(DeregisterNode(node=node.name))
    bare: JsonObject = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": node.name}}
    made, _ = stage.cluster.create({**bare, "spec": {"taints": []}}, namespace="")
    assert "disk" in injection.undo.lacking(stage.cluster)
    stage.experiment.roll_back(injection)
    after = node_of(stage, node.name)
    assert after.uid == made.uid
    assert after.metadata.labels["disk"] == "ssd"
    assert after.spec.unschedulable
    assert str(OTHER) in taints_of(stage, node)
    stage.cluster.clock.pass_s(5)
    assert injection.undo.lacking(stage.cluster) == ""


def test_a_node_that_was_not_forgotten_is_left_alone(stage: Stage) -> None:
    """The run died before the fault: its undo finds the very object, and writes nothing."""
    node = marked(stage)
    undo = stage.experiment.plan(DeregisterNode(node=node.name)).undo
    calls = len(stage.cluster.calls)
    undo.rollback(stage.cluster)
    assert set(stage.cluster.calls[calls:]) == {"read"}


def test_the_undo_of_a_forgotten_node_may_run_twice(stage: Stage) -> None:
    """As every undo: the second finds all as it was, and makes nothing anew."""
    node = marked(stage)
    injection = stage.experiment.inject(DeregisterNode(node=node.name))
    injection.undo.rollback(stage.cluster)
    once = node_of(stage, node.name)
    injection.undo.rollback(stage.cluster)
    assert node_of(stage, node.name).uid == once.uid
    assert node_of(stage, node.name).spec == once.spec


def test_the_pods_of_a_forgotten_node_are_collected(stage: Stage) -> None:
    """They are bound to what is no more, and replaced elsewhere."""
    injection = stage.experiment.inject(DeregisterNode(running=stage.kubia))
    [node] = injection.targets
    stage.cluster.clock.pass_s(45)
    stage.experiment.converge(stage.kubia, replicas=3, within_s=90)
    assert not [one for one in stage.pods() if one.spec.node_name == node.name]
