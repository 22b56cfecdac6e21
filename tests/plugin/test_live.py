"""What a person sees while scenarios run, by what the screen of a terminal holds."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plugin.conftest import PLUGIN, ROOT, Play
from tests.plugin.terminal import Terminal
from tests.plugin.test_verdicts_and_exit_codes import FEATURE

SLOW = FEATURE.format(name="slow")
TWO = SLOW + SLOW.partition("A shop\n")[2].replace("is replaced", "comes back")


@pytest.fixture
def folder(play: Play, pytester: pytest.Pytester) -> Path:
    """The stage's own files; nothing is played in this process."""
    del play
    return pytester.path


class Shown:
    """A run in a terminal, ended in any case."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.terminals: list[Terminal] = []

    def start(self, *words: str, **changed: str) -> Terminal:
        env = {**os.environ, "PYTHONPATH": ROOT, "TERM": "xterm-256color", **changed}
        env = {name: value for name, value in env.items() if name not in ("CI", "COLUMNS", "LINES")}
        found = Terminal([sys.executable, "-m", *words], cwd=self.folder, env=env | changed)
        self.terminals.append(found)
        return found

    def pytest(self, *words: str, **changed: str) -> Terminal:
        own = ("-p", "no:cacheprovider", "--report-dir=runs/now", "--seed=7")
        return self.start("pytest", "shop.feature", *PLUGIN, *own, *words, **changed)

    def go(self) -> None:
        (self.folder / "runs" / "go").touch()


@pytest.fixture
def shown(folder: Path) -> Iterator[Shown]:
    run = Shown(folder)
    yield run
    for terminal in run.terminals:
        terminal.process.kill()


def test_a_running_scenario_is_shown_in_full(shown: Shown) -> None:
    """Steps with their marks, the fault, what is awaited, and the time to the deadline."""
    (shown.folder / "shop.feature").write_text(SLOW)
    terminal = shown.pytest()
    terminal.wait_until_shown(
        "A lost pod is replaced",
        '✓ Given the ReplicationController "slow" is in its steady state of 3 ready pods',
        '✓ When one of the pods of "slow" is deleted',
        '▸ Then "slow" converges to 3 ready pods within 60 seconds',
        'one of the pods of "slow" deleted: slow-1',
        "s left of 60 s",
    )
    first = next(line for line in terminal.lines if "s left of" in line)
    while first in terminal.lines:
        terminal.wait_for_more()
    assert any("s left of 60 s" in line for line in terminal.lines)
    shown.go()
    assert terminal.wait_until_ended() == 0
    # Nothing live is left over, and pytest's own line is whole.
    assert "s left" not in terminal.text
    assert any(line.startswith("shop.feature .") for line in terminal.lines)
    assert "1 HELD" in terminal.text


def test_several_workers_have_a_line_each(shown: Shown) -> None:
    """Title, what is seen, and the time that is left."""
    (shown.folder / "shop.feature").write_text(TWO)
    terminal = shown.pytest("-n", "2")
    terminal.wait_until_shown("A lost pod is replaced", "A lost pod comes back", "s left")
    rows = [line for line in terminal.lines if "s left" in line]
    assert len(rows) <= 2
    assert all("✓" not in line for line in terminal.lines)
    shown.go()
    assert terminal.wait_until_ended() == 0
    assert "s left" not in terminal.text


def test_in_ci_nothing_moves(shown: Shown) -> None:
    """A log has no screen: no cursor is sent up, and no line says what is over a second later."""
    (shown.folder / "shop.feature").write_text(FEATURE.format(name="shop"))
    terminal = shown.pytest(CI="true")
    assert terminal.wait_until_ended() == 0
    assert b"\x1b[?2026h" not in terminal.received
    assert b"A\r" not in terminal.received


def test_no_color_is_obeyed(shown: Shown) -> None:
    """Lines move, and have no colour (no-color.org)."""
    (shown.folder / "shop.feature").write_text(SLOW)
    terminal = shown.pytest("--color=no", NO_COLOR="1")
    terminal.wait_until_shown("s left of 60 s")
    shown.go()
    assert terminal.wait_until_ended() == 0
    assert b"\x1b[32m" not in terminal.received
    assert b"\x1b[1m" not in terminal.received


def test_another_terminal_can_watch(shown: Shown) -> None:
    """`reconverge watch` shows the same, and ends as the run did."""
    (shown.folder / "shop.feature").write_text(SLOW)
    run = shown.pytest()
    run.wait_until_shown("s left of 60 s")
    watching = shown.start("reconverge", "watch")
    watching.wait_until_shown("runs/now", '▸ Then "slow" converges', "s left of 60 s")
    shown.go()
    assert run.wait_until_ended() == 0
    assert watching.wait_until_ended() == 0
    assert "✓ A lost pod is replaced" in watching.text
    assert "1 HELD    seed 7    exit code 0" in watching.text
