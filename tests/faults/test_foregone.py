"""A fault that would change nothing is refused: what stood before it would pass for a recovery."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconverge.cluster.guard import NothingToHit
from reconverge.faults import DeletePods, ScaleWorkload
from reconverge.faults.fault import present
from reconverge.faults.plans import AtOnce
from reconverge.model import ReplicationController
from reconverge.timeline import Injected
from tests.stage import Stage, staged


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as stage:
        yield stage


def test_a_workload_that_asks_for_so_many_already(stage: Stage) -> None:
    """The sentence says what is so; nothing is written down, and nothing is on the record."""
    with pytest.raises(NothingToHit) as refused:
        stage.experiment.inject(ScaleWorkload(of=stage.kubia, replicas=3))
    assert str(refused.value) == (
        "kubia scaled to 3: nothing would be changed: "
        'ReplicationController "kubia" asks for 3 pods already '
        "-> let the fault change something, or leave it out"
    )
    records = [entry.record for entry in stage.experiment.timeline.entries()]
    assert not [one for one in records if isinstance(one, Injected)]
    assert not stage.experiment.standing


def test_what_we_have_not_heard_of_yet_counts(stage: Stage) -> None:
    """Somebody has just scaled it, and our watch lags: the API server is asked."""
    stage.cluster.scale(stage.kubia, 5)
    assert present(stage.experiment.timeline.latest(), stage.kubia).replicas == 3
    stage.experiment.inject(ScaleWorkload(of=stage.kubia, replicas=3))
    view = stage.cluster.read("ReplicationController", "kubia", namespace=stage.kubia.namespace)
    assert isinstance(view, ReplicationController)
    assert view.spec.replicas == 3


def test_what_the_plan_has_done_by_then_counts(stage: Stage) -> None:
    """Of several at once the later is chosen before the earlier is done."""
    up, down = ScaleWorkload(of=stage.kubia, replicas=5), ScaleWorkload(of=stage.kubia, replicas=3)
    assert len(stage.experiment.perform(AtOnce(faults=(up, down))).parts) == 2


def test_what_others_do_about_a_fault_is_never_foregone(stage: Stage) -> None:
    """A pod that is lost is another pod each time."""
    for _ in range(2):
        stage.experiment.inject(DeletePods(of=stage.kubia))
        stage.converge()
