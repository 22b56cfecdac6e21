"""Who harms the cluster is alone on it, and who harms a node alone with it, across processes."""

from __future__ import annotations

import queue
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from reconverge.pytest_plugin import lock
from reconverge.pytest_plugin.lock import turn
from tests.plugin.conftest import ROOT, Play
from tests.plugin.test_verdicts_and_exit_codes import FEATURE

HOLDER = """
import sys
from pathlib import Path
from reconverge.pytest_plugin.lock import all_lanes, turn
folder, how = Path(sys.argv[1]), sys.argv[2]
lanes = how.partition("lanes ")[2].split()
with all_lanes(folder) if how == "all" else turn(folder, is_alone=how == "alone", lanes=lanes):
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


def is_free(folder: Path, *, is_alone: bool = False, lanes: str = "") -> bool:
    """Whether a turn could be had at once, tried in a process that gives up."""
    how = "alone" if is_alone else f"lanes {lanes}" if lanes else "shared"
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


def test_those_of_a_lane_come_one_after_another_beside_the_others(tmp_path: Path) -> None:
    """Two outages of one node would be another fault than either; others are not concerned."""
    with turn(tmp_path, is_alone=False, lanes=["outage"]) as lane:
        assert lane == "outage"
        assert not is_free(tmp_path, lanes="outage")
        assert not is_free(tmp_path, is_alone=True)
        assert is_free(tmp_path)
        assert is_free(tmp_path, lanes="labels")


def test_of_several_lanes_the_free_one_is_had(tmp_path: Path) -> None:
    """As many outages at once as there are nodes set aside, whoever asks first."""
    both = ("outage-1", "outage-2")
    with turn(tmp_path, is_alone=False, lanes=both) as first:
        assert is_free(tmp_path, lanes=" ".join(both))
        with turn(tmp_path, is_alone=False, lanes=both) as second:
            assert (first, second) == both
            assert not is_free(tmp_path, lanes=" ".join(both))
        assert is_free(tmp_path, lanes="outage-2")


@pytest.mark.parametrize("lane", ["outage-1", "outage-2"])
def test_who_wants_every_node_whole_waits_for_all_lanes(tmp_path: Path, lane: str) -> None:
    """A node that somebody has stopped on purpose is not to be started under its hands."""
    holder = Holder(tmp_path, f"lanes {lane}")
    holder.wait_until_in()
    finder = Holder(tmp_path, "all")
    while is_free(tmp_path, lanes="labels"):
        """The finder is still starting up."""
    assert is_free(tmp_path), "nor is who needs no node in its way"
    holder.leave()
    finder.wait_until_in()
    finder.leave()
    assert is_free(tmp_path, lanes=lane)


def test_who_waits_for_a_lane_is_in_nobodys_way(tmp_path: Path) -> None:
    """It holds nothing else yet, so who waits to be alone does not wait for it."""
    first = Holder(tmp_path, "lanes outage")
    first.wait_until_in()
    waiting = Holder(tmp_path, "lanes outage")
    assert is_free(tmp_path)
    first.leave()
    waiting.wait_until_in()
    waiting.leave()


def scenarios(**tags: str) -> str:
    """A feature of scenarios with these titles, tagged so."""
    head, scenario = FEATURE.format(name="shop").split("\n", 2)[1:]
    parts = [
        f"  {tag}\n{scenario.replace('A lost pod is replaced', title)}"
        for title, tag in tags.items()
    ]
    return "\n".join([head, *parts])


def titles(result: pytest.RunResult) -> list[tuple[str, str]]:
    """Worker and title of each scenario, in the order in which they ended."""
    rows = (re.search(r"(?:\[(gw\d)\])?.*shop.feature::(\w+)", line) for line in result.outlines)
    return [(row[1] or "", row[2]) for row in rows if row and "%" in row.string]


MIXED = {
    "alone": "@exclusive",
    "short": "",
    "long": "@long",
    "labels": "@node_labels",
    "outage": "@node_loss",
    "again": "@node_loss",
    "grave": "@node_loss @control_plane",
}


@pytest.mark.parametrize(
    ("words", "order"),
    [
        ((), "labels outage again long short alone grave"),
        (("--reverse",), "grave alone short long again outage labels"),
    ],
)
def test_what_takes_long_is_begun_first_and_who_is_alone_is_last(
    play: Play, words: tuple[str, ...], order: str
) -> None:
    """Then nobody waits for the one, and nobody is left with the other; or the other way round."""
    result = play(scenarios(**MIXED), "-v", *words)
    assert [title for _, title in titles(result)] == order.split()


def test_a_lane_is_one_workers(play: Play) -> None:
    """Another worker would only wait for its end, while others lie about."""
    tags = {f"{lane}{n}": f"@node_{lane}" for lane in ("loss", "labels") for n in range(4)}
    result = play(scenarios(**tags, plain=""), "-v", "-n", "3", apart=True)
    ran = {title: worker for worker, title in titles(result)}
    assert len({ran[f"labels{n}"] for n in range(4)}) == 1
    halves = [{ran[f"loss{n}"] for n in numbers} for numbers in ((0, 2), (1, 3))]
    assert [len(half) for half in halves] == [1, 1]
    assert len({ran["loss0"], ran["loss1"], ran["labels0"]}) == 3


@pytest.mark.parametrize("names", [["one"], ["one", "two"]])
def test_the_pace_of_several_is_told(play: Play, names: list[str]) -> None:
    """One scenario is its own critical path: there is nothing to tell."""
    result = play(scenarios(**dict.fromkeys(names, "")))
    assert ("wall time" in result.stdout.str()) == (len(names) > 1)


def test_without_faults_nobody_is_kept_away(play: Play, pytester: pytest.Pytester) -> None:
    """A fault that does nothing needs no cluster to itself: mutants run beside each other."""
    with turn(pytester.path / "state", is_alone=False):
        result = play(scenarios(alone="@exclusive"), "--faults-off", apart=True)
    result.stdout.fnmatch_lines(["*1 HELD*"])


def test_a_wait_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it lasts, and once; who does not wait says nothing."""
    monkeypatch.setattr(lock, "SAID_AFTER_S", 0.01)
    said = queue.Queue[str]()
    holder = Holder(tmp_path, "shared")
    holder.wait_until_in()

    def leave() -> None:
        said.put(said.get())  # it is told before the other has left
        holder.leave()

    leaving = threading.Thread(target=leave)
    leaving.start()
    with turn(tmp_path, is_alone=True, say=said.put):
        leaving.join()
    monkeypatch.setattr(lock, "SAID_AFTER_S", 10.0)
    with turn(tmp_path, is_alone=False, say=said.put):
        pass
    assert list(said.queue) == ["waiting for a turn alone: others use the cluster"]
