"""Choosing targets and computing undos: pure functions of a snapshot, and refusals in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from reconverge import blast
from reconverge.blast import Pick
from reconverge.cluster.door import Cluster
from reconverge.cluster.errors import NotFound
from reconverge.cluster.guard import NothingToHit
from reconverge.errors import BadInput, Refused
from reconverge.faults import (
    CordonNode,
    CreateSurplusPod,
    DeletePods,
    DeregisterNode,
    EvictPods,
    FailPods,
    Fault,
    FreezeController,
    FreezeKubelet,
    KeepEndedPods,
    KillController,
    KillProxy,
    LabelByHand,
    LabelNode,
    RelabelPod,
    RemoveNode,
    RestartApiServer,
    RestartKubelet,
    RestartNode,
    ScaleWorkload,
    StopController,
    StopKubelet,
    StopNode,
    SwitchOffController,
    TaintNode,
)
from reconverge.faults.control_plane_undos import RestoreStaticPod, ThawProcess
from reconverge.faults.fault import NotOfThisCluster
from reconverge.faults.injector import encoded
from reconverge.faults.registry import decode_fault
from reconverge.faults.undo import (
    RestoreLabels,
    RestoreReplicas,
    RollbackFailed,
    StartKubelet,
    StartNode,
)
from reconverge.judges.temporal import Eventually
from reconverge.judges.whereabouts import Disrupted
from reconverge.model import ReplicaSet, Snapshot, Taint, decode, ref
from reconverge.verdict import Verdict
from tests.builders import KUBIA
from tests.stage import Stage, staged

PICK = Pick(seed=4711)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as stage:
        yield stage


@pytest.fixture
def world(stage: Stage) -> Snapshot:
    return stage.experiment.timeline.latest()


def every_fault(stage: Stage) -> list[Fault]:
    of = stage.kubia
    return [
        DeletePods(of=of, blast_radius=blast.Percent(50), grace_s=0),
        CreateSurplusPod(of=of),
        RelabelPod(of=of, labels={"app": None, "x": "y"}, leaves_selector=True),
        ScaleWorkload(of=of, replicas=5),
        LabelByHand(of=of, labels={"app": "x"}),
        EvictPods(of=of, node="fake-worker"),
        FailPods(of=of),
        LabelNode(labels={"disk": "ssd"}),
        CordonNode(other_than=("fake-worker",)),
        TaintNode(taint=Taint(key="closed", effect="NoExecute")),
        RestartNode(running=of),
        RemoveNode(running=of),
        DeregisterNode(running=of),
        StopNode(running=of),
        StopKubelet(running=of),
        FreezeKubelet(running=of),
        RestartKubelet(node="fake-worker"),
        KillProxy(),
        FreezeController(),
        KillController(process="kube-apiserver"),
        StopController(process="kube-scheduler"),
        SwitchOffController(controller="replicaset-controller"),
        KeepEndedPods(count=3),
        RestartApiServer(),
    ]


def test_every_fault_can_be_written_down_and_read_again(stage: Stage, world: Snapshot) -> None:
    """Fault, effect and undo come back from their JSON as they were."""
    for fault in every_fault(stage):
        assert decode_fault(encoded(fault)) == fault
        targets = fault.targets(world, PICK)
        assert targets
        assert fault.sentence(targets)
        assert encoded(fault.effect(targets, ()))
        assert encoded(fault.undo(targets, world))


def test_planning_touches_nothing(stage: Stage) -> None:
    """A dry run makes no call to the cluster, and writes nothing down."""
    calls, length = len(stage.cluster.calls), len(stage.experiment.timeline)
    for fault in every_fault(stage):
        assert stage.experiment.plan(fault).targets
    assert (len(stage.cluster.calls), len(stage.experiment.timeline)) == (calls, length)


def test_terminating_pods_are_not_hit_again(stage: Stage) -> None:
    """A pod that is being deleted already is no target."""
    first = stage.experiment.inject(DeletePods(of=stage.kubia))
    stage.cluster.clock.pass_s(0.01)
    world = stage.experiment.timeline.latest()
    second = DeletePods(of=stage.kubia, blast_radius=blast.ALL).targets(world, PICK)
    assert first.targets[0] not in second
    assert second


def test_a_relabelling_must_do_what_it_says(stage: Stage, world: Snapshot) -> None:
    """Labels that leave the pod inside, or take it out, against the scenario's words: BadInput."""
    inside = RelabelPod(of=stage.kubia, labels={"type": "x"}, leaves_selector=True)
    with pytest.raises(BadInput, match="still matches the selector app=kubia"):
        inside.targets(world, PICK)
    outside = RelabelPod(of=stage.kubia, labels={"app": "x"}, leaves_selector=False)
    with pytest.raises(BadInput, match="no longer matches"):
        outside.targets(world, PICK)


