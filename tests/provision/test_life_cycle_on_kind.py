"""The life cycle as a person types it, on a cluster of its own with one worker.

Each test begins with an `up`, which costs half a second where the one before left it whole.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconverge.cluster.nodes import KindCluster
from reconverge.model import ref
from reconverge.provision import lifecycle
from reconverge.provision.state import StateDir

pytestmark = pytest.mark.cluster

NAME = "lifecycle"
WORKER, PLANE = f"{NAME}-worker", f"{NAME}-control-plane"
UP = ("cluster", "up", "--name", NAME, "--workers", "1")
NO_OP_S = 2.0  # the promise: an `up` that changes nothing, the whole process, programs included
DEADLINE_S = 300.0


def reconverge(*words: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own; what it says on the way is in `stderr`."""
    command = [sys.executable, "-m", "reconverge", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=DEADLINE_S)


def docker(*words: str) -> str:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, check=True)
    return done.stdout


def containers() -> set[str]:
    return set(docker("ps", "-a", "--format", "{{.Names}}").split())


@pytest.fixture(scope="module", autouse=True)
def nothing_left() -> Iterator[None]:
    yield
    reconverge("cluster", "down", "--name", NAME)


@pytest.fixture
def whole() -> Iterator[None]:
    """Before the test the cluster is whole, and after it again without further repair."""
    made = reconverge(*UP)
    assert made.returncode == 0, made.stderr
    yield
    told = reconverge("cluster", "status", "--name", NAME, "--deep", "--json")
    assert json.loads(told.stdout)["flaws"] == []


@pytest.mark.usefixtures("whole")
def test_up_on_a_whole_cluster_changes_nothing_in_two_seconds() -> None:
    """Two seconds of a processor, since others share it; and the containers were not restarted."""
    started = docker("inspect", "-f", "{{.State.StartedAt}}", WORKER, PLANE)
    begun_s = processor_s()
    again = reconverge(*UP)
    assert processor_s() - begun_s < NO_OP_S
    assert (again.returncode, again.stderr) == (0, "")
    assert docker("inspect", "-f", "{{.State.StartedAt}}", WORKER, PLANE) == started


def processor_s() -> float:
    """What the programs started so far, and theirs, have taken of the processors."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.slow
@pytest.mark.usefixtures("whole")
def test_up_starts_a_stopped_node_and_keeps_the_cluster() -> None:
    """What is wrong is said, the node comes back, and it is the same cluster."""
    before = lifecycle.find(NAME)
    docker("stop", "--time", "0", WORKER)
    told = reconverge("cluster", "status", "--name", NAME)
    assert told.returncode == 2
    assert f"node {WORKER} is stopped" in told.stdout
    repaired = reconverge(*UP)
    assert repaired.returncode == 0, repaired.stderr
    assert f"broken: node {WORKER} is stopped" in repaired.stderr
    assert lifecycle.find(NAME) == before


@pytest.mark.slow
@pytest.mark.usefixtures("whole")
def test_up_heals_what_a_killed_run_may_leave() -> None:
    """A cordoned node, a dead kubelet and a frozen controller manager, all at once."""
    cluster = KindCluster.of(StateDir().kubeconfig(NAME), kind_name=NAME)
    before = lifecycle.find(NAME)
    worker = ref("Node", cluster.read("Node", WORKER))
    cluster.patch(worker, {"spec": {"unschedulable": True}})
    docker("exec", WORKER, "systemctl", "stop", "kubelet")
    docker("exec", PLANE, "sh", "-c", "kill -STOP $(pidof kube-controller-manager)")
    healed = reconverge(*UP)
    assert healed.returncode == 0, healed.stderr
    assert f"node {WORKER} is cordoned: uncordoning it" in healed.stderr
    assert lifecycle.find(NAME) == before


def struck(blow: signal.Signals) -> tuple[int, str]:
    """An `up` that gets this signal while nodes are being made: exit code, what it had said."""
    command = [sys.executable, "-m", "reconverge", *UP, "--recreate"]
    said = ""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            said += line
            if "waiting for nodes" in line:
                break
        os.kill(process.pid, blow)
    return process.returncode, said


@pytest.mark.slow
@pytest.mark.usefixtures("whole")
def test_up_killed_while_nodes_are_made_can_be_run_again() -> None:
    """kill -9 leaves a record in the phase `creating`; the next `up` says so and makes it anew."""
    before = lifecycle.find(NAME)
    struck(signal.SIGKILL)
    record = StateDir().read(NAME)
    assert record is not None
    assert record.phase == "creating"
    assert lifecycle.find(NAME) is None
    again = reconverge(*UP)
    assert again.returncode == 0, again.stderr
    assert "was interrupted" in again.stderr
    after = lifecycle.find(NAME)
    assert before is not None
    assert after is not None
    assert after.id != before.id
    assert after.is_ours


@pytest.mark.slow
@pytest.mark.usefixtures("whole")
def test_cluster_deleted_under_our_feet_is_told() -> None:
    """Containers gone, state still there: status and `find` say so; an interrupted `up` tidies."""
    others = containers() - {WORKER, PLANE}
    docker("rm", "--force", "--volumes", WORKER, PLANE)
    assert lifecycle.find(NAME) is None
    told = reconverge("cluster", "status", "--name", NAME)
    assert told.returncode == 2
    assert "its containers are gone" in told.stdout
    code, _ = struck(signal.SIGINT)
    assert code == 130
    assert StateDir().read(NAME) is None
    assert others <= containers()
    assert not {WORKER, PLANE} & containers()
    ups_at_the_same_time()


def ups_at_the_same_time() -> None:
    """Two `up`s from nothing make one cluster: the second waits, says so, and finds it whole."""
    command = [sys.executable, "-m", "reconverge", *UP]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=DEADLINE_S)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("waiting for it" in each for each in said) == 1
    assert sum("creating cluster" in each for each in said) == 1


@pytest.mark.slow
@pytest.mark.usefixtures("whole")
def test_another_specification_is_refused() -> None:
    """Exit code 4, one sentence, and the cluster stays as it is."""
    refused = reconverge("cluster", "up", "--name", NAME, "--workers", "2", "--profile", "stock")
    assert refused.returncode == 4
    assert refused.stderr.count("\n") == 1
    assert "profile fast, not stock; workers 1, not 2" in refused.stderr


def test_down_leaves_nothing_and_only_what_is_ours_goes(tmp_path: Path) -> None:
    """Others' containers stay, the cluster's state folder goes; a second down is no error."""
    assert reconverge(*UP).returncode == 0
    others = containers() - {WORKER, PLANE}
    stranger = subprocess.run(
        [sys.executable, "-m", "reconverge", "cluster", "down", "--name", NAME],
        env={**os.environ, "RECONVERGE_STATE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert stranger.returncode == 3, stranger.stderr
    assert {WORKER, PLANE} <= containers()
    for expected in ("removed", "there was none"):
        assert expected in reconverge("cluster", "down", "--name", NAME).stdout
    assert others <= containers()
    assert not {WORKER, PLANE} & containers()
    assert not StateDir().cluster(NAME).exists()
