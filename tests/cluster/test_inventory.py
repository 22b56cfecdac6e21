"""Does an inventory show what was left behind, and nothing else?"""

from __future__ import annotations

from pathlib import Path

import pytest

from reconverge.cluster.inventory import inventory
from reconverge.cluster.taints import add_taint
from reconverge.faults import CordonNode, Fault, LabelNode, TaintNode
from reconverge.model import Taint, ref
from tests.fakes import FakeCluster, SteppedClock
from tests.stage import staged

NODE = "fake-worker"
CLOSED = Taint(key="closed", effect="NoSchedule")


@pytest.fixture
def cluster() -> FakeCluster:
    return FakeCluster(SteppedClock())


@pytest.mark.parametrize(
    "fault",
    [
        LabelNode(node=NODE, labels={"disk": "ssd"}),
        CordonNode(node=NODE),
        TaintNode(node=NODE, taint=CLOSED),
    ],
)
def test_what_a_scenario_takes_back_is_in_no_inventory(tmp_path: Path, fault: Fault) -> None:
    """While its fault stands there is a difference; with its namespace gone there is none."""
    with staged(tmp_path) as stage:
        cluster = stage.cluster
        before = set(inventory(cluster))
        stage.experiment.inject(fault)
        after = set(inventory(cluster))
        assert [line for line in after - before if NODE in line]
        home = stage.experiment.namespace
    assert set(inventory(cluster)) == {line for line in before if home not in line}


def test_what_is_left_is_one_line_each(cluster: FakeCluster) -> None:
    """A taint, a namespace, a policy: with their names, for `diff`."""
    before = inventory(cluster)
    add_taint(cluster, ref("Node", cluster.read("Node", NODE)), CLOSED)
    for kind in ("Namespace", "ValidatingAdmissionPolicy"):
        cluster.store.add({"kind": kind, "metadata": {"name": "left"}})
    left = [line for line in inventory(cluster) if line not in before]
    assert left == [
        'Namespace "left"',
        'ValidatingAdmissionPolicy "left"',
        "node fake-worker: taint closed:NoSchedule",
    ]


def test_time_changes_nothing(cluster: FakeCluster) -> None:
    """Two looks at a cluster that nobody has touched are alike."""
    before = inventory(cluster)
    cluster.clock.pass_s(60)
    assert inventory(cluster) == before
