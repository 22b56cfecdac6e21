"""`reconverge analyze`: the same verdicts from the record alone, and every reason to doubt it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconverge import cli
from reconverge.errors import ExitCode
from reconverge.report import run_record
from reconverge.report.run_record import ScenarioRecord
from reconverge.verdict import Verdict
from tests.commands.played import forge, lines, lose_pods, play, rewrite
from tests.report.records import run_of
from tests.stage import Stage


def analyze(place: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str, str]:
    """The exit code, what was printed, and the error."""
    code = cli.run(["analyze", str(place), *more])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def told(place: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What programs get."""
    cli.run(["analyze", str(place), "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_run_is_judged_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each promise with both verdicts, the phases, and one line for all."""
    play(tmp_path, "one")
    play(tmp_path, "two")
    code, out, _ = analyze(tmp_path, capsys)
    assert code == ExitCode.HELD
    assert "shop.feature::one    seed 4711" in out
    assert out.count('HELD -> HELD       "kubia" converges to 3 ready pods') == 4
    assert 'HELD -> HELD       every replacement of "kubia" is ready within 5 s' in out
    assert "recovery of 4 replacements, in seconds" in out
    assert out.splitlines()[-1] == "6 HELD    2 timelines    every verdict as recorded"


@pytest.mark.parametrize("place", ["", "one", "one/timeline.jsonl"])
def test_a_run_a_scenario_or_a_file_may_be_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    """They mean the same where there is one scenario."""
    play(tmp_path)
    found = told(tmp_path / place, capsys)
    (scenario,) = found["scenarios"]
    assert scenario["scenario"] == "shop.feature::one"
    assert [row["now"] for row in scenario["promises"]] == [
        row["recorded"] for row in scenario["promises"]
    ]
    assert [one["replacement"] is not None for one in scenario["recoveries"]] == [True, True]
    assert found["recovery"]["spreads"]["in all"]["n"] == 2


def test_a_broken_promise_is_broken_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the reason, and the exit code of the run."""

    def too_tight(stage: Stage) -> None:
        lose_pods(stage, within_s=0.01)

    play(tmp_path, act=too_tight)
    code, out, _ = analyze(tmp_path, capsys)
    assert code == ExitCode.BROKEN
    assert "BROKEN -> BROKEN" in out
    assert "2 of 2 took longer" in out


@pytest.mark.parametrize("forged", [Verdict.BROKEN, Verdict.UNKNOWN])
def test_a_verdict_that_differs_is_loud(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], forged: Verdict
) -> None:
    """One record and two verdicts: nobody can know which is right."""
    forge(play(tmp_path), forged)
    code, out, _ = analyze(tmp_path, capsys)
    assert code == ExitCode.UNKNOWN
    assert f"{forged} -> HELD" in out
    assert "DIFFERS from what was recorded" in out
    assert "recorded: 2 lost, 2 replaced" in out
    assert "1 DIFFER" in out.splitlines()[-1]


def test_what_is_broken_now_is_broken_whatever_was_recorded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The gravest end counts."""

    def too_tight(stage: Stage) -> None:
        lose_pods(stage, within_s=0.01)

    forge(play(tmp_path, act=too_tight), Verdict.HELD)
    code, out, _ = analyze(tmp_path, capsys)
    assert (code, "DIFFERS" in out) == (ExitCode.BROKEN, True)


def test_a_damaged_record_is_judged_as_far_as_it_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it says before the damage stands; the rest is unknown, and the line is named."""
    path = play(tmp_path)
    raw = path.read_bytes().splitlines(keepends=True)
    judged = [number for number, line in enumerate(lines(path)) if line["is"] == "judged"]
    path.write_bytes(b"".join(raw[: judged[0] + 1]) + b'{"is":"obser')
    code, out, _ = analyze(tmp_path, capsys)
    assert code == ExitCode.UNKNOWN
    assert f"damage  line {judged[0] + 2} cannot be read" in out
    assert "judged as far as it goes" in out
    assert 'HELD -> HELD       "kubia" converges' in out


def test_a_killed_run_is_judged_as_far_as_it_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A promise without a verdict is UNKNOWN when the record does not decide it."""
    path = play(tmp_path)
    raw = path.read_bytes().splitlines(keepends=True)
    promised = [number for number, line in enumerate(lines(path)) if line["is"] == "promised"]
    path.write_bytes(b"".join(raw[: promised[1] + 1]))
    code, out, _ = analyze(tmp_path, capsys)
    assert code == ExitCode.UNKNOWN
    assert 'none -> UNKNOWN    "kubia" converges to 3 ready pods' in out
    assert "the record ends before a verdict" in out


def test_a_record_that_decides_needs_no_recorded_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Killed between the event and the line that says so, it is HELD all the same."""
    path = play(tmp_path)
    rewrite(path, lambda line: None if line["is"] == "judged" else line)
    code, out, _ = analyze(tmp_path, capsys)
    assert code == ExitCode.HELD
    assert out.count("none -> HELD") == 3


def test_cut_anywhere_a_record_never_says_broken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wherever a kill ended it, what held is held or unknown."""
    path = play(tmp_path)
    raw = path.read_bytes()
    ends = [number for number, byte in enumerate(raw) if byte == ord("\n")]
    for end in ends[::5]:
        path.write_bytes(raw[: end + 1])
        code, out, _ = analyze(tmp_path, capsys)
        assert code in (ExitCode.HELD, ExitCode.UNKNOWN)
        assert "BROKEN" not in out


def test_a_record_without_a_promise_proves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing judged is UNKNOWN."""
    path = play(tmp_path)
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    code, out, _ = analyze(tmp_path, capsys)
    assert code == ExitCode.UNKNOWN
    assert "nothing was promised" in out


@pytest.mark.parametrize("verdict", [Verdict.HELD, Verdict.UNKNOWN])
def test_a_scenario_that_asks_the_api_server_alone_promises_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], verdict: Verdict
) -> None:
    """What it was answered is no promise; the run says whether that was right."""
    play(tmp_path)
    path = tmp_path / "one" / "timeline.jsonl"
    rewrite(path, lambda line: None if line["is"] in ("promised", "judged") else line)
    code = {Verdict.HELD: ExitCode.HELD, Verdict.UNKNOWN: ExitCode.UNKNOWN}[verdict]
    record = ScenarioRecord(scenario="shop.feature::one", verdict=verdict, exit_code=code)
    run_record.write(tmp_path, run_of(record, seed=4711, exit_code=code))
    found, out, _ = analyze(tmp_path, capsys)
    assert (found, "nothing was promised" in out) == (code, True)


def test_a_promise_of_another_release_is_unknown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others are judged."""
    path = play(tmp_path)

    def change(line: dict[str, Any]) -> dict[str, Any]:
        is_budget = line["is"] == "promised" and "within" in line["sentence"]
        return line | {"promise": {"is": "FromTomorrow"}} if is_budget else line

    rewrite(path, change)
    code, out, _ = analyze(tmp_path, capsys)
    assert code == ExitCode.UNKNOWN
    assert "this program does not know such a promise" in out
    assert out.count("HELD -> HELD") == 2


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda _: None, "there is no such file or folder"),
        (lambda place: place.mkdir(), "no timeline in it"),
    ],
)
def test_what_is_no_run_is_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], make: Any, what: str
) -> None:
    """One sentence, with the place."""
    place = tmp_path / "nowhere"
    make(place)
    code, out, err = analyze(place, capsys)
    assert (code, out) == (ExitCode.BAD_INPUT, "")
    assert err.startswith(f"error: {place}: {what}")


