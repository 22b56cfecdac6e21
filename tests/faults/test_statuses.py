"""A false number in a status: marked where it is written, and counted anew by its controller."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconverge.blast import Pick
from reconverge.cluster.guard import NothingToHit
from reconverge.faults import OverwriteStatus
from reconverge.faults.injector import encoded
from reconverge.faults.registry import decode_fault
from reconverge.faults.statuses import OVERWRITTEN
from reconverge.faults.undo import MARK
from reconverge.judges import baselines
from reconverge.judges.effects import Annotated
from reconverge.judges.temporal import Eventually
from reconverge.judges.whereabouts import Counts
from reconverge.model import Ref
from reconverge.verdict import Verdict
from tests.stage import Stage, staged


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as stage:
        yield stage


def false(stage: Stage) -> OverwriteStatus:
    return OverwriteStatus(of=stage.kubia, field="readyReplicas", number=7)


def test_it_can_be_written_down_and_says_what_it_is(stage: Stage) -> None:
    """Its target is the workload, if that is there."""
    fault, world = false(stage), stage.experiment.timeline.latest()
    assert decode_fault(encoded(fault)) == fault
    assert fault.targets(world, Pick(seed=1)) == (stage.kubia,)
    assert fault.sentence((stage.kubia,)) == (
        'the status of ReplicationController "kubia" overwritten: 7 readyReplicas'
    )
    assert fault.effect((stage.kubia,), ()) == Annotated(
        objects=(stage.kubia,), key=MARK, value=OVERWRITTEN
    )
    gone = Ref(stage.kubia.kind, stage.kubia.namespace, "gone", "gone")
    lost = OverwriteStatus(of=gone, field="readyReplicas", number=7)
    assert lost.targets(world, Pick(seed=1)) == ()


def test_its_controller_counts_anew_and_moves_no_pod(stage: Stage) -> None:
    """What was written is seen, is put right, and was no reason to act."""
    before = stage.experiment.timeline.latest()
    injection = stage.experiment.inject(false(stage))
    said = Counts(of=stage.kubia, numbers={"readyReplicas": 7})
    assert stage.expect(Eventually(of=said, injections=(injection.id,))).verdict is Verdict.HELD
    assert stage.converge().verdict is Verdict.HELD
    assert stage.hold(baselines.same_pods(before, stage.kubia)).verdict is Verdict.HELD


def test_what_bears_the_mark_is_not_hit_again(stage: Stage) -> None:
    """The mark of the first time would pass for that of the second."""
    stage.experiment.inject(false(stage))
    stage.cluster.clock.pass_s(5.0)
    with pytest.raises(NothingToHit):
        stage.experiment.inject(false(stage))


def test_nobody_corrects_it_where_the_controller_is_frozen(stage: Stage) -> None:
    """The false number stands, and what it says is no convergence."""
    stage.cluster.controllers.is_frozen = True
    stage.experiment.inject(false(stage))
    assert stage.converge(within_s=30).verdict is not Verdict.HELD


def test_its_mark_is_taken_off_again(stage: Stage) -> None:
    """The number itself is its controller's."""
    injection = stage.experiment.inject(false(stage))
    stage.experiment.roll_back(injection)
    view = stage.cluster.read(
        stage.kubia.kind, stage.kubia.name, namespace=stage.experiment.namespace
    )
    assert MARK not in view.metadata.annotations
