"""A changed specification: the change, the mark it must leave, and how it is restored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from reconverge.blast import Pick
from reconverge.errors import BadInput
from reconverge.faults import specs
from reconverge.faults.injector import encoded
from reconverge.faults.registry import decode_fault
from reconverge.faults.specs import (
    ask_for,
    change_image,
    label_template,
    redefine,
    select,
    set_parallelism,
    suspend,
)
from reconverge.faults.undo import RestoreFields
from reconverge.judges.effects import SpecChanged
from reconverge.model import Ref, ReplicationController
from reconverge.verdict import Verdict
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


def labels_of(stage: Stage) -> tuple[dict[str, str], dict[str, str]]:
    """The selector and the template's labels, as the API server has them."""
    view = stage.cluster.read(stage.kubia.kind, "kubia", namespace=stage.kubia.namespace)
    assert isinstance(view, ReplicationController)
    assert view.spec.template is not None
    return view.spec.selector, view.spec.template.metadata.labels


def test_a_selector_changes_with_its_template_and_is_given_back(stage: Stage) -> None:
    """What the old one asked for and the new one does not is gone, and comes back."""
    world = stage.experiment.timeline.latest()
    fault = select(stage.kubia, world, labels={"tier": "front"})
    injection = stage.experiment.inject(fault)
    assert labels_of(stage) == ({"tier": "front"}, {"tier": "front"})
    stage.experiment.roll_back(injection)
    assert labels_of(stage) == ({"app": "kubia"}, {"app": "kubia"})


def test_a_selector_can_be_asked_for_alone(stage: Stage) -> None:
    """A real API server refuses it: the template would not match."""
    world = stage.experiment.timeline.latest()
    fault = select(stage.kubia, world, labels={"app": "x"}, is_template_too=False)
    assert fault.change == {"spec": {"selector": {"app": "x"}}}


def test_the_selector_of_a_set_has_its_labels_inside() -> None:
    """Only a ReplicationController's is a bare map of labels."""
    world = World()
    set_ = Ref("ReplicaSet", NAMESPACE, "set", "set-1")
    template = {"metadata": {"labels": {"a": "1"}}, "spec": {"containers": [{"name": "x"}]}}
    spec = {"replicas": 1, "selector": {"matchLabels": {"a": "1"}}, "template": template}
    world.show(set_, spec, {})
    fault = select(set_, world.timeline.latest(), labels={"b": "2"}, is_template_too=False)
    assert fault.change == {"spec": {"selector": {"matchLabels": {"a": None, "b": "2"}}}}
    assert fault.former == {"spec": {"selector": {"matchLabels": {"b": None, "a": "1"}}}}


def test_a_template_gets_further_labels_and_loses_them_again(stage: Stage) -> None:
    """The selector stays what it was."""
    world = stage.experiment.timeline.latest()
    injection = stage.experiment.inject(label_template(stage.kubia, world, labels={"x": "y"}))
    assert labels_of(stage) == ({"app": "kubia"}, {"app": "kubia", "x": "y"})
    stage.experiment.roll_back(injection)
    assert labels_of(stage) == ({"app": "kubia"}, {"app": "kubia"})


def test_all_is_redefined_at_once_and_restored(stage: Stage) -> None:
    """One change of the specification, whatever it is made of."""
    world = stage.experiment.timeline.latest()
    fault = redefine(stage.kubia, world, replicas=2, labels={"app": "new"}, image="luksa/kubia")
    injection = stage.experiment.inject(fault)
    assert labels_of(stage) == ({"app": "new"}, {"app": "new"})
    assert image_of(stage) == "luksa/kubia"
    assert stage.converge(replicas=2).verdict is Verdict.HELD
    stage.experiment.roll_back(injection)
    assert (labels_of(stage)[0], image_of(stage)) == ({"app": "kubia"}, "mycool0905/kubia")


def test_a_number_is_asked_for_by_an_edit(stage: Stage) -> None:
    """The same field as a scale, by the other way."""
    world = stage.experiment.timeline.latest()
    fault = ask_for(stage.kubia, world, replicas=5)
    assert (fault.change, fault.former) == ({"spec": {"replicas": 5}}, {"spec": {"replicas": 3}})


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


@pytest.mark.parametrize("illness", ["cannot be pulled", "ends at once", "is never ready"])
def test_a_sick_template_is_made_well_again(tmp_path: Path, illness: specs.Illness) -> None:
    """Byte for byte what it was, though a command or a probe was put where none had been."""
    with staged(tmp_path) as stage:
        template = stage.cluster.store.objects[stage.kubia.uid]["spec"]["template"]
        before = msgspec.json.encode(template)
        world = stage.experiment.timeline.latest()
        fault = specs.sicken(stage.kubia, world, illness=illness)
        injection = stage.experiment.inject(fault)
        assert msgspec.json.encode(template) != before
        assert injection.sentence.endswith(f"given a container that {illness}")
        stage.experiment.roll_back(injection)
        assert msgspec.json.decode(msgspec.json.encode(template)) == msgspec.json.decode(before)


def test_a_probe_that_is_there_gets_another_period(tmp_path: Path) -> None:
    """And its own back; where there is none, that is said."""
    with staged(tmp_path) as stage:
        template = stage.cluster.store.objects[stage.kubia.uid]["spec"]["template"]
        with pytest.raises(BadInput, match="has no liveness probe"):
            specs.retime_probe(
                stage.kubia, stage.experiment.timeline.latest(), probe="liveness", period_s=2
            )
        [container] = template["spec"]["containers"]
        container["livenessProbe"] = {"periodSeconds": 7}
        stage.cluster.store.write(stage.cluster.store.objects[stage.kubia.uid])
        stage.cluster.clock.pass_s(0.01)
        world = stage.experiment.timeline.latest()
        fault = specs.retime_probe(stage.kubia, world, probe="liveness", period_s=2)
        injection = stage.experiment.inject(fault)
        assert container["livenessProbe"] == {"periodSeconds": 2}
        stage.experiment.roll_back(injection)
        assert container["livenessProbe"] == {"periodSeconds": 7}
