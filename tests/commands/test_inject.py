"""One fault by hand: whom it hits, what is said of it, and that it is taken back."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from reconverge import cli, clock
from reconverge.cluster.guard import Guard
from reconverge.errors import ExitCode
from reconverge.judges.timing.defaults import default_settings
from reconverge.pytest_plugin import by_hand, clusters
from reconverge.pytest_plugin.clusters import Ground
from tests.fakes import FakeCluster, SteppedClock
from tests.stage import MANIFESTS

DELETED = 'one of the pods of "kubia" is deleted'
SCALED = '"kubia" is scaled to 1 pods'


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeCluster:
    """A cluster on which somebody runs kubia in the namespace shop, and the command finds it."""
    found = FakeCluster(SteppedClock())
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    found.create(namespace, namespace="")
    manifest = yaml.safe_load((MANIFESTS / "kubia-rc.yaml").read_text())
    found.clock.pass_s(1)
    found.create(manifest, namespace="shop")
    found.clock.pass_s(30)
    ground = Ground(
        cluster=found,
        guard=Guard(context=found.name, is_ours=True),
        settings=default_settings("v1.34.4"),
        state=tmp_path / "state",
    )
    monkeypatch.setattr(clusters, "standing_ground", lambda _: ground)
    monkeypatch.setattr(clock, "RealClock", lambda: found.clock)
    monkeypatch.chdir(tmp_path)
    return found


def pods(cluster: FakeCluster) -> list[str]:
    return sorted(pod.name for pod in cluster.find("Pod", namespace="shop"))


def replicas(cluster: FakeCluster) -> int:
    return cluster.read("ReplicationController", "kubia", namespace="shop").replicas  # type: ignore[attr-defined]


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = cli.run(["inject", *words])
    found = capsys.readouterr()
    return code, found.out, found.err


def test_a_dry_run_names_targets_and_undo_and_does_nothing(
    cluster: FakeCluster, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The pod that it names is the one that the same seed then hits."""
    before = pods(cluster)
    code, out, _ = said(capsys, DELETED, "-n", "shop", "--seed", "7", "--dry-run")
    assert code == 0
    assert "undo      nothing to undo: a lost pod is replaced by its controller" in out
    assert out.endswith("nothing was done (--dry-run)\n")
    assert pods(cluster) == before
    assert not (tmp_path / "runs").exists()
    (line,) = (line for line in out.splitlines() if line.startswith("target"))
    code, again, _ = said(capsys, DELETED, "-n", "shop", "--seed", "7")
    assert code == 0
    assert line in again
    assert line.rpartition("/")[2].rpartition(" ")[2] not in pods(cluster)


