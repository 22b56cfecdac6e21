"""A node's label is changed, and comes back as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconverge.faults import LabelNode
from reconverge.faults.injector import encoded
from reconverge.faults.registry import decode_fault
from reconverge.judges.effects import LabelsChanged
from tests.stage import Stage, staged


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as stage:
        yield stage


def disk_of(stage: Stage, node: str) -> str | None:
    return stage.cluster.read("Node", node).metadata.labels.get("disk")


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
