"""Scenarios that stop nodes are alone on their cluster, across processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from reconverge.pytest_plugin.lock import turn
from tests.plugin.conftest import ROOT, Play
from tests.plugin.test_verdicts_and_exit_codes import FEATURE

HOLDER = """
import sys
from pathlib import Path
from reconverge.pytest_plugin.lock import turn
with turn(Path(sys.argv[1]), is_alone=sys.argv[2] == "alone"):
    print("in", flush=True)
    sys.stdin.readline()
"""


class Holder:
    """Another process that asks for a turn, and leaves when told."""

    def __init__(self, folder: Path, how: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(folder), how],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait_until_in(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "in\n"

    def leave(self) -> None:
        self.process.communicate("\n")


def is_free(folder: Path, *, is_alone: bool) -> bool:
    """Whether a turn could be had at once, tried in a process that gives up."""
    how = "alone" if is_alone else "shared"
    try:
        subprocess.run(
            [sys.executable, "-c", HOLDER, str(folder), how],
            cwd=ROOT,
            input="\n",
            text=True,
            timeout=4,
            check=True,
            capture_output=True,
        )
    except subprocess.TimeoutExpired:
        return False
    return True


def test_shared_turns_do_not_exclude_each_other(tmp_path: Path) -> None:
    """Ordinary scenarios run beside each other."""
    with turn(tmp_path, is_alone=False):
        assert is_free(tmp_path, is_alone=False)


def test_nobody_runs_beside_who_is_alone(tmp_path: Path) -> None:
    """While a node is stopped, no other scenario is judged on that cluster."""
    with turn(tmp_path, is_alone=True):
        assert not is_free(tmp_path, is_alone=False)


def test_who_wants_to_be_alone_waits_for_the_others(tmp_path: Path) -> None:
    """A node is not stopped under a scenario that is running."""
    with turn(tmp_path, is_alone=False):
        assert not is_free(tmp_path, is_alone=True)


def test_newcomers_do_not_starve_who_waits_to_be_alone(tmp_path: Path) -> None:
    """Once somebody waits to be alone, later ordinary scenarios queue behind it."""
    first = Holder(tmp_path, "shared")
    first.wait_until_in()
    waiting = Holder(tmp_path, "alone")
    while is_free(tmp_path, is_alone=False):
        """The waiting process is still starting up."""
    first.leave()
    waiting.wait_until_in()
    waiting.leave()
    assert is_free(tmp_path, is_alone=False)


def test_the_death_of_a_holder_frees_the_turn(tmp_path: Path) -> None:
    """kill -9 leaves no stale lock behind."""
    holder = Holder(tmp_path, "alone")
    holder.wait_until_in()
    holder.process.kill()
    holder.process.communicate()
    assert is_free(tmp_path, is_alone=False)


def test_exclusive_scenarios_come_last(play: Play) -> None:
    """With xdist, what must be alone then waits for few, and nobody waits for it."""
    alone = FEATURE.format(name="shop").replace("  Scenario: A", "  @node_loss\n  Scenario: A")
    other = FEATURE.format(name="shop").split("\n", 2)[2].replace("A lost", "Another lost")
    result = play(alone + other, "-v")
    result.stdout.fnmatch_lines(["*::Another lost pod*", "*::A lost pod*"])
