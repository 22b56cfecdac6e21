"""A changed specification: the change, the mark it must leave, and how it is restored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconverge.blast import Pick
from reconverge.errors import BadInput
from reconverge.faults.injector import encoded
from reconverge.faults.registry import decode_fault
from reconverge.faults.specs import change_image, set_parallelism, suspend
from reconverge.faults.undo import RestoreFields
from reconverge.judges.effects import SpecChanged
from reconverge.model import Ref, ReplicationController
from tests.builders import NAMESPACE
from tests.judges.steady.worlds import JOB, World
from tests.stage import Stage, staged

PICK = Pick(seed=1)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as stage:
        yield stage


def image_of(stage: Stage) -> str:
    view = stage.cluster.read(stage.kubia.kind, "kubia", namespace=stage.kubia.namespace)
    assert isinstance(view, ReplicationController)
    assert view.spec.template is not None
    return view.spec.template.spec.containers[0].image


def test_another_image_is_given_and_taken_back(stage: Stage) -> None:
    """Only the image of the template changes; a rollback restores the former one."""
    before = image_of(stage)
    fault = change_image(stage.kubia, stage.experiment.timeline.latest(), image="luksa/kubia:v2")
    assert decode_fault(encoded(fault)) == fault
    injection = stage.experiment.inject(fault)
    assert image_of(stage) == "luksa/kubia:v2"
    assert injection.sentence == 'ReplicationController "kubia" given the image luksa/kubia:v2'
    stage.experiment.roll_back(injection)
    assert image_of(stage) == before


def test_a_change_is_proved_by_the_generation(stage: Stage) -> None:
    """The API server counts a specification's changes; until it has, nothing was hit."""
    fault = change_image(stage.kubia, stage.experiment.timeline.latest(), image="x")
    assert fault.effect((stage.kubia,), ()) == SpecChanged(object=stage.kubia, after_generation=1)


def test_a_job_is_suspended_and_resumed() -> None:
    """The undo restores what it was, not the opposite of what was asked."""
    world = World()
    world.show(JOB, {"suspend": True}, {})
    fault = suspend(JOB, world.timeline.latest())
    assert fault.change == {"spec": {"suspend": True}}
    undo = fault.undo((JOB,), world.timeline.latest())
    assert undo == RestoreFields(of=JOB, fields={"spec": {"suspend": True}}, what="suspended")


def test_parallelism_is_a_jobs_alone() -> None:
    """What cannot be changed is bad input, before anything happens."""
    world = World()
    world.rolled_out()
    world.job()
    fault = set_parallelism(JOB, world.timeline.latest(), parallelism=3)
    assert fault.former == {"spec": {"parallelism": 1}}
    other = Ref("Deployment", NAMESPACE, "kubia", "deploy-1")
    for change in (
        lambda: set_parallelism(other, world.timeline.latest(), parallelism=3),
        lambda: suspend(other, world.timeline.latest()),
        lambda: suspend(Ref("Job", NAMESPACE, "gone", "gone"), world.timeline.latest()),
    ):
        with pytest.raises(BadInput):
            change()


def test_an_object_that_is_gone_is_no_target() -> None:
    """Between the choice of words and the injection it may have been deleted."""
    world = World()
    world.job()
    fault = suspend(JOB, world.timeline.latest())
    world.see(
        "Job", "deleted", {"metadata": {"uid": JOB.uid, "name": "batch", "resourceVersion": "99"}}
    )
    assert fault.targets(world.timeline.latest(), PICK) == ()
