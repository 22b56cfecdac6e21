"""A scenario's own words and steps, as its record tells them."""

from __future__ import annotations

import pytest

from reconverge.clock import RealClock
from reconverge.report.story import Story, story_of
from reconverge.timeline import read_timeline
from tests.plugin.conftest import Play
from tests.plugin.test_verdicts_and_exit_codes import FEATURE


def story(pytester: pytest.Pytester) -> Story:
    (path,) = (pytester.path / "runs" / "now").glob("*/timeline.jsonl")
    return story_of(read_timeline(path, RealClock()))


def test_every_step_is_told_with_its_time(play: Play, pytester: pytest.Pytester) -> None:
    """The feature's and the scenario's names, and each step in its words, one after the other."""
    play(FEATURE.format(name="shop"))
    told = story(pytester)
    assert (told.title, told.path) == ("A lost pod is replaced", "shop.feature")
    assert [step.status for step in told.steps] == ["passed"] * len(told.steps)
    assert [step.keyword for step in told.steps][:3] == ["Given", "When", "Then"]
    starts = [step.started_s for step in told.steps]
    assert starts == sorted(starts)
    assert told.steps[1].text == 'one of the pods of "shop" is deleted'


def test_the_step_that_fails_says_why_and_the_others_are_skipped(
    play: Play, pytester: pytest.Pytester
) -> None:
    """What was never reached neither passed nor failed."""
    play(FEATURE.format(name="forbidden"))
    statuses = [step.status for step in story(pytester).steps]
    assert statuses[:2] == ["passed", "failed"]
    assert set(statuses[2:]) == {"skipped"}
    assert "this may not be harmed" in story(pytester).steps[1].error


def test_an_interrupted_step_has_no_end(play: Play, pytester: pytest.Pytester) -> None:
    """Ctrl-C is no failure of the step that it met."""
    play(FEATURE.format(name="interrupted"), apart=True)
    assert [step.status for step in story(pytester).steps][:2] == ["passed", "interrupted"]
