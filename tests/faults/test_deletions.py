"""An owner is deleted, in each of the ways that say what becomes of its pods."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconverge.blast import Pick
from reconverge.cluster.guard import NothingToHit
from reconverge.faults import DeleteOwner
from reconverge.faults.deletions import Propagation
from reconverge.faults.injector import encoded
from reconverge.faults.registry import decode_fault
from reconverge.faults.undo import NothingToUndo
from reconverge.judges.baselines import pods_of
from reconverge.judges.effects import Deleted
from reconverge.judges.invariants import OwnerGoesLast
from reconverge.judges.owners import GoneWithPods, Orphaned
from reconverge.verdict import Verdict
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
