"""A scenario harms the nodes that are its own for its turn, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from reconverge.cluster.guard import NothingToHit
from reconverge.cluster.taints import add_taint
from reconverge.errors import Refused
from reconverge.faults import DeletePods, Fault, LabelNode, StopNode, TaintNode
from reconverge.model import OUTAGES, Taint, ref
from reconverge.turns import Turn
from tests.fakes import FakeCluster, SteppedClock
from tests.stage import MANIFESTS, Stage, experiment_on

ASIDE, OTHERS = "fake-worker2", ("fake-worker", "fake-worker1")


@contextmanager
def turn(folder: Path, turn: Turn, *, sets_aside: bool = True) -> Iterator[Stage]:
    """A scenario that has this turn, on a cluster whose last worker is set aside."""
    cluster = FakeCluster(SteppedClock())
    if sets_aside:
        add_taint(cluster, ref("Node", cluster.read("Node", ASIDE)), OUTAGES)
    with experiment_on(cluster, folder, turn=turn) as experiment:
        [kubia] = experiment.apply(MANIFESTS / "kubia-rc.yaml")
        experiment.converge(kubia, replicas=3)
        yield Stage(cluster, experiment, kubia)


def hit(stage: Stage, fault: Fault) -> str:
    [target] = stage.experiment.plan(fault).targets
    return target.name


def test_an_outage_is_that_of_the_node_set_aside(tmp_path: Path) -> None:
    """Whatever the seed, since nobody else has pods there."""
    with turn(tmp_path, Turn.OUTAGE) as stage:
        hits = set()
        for seed in range(20):
            stage.experiment.seed = seed
            hits.add(hit(stage, StopNode()))
        assert hits == {ASIDE}


@pytest.mark.parametrize(("lane", "own"), [("1", "fake-worker1"), ("2", "fake-worker2")])
def test_of_two_nodes_set_aside_each_has_its_own_lane(tmp_path: Path, lane: str, own: str) -> None:
    """No pod is on the other one, whose outage is somebody else's business."""
    cluster = FakeCluster(SteppedClock())
    for value in ("1", "2"):
        node = ref("Node", cluster.read("Node", f"fake-worker{value}"))
        add_taint(cluster, node, msgspec.structs.replace(OUTAGES, value=value))
    with experiment_on(cluster, tmp_path, turn=Turn.OUTAGE, lane=lane) as experiment:
        [kubia] = experiment.apply(MANIFESTS / "kubia-rc.yaml")
        experiment.converge(kubia, replicas=3)
        stage = Stage(cluster, experiment, kubia)
        rows = [one for pod in stage.pods() for one in pod.spec.tolerations]
        assert {one.value for one in rows if one.key == OUTAGES.key} == {lane}
        assert hit(stage, StopNode()) == own


@pytest.mark.parametrize("name", OTHERS)
def test_an_outage_of_another_node_is_refused(tmp_path: Path, name: str) -> None:
    """A fault that names its node, because a pod is there, is not led elsewhere in silence."""
    closed = TaintNode(node=name, taint=Taint(key="closed", effect="NoExecute"))
    with turn(tmp_path, Turn.OUTAGE) as stage, pytest.raises(Refused, match="other scenarios"):
        stage.experiment.inject(closed)


def test_without_a_pod_there_an_outage_hits_nothing(tmp_path: Path) -> None:
    """An error of the scenario's, and no other node's outage."""
    with turn(tmp_path, Turn.OUTAGE) as stage, pytest.raises(NothingToHit):
        stage.experiment.inject(StopNode(running=stage.kubia))


def test_labels_are_put_on_nodes_that_take_pods(tmp_path: Path) -> None:
    """What follows a label tolerates no outage."""
    with turn(tmp_path, Turn.LABELS) as stage:
        first = hit(stage, LabelNode(labels={"disk": "ssd"}))
        second = hit(stage, LabelNode(labels={"disk": "ssd"}, other_than=(first,)))
        assert {first, second} == set(OTHERS)


@pytest.mark.parametrize("sets_aside", [True, False])
def test_who_shares_the_cluster_harms_no_node(tmp_path: Path, sets_aside: bool) -> None:
    """Its own pods are its own to harm; a node needs a tag, which the refusal names."""
    with turn(tmp_path, Turn.SHARED, sets_aside=sets_aside) as stage:
        stage.experiment.inject(DeletePods(of=stage.kubia))
        with pytest.raises(Refused, match="tagged @node_loss or @exclusive"):
            stage.experiment.inject(StopNode())


def test_who_is_alone_may_harm_every_worker(tmp_path: Path) -> None:
    """And its pods are on all of them."""
    with turn(tmp_path, Turn.ALONE) as stage:
        assert [hit(stage, StopNode(node=name)) for name in (*OTHERS, ASIDE)] == [*OTHERS, ASIDE]


@pytest.mark.parametrize(
    ("mine", "sets_aside", "tolerates"),
    [
        (Turn.OUTAGE, True, True),
        (Turn.ALONE, True, True),
        (Turn.SHARED, True, False),
        (Turn.LABELS, True, False),
        (Turn.ALONE, False, False),
    ],
)
def test_only_pods_of_an_outage_are_let_onto_the_node_set_aside(
    tmp_path: Path, mine: Turn, sets_aside: bool, tolerates: bool
) -> None:
    """Manifests of the others are applied as they are written."""
    with turn(tmp_path, mine, sets_aside=sets_aside) as stage:
        rows = [one.key for pod in stage.pods() for one in pod.spec.tolerations]
        assert (OUTAGES.key in rows) is tolerates
