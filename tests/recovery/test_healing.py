"""A rollback has healed when what was harmed is in its steady state, not when a call returned."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from reconverge.cluster.errors import Conflict
from reconverge.faults import LabelNode, ScaleWorkload, StopNode
from reconverge.faults.healing import is_healed, wait_until_healed
from reconverge.faults.health import unlike
from reconverge.faults.journal import pending
from reconverge.faults.rollbacks import AnyUndo
from reconverge.faults.undo import Labelled, RestoreFields, RestoreLabels, StartNode, Undo
from reconverge.model import Meta, Node, NodeSpec, Ref
from reconverge.recovery.recover import recover
from tests.fakes import FakeCluster, SteppedClock
from tests.faults.test_journal import abandoned, planned
from tests.stage import die, experiment_on, staged

NODE = "fake-worker"


@pytest.mark.parametrize("undo", get_args(AnyUndo))
def test_every_undo_says_what_is_lacking(undo: type[Undo]) -> None:
    """None gets by with an answer that it did not give."""
    assert "lacking" in vars(undo) or any(
        "lacking" in vars(base) for base in undo.__mro__[1:] if base not in (Undo, object)
    )


def test_a_node_is_healed_when_it_is_whole_and_not_when_its_container_runs() -> None:
    """The container starts at once; the node is Ready seconds later."""
    cluster = FakeCluster(SteppedClock())
    cluster.machines.stop(NODE)
    cluster.clock.pass_s(15)
    undo = StartNode(node=NODE)
    undo.rollback(cluster)
    assert cluster.node_container(NODE).state == "running"
    assert not is_healed(cluster, undo)
    assert wait_until_healed(cluster, undo, clock=cluster.clock) == ""
    assert is_healed(cluster, undo)


def test_a_node_that_never_boots_is_told_and_stays_in_the_journal(tmp_path: Path) -> None:
    """Neither the scenario's end nor a recovery takes it for healed."""
    cluster = FakeCluster(SteppedClock())
    abandoned(tmp_path, planned(node=NODE))
    cluster.machines.stop(NODE)
    cluster.machines.is_bootable = False
    [row] = recover(cluster, tmp_path, clock=cluster.clock)
    assert "exited after a start" in row.error
    assert [one.id for one in pending(tmp_path)] == ["exp/0"]


def test_two_faults_of_one_object_are_healed_in_their_order(tmp_path: Path) -> None:
    """The newer undo is seen to work before the older has its turn."""
    with staged(tmp_path) as stage:
        for replicas in (5, 6):
            stage.experiment.inject(ScaleWorkload(of=stage.kubia, replicas=replicas))
    die(tmp_path / "journal")
    assert pending(tmp_path / "journal") == ()


def test_an_older_undo_is_done_again_after_a_newer_that_failed_at_first(tmp_path: Path) -> None:
    """Otherwise the newer one, done last, would leave the object as it was in between."""
    cluster = FakeCluster(SteppedClock())
    experiment = experiment_on(cluster, tmp_path)
    experiment.open()
    for disk in ("hdd", "ssd"):
        experiment.inject(LabelNode(node=NODE, labels={"disk": disk}))
    die(tmp_path / "journal")
    refusals = iter([True])
    patch = cluster.patch

    def reluctant(*args: object, **options: object) -> object:
        if next(refusals, False):
            raise Conflict("the object has been modified")
        return patch(*args, **options)  # type: ignore[arg-type]

    cluster.patch = reluctant  # type: ignore[assignment,method-assign]
    rows = recover(cluster, tmp_path / "journal", clock=cluster.clock)
    assert [row.error for row in rows] == ["", "", ""]
    assert "disk" not in cluster.read("Node", NODE).metadata.labels


def test_an_api_server_that_is_away_is_waited_for(tmp_path: Path) -> None:
    """For a bound; then the undo is done."""
    cluster = FakeCluster(SteppedClock())
    abandoned(tmp_path, planned(node=NODE))
    cluster.machines.stop(NODE)
    cluster.is_down = True

    def come_back() -> None:
        cluster.is_down = False

    cluster.clock.after(30, come_back)
    [row] = recover(cluster, tmp_path, clock=cluster.clock)
    assert row.error == ""
    assert 30 < cluster.clock.monotonic_s() < 60


def test_a_label_that_somebody_sets_again_is_not_healed() -> None:
    """Labels are compared, whoever wrote them last."""
    cluster = FakeCluster(SteppedClock())
    node = cluster.read("Node", NODE)
    one = Ref("Node", "", NODE, node.uid)
    undo = RestoreLabels(rows=(Labelled(one, {"a": None}),))
    undo.rollback(cluster)
    assert is_healed(cluster, undo)
    cluster.patch(one, {"metadata": {"labels": {"a": "b"}}})
    assert not is_healed(cluster, undo)


def test_an_undo_that_was_not_heard_is_not_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """A conflict on that very object is no namesake: it is tried again, never taken for done."""
    cluster = FakeCluster(SteppedClock())
    one = Ref("Node", "", NODE, cluster.read("Node", NODE).uid)

    def refuse(*_: object, **__: object) -> object:
        raise Conflict("the object has been modified")

    monkeypatch.setattr(cluster, "patch", refuse)
    undo = RestoreFields(of=one, fields={"spec": {"unschedulable": False}}, what="cordoned")
    with pytest.raises(Exception, match="modified"):
        undo.rollback(cluster)


@pytest.mark.parametrize(
    ("fields", "paths"),
    [
        ({"spec": {"unschedulable": False}}, ["spec.unschedulable"]),
        ({"spec": {"unschedulable": True}}, []),
        ({"metadata": {"labels": {"a": "c"}}}, ["metadata.labels.a"]),
        ({"spec": {"what the view does not show": 1}}, []),
    ],
)
def test_what_differs_is_named_by_its_path(fields: dict[str, object], paths: list[str]) -> None:
    """As far as the view shows it."""
    node = Node(metadata=Meta(labels={"a": "b"}), spec=NodeSpec(unschedulable=True))
    assert unlike(node, fields) == paths


def test_a_node_that_was_stopped_is_waited_for_at_the_end(tmp_path: Path) -> None:
    """The scenario leaves a whole node, without a step that says so."""
    cluster = FakeCluster(SteppedClock())
    with experiment_on(cluster, tmp_path) as experiment:
        experiment.inject(StopNode(node=NODE))
        cluster.clock.pass_s(15)
    node = cluster.read("Node", NODE)
    assert isinstance(node, Node)
    assert node.is_ready
