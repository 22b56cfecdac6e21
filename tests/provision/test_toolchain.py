"""Which Go is used: the user's where it is new enough, else ours, else none without permission."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconverge.errors import Unavailable
from reconverge.provision import toolchain
from reconverge.provision.state import StateDir
from tests.provision.fake_machine import FakeMachine

USERS = Path("/usr/bin/go")


def machine_with(version: str) -> FakeMachine:
    machine = FakeMachine(programs={"go"})
    machine.says("/usr/bin/go version", f"go version go{version} linux/amd64\n")
    return machine


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    return StateDir(tmp_path)


@pytest.fixture
def own(state: StateDir) -> Path:
    go = toolchain.private_go(state)
    go.parent.mkdir(parents=True)
    go.touch()
    return go


def test_the_users_go_comes_first(state: StateDir, own: Path) -> None:
    """A private copy that is there already changes nothing for who has Go."""
    assert own.exists()
    assert toolchain.found_go(machine_with("1.26.0"), state) == USERS


def test_a_go_that_is_too_old_is_passed_over(state: StateDir, own: Path) -> None:
    """Our own is found again by whoever looks later: a build, and the tests of the Go programs."""
    assert toolchain.found_go(machine_with("1.19.8"), state) == own


@pytest.mark.parametrize("machine", [FakeMachine(), machine_with("1.19.8")])
def test_without_permission_nothing_is_installed(state: StateDir, machine: FakeMachine) -> None:
    """--no-install: the version that is wanted is named, and no pip runs."""
    with pytest.raises(Unavailable, match=r"Go 1\.26 or later"):
        toolchain.go(machine, state, allow_install=False, progress=print)
    assert not any("pip" in line for line in machine.ran)
