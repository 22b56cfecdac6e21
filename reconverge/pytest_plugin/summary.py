"""The end of a run: how many promises held, why the others did not, and the exit code.

It lives in the process that reports to the user, and knows scenarios only by their reports.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from reconverge.errors import ExitCode, ReconvergeError
from reconverge.pytest_plugin.options import RUN, is_worker
from reconverge.report.console import brief, tally
from reconverge.report.run_record import RunRecord
from reconverge.verdict import Finding, Verdict


class Outcome(msgspec.Struct, frozen=True):
    """One scenario's end: its title, its finding, and what it means for the exit code."""

    title: str
    code: ExitCode
    finding: Finding
    is_started: bool = True
    turn: str = ""


OUTCOMES = pytest.StashKey["Outcomes"]()
RUN_RECORD = pytest.StashKey[RunRecord]()
REPORT = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Gather outcomes where the user is; xdist's workers only report."""
    if not is_worker(config):
        config.stash[OUTCOMES] = Outcomes()
        config.pluginmanager.register(config.stash[OUTCOMES], "reconverge-outcomes")


class Outcomes:
    """What the reports of a run said. A pytest plugin of its own, since it remembers."""

    def __init__(self) -> None:
        self.scenarios: dict[str, Outcome] = {}
        self.is_interrupted = False
        self.has_other_failures = False
        self.has_bad_input = False
        self.leftover: ReconvergeError | None = None

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A feature that cannot be collected is bad input."""
        self.has_bad_input |= report.failed and report.nodeid.endswith(".feature")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take one phase's report into account; the gravest phase of a scenario counts."""
        properties = dict(report.user_properties)
        if "verdict" not in properties:
            self.has_other_failures |= report.failed
            return
        outcome = _outcome(report.nodeid, properties)
        before = self.scenarios.get(report.nodeid)
        if before is None or outcome.code.rank < before.code.rank:
            self.scenarios[report.nodeid] = outcome

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Ctrl-C; pytest also ends a run of its own accord this way, which is not meant."""
        self.is_interrupted |= excinfo.type is KeyboardInterrupt

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Replace pytest's exit status by ours, where scenarios decided it."""
        if self.is_interrupted:
            session.exitstatus = ExitCode.INTERRUPTED
        elif self.has_bad_input:
            session.exitstatus = ExitCode.BAD_INPUT
        elif (self.scenarios or self.leftover) and session.exitstatus in (
            pytest.ExitCode.OK,
            pytest.ExitCode.TESTS_FAILED,
        ):
            session.exitstatus = self.code

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, config: pytest.Config
    ) -> None:
        """One line for each red scenario, one for the run."""
        if not self.scenarios:
            if self.leftover is not None:
                terminalreporter.line(f"left behind: {self.leftover}")
            return
        ends = list(self.scenarios.values())
        terminalreporter.section("verdicts")
        for end in sorted(ends, key=lambda end: end.code.rank):
            if end.finding.verdict is not Verdict.HELD:
                terminalreporter.line(brief(end.title, end.finding))
        run = config.stash[RUN]
        place = config.stash.get(REPORT, run.folder)
        counts = tally([end.finding.verdict for end in ends])
        record = config.stash.get(RUN_RECORD, None)
        if record is not None and str(record.recovery):
            terminalreporter.line(str(record.recovery))
        if record is not None and len(ends) > 1:  # one scenario is its own critical path
            terminalreporter.line(str(record.pace))
        if self.leftover is not None:
            terminalreporter.line(f"left behind: {self.leftover}")
        terminalreporter.line(f"{counts}    seed {run.seed}    {place}")

    @property
    def code(self) -> ExitCode:
        """The gravest of all."""
        codes = [outcome.code for outcome in self.scenarios.values()]
        codes += [ExitCode.BROKEN] if self.has_other_failures else []
        codes += [self.leftover.exit_code] if self.leftover is not None else []
        return ExitCode.gravest(codes)


def _outcome(nodeid: str, properties: dict[str, Any]) -> Outcome:
    finding = Finding(
        promise=str(properties.get("promise", "")),
        verdict=Verdict(properties["verdict"]),
        why=str(properties.get("why", "")),
        decided_s=0.0,
    )
    title = nodeid.partition("::")[2]
    code = ExitCode(int(properties["exit_code"]))
    return Outcome(
        title,
        code,
        finding,
        is_started=properties.get("is_started", True),
        turn=properties.get("turn", ""),
    )
