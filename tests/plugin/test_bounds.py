"""A run that stops of its own accord: once a promise is broken, or when it has played enough."""

from __future__ import annotations

import pytest

from tests.plugin import stage
from tests.plugin.conftest import Play
from tests.plugin.test_verdicts_and_exit_codes import FEATURE

# Its turn, and its namespace, come later than all that it may play.
LATE = f"""{stage.CONFTEST}
    import threading
    stage.PretendedExperiment.open = lambda experiment: threading.Event().wait(2) and None
"""


def two(first: str, second: str) -> str:
    """A feature of two scenarios, of different names."""
    more = FEATURE.format(name=second).split("\n", 2)[2].replace("A lost", "Another lost")
    return FEATURE.format(name=first) + more


@pytest.mark.parametrize(("first", "played"), [("broken", 1), ("silent", 2), ("shop", 2)])
def test_nothing_more_is_played_after_a_broken_promise(
    play: Play, pytester: pytest.Pytester, first: str, played: int
) -> None:
    """What is not known may still be settled by another scenario, so that goes on."""
    result = play(two(first, "broken"), "--stop-at-broken")
    assert result.ret == 1
    assert (pytester.path / "runs" / "log.txt").read_text().count("inject") == played


def test_a_run_that_has_played_enough_is_ended(play: Play, pytester: pytest.Pytester) -> None:
    """As by its stop file: exit code 130, and the experiment is closed."""
    result = play(FEATURE.format(name="slow"), "--play-for", "0.5", apart=True)
    assert result.ret == 130
    assert "close" in (pytester.path / "runs" / "log.txt").read_text()


def test_waiting_for_a_turn_is_no_playing(play: Play, pytester: pytest.Pytester) -> None:
    """Two seconds go by before the first step, and one may be played."""
    pytester.makeconftest(LATE)
    assert play(FEATURE.format(name="shop"), "--play-for", "1", apart=True).ret == 0
