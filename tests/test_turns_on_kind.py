"""Two machines on one real cluster: what each does in its turn, the other never sees."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from reconverge.clock import RealClock
from reconverge.cluster.claims import LEASE_S, RETRY_S
from reconverge.cluster.leased_turns import LeasedTurn, Registry
from reconverge.cluster.nodes import KindCluster

pytestmark = pytest.mark.cluster
ROOT = Path(__file__).parent.parent
Interval = tuple[float, float]


class Machine:
    """The program of tests.turns_on_kind, ready to begin."""

    def __init__(self, folder: Path, name: str, kind: str, turns: int) -> None:
        words = [sys.executable, "-m", "tests.turns_on_kind", str(folder), name, kind, str(turns)]
        self.process = subprocess.Popen(
            words,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.read("ready")

    def read(self, word: str) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == f"{word}\n"

    def said(self) -> str:
        """Its next word on standard error, which is waited for."""
        assert self.process.stderr is not None
        return self.process.stderr.readline()

    def tell(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()

    def turns(self) -> tuple[list[Interval], str]:
        """When it had them, once it has ended, and what it said."""
        out, said = self.process.communicate(timeout=120)
        assert self.process.returncode == 0, said
        rows = [line.split() for line in out.splitlines()]
        return [(float(begin), float(end)) for begin, end in rows], said


@pytest.fixture
def meet(cluster: KindCluster, tmp_path: Path) -> Iterator[list[Machine]]:
    """Those that are still there at the end are killed."""
    del cluster, tmp_path
    machines: list[Machine] = []
    yield machines
    for one in machines:
        one.process.kill()
        one.process.communicate()


@pytest.mark.parametrize(
    "kinds", [("alone", "alone"), ("alone", "shared"), ("lane", "lane"), ("lane", "alone")]
)
def test_two_machines_take_turns(
    meet: list[Machine], tmp_path: Path, kinds: tuple[str, str]
) -> None:
    """No turn of one overlaps with any of the other, and who waits is told for whom."""
    for name, kind in zip("ab", kinds, strict=True):
        meet.append(Machine(tmp_path, name, kind, 3))
    first, second = meet
    first.tell("hold")
    first.read("in")
    second.tell("go")
    said = second.said()
    assert said.startswith("waiting for a turn on the cluster: ")
    assert "/a/" in said
    first.tell("go on")
    a, b = (one.turns()[0] for one in meet)
    assert len(a) == len(b) == 3
    for (_, end_s), (begin_s, _) in pairwise(sorted(a + b)):
        assert end_s <= begin_s, (a, b)


def test_those_that_share_the_cluster_do_so_between_machines(
    meet: list[Machine], tmp_path: Path
) -> None:
    """Namespaces are in nobody's way: nobody waits."""
    for name in "ab":
        meet.append(Machine(tmp_path, name, "shared", 3))
    for one in meet:
        one.tell("go")
    assert [one.turns()[1] for one in meet] == ["", ""]


def test_a_machine_that_is_gone_is_waited_for_until_its_lease_expires(
    meet: list[Machine], cluster: KindCluster, tmp_path: Path
) -> None:
    """Killed in its turn; another has it LEASE_S later, and no sooner."""
    gone = Machine(tmp_path, "gone", "alone", 1)
    meet.append(gone)
    gone.tell("stay")
    gone.read("in")
    gone.process.kill()
    gone.process.wait()
    clock = RealClock()
    said: list[str] = []
    mine = Registry(cluster=cluster, run="here")
    began_s = clock.monotonic_s()
    turn = LeasedTurn(mine, clock, is_alone=True, say=said.append)
    turn.take(on_taken=lambda: None)
    took_s = clock.monotonic_s() - began_s
    turn.release()
    assert LEASE_S <= took_s <= LEASE_S + 6 * RETRY_S
    assert "/gone/" in said[0]
