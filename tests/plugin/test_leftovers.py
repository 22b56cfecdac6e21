"""Namespaces that are still going when the last scenario has ended."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import Play
from tests.plugin.test_verdicts_and_exit_codes import FEATURE

GOING = """
from tests.plugin import stage
import reconverge.pytest_plugin.leftovers as leftovers
from reconverge.errors import Unavailable

def pytest_configure(config):
    stage.set_up(config)
    stage.PretendedExperiment.going = "exp-1"
    leftovers.standing_ground = lambda target: stage._ground(config, was_made=False)
    log = config.rootpath / "awaited.txt"

    def wait(cluster, *, clock, names):
        log.open("a").write(f"{sorted(names)}\\n")
        if IS_STUCK:
            raise Unavailable("still there after 60 s: namespace exp-1", where="kind-x")

    leftovers.wait_until_gone = wait
"""


@pytest.mark.parametrize("args", [(), ("-n", "2")], ids=["one process", "workers"])
@pytest.mark.parametrize("is_stuck", [False, True], ids=["gone", "stuck"])
def test_the_run_waits_once_and_for_all(
    play: Play, pytester: pytest.Pytester, args: tuple[str, ...], *, is_stuck: bool
) -> None:
    """What stays makes the run red, and no scenario: its own verdict stands."""
    pytester.makeconftest(f"IS_STUCK = {is_stuck}\n{GOING}")
    result = play(FEATURE.format(name="shop"), *args, apart=True)
    result.assert_outcomes(passed=1)
    assert result.ret == (2 if is_stuck else 0)
    assert (pytester.path / "awaited.txt").read_text() == "['exp-1']\n"
    said = "left behind: kind-x: still there after 60 s: namespace exp-1"
    assert (said in result.stdout.str()) == is_stuck