def test_what_stands_is_taken_back_when_its_time_is_up(
    cluster: FakeCluster, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """One pod for half a minute, then three again; what happened is told and kept."""
    began_s = cluster.clock.monotonic_s()
    code, out, _ = said(capsys, SCALED, "-n", "shop", "--for", "30s", "--report-dir", "kept")
    assert code == 0
    assert "stands    for 30 s, or until Ctrl-C" in out
    assert cluster.clock.monotonic_s() - began_s >= 30
    assert replicas(cluster) == 3
    assert " inject " in out
    assert " rollback " in out
    assert (tmp_path / "kept" / "by-hand" / "timeline.jsonl").is_file()


def test_ctrl_c_takes_it_back(
    cluster: FakeCluster, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 130, and the world as it was."""
    wait, scaled = SteppedClock.wait, []

    def interrupt(self: SteppedClock, condition: object, *, timeout_s: float) -> bool:
        if timeout_s == 60.0 and replicas(cluster) == 1:
            scaled.append(True)
            raise KeyboardInterrupt
        return wait(self, condition, timeout_s=timeout_s)  # type: ignore[arg-type]

    monkeypatch.setattr(SteppedClock, "wait", interrupt)
    code, out, _ = said(capsys, SCALED, "-n", "shop")
    assert scaled, "it was never waited for"
    assert code == ExitCode.INTERRUPTED
    assert " rollback " in out
    assert replicas(cluster) == 3


def test_what_is_the_clusters_own_is_refused(
    cluster: FakeCluster, capsys: pytest.CaptureFixture[str]
) -> None:
    """Naming a namespace permits its harm, but for those that no scenario may touch."""
    calls = len(cluster.calls)
    code, _, err = said(capsys, DELETED, "-n", "kube-system")
    assert code == ExitCode.REFUSED
    assert "is the cluster's own" in err
    assert len(cluster.calls) == calls


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--opt-in", "chaos"), "does not carry the label chaos"),
        (("--max-targets", "0"), "a scenario may hit 0"),
    ],
)
def test_what_may_be_hit_is_bounded(
    cluster: FakeCluster, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], what: str
) -> None:
    """As in a run: by a label that its owner gave, and by a number."""
    before = pods(cluster)
    code, _, err = said(capsys, DELETED, "-n", "shop", *words)
    assert code == ExitCode.REFUSED
    assert what in err
    assert pods(cluster) == before


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ((DELETED, "-n", "nowhere"), 'there is no namespace "nowhere"'),
        (('one of the pods of "ghost" is deleted', "-n", "shop"), "ghost"),
        (("the sky falls", "-n", "shop"), "no step says: the sky falls"),
        ((DELETED, "-n", "shop", "--for", "ages"), "no duration such as 30s"),
    ],
)
def test_bad_input(
    cluster: FakeCluster,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    what: str,
) -> None:
    """One sentence, and nothing is harmed."""
    before = pods(cluster)
    code, _, err = said(capsys, *words)
    assert code == ExitCode.BAD_INPUT
    assert what in err
    assert pods(cluster) == before


def test_a_program_reads_it_as_json(
    cluster: FakeCluster, capsys: pytest.CaptureFixture[str]
) -> None:
    """Targets with kind, namespace, name and UID; nothing else on standard output."""
    code, out, _ = said(capsys, DELETED, "-n", "shop", "--dry-run", "--json")
    found = json.loads(out)
    assert (code, found["is_dry_run"], found["record"]) == (0, True, "")
    (fault,) = found["faults"]
    (target,) = fault["targets"]
    assert target["kind"] == "Pod"
    assert target["name"] in pods(cluster)


def held(state: Path) -> set[str]:
    """The locks that keep others out now, or newcomers that want to be alone."""
    found = set()
    for name, how in (
        ("turns.room", fcntl.LOCK_SH),
        ("turns.lane.labels", fcntl.LOCK_EX),
        ("turns.room", fcntl.LOCK_EX),
    ):
        with (state / name).open("a") as file:
            try:
                fcntl.flock(file, how | fcntl.LOCK_NB)
            except BlockingIOError:
                found.add(f"{name} {'shared' if how == fcntl.LOCK_SH else 'alone'}")
    return found


ROOM, ALONE, LANE = "turns.room alone", "turns.room shared", "turns.lane.labels alone"


@pytest.mark.parametrize(
    ("fault", "act", "locks"),
    [
        (DELETED, "delete", {ROOM}),
        (SCALED, "patch", {ROOM}),
        ('a node that runs a pod of "kubia" is stopped', "stop_node", {ROOM, ALONE}),
        ('a node is labelled "disk=ssd"', "patch", {ROOM, LANE}),
    ],
)
def test_it_has_the_turn_that_a_scenario_would_need(
    cluster: FakeCluster,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    fault: str,
    act: str,
    locks: set[str],
) -> None:
    """While it is done and taken back; a node is harmed while nobody else is on the cluster."""
    seen: list[set[str]] = []
    undo = {"stop_node": "start_node"}.get(act, act)
    for name in {act, undo}:
        monkeypatch.setattr(cluster, name, _looking(getattr(cluster, name), tmp_path, seen))
    words = (fault, "-n", "shop", "--seed", "7", "--for", "5s")
    assert said(capsys, *words, "--dry-run")[0] == 0
    assert not seen
    code, _, err = said(capsys, *words)
    assert (code, err) == (0, "")
    assert seen
    assert all(one == locks for one in seen), seen
    assert held(tmp_path / "state") == set()


def _looking(
    act: Callable[..., object], folder: Path, seen: list[set[str]]
) -> Callable[..., object]:
    def look(*args: object, **more: object) -> object:
        seen.append(held(folder / "state"))
        return act(*args, **more)

    return look


def test_a_dry_run_takes_no_turn(
    cluster: FakeCluster,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """It may be asked at any time: nothing is harmed."""
    monkeypatch.setattr(by_hand, "turn_on", lambda *_, **__: pytest.fail("a turn was taken"))
    stopped = 'a node that runs a pod of "kubia" is stopped'
    assert said(capsys, stopped, "-n", "shop", "--dry-run")[0] == 0
    assert not list((tmp_path / "state").glob("turns*"))
    del cluster
