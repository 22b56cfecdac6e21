"""Docker: what is said when it is missing, not running, not permitted; when it may be installed."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from reconverge.errors import ExitCode, Unavailable
from reconverge.provision import engine
from reconverge.provision.machine import missing_capabilities
from reconverge.provision.state import StateDir
from tests.provision.fake_machine import FakeDaemon, FakeMachine

ASK = "docker version"


def no_go() -> Path:
    raise AssertionError("Go must not be asked for")


def provide(machine: FakeMachine, state: StateDir, **options: bool) -> list[str]:
    said: list[str] = []
    allow = options.get("allow_install", True)
    engine.provide_docker(machine, state, allow_install=allow, go=no_go, progress=said.append)
    return said


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    return StateDir(tmp_path)


def test_running_docker_is_used_as_it_is(state: StateDir) -> None:
    """Nothing is installed or started where a daemon answers."""
    machine = FakeMachine(programs={"docker"})
    machine.says(ASK, "28.1.1\n")
    assert provide(machine, state) == []
    assert machine.ran == machine.did(ASK)


def test_without_root_the_commands_to_type_are_named() -> None:
    """No Docker and no root: one sentence with the commands that install it."""
    with pytest.raises(Unavailable) as raised:
        engine.find_docker(FakeMachine(is_root=False))
    assert raised.value.what == "Docker is not installed"
    assert "sudo apt-get install -y docker.io iptables" in raised.value.cure
    assert raised.value.exit_code is ExitCode.UNKNOWN


def test_no_install_refuses_and_changes_nothing(state: StateDir) -> None:
    """--no-install: root, no Docker, and still nothing is run."""
    machine = FakeMachine(programs={"apt-get"})
    with pytest.raises(Unavailable, match="not installed"):
        provide(machine, state, allow_install=False)
    assert machine.ran == []


def test_wrong_permissions_name_the_group() -> None:
    """A socket that may not be opened is told apart from a daemon that does not run."""
    machine = FakeMachine(is_root=False, programs={"docker"})
    machine.says(ASK, stderr="permission denied while trying to connect", exit_code=1)
    with pytest.raises(Unavailable, match="group `docker`") as raised:
        engine.find_docker(machine)
    assert "usermod -aG docker" in raised.value.cure


def test_a_daemon_that_refuses_us_is_not_joined_by_another(state: StateDir) -> None:
    """Even root may be denied the socket: nothing is installed or started beside that daemon."""
    machine = FakeMachine(programs={"docker", "dockerd", "apt-get"})
    machine.says(ASK, stderr="permission denied while trying to connect", exit_code=1)
    with pytest.raises(Unavailable, match="may not talk"):
        provide(machine, state)
    assert machine.ran == machine.did(ASK)


def test_wrong_docker_host_is_named_and_never_replaced(state: StateDir) -> None:
    """A daemon that DOCKER_HOST names is the user's choice: no other is installed in its place."""
    machine = FakeMachine(programs={"docker"}, env={"DOCKER_HOST": "tcp://10.0.0.1:2375"})
    machine.says(ASK, stderr="Cannot connect to the Docker daemon", exit_code=1)
    with pytest.raises(Unavailable, match="DOCKER_HOST") as raised:
        provide(machine, state)
    assert raised.value.where == "tcp://10.0.0.1:2375"
    assert machine.ran == machine.did(ASK)


def test_missing_docker_is_installed_and_started_for_root(state: StateDir) -> None:
    """Root without Docker: said beforehand, installed, started, waited for, and written down."""
    machine = FakeMachine(programs={"apt-get"})
    machine.says(ASK, stderr="Cannot connect to the Docker daemon", exit_code=1)
    machine.says("apt-cache policy docker-cli", "docker-cli:\n  Candidate: (none)\n")
    machine.after["apt-get install"] = lambda: machine.programs.update({"docker", "dockerd"})
    machine.after["dockerd"] = lambda: machine.says(ASK, "20.10.24\n")
    machine.daemon = FakeDaemon(pid=os.getpid())
    said = provide(machine, state)
    assert "installing Debian packages" in said[0]
    assert machine.did("apt-get install")[0].endswith("docker.io iptables")
    assert len(machine.did("dockerd --config-file")) == 1
    ours = engine.our_daemon(state)
    assert ours is not None
    assert ours.pid == os.getpid()


def test_dockerd_that_ends_at_once_is_told_with_its_last_words(state: StateDir) -> None:
    """A daemon that dies is not waited for until the deadline."""
    machine = FakeMachine(programs={"docker", "dockerd"})
    machine.says(ASK, stderr="Cannot connect to the Docker daemon", exit_code=1)
    machine.daemon = FakeDaemon(exit_code=1)
    machine.files[str(state.engine / "dockerd.log")] = "starting\nfailed to mount overlay\n"
    with pytest.raises(Unavailable, match="exit code 1: failed to mount overlay"):
        provide(machine, state)


def test_systemd_is_asked_where_it_runs_the_machine(state: StateDir) -> None:
    """No second dockerd beside the one systemd would start."""
    machine = FakeMachine(programs={"docker", "dockerd"}, files={"/proc/1/comm": "systemd\n"})
    machine.says(ASK, stderr="Cannot connect to the Docker daemon", exit_code=1)
    machine.after["systemctl start docker"] = lambda: machine.says(ASK, "28.1.1\n")
    provide(machine, state)
    assert machine.did("dockerd") == []


def test_daemon_with_a_recycled_pid_is_not_ours(state: StateDir) -> None:
    """A number alone proves nothing: the start time must be the recorded one too."""
    state.engine.mkdir(parents=True)
    record = engine.OurDaemon(os.getpid(), "1")
    (state.engine / "dockerd.json").write_bytes(msgspec.json.encode(record))
    assert engine.our_daemon(state) is None
    assert engine.stop_our_daemon(state, print) is False


def test_missing_capabilities_are_counted_up_to_the_kernels_own_last() -> None:
    """What this kernel does not know cannot be missing; what it knows and may not give is."""
    files = {
        "/proc/self/status": "CapBnd:\t000001fffeffffff\n",
        "/proc/sys/kernel/cap_last_cap": "40",
    }
    assert missing_capabilities(FakeMachine(files=files)) == ("CAP_SYS_RESOURCE",)
    old = {
        "/proc/self/status": "CapBnd:\t0000003fffffffff\n",
        "/proc/sys/kernel/cap_last_cap": "37",
    }
    assert missing_capabilities(FakeMachine(files=old)) == ()
