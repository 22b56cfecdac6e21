"""Whoever types something wrong, or on the wrong machine, reads one sentence; nothing is made."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

DENIED = '#!/bin/sh\necho "permission denied while trying to connect" >&2\nexit 1\n'
FEATURE = """
Feature: A shop
  Scenario: A lost pod is replaced
    Given the ReplicaSet "shop" is in its steady state of 3 ready pods
    When one of the pods of "shop" is deleted
    Then "shop" converges to 3 ready pods within 60 seconds
"""


class Machine:
    """A machine with no programs but those that the test puts on PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.state, self.programs = folder, folder / "state", folder / "bin"
        self.programs.mkdir()

    def has_docker(self, script: str) -> None:
        (self.programs / "docker").write_text(script)
        (self.programs / "docker").chmod(0o755)

    def types(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`python -m` these words, in the folder."""
        env = {
            **{
                name: value
                for name, value in os.environ.items()
                if name not in ("KUBECONFIG", "CI")
            },
            "PATH": str(self.programs),
            "PYTHONPATH": str(Path(__file__).parent.parent.parent),
            "RECONVERGE_STATE_DIR": str(self.state),
        }
        command = [sys.executable, "-m", *words]
        return subprocess.run(
            command, cwd=self.folder, env=env, capture_output=True, text=True, check=False
        )

    def left(self) -> list[str]:
        """What is in the state folder, but for locks."""
        files = (path for path in self.state.rglob("*") if path.is_file())
        return [path.name for path in files if path.suffix == ".json"]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


UP = ("reconverge", "cluster", "up", "--no-install")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (UP, 2, "Docker is not installed"),
        (
            (*UP, "--profile", "quick"),
            4,
            "there is no profile 'quick' -> choose one of: fast, stock",
        ),
        ((*UP, "--kubernetes", "1.99"), 4, "Kubernetes 1.99 is not known here"),
        ((*UP, "--name", "My Cluster"), 4, "cannot be a cluster's name"),
        (("reconverge", "cluster", "load", "no/such"), 2, "there is no cluster 'reconverge'"),
        (("reconverge", "migrate", "nowhere.yaml"), 4, "nowhere.yaml: manifest cannot be read"),
    ],
)
def test_commands(machine: Machine, words: tuple[str, ...], code: int, said: str) -> None:
    """The sentence, the exit code, and no trace."""
    done = machine.types(*words)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert machine.left() == []


def test_docker_that_refuses_us(machine: Machine) -> None:
    """The group is named; that no second daemon is started is shown elsewhere."""
    machine.has_docker(DENIED)
    done = machine.types(*UP)
    assert done.returncode == 2
    assert "it is not in the group `docker`" in done.stderr
    assert done.stderr.count("\n") == 1
    assert machine.left() == []


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--no-install",), 2, "no cluster to run on: Docker is not installed"),
        (("--profile", "quick"), 4, "invalid choice: 'quick'"),
        (("--kubeconfig", "nowhere", "--kube-context", "x"), 4, "there is no such kubeconfig"),
        (("--kubeconfig", "torn", "--kube-context", "x"), 4, "the kubeconfig cannot be read"),
        (("--kubeconfig", "empty", "--kube-context", "x"), 4, 'cannot use context "x"'),
        (("--kubeconfig", "empty"), 4, "only a context that is named may be harmed"),
    ],
)
def test_runs(machine: Machine, options: tuple[str, ...], code: int, said: str) -> None:
    """A run that has no cluster ends before its first scenario, with the reason's own code."""
    (machine.folder / "shop.feature").write_text(FEATURE)
    (machine.folder / "torn").write_text("clusters: [")
    (machine.folder / "empty").write_text("clusters: []\ncontexts: []\nusers: []\n")
    done = machine.types("pytest", "shop.feature", "-p", "no:cacheprovider", *options)
    assert done.returncode == code, done.stdout
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert machine.left() == []
