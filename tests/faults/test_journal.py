"""The undo log: on disk before the harm, readable after any death, acted upon once."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconverge.cluster.errors import Unreachable
from reconverge.errors import Unavailable
from reconverge.faults import ScaleWorkload, StopNode
from reconverge.faults.injector import encoded
from reconverge.faults.journal import Journal, Planned, pending
from reconverge.faults.owner import Owner
from reconverge.faults.undo import StartNode
from reconverge.model import Ref
from reconverge.recovery.recover import recover
from reconverge.timeline import RolledBack
from reconverge.verdict import Verdict
from tests.fakes import FakeCluster, SteppedClock
from tests.stage import die, experiment_on, staged

KUBIA = Ref("ReplicationController", "exp", "kubia", "uid-1")
DEAD_PID = 2**22 + 1  # larger than any process ID (man 5 proc: pid_max)


def planned(injection_id: str = "exp/0", *, node: str = "fake-worker") -> Planned:
    fault = encoded(ScaleWorkload(of=KUBIA, replicas=5))
    return Planned(
        id=injection_id,
        fault=fault,
        sentence="a fault",
        targets=(KUBIA,),
        undo=StartNode(node=node),
    )


def abandoned(folder: Path, *lines: Planned) -> Path:
    """A journal with these lines whose owner is dead, as if this process had been killed."""
    journal = Journal(folder, clock=SteppedClock())
    for line in lines:
        journal.plan(line)
    [path] = folder.glob("*.jsonl")
    alive = str(Owner.this_process().pid)
    path.write_text(path.read_text().replace(f'"pid":{alive}', f'"pid":{DEAD_PID}'))
    return path


def test_a_planned_fault_of_a_dead_process_is_taken_back(tmp_path: Path) -> None:
    """Whether or not it happened; and the file is gone, so it is not done again."""
    cluster = FakeCluster(SteppedClock())
    cluster.machines.stop("fake-worker")
    path = abandoned(tmp_path, planned())
    [done] = recover(cluster, tmp_path, clock=cluster.clock)
    assert (done.undo, done.error) == ("node fake-worker started", "")
    assert cluster.machines.state["fake-worker"] == "running"
    assert not path.exists()
    assert recover(cluster, tmp_path, clock=cluster.clock) == ()


def test_a_live_owner_is_left_alone(tmp_path: Path) -> None:
    """A scenario that is running is not healed under its feet."""
    cluster = FakeCluster(SteppedClock())
    cluster.machines.stop("fake-worker")
    Journal(tmp_path, clock=cluster.clock).plan(planned())
    assert pending(tmp_path) == ()
    assert recover(cluster, tmp_path, clock=cluster.clock) == ()
    assert cluster.machines.state["fake-worker"] == "exited"


def test_a_journal_that_goes_while_it_is_looked_for_left_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its owner ends between the listing of the folder and the reading of the file."""
    gone = tmp_path / f"{Owner.this_process().pid}-gone.jsonl"
    kept = abandoned(tmp_path, planned())
    monkeypatch.setattr(Path, "glob", lambda *_: iter([gone, kept]))
    assert [one.undo.node for one in pending(tmp_path) if isinstance(one.undo, StartNode)] == [
        "fake-worker"
    ]


def test_a_reused_process_id_is_another_owner(tmp_path: Path) -> None:
    """A process of the same ID that started at another time does not keep a journal alive."""
    Journal(tmp_path, clock=SteppedClock()).plan(planned())
    [path] = tmp_path.glob("*.jsonl")
    ticks = Owner.this_process().started_ticks
    path.write_text(path.read_text().replace(f'"started_ticks":{ticks}', '"started_ticks":1'))
    assert [line.id for line in pending(tmp_path)] == ["exp/0"]


def test_another_boot_is_another_owner(tmp_path: Path) -> None:
    """After a reboot nobody of before is alive."""
    Journal(tmp_path, clock=SteppedClock()).plan(planned())
    die(tmp_path)
    assert [line.id for line in pending(tmp_path)] == ["exp/0"]


def test_the_newest_fault_is_taken_back_first(tmp_path: Path) -> None:
    """Undos run in the reverse order of the faults."""
    nodes = ["fake-worker", "fake-worker1", "fake-worker2"]
    lines = [planned(f"exp/{number}", node=node) for number, node in enumerate(nodes)]
    abandoned(tmp_path, *lines)
    done = recover(FakeCluster(clock := SteppedClock()), tmp_path, clock=clock)
    assert [row.undo.split()[1] for row in done] == list(reversed(nodes))


