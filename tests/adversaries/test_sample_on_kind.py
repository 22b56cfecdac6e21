"""A sample of the table, for every day: one adversary of each sort, on the real cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconverge.cluster.nodes import KindCluster
from reconverge.provision import lifecycle
from tests.adversaries.adversaries import ADVERSARIES, Adversary
from tests.adversaries.rounds import Arena
from tests.adversaries.scenarios import RC, SCENARIOS

pytestmark = pytest.mark.cluster

SAMPLE = ("fault switched off", "watches cut for 2 s", "controllers frozen")


@pytest.mark.parametrize(
    "adversary", [one for one in ADVERSARIES if one.name in SAMPLE], ids=lambda one: one.name
)
def test_no_verdict_is_wrong(cluster: KindCluster, tmp_path: Path, adversary: Adversary) -> None:
    """Each is one that may be given there, and none is against the truth."""
    handle = lifecycle.find(cluster.kind_name)
    assert handle is not None
    arena = Arena(cluster, handle.kubeconfig, tmp_path, seed=1)
    outcomes = arena.play(adversary, [one for one in SCENARIOS if one.kind == RC])
    assert outcomes
    assert [one for one in outcomes if one.flaw or not one.is_wanted] == []
