"""From what pytest saw in one scenario to its verdict, and to a text instead of a traceback.

Verdicts travel as the reports' user properties, so they survive xdist and land in JUnit's XML.
"""

from __future__ import annotations

from collections.abc import Generator

import msgspec
import pytest

from reconverge.errors import ExitCode, ReconvergeError
from reconverge.experiment import PromiseBroken
from reconverge.pytest_plugin.dry_run import TOLD
from reconverge.pytest_plugin.options import RUN, repeat_command
from reconverge.pytest_plugin.scenarios import ALARM, EXPERIMENT, STEP, TURN, folder_name
from reconverge.pytest_plugin.wording import short_path
from reconverge.report.console import brief, failure_text
from reconverge.report.margins import closest
from reconverge.verdict import Finding, Verdict


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Give a scenario's report its verdict, and a red one our text instead of a traceback."""
    report = yield
    if EXPERIMENT not in item.stash and STEP not in item.stash and not _uses_experiment(item):
        return report
    report.user_properties += [("turn", item.stash[TURN])] if TURN in item.stash else []
    error = _error(item, call)
    if report.failed and error is not None:
        _mark_red(item, report, error)
    elif report.when == "call" and TOLD in item.stash:
        report.user_properties += [("told", item.stash[TOLD])]
    elif report.when == "call" and report.passed:
        report.user_properties += [("verdict", "HELD"), ("exit_code", 0), *_margin(item)]
    return report


def _error(item: pytest.Item, call: pytest.CallInfo[None]) -> BaseException | None:
    """What ended it; whatever that was, a turn that was lost leaves nothing known."""
    error = call.excinfo.value if call.excinfo is not None else None
    lost = item.stash[ALARM].error if ALARM in item.stash else None
    return lost if error is not None and lost is not None else error


def _margin(item: pytest.Item) -> list[tuple[str, str]]:
    """The promise that came closest to its deadline: a green run can be near to red."""
    experiment = item.stash.get(EXPERIMENT, None)
    return [("closest", text)] if experiment and (text := closest(experiment.timeline)) else []


def _uses_experiment(item: pytest.Item) -> bool:
    return "experiment" in getattr(item, "fixturenames", ())


def _mark_red(item: pytest.Item, report: pytest.TestReport, error: BaseException) -> None:
    finding, code = _finding(item, report, error)
    run = item.config.stash[RUN]
    report.user_properties += [
        ("verdict", finding.verdict.value),
        ("exit_code", int(code)),
        ("promise", finding.promise),
        ("why", finding.why),
        ("seed", run.seed),
        ("is_started", not _is_gate(item, report)),
    ]
    if isinstance(error, ReconvergeError | AssertionError):
        notes = [f"  {note}" for note in getattr(error, "__notes__", ())]
        report.longrepr = "\n".join([_text(item, finding), *notes])


def _finding(
    item: pytest.Item, report: pytest.TestReport, error: BaseException
) -> tuple[Finding, ExitCode]:
    """What the error says about the promise, and the exit code it calls for.

    A Given that is not reached says nothing about the fault, so it is never BROKEN.
    """
    step = item.stash.get(STEP, None)
    if isinstance(error, PromiseBroken):
        finding = error.finding
    else:
        finding = Finding(
            promise=f"{step.keyword} {step.name}" if step is not None else f"{report.when}",
            verdict=Verdict.BROKEN if isinstance(error, AssertionError) else Verdict.UNKNOWN,
            why=str(error).partition("\n")[0] or type(error).__name__,
            decided_s=0.0,
        )
    if _is_gate(item, report) and finding.verdict is Verdict.BROKEN:
        why = f"not run, its starting state was not reached: {finding.why}"
        finding = msgspec.structs.replace(finding, verdict=Verdict.UNKNOWN, why=why)
    if isinstance(error, ReconvergeError):
        return finding, error.exit_code
    return finding, finding.verdict.exit_code


def _is_gate(item: pytest.Item, report: pytest.TestReport) -> bool:
    """Whether the scenario had not begun: nothing was harmed yet that could be judged."""
    step = item.stash.get(STEP, None)
    return report.when == "setup" or (step is not None and step.type == "given")


def _text(item: pytest.Item, finding: Finding) -> str:
    experiment = item.stash.get(EXPERIMENT, None)
    repeat = repeat_command(item.config, item.nodeid)
    if experiment is None or not hasattr(experiment, "timeline"):
        return f"{brief(item.name, finding)}\n  repeat      {repeat}"
    folder = item.config.stash[RUN].folder / folder_name(item.nodeid)
    kept = "; ".join(filter(None, (short_path(str(folder)), experiment.kept)))
    return failure_text(experiment.timeline, finding, repeat=repeat, kept=kept)
