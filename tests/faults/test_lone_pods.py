"""Pods that no controller made, pods that are cheap to lose, and quotas: chosen, marked, undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconverge.blast import Pick
from reconverge.errors import BadInput
from reconverge.faults import CheapenPod, CreateLonePods, DeletePod, LabelPod, SetQuota
from reconverge.faults.fault import Fault
from reconverge.faults.injector import Injection, encoded
from reconverge.faults.registry import decode_fault
from reconverge.faults.undo import NothingToUndo, RestoreFields
from reconverge.judges.effects import LabelsChanged, PodAppeared, PodsLost, QuotaSet, is_seen
from reconverge.judges.invariants import Claims
from reconverge.model import Pod, Ref
from reconverge.verdict import Verdict
from tests.stage import Stage, staged

PICK = Pick(seed=1)
SETS = ({"app": "kubia"}, {"app": "other"})


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as stage:
        yield stage


def created(stage: Stage) -> Injection:
    return stage.experiment.inject(CreateLonePods(beside=stage.kubia, labels=SETS))


def pod(stage: Stage, one: Ref) -> Pod | None:
    stage.cluster.clock.pass_s(0.1)
    return stage.experiment.timeline.latest().pod(one.uid)


def test_what_matches_is_claimed_and_the_other_is_left(stage: Stage) -> None:
    """The controller sees both; a rollback removes what is left of them."""
    injection = created(stage)
    mine, other = injection.created
    assert stage.converge().verdict is Verdict.HELD
    claims = Claims(workload=stage.kubia, mine=(mine,), others=(other,))
    assert stage.hold(claims).verdict is Verdict.HELD
    assert pod(stage, other) is not None
    stage.experiment.roll_back(injection)
    assert pod(stage, other) is None
    assert injection.undo.sentence() == 'Pod "lone-0", Pod "lone-1" removed, if still there'


def test_a_namesake_is_not_removed(stage: Stage) -> None:
    """Only what carries the fault's mark is."""
    undo = CreateLonePods(beside=stage.kubia, labels=SETS).undo(
        (), stage.experiment.timeline.latest()
    )
    foreign = {
        "kind": "Pod",
        "metadata": {"name": "lone-0"},
        "spec": {"containers": [{"name": "main"}]},
    }
    made = stage.cluster.store.add(foreign, namespace=stage.experiment.namespace)
    undo.rollback(stage.cluster)
    assert made["metadata"]["uid"] in stage.cluster.store.objects


def test_no_pod_is_no_fault(stage: Stage) -> None:
    """Without labels to give there is nothing to create."""
    world = stage.experiment.timeline.latest()
    assert CreateLonePods(beside=stage.kubia, labels=()).targets(world, PICK) == ()


def test_one_pod_is_labelled_and_gets_its_labels_back(stage: Stage) -> None:
    """Exactly that pod; what it had before is written down."""
    [_, other] = created(stage).created
    assert pod(stage, other) is not None
    fault = LabelPod(pod=other, labels={"app": None, "x": "y"})
    injection = stage.experiment.inject(fault)
    assert injection.sentence == "lone-1 labelled no app, x=y"
    changed = pod(stage, other)
    assert changed is not None
    assert changed.metadata.labels == {"x": "y"}
    stage.experiment.roll_back(injection)
    restored = pod(stage, other)
    assert restored is not None
    assert restored.metadata.labels == {"app": "other"}


def test_only_a_pod_of_nobodys_is_deleted_so(stage: Stage) -> None:
    """One that is owned would be replaced, and the scenario says otherwise."""
    [_, other] = created(stage).created
    assert pod(stage, other) is not None
    stage.experiment.inject(DeletePod(pod=other))
    lost = pod(stage, other)
    assert lost is None or lost.is_terminating
    with pytest.raises(BadInput, match="is owned by kubia"):
        stage.experiment.plan(DeletePod(pod=stage.experiment.pod(stage.pods()[0].name)))


def test_a_pod_is_made_cheap_and_dear_again(stage: Stage) -> None:
    """The annotation is what the controller asks for; a rollback takes it away."""
    injection = stage.experiment.inject(CheapenPod(of=stage.kubia))
    [target] = injection.targets
    cost = "controller.kubernetes.io/pod-deletion-cost"
    cheap = pod(stage, target)
    assert cheap is not None
    assert cheap.metadata.annotations[cost] == "-1"
    stage.experiment.roll_back(injection)
    dear = pod(stage, target)
    assert dear is not None
    assert cost not in dear.metadata.annotations


def quota_of(stage: Stage) -> Ref:
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "few"},
        "spec": {"hard": {"pods": "2"}},
    }
    [ref] = stage.experiment.apply(quota)  # type: ignore[arg-type]
    return ref


def test_a_quota_is_set_and_set_back(stage: Stage) -> None:
    """A bound that was not there is taken away again."""
    quota = quota_of(stage)
    fault = SetQuota(of=quota, hard={"pods": "3", "services": "1"})
    injection = stage.experiment.inject(fault)
    stage.cluster.clock.pass_s(0.1)
    entry = stage.experiment.timeline[len(stage.experiment.timeline) - 1]
    assert is_seen(QuotaSet(quota=quota, hard={"pods": "3"}), entry)
    assert not is_seen(QuotaSet(quota=quota, hard={"pods": "2"}), entry)
    assert injection.sentence == 'ResourceQuota "few" set to 3 pods, 1 services'
    former = {"spec": {"hard": {"pods": "2", "services": None}}}
    assert injection.undo == RestoreFields(
        of=quota, fields=former, what="set to 3 pods, 1 services"
    )


def test_the_marks_they_must_leave(stage: Stage) -> None:
    """Pods are seen in the order of their creation: the last one stands for all."""
    one, two = (Ref("Pod", "exp", name, name) for name in ("one", "two"))
    fault = CreateLonePods(beside=stage.kubia, labels=SETS)
    assert fault.effect((), (one, two)) == PodAppeared(pod=two)
    never = Ref("Pod", stage.kubia.namespace, "lone", "")
    assert fault.effect((), ()) == PodAppeared(pod=never)
    relabelled = LabelPod(pod=one, labels={"a": "b"}).effect((one,), ())
    assert relabelled == LabelsChanged(objects=(one,), labels={"a": "b"})
    assert DeletePod(pod=one).effect((one,), ()) == PodsLost(pods=(one,))


def test_they_can_be_written_down_and_read_again(stage: Stage) -> None:
    """A journal and a timeline hold them."""
    some = stage.experiment.pod(stage.pods()[0].name)
    gone = Ref("ResourceQuota", stage.kubia.namespace, "gone", "gone")
    faults: list[Fault] = [
        CreateLonePods(beside=stage.kubia, labels=SETS, image="other"),
        LabelPod(pod=some, labels={"a": None}),
        DeletePod(pod=some, grace_s=0),
        CheapenPod(of=stage.kubia),
        SetQuota(of=gone, hard={"pods": "1"}),
    ]
    assert [decode_fault(encoded(one)) for one in faults] == faults
    world = stage.experiment.timeline.latest()
    assert SetQuota(of=gone, hard={}).targets(world, PICK) == ()
    assert isinstance(SetQuota(of=gone, hard={}).undo((), world), NothingToUndo)
    assert isinstance(CheapenPod(of=gone).undo((), world), NothingToUndo)
