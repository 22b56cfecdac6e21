"""`kill -9` of a run on a real cluster: the next process leaves nothing of it behind."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reconverge import namespaces
from reconverge.clock import RealClock
from reconverge.cluster.nodes import KindCluster
from reconverge.recovery.recover import recover

ROOT = Path(__file__).parent.parent


@pytest.mark.cluster
def test_a_killed_run_is_healed_by_the_next(cluster: KindCluster, tmp_path: Path) -> None:
    """Its fault is taken back before its namespace goes, and then there is nothing to do."""
    command = [sys.executable, "-m", "tests.killed_on_kind", str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    scaled, removed = recover(cluster, tmp_path / "journal")
    assert (scaled.undo, scaled.error) == ('ReplicationController "kubia" scaled back to 0', "")
    assert removed.error == ""
    name = removed.undo.split('"')[1]
    namespaces.wait_until_gone(cluster, clock=RealClock(), names={name})
    assert not [one for one in cluster.find("Namespace") if one.name == name]
    assert recover(cluster, tmp_path / "journal") == ()
