"""A scenario on a real cluster, and its record judged again without one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reconverge.cluster.nodes import KindCluster
from reconverge.report import run_record
from reconverge.verdict import Verdict

ROOT = Path(__file__).parent.parent
FEATURE = "features/replication/lost_pods.feature"
SCENARIO = f"{FEATURE}::Lost pods are replaced[ReplicationController-a majority-2]"


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """A program as a user would start it."""
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, check=False, capture_output=True, text=True
    )


@pytest.mark.cluster
def test_a_run_on_a_cluster_is_judged_the_same_again(cluster: KindCluster, tmp_path: Path) -> None:
    """Every finding comes out as it was recorded, to the last word and second."""
    where = ["--kube-context", cluster.name]
    kubeconfig = os.environ.get("RECONVERGE_TEST_KUBECONFIG", "")
    where = [*where, "--kubeconfig", kubeconfig] if kubeconfig else []
    chaos = run("pytest", SCENARIO, "--seed", "7", "--report-dir", str(tmp_path / "run"), *where)
    assert chaos.returncode == 0, chaos.stdout
    assert "over 2 replacements" in chaos.stdout

    record = run_record.read(tmp_path / "run")
    assert record is not None
    assert (record.seed, record.cluster.kubernetes) == (7, cluster.version)
    assert [one.verdict for one in record.scenarios] == [Verdict.HELD]

    again = run("reconverge", "analyze", "--json", str(tmp_path / "run"))
    assert again.returncode == 0, again.stdout + again.stderr
    (scenario,) = json.loads(again.stdout)["scenarios"]
    assert len(scenario["promises"]) == 5
    for promise in scenario["promises"]:
        assert promise["now"] == promise["recorded"]
    totals_s = [one["total_s"] for one in scenario["recoveries"]]
    assert len(totals_s) == 2
    for one in scenario["recoveries"]:
        assert sum(one["phases_s"].values()) == pytest.approx(one["total_s"])
        assert abs(one["total_s"] - one["stamped_s"]) < one["error_s"]
