"""Owners are deleted, one or all of a label, in each way that says what becomes of their pods."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from reconverge.blast import Pick
from reconverge.cluster.door import JsonObject
from reconverge.cluster.guard import NothingToHit
from reconverge.faults import DeleteCollection, DeleteOwner
from reconverge.faults.deletions import Propagation
from reconverge.faults.injector import encoded
from reconverge.faults.registry import decode_fault
from reconverge.faults.undo import NothingToUndo
from reconverge.judges import baselines
from reconverge.judges.baselines import pods_of
from reconverge.judges.effects import Deleted
from reconverge.judges.invariants import OwnerGoesLast
from reconverge.judges.owners import GoneWithPods, Orphaned
from reconverge.model import Ref
from reconverge.verdict import Verdict
from tests.kind_stage import workload
from tests.stage import Stage, staged

PICK = Pick(seed=1)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as stage:
        yield stage


@pytest.mark.parametrize(
    ("propagation", "words"),
    [
        ("Background", "with its pods"),
        ("Foreground", "after its pods"),
        ("Orphan", "without its pods"),
        (None, "without a word on its pods"),
    ],
)
def test_each_way_has_its_words(stage: Stage, propagation: Propagation | None, words: str) -> None:
    """It can be written down, marks the owner alone, and cannot be taken back."""
    fault = DeleteOwner(of=stage.kubia, propagation=propagation)
    world = stage.experiment.timeline.latest()
    assert decode_fault(encoded(fault)) == fault
    assert fault.targets(world, PICK) == (stage.kubia,)
    assert fault.sentence((stage.kubia,)) == f'ReplicationController "kubia" deleted {words}'
    assert fault.effect((stage.kubia,), ()) == Deleted(objects=(stage.kubia,))
    assert isinstance(fault.undo((stage.kubia,), world), NothingToUndo)


@pytest.mark.parametrize("propagation", ["Orphan", None])
def test_the_pods_of_a_controller_stay(stage: Stage, propagation: Propagation | None) -> None:
    """Asked for or not, a ReplicationController leaves its pods."""
    pods = pods_of(stage.experiment.timeline.latest(), stage.kubia)
    stage.experiment.inject(DeleteOwner(of=stage.kubia, propagation=propagation))
    assert stage.expect(Orphaned(owner=stage.kubia, pods=pods)).verdict is Verdict.HELD


@pytest.mark.parametrize("propagation", ["Background", "Foreground"])
def test_the_pods_go_with_it(stage: Stage, propagation: Propagation) -> None:
    """Before or after their owner."""
    pods = pods_of(stage.experiment.timeline.latest(), stage.kubia)
    stage.experiment.inject(DeleteOwner(of=stage.kubia, propagation=propagation))
    assert stage.expect(GoneWithPods(owner=stage.kubia, pods=pods)).verdict is Verdict.HELD
    goes_last = stage.hold(OwnerGoesLast(owner=stage.kubia)).verdict
    assert goes_last is (Verdict.HELD if propagation == "Foreground" else Verdict.BROKEN)


def test_what_is_gone_is_not_deleted_again(stage: Stage) -> None:
    """A second deletion would hit nothing."""
    fault = DeleteOwner(of=stage.kubia, propagation="Orphan")
    stage.experiment.inject(fault)
    stage.cluster.clock.pass_s(5.0)
    with pytest.raises(NothingToHit):
        stage.experiment.inject(fault)


OLD = {"release": "old"}


def shop(name: str, labels: dict[str, str]) -> JsonObject:
    """A workload of two pods that itself bears these labels."""
    made: Any = workload("ReplicaSet", name=name)
    made["metadata"]["labels"] = labels
    return cast(JsonObject, made)


def test_a_collection_is_what_bears_the_labels(stage: Stage) -> None:
    """Of that kind, in that namespace, and not going already: others have nothing to fear."""
    on = stage.experiment
    old = [on.apply(shop(name, {**OLD, "tier": "front"}))[0] for name in ("till", "shop")]
    on.apply(shop("new-shop", {"release": "new"}))
    fault = DeleteCollection(kind="ReplicaSet", labels=OLD, namespace=on.home)
    world = on.timeline.latest()
    assert decode_fault(encoded(fault)) == fault
    assert fault.targets(world, PICK) == (old[1], old[0])
    assert fault.sentence((old[1], old[0])) == (
        "the ReplicaSets labelled release=old deleted with their pods: shop, till"
    )
    assert isinstance(fault.undo(old, world), NothingToUndo)
    elsewhere = Ref("Namespace", "", "elsewhere", "ns-2")
    foreign = DeleteCollection(kind="ReplicaSet", labels=OLD, namespace=elsewhere)
    assert foreign.targets(world, PICK) == ()


def test_a_collection_goes_with_its_pods(stage: Stage) -> None:
    """Each owner and its pods; a workload of another label keeps its own."""
    on = stage.experiment
    old = [on.apply(shop(name, OLD))[0] for name in ("till", "shop")]
    [new] = on.apply(shop("new-shop", {"release": "new"}))
    for one in (*old, new):
        on.converge(one, replicas=2, within_s=60)
    before = on.timeline.latest()
    injection = on.inject(DeleteCollection(kind="ReplicaSet", labels=OLD, namespace=on.home))
    assert injection.targets == (old[1], old[0])
    for promise in baselines.gone_with_pods(before, injection.targets):
        assert len(promise.pods) == 2
        assert stage.expect(promise).verdict is Verdict.HELD
    assert stage.hold(baselines.same_pods(before, new)).verdict is Verdict.HELD


def test_a_collection_of_nothing_is_nothing_to_hit(stage: Stage) -> None:
    """A label that nobody bears would test nothing."""
    with pytest.raises(NothingToHit):
        stage.experiment.inject(
            DeleteCollection(kind="ReplicaSet", labels=OLD, namespace=stage.experiment.home)
        )
