"""A file that appears ends the run as Ctrl-C does."""

from __future__ import annotations

import pytest

from tests.plugin import stage
from tests.plugin.conftest import Play
from tests.plugin.test_verdicts_and_exit_codes import FEATURE

# The pretended experiment makes the file when it is to inject, and waits to be interrupted.
STOPPED = f"""{stage.CONFTEST}
    import threading
    def wait(experiment, fault):
        (config.rootpath / "stop").touch()
        threading.Event().wait(20)
        raise AssertionError("nobody stopped it")
    stage.PretendedExperiment.inject = wait
"""


@pytest.mark.parametrize("handler", ["default_int_handler", "SIG_IGN"])
def test_the_stop_file_ends_the_run_and_faults_are_taken_back(
    play: Play, pytester: pytest.Pytester, handler: str
) -> None:
    """Exit code 130, and the experiment is closed; in the background of a shell as well."""
    ctrl_c = f"import signal\nsignal.signal(signal.SIGINT, signal.{handler})\n"
    pytester.makeconftest(ctrl_c + STOPPED)
    result = play(FEATURE.format(name="shop"), "--stop-file", "stop", apart=True)
    assert result.ret == 130
    assert "close" in (pytester.path / "runs" / "log.txt").read_text()


def test_a_stop_file_of_another_run_is_not_overlooked(
    play: Play, pytester: pytest.Pytester
) -> None:
    """It is there already: nothing is run until somebody removes it."""
    (pytester.path / "stop").touch()
    result = play(FEATURE.format(name="shop"), "--stop-file", "stop", apart=True)
    assert result.ret == 4
    assert not (pytester.path / "runs" / "log.txt").exists()
