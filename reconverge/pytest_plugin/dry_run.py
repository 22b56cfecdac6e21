"""`--dry-run`: whom each scenario would hit first and how that is undone, told instead of done.

The scenario is played up to its first fault, for real but in its own namespace: a target can only
be named once it is there. There it ends; promises are not asked for, so there is no verdict.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from pytest_bdd.parser import Scenario, Step

from reconverge.pytest_plugin.options import RUN, is_worker
from reconverge.pytest_plugin.wording import template_of
from reconverge.rehearsal import Foreseen, told

TOLD = pytest.StashKey[str]()
_NO_FAULT = "  does no fault"
_TITLE = "dry run: none of these faults was done"
_NOTE = (
    "what comes before them was made, in namespaces that are gone again; whom later faults hit "
    "depends on what these do"
)


def pytest_configure(config: pytest.Config) -> None:
    """Gather what is told where the user is."""
    if config.getoption("--dry-run") and not is_worker(config):
        config.pluginmanager.register(DryRun(), "reconverge-dry-run")


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """To have come to the first fault is how a scenario of a dry run ends well."""
    is_asked = item.config.getoption("--dry-run") and template_of(item) is not None
    try:
        yield
    except Foreseen:
        return
    if is_asked:
        item.stash[TOLD] = _NO_FAULT


def pytest_bdd_before_step_call(request: pytest.FixtureRequest, step: Step) -> None:
    """Where nothing has been done there is nothing to promise."""
    if request.config.getoption("--dry-run") and step.type == "then":
        raise Foreseen(instead="does no fault")


def pytest_bdd_step_error(
    request: pytest.FixtureRequest, scenario: Scenario, step: Step, exception: Exception
) -> None:
    """The step that would do harm, with what it would do, and the steps that would do more."""
    if isinstance(exception, Foreseen):
        seed = request.config.stash[RUN].seed
        request.node.stash[TOLD] = "\n".join(_lines(scenario, step, exception, seed))


def _lines(scenario: Scenario, step: Step, seen: Foreseen, seed: int) -> Iterator[str]:
    if step.type == "then":
        yield _NO_FAULT
        return
    yield f"  {step.keyword} {step.name}"
    if seen.instead:
        yield f"    {seen.instead}"
    for injection in seen.injections:
        yield from (f"    {line}" for line in told(injection, seed=seed))
    for later in scenario.steps[scenario.steps.index(step) + 1 :]:
        if later.type == "when":
            yield f"  cannot be told yet: {later.keyword} {later.name}"


def _told_in(report: pytest.TestReport) -> str:
    """What a scenario told; empty in the reports of its set-up and its teardown, and of others."""
    text = dict(report.user_properties).get("told", "")
    return str(text) if report.when == "call" else ""


class DryRun:
    """What the scenarios of a dry run told. A pytest plugin of its own, since it remembers."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}
        self._has_red = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Whatever process played it."""
        self._has_red |= report.failed
        if text := _told_in(report):
            self._told[report.nodeid] = text

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Neither passed nor failed: nothing was tried."""
        return ("told", ".", "TOLD") if _told_in(report) else None

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Scenario by scenario."""
        if self._told:
            terminalreporter.section(_TITLE)
            for nodeid, text in self._told.items():
                terminalreporter.line(f"{nodeid}\n{text}")
            terminalreporter.line(_NOTE)

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """The records go; those of a red one are still to be read."""
        if not (config.getoption("--report-dir") or self._has_red):
            shutil.rmtree(config.stash[RUN].folder, ignore_errors=True)
