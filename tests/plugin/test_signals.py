"""Which signals a run takes for itself."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from reconverge.errors import ExitCode
from reconverge.pytest_plugin import signals
from tests.plugin.conftest import Play
from tests.plugin.test_verdicts_and_exit_codes import FEATURE


@pytest.fixture(params=[signal.SIGTERM, signal.SIGHUP])
def one(request: pytest.FixtureRequest) -> Iterator[signal.Signals]:
    """A signal whose disposition is put back after the test."""
    before = signal.getsignal(request.param)
    yield request.param
    signal.signal(request.param, before)


def test_what_nobody_has_claimed_interrupts_the_run(one: signal.Signals) -> None:
    """As Ctrl-C does, so that faults are taken back."""
    signal.signal(one, signal.SIG_DFL)
    signals.pytest_configure()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(one)


def test_what_is_ignored_stays_ignored(one: signal.Signals) -> None:
    """Under nohup a closed terminal is no reason to end."""
    signal.signal(one, signal.SIG_IGN)
    signals.pytest_configure()
    assert signal.getsignal(one) is signal.SIG_IGN


def test_what_pytest_timeout_interrupts_is_taken_back(
    play: Play, pytester: pytest.Pytester
) -> None:
    """Its alarm is raised in whatever waits: closed as after any other end, and nothing known."""
    result = play(FEATURE.format(name="slow"), "--timeout=2", "--timeout-method=signal", apart=True)
    assert result.ret == ExitCode.UNKNOWN
    assert "Timeout (>2.0s) from pytest-timeout" in result.stdout.str()
    assert "close failed=True" in (pytester.path / "runs" / "log.txt").read_text()
