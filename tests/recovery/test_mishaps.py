"""What may go wrong with recovery itself: two at once, one that is killed, a disk that is full."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from reconverge.errors import Unavailable
from reconverge.faults import StopNode
from reconverge.faults.journal import Journal, pending
from reconverge.model import Ref
from reconverge.recovery.recover import Recovered, recover
from reconverge.timeline import Injected, Opened
from tests.fakes import FakeCluster, SteppedClock
from tests.faults.killed import DiskCluster
from tests.faults.test_journal import abandoned, planned
from tests.stage import experiment_on

NODE = "fake-worker"


class SlowCluster(FakeCluster):
    """Starting its node takes until `go`."""

    def __init__(self) -> None:
        super().__init__(SteppedClock())
        self.begun, self.go, self.starts = threading.Event(), threading.Event(), 0

    def start_node(self, node: str) -> None:
        self.starts += 1
        self.begun.set()
        self.go.wait(10)
        super().start_node(node)


def test_of_two_recoveries_at_once_one_does_the_work(tmp_path: Path) -> None:
    """The second waits for the first, and finds nothing to do."""
    cluster = SlowCluster()
    cluster.machines.stop(NODE)
    abandoned(tmp_path, planned(node=NODE))
    done: list[tuple[Recovered, ...]] = []
    both = [
        threading.Thread(
            target=lambda: done.append(recover(cluster, tmp_path, clock=cluster.clock))
        )
        for _ in range(2)
    ]
    both[0].start()
    assert cluster.begun.wait(10)
    both[1].start()
    cluster.go.set()
    for one in both:
        one.join()
    assert sorted(len(rows) for rows in done) == [0, 1]
    assert cluster.starts == 1


def test_a_recovery_that_is_killed_is_recovered_from(tmp_path: Path) -> None:
    """Right after its undo, before the journal could know: the next one does it again."""
    cluster = DiskCluster(tmp_path)
    cluster.stop_node(NODE)
    folder = tmp_path / "journal"
    abandoned(folder, planned(node=NODE))
    pid = os.fork()
    if not pid:
        recover(Killing(tmp_path), folder)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    assert cluster.node_container(NODE).state == "running"
    assert len(pending(folder)) == 1
    [row] = recover(cluster, folder)
    assert row.error == ""
    assert pending(folder) == ()


class Killing(DiskCluster):
    """The process that starts its node is killed by it."""

    def start_node(self, node: str) -> None:
        super().start_node(node)
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of 32 KiB."""
    if os.geteuid():
        pytest.skip("only root may mount a file system")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", folder]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this machine mounts none")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_on_a_full_disk_nothing_is_harmed(small_disk: Path, tmp_path: Path) -> None:
    """Really full: the undo cannot be written down, so the node runs on."""
    cluster = FakeCluster(SteppedClock())
    journal = Journal(small_disk, clock=cluster.clock)
    experiment = experiment_on(cluster, tmp_path, journal=journal)
    experiment.open()
    with suppress(OSError), (small_disk / "filling").open("wb", buffering=0) as file:
        while file.write(b"x" * 64):
            """To the last byte."""
    with suppress(Unavailable):
        for number in range(100):  # its last page has room for some lines
            journal.plan(planned(f"line {number}"))
    with pytest.raises(Unavailable, match="nothing was harmed"):
        experiment.inject(StopNode(node=NODE))
    assert cluster.machines.state[NODE] == "running"
    assert "stop node" not in cluster.calls
    (small_disk / "filling").unlink()
    experiment.inject(StopNode(node=NODE))
    assert cluster.machines.state[NODE] == "exited"
    experiment.close()


def test_the_timeline_tells_seed_targets_and_order(tmp_path: Path) -> None:
    """Enough to repeat the choice, and to see that it was repeated."""

    def told(folder: Path) -> tuple[int, list[tuple[str, tuple[Ref, ...]]]]:
        cluster = FakeCluster(SteppedClock())
        with experiment_on(cluster, folder, seed=7, namespace="exp") as experiment:
            for _ in range(2):
                experiment.roll_back(experiment.inject(StopNode()))
                cluster.clock.pass_s(30)
        records = [entry.record for entry in experiment.timeline.entries()]
        [opened] = [one for one in records if isinstance(one, Opened)]
        rows = [(one.id, one.targets) for one in records if isinstance(one, Injected)]
        return opened.seed, rows

    seed, rows = told(tmp_path / "first")
    assert seed == 7
    assert [injection for injection, _ in rows] == ["exp/0", "exp/1"]
    assert all(targets for _, targets in rows)
    assert (seed, rows) == told(tmp_path / "second")
