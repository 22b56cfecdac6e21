"""`kill -9` at every instant of an injection and a rollback: the next process heals the cluster."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reconverge.faults.injector import Boundary
from reconverge.recovery.recover import recover
from tests.faults.killed import DiskCluster

ROOT = Path(__file__).parent.parent.parent
# What a process that dies there leaves: whether the node is down, whether there is an undo to run.
LEFT = {
    Boundary.CHOSEN: ("running", 0),
    Boundary.WRITTEN_DOWN: ("running", 1),
    Boundary.DONE: ("exited", 1),
    Boundary.RECORDED: ("exited", 1),
    Boundary.UNDONE: ("running", 1),
    Boundary.HEALED: ("running", 1),
    Boundary.CLOSED: ("running", 0),
}


@pytest.mark.parametrize("boundary", Boundary)
def test_a_killed_process_is_healed_by_the_next(tmp_path: Path, boundary: Boundary) -> None:
    """Wherever it dies, one recovery brings the node back, and a second one has nothing to do."""
    cluster = DiskCluster(tmp_path)
    cluster.start_node("")
    command = [sys.executable, "-m", "tests.faults.killed", boundary.value, str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    state, undos = LEFT[boundary]
    assert cluster.node_container("").state == state
    assert len(recover(cluster, tmp_path / "journal")) == undos
    assert cluster.node_container("").state == "running"
    assert recover(cluster, tmp_path / "journal") == ()


def test_a_process_that_ends_well_leaves_no_journal(tmp_path: Path) -> None:
    """The same program, not killed."""
    DiskCluster(tmp_path).start_node("")
    command = [sys.executable, "-m", "tests.faults.killed", "nowhere", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True)
    assert not list((tmp_path / "journal").glob("*.jsonl"))
