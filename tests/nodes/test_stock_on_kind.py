"""With Kubernetes' own settings a lost node is given up after minutes, and judged by just those.

On a cluster of its own, since every other one is of the fast profile.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconverge.report.run_record import read
from reconverge.verdict import Verdict

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

NAME = "stock"
FEATURE = "features/nodes/lost_node.feature"
TITLE = "A stopped node is given up, and then its pods are replaced"
# What the admission plugin DefaultTolerationSeconds lets a pod stay on an unreachable node; before,
# the node is silent for 40 s (--node-monitor-grace-period).
STAYS_S, SILENT_S = 300.0, 40.0
ROOT = Path(__file__).parent.parent.parent


def typed(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def stock() -> Iterator[str]:
    made = typed("reconverge", "cluster", "up", "--name", NAME, "--profile", "stock")
    assert made.returncode == 0, made.stderr
    yield NAME
    typed("reconverge", "cluster", "down", "--name", NAME)


def test_a_lost_node_is_awaited_for_as_long_as_kubernetes_takes(stock: str, tmp_path: Path) -> None:
    """The same scenario as on any other cluster; its deadlines are read from this one."""
    folder = tmp_path / "runs"
    words = ["pytest", f"{FEATURE}::{TITLE}", "-p", "no:cacheprovider", "--cluster-name", stock]
    done = typed(*words, "--report-dir", str(folder))
    record = read(folder)
    assert record is not None, done.stdout
    [scenario] = record.scenarios
    assert scenario.verdict is Verdict.HELD, done.stdout
    assert scenario.turn_s > SILENT_S + STAYS_S
