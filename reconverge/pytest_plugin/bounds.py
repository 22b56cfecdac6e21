"""Where a run stops of its own accord: at the first broken promise, or when it has played enough.

Only playing counts against --play-for: until a scenario has its turn and its namespace nobody's
manifests have done anything, and others may keep it waiting for as long as they like.
"""

from __future__ import annotations

import threading
from typing import Any

import pytest

from reconverge.clock import RealClock
from reconverge.experiment import PromiseBroken
from reconverge.pytest_plugin.stop_file import stop_file_of
from reconverge.verdict import Verdict

ALLOWANCE = pytest.StashKey["Allowance"]()


def pytest_configure(config: pytest.Config) -> None:
    """The allowance is that of the run, however many scenarios it has."""
    seconds = config.getoption("--play-for")
    if seconds is not None:
        config.stash[ALLOWANCE] = Allowance(config, seconds)


class Allowance:
    """Counts the seconds that are played; at their end the run ends as by its stop file."""

    def __init__(self, config: pytest.Config, seconds: float) -> None:
        self._config, self._left_s = config, seconds
        self._clock = RealClock()
        self._begun_s: float | None = None
        self._timer: threading.Timer | None = None

    def go_on(self) -> None:
        """Count from now on. Idempotent."""
        if self._timer is not None:
            return
        self._begun_s = self._clock.monotonic_s()
        self._timer = threading.Timer(max(self._left_s, 0.0), self._end)
        self._timer.daemon = True
        self._timer.start()

    def pause(self) -> None:
        """Count no more until the next scenario plays. Idempotent."""
        if self._timer is None or self._begun_s is None:
            return
        self._timer.cancel()
        self._left_s -= self._clock.monotonic_s() - self._begun_s
        self._timer = None

    def _end(self) -> None:
        file = stop_file_of(self._config)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


def pytest_bdd_before_step_call(request: pytest.FixtureRequest) -> None:
    """Its first step is about to be done: whatever had to be waited for is there."""
    if ALLOWANCE in request.config.stash:
        request.config.stash[ALLOWANCE].go_on()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """What has been broken for certain is broken, whatever the scenarios after it would say."""
    report = yield
    if call.when == "call" and ALLOWANCE in item.config.stash:
        item.config.stash[ALLOWANCE].pause()
    error = call.excinfo.value if call.excinfo is not None else None
    is_broken = isinstance(error, PromiseBroken) and error.finding.verdict is Verdict.BROKEN
    if is_broken and item.config.getoption("--stop-at-broken"):
        item.session.shouldfail = "a promise was broken"
    return report
