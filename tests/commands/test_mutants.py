"""`reconverge mutants` as typed: which scenarios are run again, and how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reconverge import cli
from reconverge.commands import mutants
from reconverge.report import run_record
from reconverge.report.run_record import ScenarioRecord
from reconverge.verdict import Verdict
from tests.commands.played import forge, play, rewrite
from tests.plugin.conftest import ROOT
from tests.report.records import run_of

FEATURE = """
Feature: f
  Rule: r
    Scenario: one
      When <a>
"""
NAME = "features/f.feature::one"


def write_run(folder: Path, verdict: Verdict, *, name: str = NAME) -> None:
    one = ScenarioRecord(scenario=name, verdict=verdict, exit_code=0, timeline="one/timeline.jsonl")
    run_record.write(folder, run_of(one))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one feature with a healthy run, and the current directory."""
    (tmp_path / "features").mkdir()
    (tmp_path / "features/f.feature").write_text(FEATURE, encoding="utf-8")
    (tmp_path / "docs").mkdir()
    play(tmp_path / "healthy")
    write_run(tmp_path / "healthy", Verdict.HELD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def typed(*words: str) -> int:
    return cli.run(["mutants", "--healthy", "healthy", "--report-dir", "again", *words])


@pytest.mark.parametrize(
    ("verdict", "code", "said"),
    [
        (Verdict.BROKEN, 0, "2 killed, 0 survived, 0 undecided"),
        (Verdict.HELD, 1, f"SURVIVED   --faults-off  {NAME}"),
    ],
)
def test_a_survivor_is_named(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    verdict: Verdict,
    code: int,
    said: str,
) -> None:
    """Each scenario once under each mutation, with pytest's words passed on."""
    runs: list[list[str]] = []

    def run(words: list[str], folder: Path) -> None:
        runs.append(words)
        write_run(folder, verdict)

    monkeypatch.setattr(mutants, "_pytest", run)
    assert typed("--write", "features", "-n", "4") == code
    mutations = ("--faults-off", "--controllers-silenced")
    assert runs == [[NAME, mutation, "-n", "4"] for mutation in mutations]
    assert said in capsys.readouterr().out
    assert "f.feature::one" in (project / "docs/mutants.md").read_text(encoding="utf-8")


@pytest.mark.usefixtures("project")
def test_a_run_that_ends_without_a_record_decides_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Killed half-way, it has killed no mutant."""
    monkeypatch.setattr(mutants, "_pytest", lambda words, folder: None)  # noqa: ARG005
    assert typed() == 2
    assert "it was not run" in capsys.readouterr().out


def test_a_red_scenario_is_mended_first(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It cannot show that it turns red."""
    write_run(project / "healthy", Verdict.BROKEN)
    assert typed() == 4
    assert f"{NAME} is BROKEN" in capsys.readouterr().err


def test_a_folder_that_is_no_run(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence, before anything is run."""
    (project / "healthy/run.json").unlink()
    assert typed() == 4
    assert "there is no run.json" in capsys.readouterr().err


@pytest.mark.usefixtures("project")
def test_an_interrupted_call_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what it has not decided is run, and what it has counts."""
    runs: list[list[str]] = []

    def run(words: list[str], folder: Path) -> None:
        runs.append(words[:2])
        is_interrupted = len(runs) == 2
        if not is_interrupted:
            write_run(folder, Verdict.BROKEN)

    monkeypatch.setattr(mutants, "_pytest", run)
    assert typed() == 2
    assert typed() == 0
    silenced = [NAME, "--controllers-silenced"]
    assert runs == [[NAME, "--faults-off"], silenced, silenced]
    assert typed() == 0
    assert len(runs) == 3


@pytest.mark.usefixtures("project")
def test_what_a_killed_run_had_shown_to_be_red_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its timelines tell so; what they do not show to be red is run again."""
    runs: list[list[str]] = []

    def be_killed(verdict: Verdict) -> Callable[[list[str], Path], None]:
        def run(words: list[str], folder: Path) -> None:
            runs.append(words[:2])
            path = play(folder)
            rewrite(path, lambda line: line | {"scenario": NAME} if "scenario" in line else line)
            if verdict is not Verdict.HELD:
                forge(path, verdict)

        return run

    monkeypatch.setattr(mutants, "_pytest", be_killed(Verdict.HELD))
    assert typed() == 2
    monkeypatch.setattr(mutants, "_pytest", be_killed(Verdict.UNKNOWN))
    assert typed() == 0
    assert typed() == 0
    assert runs == [[NAME, "--faults-off"], [NAME, "--controllers-silenced"]] * 2


# subprocess.run lets a child that is interrupted live for 0.25 s, and kills it.
LONGER_THAN_IT_IS_GIVEN_S = 1
SLOW_TO_END = """
def test_it():
    try:
        open("begun", "w").close()  # blocks until somebody reads: it is a pipe
        import threading
        threading.Event().wait(60)
    finally:
        open("may_end").read(1)
        open("tidy", "w").close()
"""
CALLER = """
from pathlib import Path
from reconverge.commands.mutants import _pytest
from reconverge.interrupts import interrupt_when_told_to_end
interrupt_when_told_to_end()
_pytest(["test_slow.py", "-p", "no:cacheprovider", "-s"], Path("run"))
"""


def test_who_is_told_to_end_lets_its_run_end(tmp_path: Path) -> None:
    """Killed, the run would take no fault back, and write no record."""
    (tmp_path / "test_slow.py").write_text(SLOW_TO_END, encoding="utf-8")
    os.mkfifo(tmp_path / "begun")
    os.mkfifo(tmp_path / "may_end")
    may_end = os.open(tmp_path / "may_end", os.O_RDWR)  # held at both ends, it never blocks us
    caller = subprocess.Popen(
        [sys.executable, "-c", CALLER], cwd=tmp_path, env=os.environ | {"PYTHONPATH": ROOT}
    )
    (tmp_path / "begun").read_bytes()
    caller.terminate()
    with pytest.raises(subprocess.TimeoutExpired):
        caller.wait(timeout=LONGER_THAN_IT_IS_GIVEN_S)
    os.write(may_end, b".")
    assert caller.wait() != 0
    assert (tmp_path / "tidy").exists()
    os.close(may_end)