@pytest.mark.parametrize(
    "row",
    [
        {"key": "app", "operator": "In", "values": ["kubia"]},
        {"key": "app", "operator": "NotIn", "values": ["other"]},
        {"key": "app", "operator": "Exists"},
        {"key": "no", "operator": "DoesNotExist"},
    ],
    ids=lambda row: row["operator"],
)
def test_every_selector_can_be_left(row: dict[str, object]) -> None:
    """The labels that lead out are found from the selector, expressions included."""
    whole = {
        "metadata": {"name": "rs", "uid": "rs"},
        "spec": {"selector": {"matchExpressions": [row]}},
    }
    view = decode("ReplicaSet", msgspec.json.encode(whole))
    assert isinstance(view, ReplicaSet)
    world = Snapshot().with_object("ReplicaSet", view)
    fault = RelabelPod.out_of_selector(ref("ReplicaSet", view), world)
    labels = {"app": "kubia", **fault.labels}
    kept = {key: value for key, value in labels.items() if value is not None}
    assert view.selector.matches({"app": "kubia"})
    assert not view.selector.matches(kept)


def test_each_pod_gets_its_own_labels_back(stage: Stage, world: Snapshot) -> None:
    """The undo knows what each pod had, and that a label was absent."""
    first = blast.ranked(stage.pods())[0]
    stage.cluster.patch(
        stage.experiment.pod(first.name), {"metadata": {"labels": {"type": "mine"}}}
    )
    stage.cluster.clock.pass_s(0.01)
    world = stage.experiment.timeline.latest()
    fault = RelabelPod(
        of=stage.kubia, labels={"type": "x"}, leaves_selector=False, blast_radius=blast.ALL
    )
    undo = fault.undo(fault.targets(world, PICK), world)
    assert isinstance(undo, RestoreLabels)
    assert [row.labels["type"] for row in undo.rows] == ["mine", None, None]
    injection = stage.experiment.inject(fault)
    stage.experiment.roll_back(injection)
    stage.cluster.clock.pass_s(0.01)
    labels = [pod.metadata.labels.get("type") for pod in blast.ranked(stage.pods())]
    assert labels == ["mine", None, None]


def test_by_hand_a_label_is_changed_only_where_that_is_asked_for(stage: Stage) -> None:
    """The refusal is kubectl's own; what was changed is given back."""
    kept = LabelByHand(of=stage.kubia, labels={"app": "foo"})
    assert "already has a value (kubia)" in stage.experiment.objection(kept)
    fault = LabelByHand(of=stage.kubia, labels={"app": "foo"}, is_overwriting=True)
    injection = stage.experiment.inject(fault)
    assert injection.sentence.endswith('of "kubia" labelled by hand, overwriting: app=foo')
    assert stage.converge().verdict is Verdict.HELD
    [target] = injection.targets
    released = stage.experiment.timeline.latest().pod(target.uid)
    assert released is not None
    assert released.metadata.labels == {"app": "foo"}
    stage.experiment.roll_back(injection)
    restored = stage.cluster.read("Pod", target.name, namespace=target.namespace)
    assert restored.metadata.labels == {"app": "kubia"}


