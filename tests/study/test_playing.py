"""What is made of a run's record, without a cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconverge.report import run_record
from reconverge.report.run_record import ScenarioRecord
from reconverge.study import playing
from reconverge.study.exercises import load_all, named, shipped
from reconverge.study.written import HandIn
from reconverge.timeline import Step
from reconverge.verdict import Verdict
from tests.commands.played import begin_step, end_step, play
from tests.report.records import run_of
from tests.stage import Stage

EXERCISE = named(load_all(shipped()), "keep-three-pods")
STEADY = Step(
    "Given", 'the ReplicationController "kubia" is in its steady state of 3 ready pods', 5
)


@pytest.mark.parametrize("is_ended", [True, False])
def test_the_step_that_was_not_reached_is_told_in_the_readers_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_ended: bool
) -> None:
    """Also where it was interrupted, as when the API server is gone for too long."""

    def act(stage: Stage) -> None:
        begin_step(stage, "t", STEADY)
        if is_ended:
            end_step(stage, "failed")

    def run(*_: object, **__: object) -> None:
        runs = tmp_path / "run"
        play(runs, "t", act)
        one = ScenarioRecord(
            scenario="check.feature::t",
            verdict=Verdict.UNKNOWN,
            exit_code=2,
            is_started=False,
            promise=f"Given {STEADY.text}",
            timeline="t/timeline.jsonl",
        )
        run_record.write(runs, run_of(one))

    monkeypatch.setattr(playing, "run", run)
    [flaw] = playing.play(EXERCISE, HandIn(), tmp_path).flaws
    assert flaw.code == "RCS803"
    assert flaw.sentence("ko") == (
        "지켜졌는지 판단할 수 없습니다: kubia: 시작할 때 준비된 파드가 3개 있다."
    )
