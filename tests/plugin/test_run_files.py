"""`run.json`: the index of a run, written however the run ends."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

import reconverge
from reconverge.clock import RealClock
from reconverge.report import run_record
from reconverge.report.run_record import RunRecord, ScenarioRecord
from reconverge.timeline import read_timeline
from reconverge.verdict import Verdict
from tests.plugin.conftest import Play
from tests.plugin.test_verdicts_and_exit_codes import FEATURE

TITLE = "shop.feature::A lost pod is replaced"


def record_of(pytester: pytest.Pytester) -> RunRecord:
    found = run_record.read(pytester.path / "runs" / "now")
    assert found is not None, "no run.json"
    return found


def only(record: RunRecord) -> ScenarioRecord:
    (scenario,) = record.scenarios
    return scenario


def test_a_run_leaves_its_record(play: Play, pytester: pytest.Pytester) -> None:
    """Seed, versions, cluster and settings, and each scenario with its time and its timeline."""
    play(FEATURE.format(name="shop"), "--seed", "7")
    record = record_of(pytester)
    assert (record.schema, record.seed, record.exit_code) == (1, 7, 0)
    assert record.reconverge == reconverge.__version__
    assert (record.cluster.kube_context, record.cluster.kubernetes) == ("pretended", "v1.34.4")
    assert (record.is_interrupted, record.mutations) == (False, ())
    started, ended = datetime.fromisoformat(record.started), datetime.fromisoformat(record.ended)
    scenario = only(record)
    assert (scenario.scenario, scenario.verdict) == (TITLE, Verdict.HELD)
    assert started <= datetime.fromisoformat(scenario.started) <= ended
    assert 0 < scenario.duration_s <= (ended - started).total_seconds() + 1
    assert scenario.timeline == "shop-A-lost-pod-is-replaced/timeline.jsonl"
    assert scenario.repeat == f"pytest '{TITLE}' --seed 7"
    assert (pytester.path / "runs" / "now" / scenario.timeline).is_file()


@pytest.mark.parametrize(
    ("name", "verdict", "code", "is_started"),
    [
        ("broken", Verdict.BROKEN, 1, True),
        ("silent", Verdict.UNKNOWN, 2, True),
        ("unsteady", Verdict.UNKNOWN, 2, False),
        ("unreachable", Verdict.UNKNOWN, 2, False),
        ("forbidden", Verdict.UNKNOWN, 3, True),
    ],
)
def test_a_red_scenario_is_recorded_with_its_reason(
    play: Play,
    pytester: pytest.Pytester,
    name: str,
    verdict: Verdict,
    code: int,
    is_started: bool,
) -> None:
    """And with whether it got as far as its fault."""
    play(FEATURE.format(name=name))
    scenario = only(record_of(pytester))
    assert (scenario.verdict, scenario.exit_code) == (verdict, code)
    assert scenario.is_started is is_started
    assert scenario.why
    assert record_of(pytester).exit_code == code


def test_an_interrupted_run_leaves_its_record_too(play: Play, pytester: pytest.Pytester) -> None:
    """The scenario that was interrupted has no report, and is in the record."""
    result = play(FEATURE.format(name="interrupted"), apart=True)
    assert result.ret == 130
    record = record_of(pytester)
    assert (record.is_interrupted, record.exit_code) == (True, 130)
    scenario = only(record)
    assert (scenario.scenario, scenario.verdict) == (TITLE, Verdict.UNKNOWN)
    assert scenario.why == "the run ended before the scenario did"
    assert not scenario.is_ended
    assert scenario.timeline
    (path,) = (pytester.path / "runs" / "now").glob(scenario.timeline)
    timeline = read_timeline(path, RealClock())
    assert scenario.duration_s == round(timeline[len(timeline) - 1].at_s, 3)


def test_a_run_that_is_interrupted_at_its_very_end_leaves_its_record(
    play: Play, pytester: pytest.Pytester
) -> None:
    """A second Ctrl-C meets other plugins' farewells, such as xdist's to its workers."""
    (pytester.path / "impatient.py").write_text(
        "def pytest_sessionfinish(session): raise KeyboardInterrupt", encoding="utf-8"
    )
    play(FEATURE.format(name="shop"), "-p", "impatient", apart=True)
    assert only(record_of(pytester)).verdict is Verdict.HELD


def test_xdist_workers_tell_what_they_ran_on(play: Play, pytester: pytest.Pytester) -> None:
    """The controller, which writes, has no cluster of its own."""
    play(FEATURE.format(name="shop"), "-n", "1", apart=True)
    record = record_of(pytester)
    assert (record.cluster.kube_context, record.cluster.kubernetes) == ("pretended", "v1.34.4")
    assert only(record).verdict is Verdict.HELD


def test_mutations_are_on_record(play: Play, pytester: pytest.Pytester) -> None:
    """Else a run under which nothing was injected would look like any other."""
    play(FEATURE.format(name="shop"), "--faults-off")
    assert record_of(pytester).mutations == ("--faults-off",)


def test_a_session_without_scenarios_leaves_none(play: Play, pytester: pytest.Pytester) -> None:
    """An installed plugin makes no folders in other people's projects."""
    pytester.makepyfile(test_other="def test_other(): pass")
    play("Feature: another tool's\n  Scenario: One\n    Given nothing of ours\n")
    assert not (pytester.path / "runs").exists()


def test_timelines_of_earlier_runs_are_not_of_this_one(
    play: Play, pytester: pytest.Pytester
) -> None:
    """A folder that was named twice holds both."""
    play(FEATURE.format(name="shop"))
    play(FEATURE.format(name="shop").replace("A lost", "Another lost"), apart=True)
    assert only(record_of(pytester)).scenario == "shop.feature::Another lost pod is replaced"


def test_a_record_that_cannot_be_written_is_no_verdict(
    play: Play, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run ends as it would have."""

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    result = play(FEATURE.format(name="shop"))
    assert result.ret == 0
    assert not (pytester.path / "runs" / "now" / "run.json").exists()


def test_a_run_leaves_its_page_and_says_where(play: Play, pytester: pytest.Pytester) -> None:
    """In its last line; the page has the scenario with its steps."""
    result = play(FEATURE.format(name="broken"), "--seed", "7")
    page = pytester.path / "runs" / "now" / "report.html"
    result.stdout.fnmatch_lines([f"1 BROKEN    seed 7    {page}"])
    text = page.read_text(encoding="utf-8")
    assert "<title>BROKEN · now · reconverge</title>" in text
    assert 'class="step failed"' in text


def test_a_page_that_cannot_be_made_is_no_verdict(
    play: Play, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run ends as it would have, and names its folder instead."""

    def fail(*_: object) -> str:
        raise RuntimeError("a defect of ours")

    monkeypatch.setattr("reconverge.report.html.page.page_of", fail)
    result = play(FEATURE.format(name="shop"), "--seed", "7")
    assert result.ret == 0
    result.stdout.fnmatch_lines([f"1 HELD    seed 7    {pytester.path / 'runs' / 'now'}"])
    assert not (pytester.path / "runs" / "now" / "report.html").exists()