@pytest.mark.parametrize("torn", [b"{", b'{"is":"planned","id":"exp/1","fau', b"\xff\xfe", b"\n{"])
def test_a_torn_last_line_is_a_fault_that_never_happened(tmp_path: Path, torn: bytes) -> None:
    """The whole lines before it count."""
    path = abandoned(tmp_path, planned())
    with path.open("ab") as file:
        file.write(torn)
    assert [line.id for line in pending(tmp_path)] == ["exp/0"]


def test_an_empty_journal_of_a_dead_process_is_removed(tmp_path: Path) -> None:
    """A process that died before its first line left nothing to undo."""
    path = tmp_path / f"{DEAD_PID}-0.jsonl"
    path.touch()
    assert recover(FakeCluster(clock := SteppedClock()), tmp_path, clock=clock) == ()
    assert not path.exists()


def test_an_undo_that_fails_stays_to_be_done(tmp_path: Path) -> None:
    """The error is told, the other undos run, and the next start tries again."""
    cluster = FakeCluster(SteppedClock())
    abandoned(tmp_path, planned())
    cluster.is_down = True
    [failed] = recover(cluster, tmp_path, clock=cluster.clock)
    assert "connection refused" in failed.error
    cluster.is_down = False
    [done] = recover(cluster, tmp_path, clock=cluster.clock)
    assert not done.error


def test_a_rolled_back_fault_is_not_taken_back_again(tmp_path: Path) -> None:
    """What the scenario itself put back is done."""
    journal = Journal(tmp_path, clock=SteppedClock())
    journal.plan(planned("exp/0"))
    journal.plan(planned("exp/1"))
    journal.rolled_back("exp/1")
    die(tmp_path)
    assert [line.id for line in pending(tmp_path)] == ["exp/0"]


def test_close_keeps_what_is_not_taken_back(tmp_path: Path) -> None:
    """Only a journal with nothing left in it is removed."""
    journal = Journal(tmp_path, clock=SteppedClock())
    journal.plan(planned())
    journal.close()
    assert list(tmp_path.glob("*.jsonl"))


@contextmanager
def files_of_at_most(size_bytes: int) -> Iterator[None]:
    """What a full disk does to a file: the system takes the first bytes of a line, and no more."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_prevents_the_fault(tmp_path: Path) -> None:
    """It does not happen, and half of its line does not spoil the journal."""
    with staged(tmp_path) as stage:
        experiment = stage.experiment
        experiment.inject(ScaleWorkload(of=stage.kubia, replicas=5))
        stage.converge(replicas=5)
        [path] = (tmp_path / "journal").glob("*.jsonl")
        before = path.read_bytes()
        with files_of_at_most(len(before) + 10), pytest.raises(Unavailable, match="nothing was"):
            experiment.inject(ScaleWorkload(of=stage.kubia, replicas=7))
        assert path.read_bytes() == before
        view = experiment.timeline.latest().workload(stage.kubia)
        assert view is not None
        assert view.replicas == 5
        experiment.inject(ScaleWorkload(of=stage.kubia, replicas=6))
        assert stage.converge(replicas=6).verdict is Verdict.HELD


def test_an_unwritable_folder_prevents_the_fault(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "journal").write_text("in the way")
    cluster = FakeCluster(SteppedClock())
    journal = Journal(tmp_path / "journal", clock=cluster.clock)
    with pytest.raises(Unavailable, match="nothing was harmed"):
        journal.plan(planned())


def test_a_failed_rollback_is_told_and_left_for_recovery(tmp_path: Path) -> None:
    """The scenario ends with the error; the journal still knows what to do."""
    cluster = FakeCluster(SteppedClock())
    experiment = experiment_on(cluster, tmp_path)
    experiment.open()
    experiment.inject(StopNode(node="fake-worker"))
    cluster.is_down = True
    with pytest.raises(Unreachable):
        experiment.close()
    records = [one.record for one in experiment.timeline.entries()]
    [told] = [one for one in records if isinstance(one, RolledBack)]
    assert "connection refused" in told.error
    die(tmp_path / "journal")
    node, namespace = [line.undo for line in pending(tmp_path / "journal")]
    assert node == StartNode(node="fake-worker")
    assert namespace.sentence() == f'Namespace "{experiment.namespace}" removed, if still there'
