"""`reconverge recover`: says what it did, touches nothing when asked so, and never a live run."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reconverge import cli
from reconverge.cluster.door import Cluster
from reconverge.commands import recover as command
from reconverge.faults.journal import Journal, pending
from reconverge.provision.state import JOURNAL, StateDir
from reconverge.pytest_plugin import clusters
from reconverge.recovery import recover as recovery
from tests.fakes import FakeCluster, SteppedClock
from tests.faults.test_journal import abandoned, planned
from tests.provision.test_life_cycle import RECORD

NODE = "fake-worker"


class Near:
    """A reach that leads to the fake cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self.open = lambda: cluster


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeCluster:
    """A fake cluster whose journals are in `tmp_path`, and on which a node is down."""
    cluster = FakeCluster(SteppedClock())
    cluster.machines.stop(NODE)
    monkeypatch.setattr(clusters, "journal_of", lambda *_, **__: (Near(cluster), tmp_path))
    monkeypatch.setattr(recovery, "RealClock", lambda: cluster.clock)
    return cluster


def types(*words: str) -> Result:
    """The command, as typed."""
    return CliRunner().invoke(command.recover, words, standalone_mode=False)


def test_what_a_killed_run_left_is_taken_back(cluster: FakeCluster, tmp_path: Path) -> None:
    """Each fault with its undo, and then there is nothing to do."""
    abandoned(tmp_path, planned(node=NODE))
    done = types()
    assert (done.return_value, done.output) == (0, f"a fault: node {NODE} started\n")
    assert cluster.machines.state[NODE] == "running"
    assert types().output == "nothing is left of runs that were killed\n"


def test_a_dry_run_touches_nothing(cluster: FakeCluster, tmp_path: Path) -> None:
    """Not the cluster, not the journal."""
    path = abandoned(tmp_path, planned(node=NODE))
    before, calls = path.read_bytes(), len(cluster.calls)
    done = types("--dry-run")
    assert done.return_value == 0
    assert f"a fault: node {NODE} started" in done.output
    assert "nothing was touched" in done.output
    assert (path.read_bytes(), len(cluster.calls)) == (before, calls)


def test_what_cannot_be_taken_back_is_told_and_kept(cluster: FakeCluster, tmp_path: Path) -> None:
    """Exit code 2, and the next one tries again."""
    abandoned(tmp_path, planned(node=NODE))
    cluster.is_down = True
    done = types()
    assert done.return_value == 2
    assert "FAILED" in done.output
    assert "1 of 1 could not be taken back" in done.output
    assert len(pending(tmp_path)) == 1


def test_a_live_run_is_left_alone(cluster: FakeCluster, tmp_path: Path) -> None:
    """Its node stays down for as long as it wants."""
    Journal(tmp_path, clock=cluster.clock).plan(planned(node=NODE))
    assert types().output == "nothing is left of runs that were killed\n"
    assert cluster.machines.state[NODE] == "exited"


def test_a_cluster_that_is_not_there_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 as of `cluster status`, with the cure; half a name is bad input."""
    monkeypatch.setenv("RECONVERGE_STATE_DIR", str(tmp_path))
    assert cli.run(["recover", "--name", "gone"]) == 2
    assert "there is no cluster 'gone'" in capsys.readouterr().err
    assert cli.run(["recover", "--kubeconfig", "somewhere"]) == 4


def test_a_removed_cluster_takes_its_undo_journals_along(tmp_path: Path) -> None:
    """A cluster of the same name is another one: an undo of the former must not hit it."""
    state = StateDir(tmp_path)
    state.write(RECORD)
    folder = state.runs(RECORD.name) / JOURNAL
    abandoned(folder, planned(node=NODE))
    state.forget(RECORD.name)
    assert pending(folder) == ()
    assert not state.cluster(RECORD.name).exists()
