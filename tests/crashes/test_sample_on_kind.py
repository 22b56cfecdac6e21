"""A sample of the crash trials, in seconds: one fault of a node's object, one of a workload."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconverge.cluster.nodes import KindCluster
from reconverge.model import Ref
from tests.conftest import found_kubeconfig
from tests.crashes.rounds import Rounds
from tests.crashes.samples import NAMESPACE, on, staged

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def scene(cluster: KindCluster) -> Iterator[dict[str, Ref]]:
    """Of both tests, since its namespace takes some seconds to go."""
    with staged(cluster) as made:
        yield made


@pytest.mark.parametrize("fault", ["CordonNode", "ScaleWorkload"])
def test_a_run_killed_at_a_step_leaves_nothing(
    cluster: KindCluster, scene: dict[str, Ref], fault: str
) -> None:
    """At some of its steps; `./run crashes` plays all."""
    kubeconfig, _ = found_kubeconfig()
    rounds = Rounds(kubeconfig, cluster.kind_name, within=(NAMESPACE,))
    for trial in rounds.trials(fault, on(cluster, scene)[fault], seed=4711, at_most=4):
        assert trial.is_healed, trial
