"""`run.json` and its other forms in the run's folder, written when the run ends, however it ends
short of being killed.

What the scenarios' reports do not tell comes from their timelines on disk: so a scenario that was
interrupted, of which pytest makes no report, is in the record all the same.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

import reconverge
from reconverge.clock import RealClock
from reconverge.errors import BadInput, ExitCode, ReconvergeError
from reconverge.judges.ledger import recoveries
from reconverge.judges.phases import Recovery
from reconverge.pytest_plugin.clusters import GROUND
from reconverge.pytest_plugin.options import RUN, SCREEN, is_worker, mutations, repeat_command
from reconverge.pytest_plugin.summary import OUTCOMES, REPORT, RUN_RECORD, Outcome
from reconverge.report import forms
from reconverge.report.analysis import recovered
from reconverge.report.pace import pace
from reconverge.report.run_record import ClusterFacts, RunRecord, ScenarioRecord, write
from reconverge.report.stored import TIMELINE
from reconverge.report.story import PromiseRecord, Story, promises_of, story_of
from reconverge.timeline import Opened, read_timeline
from reconverge.verdict import Verdict

_FACTS = "reconverge_cluster"
# A GitHub job's own page: what is appended to this file is shown there as Markdown.
STEP_SUMMARY = "GITHUB_STEP_SUMMARY"


def pytest_configure(config: pytest.Config) -> None:
    """One process writes: the one that reports to the user. Of a dry run there is no record."""
    if not is_worker(config) and not config.getoption("--dry-run"):
        config.pluginmanager.register(RunFile(), "reconverge-run-file")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of xdist tells the controller, which has no cluster, what it ran on."""
    config = session.config
    if is_worker(config) and GROUND in config.stash:
        facts = msgspec.json.encode(_facts(config)).decode()
        config.workeroutput[_FACTS] = facts  # type: ignore[attr-defined]


def _facts(config: pytest.Config) -> ClusterFacts:
    ground = config.stash.get(GROUND, None)
    if ground is None:
        return ClusterFacts()
    version = ""
    with suppress(ReconvergeError):  # the cluster may be why the run is red
        version = ground.cluster.version
    return ClusterFacts(
        kube_context=ground.cluster.name, kubernetes=version, settings=ground.settings
    )


class _Stored(msgspec.Struct, frozen=True, kw_only=True):
    """What a scenario's timeline adds to its report."""

    path: str
    started: datetime
    duration_s: float
    recoveries: tuple[Recovery, ...]
    story: Story
    promises: tuple[PromiseRecord, ...]


class RunFile:
    """Gathers what the run record needs. A pytest plugin of its own, since it remembers."""

    def __init__(self) -> None:
        self.facts = ClusterFacts()
        self.spans: dict[str, tuple[float, float]] = {}
        self.accounts: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """From the start of a scenario's set-up to the end of its teardown."""
        begun = self.spans.get(report.nodeid, (report.start, report.stop))[0]
        self.spans[report.nodeid] = (begun, report.stop)
        if report.failed:
            self.accounts.setdefault(report.nodeid, str(report.longrepr))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """All workers run on one cluster; who made no use of it has nothing to tell."""
        told = getattr(node, "workeroutput", {}).get(_FACTS)
        if told:
            self.facts = msgspec.json.decode(told, type=ClusterFacts)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> object:
        """Once the exit status is settled, and before the summary is printed.

        Also when a second Ctrl-C ends xdist's farewell to its workers: what is known is kept.
        """
        try:
            return (yield)
        finally:
            self._leave_record(session)

    def _leave_record(self, session: pytest.Session) -> None:
        config = session.config
        outcomes, stored = config.stash[OUTCOMES].scenarios, _stored(config)
        if outcomes or stored:
            record = self._record(session, outcomes, stored)
            config.stash[RUN_RECORD] = record
            if _write(config, record):
                _write_forms(config, record, self.accounts)
                _write_report(config)

    def _record(
        self, session: pytest.Session, outcomes: dict[str, Outcome], stored: dict[str, _Stored]
    ) -> RunRecord:
        config = session.config
        run = config.stash[RUN]
        names = dict.fromkeys([*outcomes, *stored])
        found = [one for row in stored.values() for one in row.recoveries]
        ended = datetime.now(UTC)
        wall_s = (ended - datetime.fromisoformat(run.started)).total_seconds()
        scenarios = tuple(
            msgspec.structs.replace(
                self._scenario(name, outcomes.get(name), stored.get(name)),
                repeat=repeat_command(config, name),
            )
            for name in names
        )
        return RunRecord(
            reconverge=reconverge.__version__,
            seed=run.seed,
            started=run.started,
            ended=ended.isoformat(),
            is_interrupted=config.stash[OUTCOMES].is_interrupted,
            exit_code=int(session.exitstatus),
            mutations=tuple(mutations(config)),
            cluster=_facts(config) if GROUND in config.stash else self.facts,
            recovery=recovered(found),
            pace=pace(((one.turn, one.turn_s) for one in scenarios), wall_s=wall_s),
            scenarios=scenarios,
        )

    def _scenario(
        self, name: str, outcome: Outcome | None, stored: _Stored | None
    ) -> ScenarioRecord:
        record = _ended(name, outcome) if outcome is not None else _unended(name)
        if stored is not None:
            record = msgspec.structs.replace(
                record,
                timeline=stored.path,
                started=stored.started.isoformat(),
                duration_s=stored.duration_s,
                turn_s=stored.duration_s,
                story=stored.story,
                promises=stored.promises,
                recovery=recovered(stored.recoveries),
            )
        # Of one that was interrupted the reports tell its set-up at most; its timeline, the rest.
        if name in self.spans and (outcome is not None or stored is None):
            begun, ended = self.spans[name]
            started = datetime.fromtimestamp(begun, UTC).isoformat()
            duration_s = round(ended - begun, 3)
            record = msgspec.structs.replace(record, started=started, duration_s=duration_s)
        return record


