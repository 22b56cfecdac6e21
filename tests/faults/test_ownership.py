"""Bonds between objects: cut, and tied again; whoever is held cannot go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconverge.blast import ALL
from reconverge.cluster.errors import Conflict
from reconverge.faults import AddFinalizer, DeletePods, Disown, StripFinalizer
from reconverge.faults.injector import encoded
from reconverge.faults.registry import decode_fault
from reconverge.faults.undo import MARK
from reconverge.judges.effects import decode_effect, is_seen
from reconverge.judges.invariants import Claims
from reconverge.model import Named, Ref
from reconverge.recovery.recover import recover
from reconverge.verdict import Verdict
from tests.fakes import FakeCluster, SteppedClock
from tests.stage import MANIFESTS, Stage, die, experiment_on, staged

HELD = "reconverge.dev/held"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as stage:
        yield stage


def now(stage: Stage, pod: Ref) -> Named:
    return stage.cluster.read("Pod", pod.name, namespace=pod.namespace)


def test_a_disowned_pod_is_claimed_again(stage: Stage) -> None:
    """By its controller, since its labels match; the mark of the fault proves that it was done."""
    injection = stage.experiment.inject(Disown(of=stage.kubia))
    [pod] = injection.targets
    assert stage.converge().verdict is Verdict.HELD
    assert stage.hold(Claims(workload=stage.kubia, mine=(pod,))).verdict is Verdict.HELD
    assert now(stage, pod).metadata.annotations[MARK] == "disowned"
    stage.experiment.roll_back(injection)
    assert MARK not in now(stage, pod).metadata.annotations


def test_an_owner_is_given_back_where_nobody_has_adopted(stage: Stage) -> None:
    """Without its controller the pod is nobody's, until the undo says whose it was."""
    stage.cluster.controllers.is_frozen = True
    injection = stage.experiment.inject(Disown(of=stage.kubia))
    [pod] = injection.targets
    assert now(stage, pod).metadata.controller is None
    for _ in range(2):
        injection.undo.rollback(stage.cluster)
        owner = now(stage, pod).metadata.controller
        assert owner is not None
        assert owner.uid == stage.kubia.uid
    stage.cluster.controllers.thaw()


def test_an_owner_is_given_back_though_others_write_meanwhile(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pod's kubelet writes into it as it likes; the undo reads again, and comes after it."""
    stage.cluster.controllers.is_frozen = True
    injection = stage.experiment.inject(Disown(of=stage.kubia))
    [pod] = injection.targets

    def late(*_: object, **__: object) -> Named:
        monkeypatch.undo()
        raise Conflict("its kubelet has written it")

    monkeypatch.setattr(stage.cluster, "patch", late)
    injection.undo.rollback(stage.cluster)
    owner = now(stage, pod).metadata.controller
    assert owner is not None
    assert MARK not in now(stage, pod).metadata.annotations
    stage.cluster.controllers.thaw()


def test_a_pod_that_is_adopted_and_still_marked_is_not_healed(stage: Stage) -> None:
    """Marked pods are never chosen again: with each that is left, the fault finds fewer."""
    injection = stage.experiment.inject(Disown(of=stage.kubia))
    [pod] = injection.targets
    assert stage.converge().verdict is Verdict.HELD
    assert injection.undo.lacking(stage.cluster) == f"{pod.name} is still marked as harmed"
    stage.experiment.roll_back(injection)
    assert injection.undo.lacking(stage.cluster) == ""


def test_a_foster_owner_keeps_the_pod(stage: Stage) -> None:
    """Whoever has adopted it meanwhile is not robbed by an undo."""
    stage.cluster.controllers.is_frozen = True
    injection = stage.experiment.inject(Disown(of=stage.kubia))
    [pod] = injection.targets
    foster = {"kind": "ReplicaSet", "name": "foster", "uid": "f", "controller": True}
    stage.cluster.patch(pod, {"metadata": {"ownerReferences": [foster]}})
    injection.undo.rollback(stage.cluster)
    owner = now(stage, pod).metadata.controller
    assert owner is not None
    assert owner.name == "foster"
    stage.cluster.controllers.thaw()


def test_a_pod_that_bears_the_mark_is_not_chosen_again(stage: Stage) -> None:
    """Its mark would prove a second injection that did nothing."""
    first = stage.experiment.inject(Disown(of=stage.kubia))
    stage.cluster.clock.pass_s(1.0)
    second = stage.experiment.plan(Disown(of=stage.kubia, blast_radius=ALL))
    assert first.targets[0] not in second.targets
    assert len(second.targets) == 2


def test_a_held_pod_stays_until_it_is_let_go(stage: Stage) -> None:
    """Deleted it is replaced all the same; the undo removes the finalizer, and the pod goes."""
    held = stage.experiment.inject(AddFinalizer(of=stage.kubia))
    [pod] = held.targets
    stage.cluster.clock.pass_s(0.01)
    stage.experiment.inject(DeletePods(of=stage.kubia, blast_radius=ALL, grace_s=0))
    assert stage.converge().verdict is Verdict.HELD
    assert now(stage, pod).is_terminating
    stage.experiment.roll_back(held)
    assert pod.uid not in stage.cluster.store.objects
    held.undo.rollback(stage.cluster)


def test_others_finalizers_are_left_alone(stage: Stage) -> None:
    """One is added and one removed, each beside those that are there."""
    pod = stage.experiment.pod(stage.pods()[0].name)
    stage.cluster.patch(pod, {"metadata": {"finalizers": ["others.dev/a", "others.dev/b"]}})
    stage.cluster.clock.pass_s(0.01)
    held = stage.experiment.inject(AddFinalizer(of=pod))
    stripped = stage.experiment.inject(StripFinalizer(of=pod, finalizer="others.dev/a"))
    assert now(stage, pod).metadata.finalizers == ("others.dev/b", HELD)
    stage.experiment.roll_back(stripped)
    stage.experiment.roll_back(held)
    assert set(now(stage, pod).metadata.finalizers) == {"others.dev/a", "others.dev/b"}
    stage.cluster.patch(pod, {"metadata": {"finalizers": None}})


def test_an_effect_is_seen_by_the_finalizer_itself(stage: Stage) -> None:
    """Not before the write; and the fault can be read again."""
    before = stage.experiment.timeline[-1]
    fault = AddFinalizer(of=stage.kubia, is_of_pods=False)
    injection = stage.experiment.inject(fault)
    assert injection.targets == (stage.kubia,)
    stage.cluster.clock.pass_s(0.01)
    effect = decode_effect(encoded(fault.effect(injection.targets, ())))
    assert not is_seen(effect, before)
    assert is_seen(effect, stage.experiment.timeline[-1])
    assert decode_fault(encoded(fault)) == fault


def test_what_holds_and_what_was_cut_is_undone_from_the_journal(tmp_path: Path) -> None:
    """A process that died left a held pod and a disowned one; the next heals both."""
    cluster = FakeCluster(SteppedClock())
    experiment = experiment_on(cluster, tmp_path)
    experiment.open()
    [kubia] = experiment.apply(MANIFESTS / "kubia-rc.yaml")
    experiment.converge(kubia, replicas=3, within_s=60)
    [held] = experiment.inject(AddFinalizer(of=kubia)).targets
    [cut] = experiment.inject(Disown(of=kubia)).targets
    die(tmp_path / "journal")
    rows = recover(cluster, tmp_path / "journal", clock=cluster.clock)
    assert [row.error for row in rows] == ["", "", ""]
    for pod in (held, cut):
        one = cluster.store.objects.get(pod.uid)
        assert one is None or not one["metadata"].get("finalizers")