def test_rolling_back_twice_does_it_once(stage: Stage) -> None:
    """What the scenario itself took back is not taken back at its end."""
    injection = stage.experiment.inject(ScaleWorkload(of=stage.kubia, replicas=5))
    stage.experiment.roll_back(injection)
    calls = len(stage.cluster.calls)
    stage.experiment.roll_back(injection)
    assert len(stage.cluster.calls) == calls
    assert stage.converge(replicas=3).verdict is Verdict.HELD


def test_an_undo_leaves_a_namesake_alone(stage: Stage) -> None:
    """A workload of the same name that came later is not scaled."""
    undo = RestoreReplicas(workload=stage.kubia, replicas=9)
    whole = stage.cluster.store.objects[stage.kubia.uid]
    stage.cluster.store.remove(whole)
    copy = {**whole, "metadata": {"name": "kubia"}}
    namesake = stage.cluster.store.add(copy, namespace=stage.experiment.namespace)
    undo.rollback(stage.cluster)
    assert namesake["spec"]["replicas"] == 3


def test_a_surplus_pods_undo_leaves_a_namesake_alone(stage: Stage) -> None:
    """Only the pod with the fault's own mark is removed."""
    undo = CreateSurplusPod(of=stage.kubia).undo((), stage.experiment.timeline.latest())
    spec = {"containers": [{"name": "a"}]}
    foreign = {"kind": "Pod", "metadata": {"name": "surplus"}, "spec": spec}
    made = stage.cluster.store.add(foreign, namespace=stage.experiment.namespace)
    undo.rollback(stage.cluster)
    assert made["metadata"]["uid"] in stage.cluster.store.objects


def test_the_control_plane_is_never_stopped(world: Snapshot) -> None:
    """Neither by name nor by chance, nor because it runs a pod."""
    with pytest.raises(Refused, match="never stopped"):
        StopNode(node="fake-control-plane").targets(world, PICK)
    for draw in range(50):
        [node] = StopNode().targets(world, Pick(seed=1, draw=draw))
        assert node.name != "fake-control-plane"


def test_a_second_node_is_another_one(world: Snapshot) -> None:
    """Who has been hit already is spared, though the cluster does not know it yet."""
    [first] = StopNode().targets(world, PICK)
    for draw in range(50):
        fault = StopNode(other_than=(first.name,))
        [second] = fault.targets(world, Pick(seed=1, draw=draw))
        assert second != first


def test_pods_can_be_chosen_by_their_node(stage: Stage, world: Snapshot) -> None:
    """Those on other nodes are not eligible, and where there are none nothing is hit."""
    [pod] = [one for one in stage.pods() if one.spec.node_name == "fake-worker2"]
    fault = DeletePods(of=stage.kubia, blast_radius=blast.ALL, node="fake-worker2")
    assert fault.targets(world, PICK) == (ref("Pod", pod),)
    assert fault.sentence(()).startswith('all of the pods of "kubia" on fake-worker2 deleted')
    with pytest.raises(NothingToHit):
        stage.experiment.inject(DeletePods(of=stage.kubia, node="elsewhere"))


def test_an_evicted_pod_is_told_so_and_replaced(stage: Stage) -> None:
    """By its condition; the workload is whole again."""
    injection = stage.experiment.inject(EvictPods(of=stage.kubia, node="fake-worker"))
    [pod] = injection.targets
    marked = Disrupted(pod=pod, reason="EvictionByEvictionAPI")
    assert stage.expect(Eventually(of=marked, injections=(injection.id,))).verdict is Verdict.HELD
    assert stage.converge().verdict is Verdict.HELD