def _ended(name: str, outcome: Outcome) -> ScenarioRecord:
    return ScenarioRecord(
        scenario=name,
        verdict=outcome.finding.verdict,
        exit_code=int(outcome.code),
        promise=outcome.finding.promise,
        why=outcome.finding.why,
        is_started=outcome.is_started,
        turn=outcome.turn,
    )


def _unended(name: str) -> ScenarioRecord:
    return ScenarioRecord(
        scenario=name,
        verdict=Verdict.UNKNOWN,
        exit_code=int(ExitCode.UNKNOWN),
        why="the run ended before the scenario did",
        is_ended=False,
    )


def _stored(config: pytest.Config) -> dict[str, _Stored]:
    """The timelines that this run wrote, by scenario; one that cannot be read has nothing to add.

    A folder that was given may hold timelines of other runs.
    """
    run = config.stash[RUN]
    found = {}
    for path in sorted(run.folder.glob(f"*/{TIMELINE}")):
        with suppress(BadInput):
            timeline = read_timeline(path, RealClock())
            opened = timeline[0].record
            assert isinstance(opened, Opened), "a timeline begins with its opening record"
            if opened.started >= datetime.fromisoformat(run.started):
                found[opened.scenario] = _Stored(
                    path=_relative(path, run.folder),
                    started=opened.started,
                    duration_s=round(timeline[len(timeline) - 1].at_s, 3),
                    recoveries=recoveries(timeline),
                    story=story_of(timeline),
                    promises=promises_of(timeline),
                )
    return found


def _relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _write(config: pytest.Config, record: RunRecord) -> bool:
    """Whether it could be: a full disk must not change how the run ended; it is said."""
    try:
        write(config.stash[RUN].folder, record)
    except OSError as error:
        config.stash[SCREEN].say(f"run.json cannot be written: {error.strerror}")
        return False
    return True


def _write_forms(config: pytest.Config, record: RunRecord, accounts: dict[str, str]) -> None:
    """What other programs read, and the page of a GitHub job, if this is one."""
    try:
        forms.write(config.stash[RUN].folder, record, accounts)
        if page := os.environ.get(STEP_SUMMARY):
            with Path(page).open("a", encoding="utf-8") as file:
                file.write(forms.markdown.text_of(record, accounts))
    except Exception as error:  # noqa: BLE001  # whatever it is, verdicts and exit code stand
        config.stash[SCREEN].say(f"not all forms of the run were made: {error}")


def _write_report(config: pytest.Config) -> None:
    """The page for people. It is made of what is on disk, so it can be had later, if not now."""
    from reconverge.report import html  # and a template engine, which most sessions never need

    folder = config.stash[RUN].folder
    try:
        config.stash[REPORT] = html.write(folder, RealClock())
    except Exception as error:  # noqa: BLE001  # whatever it is, verdicts and exit code stand
        again = f"reconverge report {folder}"
        config.stash[SCREEN].say(f"report.html was not made: {error} -> `{again}` says more")