def test_one_unreadable_record_does_not_hide_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is named, and the exit code is that of bad input."""
    play(tmp_path, "one")
    play(tmp_path, "two").write_text("apiVersion: v1\n")
    code, out, _ = analyze(tmp_path, capsys)
    assert code == ExitCode.BAD_INPUT
    assert f"cannot be read  {tmp_path / 'two' / 'timeline.jsonl'}: not a timeline" in out
    assert "HELD -> HELD" in out
    assert "1 cannot be read" in out.splitlines()[-1]


def test_a_timeline_of_another_format_is_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the release that reads it as the cure."""
    path = play(tmp_path)
    rewrite(path, lambda line: line | {"format": 99} if line["is"] == "opened" else line)
    code, out, _ = analyze(path, capsys)
    assert code == ExitCode.BAD_INPUT
    assert "timeline of format 99" in out


def test_a_starting_state_that_was_not_reached_is_unknown_as_in_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The run knows which promises came before the fault; they say nothing about it."""

    def too_tight(stage: Stage) -> None:
        lose_pods(stage, within_s=0.01)

    play(tmp_path, act=too_tight)
    record = ScenarioRecord(
        scenario="shop.feature::one", verdict=Verdict.UNKNOWN, exit_code=2, is_started=False
    )
    run_record.write(tmp_path, run_of(record, seed=4711, exit_code=2))
    for place in (tmp_path, tmp_path / "one", tmp_path / "one" / "timeline.jsonl"):
        code, out, _ = analyze(place, capsys)
        assert code == ExitCode.UNKNOWN
        assert "its starting state was not reached" in out


@pytest.mark.parametrize(
    ("content", "what"),
    [("{}", "not a run's record"), ('{"schema": 7}', "schema 7, this program reads 1")],
)
def test_a_foreign_run_record_is_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, what: str
) -> None:
    """It is not guessed at."""
    play(tmp_path)
    (tmp_path / "run.json").write_text(content)
    code, _, err = analyze(tmp_path, capsys)
    assert code == ExitCode.BAD_INPUT
    assert what in err
