"""Is a command really run inside a container, and its end told?"""

from __future__ import annotations

from pathlib import Path

import pytest

from reconverge.cluster.errors import Unreachable
from reconverge.cluster.nodes import KindCluster
from tests.kind_stage import experiment_on_kind, workload

pytestmark = pytest.mark.cluster


def test_a_command_ends_with_its_code_and_its_output(cluster: KindCluster, tmp_path: Path) -> None:
    """A code other than 0 is an answer; what does not start, or does not end, is an error."""
    with experiment_on_kind(cluster, tmp_path) as experiment:
        [made] = experiment.apply(workload("ReplicaSet", replicas=1))
        experiment.converge(made, replicas=1, within_s=60)
        pod = experiment.pod(experiment.timeline.latest().pods_of(made)[0].name)
        said = cluster.run_in_pod(pod, ["sh", "-c", "echo here; exit 3"])
        assert (said.ok, said.text) == (False, "here\n")
        with pytest.raises(Unreachable):
            cluster.run_in_pod(pod, ["/no/such/program"])
        with pytest.raises(Unreachable, match=r"did not end within 0\.5 s"):
            cluster.run_in_pod(pod, ["sleep", "60"], timeout_s=0.5)