def test_a_pod_marked_as_failed_is_no_longer_counted(stage: Stage) -> None:
    """Its status is all that changes; its controller makes another."""
    injection = stage.experiment.inject(FailPods(of=stage.kubia))
    stage.cluster.clock.pass_s(5.0)
    world = stage.experiment.timeline.latest()
    view = world.pod(injection.targets[0].uid)
    assert view is not None
    assert (view.status.phase, view.is_terminating) == ("Failed", False)
    assert sum(pod.is_active for pod in stage.pods()) == 3
    assert injection.undo.lacking(stage.cluster) == f"{view.name} has failed and is still there"
    stage.experiment.roll_back(injection)
    with pytest.raises(NotFound):
        stage.cluster.read("Pod", view.name, namespace=view.metadata.namespace)


def test_a_pod_whose_kubelet_says_that_it_runs_is_let_run(stage: Stage) -> None:
    """What it took back itself is not taken back once more."""
    injection = stage.experiment.inject(FailPods(of=stage.kubia))
    [pod] = injection.targets
    stage.cluster.patch(pod, {"status": {"phase": "Running"}}, subresource="status")
    injection.undo.rollback(stage.cluster)
    assert stage.cluster.read("Pod", pod.name, namespace=pod.namespace).uid == pod.uid


def test_a_node_of_a_workload_runs_one_of_its_pods(stage: Stage, world: Snapshot) -> None:
    """Stopping a node without such a pod would test nothing."""
    stage.experiment.inject(ScaleWorkload(of=stage.kubia, replicas=1))
    stage.converge(replicas=1)
    [pod] = [one for one in stage.pods() if one.is_active]
    world = stage.experiment.timeline.latest()
    [node] = StopNode(running=stage.kubia).targets(world, PICK)
    assert node.name == pod.spec.node_name


def test_freezing_needs_a_scenario_that_is_tagged_for_it(tmp_path: Path) -> None:
    """The guard admits harm to the control plane only where it was asked for."""
    with staged(tmp_path) as stage:
        guard = stage.experiment._guard
        fault = FreezeController()
        world = stage.experiment.timeline.latest()
        targets = fault.targets(world, PICK)
        guard.admit("freeze", targets, world)
        with pytest.raises(Refused, match="control plane"):
            type(guard)(context=guard.context, is_ours=True).admit("freeze", targets, world)


def test_a_cluster_without_containers_is_refused() -> None:
    """A cluster whose nodes are no containers of ours has no node faults, and says so."""

    class Remote:
        """Only a name: no node can be reached through it."""

        name = "remote"

    remote: Cluster = Remote()  # type: ignore[assignment]
    off = SwitchOffController(controller="a")
    typed = LabelByHand(of=KUBIA, labels={"a": "b"})
    keep = KeepEndedPods(count=3)
    nodes = (StopNode(), FreezeController(), StopController(), off, keep, FreezeKubelet())
    for fault in (*nodes, typed):
        with pytest.raises(NotOfThisCluster, match="remote"):
            fault.suit(remote)
    restore, thaw = RestoreStaticPod(nodes=("a",), pod="b"), ThawProcess(nodes=("a",), process="b")
    for undo in (StartNode(node="a"), StartKubelet(node="a"), restore, thaw):
        with pytest.raises(RollbackFailed):
            undo.rollback(remote)


def test_a_node_that_does_not_start_is_a_failed_rollback(stage: Stage) -> None:
    """The undo proves itself: the container must be running afterwards."""
    stage.cluster.machines.state["fake-worker"] = "exited"
    stage.cluster.machines.is_bootable = False
    with pytest.raises(RollbackFailed, match="its container is exited after a start"):
        StartNode(node="fake-worker").rollback(stage.cluster)


def test_a_workload_that_is_gone_is_nothing_to_hit(stage: Stage) -> None:
    """Scaling what does not exist tests nothing."""
    stage.cluster.store.remove(stage.cluster.store.objects[stage.kubia.uid])
    stage.cluster.clock.pass_s(0.01)
    for fault in (ScaleWorkload(of=stage.kubia, replicas=1), CreateSurplusPod(of=stage.kubia)):
        with pytest.raises(NothingToHit):
            stage.experiment.inject(fault)
