"""What `reconverge doctor` says follows is what `cluster up` then does."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconverge.provision.doctor import examine
from reconverge.provision.state import StateDir
from tests.provision.fake_machine import FakeMachine


@pytest.mark.parametrize(
    ("machine", "said", "mark"),
    [
        (FakeMachine(), "installs and starts it", "note"),
        (FakeMachine(is_root=False), "apt-get install", "lacking"),
        (FakeMachine(env={"DOCKER_HOST": "tcp://10.0.0.1:2375"}), "apt-get install", "lacking"),
    ],
)
def test_absent_docker(machine: FakeMachine, said: str, mark: str, tmp_path: Path) -> None:
    """Root has it installed; who may not, or has chosen another daemon, is told what to type."""
    docker = examine(machine, StateDir(tmp_path))[0]
    assert (docker.topic, docker.mark) == ("Docker", mark)
    assert said in docker.follows


def test_docker_that_refuses_us_is_lacking(tmp_path: Path) -> None:
    """Nothing that `cluster up` does would help, so that is not promised."""
    machine = FakeMachine(programs={"docker", "dockerd"})
    machine.says("docker version", stderr="permission denied", exit_code=1)
    docker = examine(machine, StateDir(tmp_path))[0]
    assert docker.mark == "lacking"
    assert "usermod" in docker.follows
