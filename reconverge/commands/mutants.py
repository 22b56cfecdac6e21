"""`reconverge mutants`: every scenario again without its fault, and without who must react."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from reconverge.report.mutants import Mutant, Mutation
    from reconverge.report.run_record import RunRecord, ScenarioRecord

PAGE = Path("docs/mutants.md")


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("features", default="features", type=click.Path(exists=True, path_type=Path))
@click.argument("pytest_words", nargs=-1, type=click.UNPROCESSED)
@click.option("--healthy", type=click.Path(path_type=Path), help="A run's folder: not run again.")
@click.option(
    "--report-dir",
    type=click.Path(path_type=Path),
    help="The folder of the runs; one of an earlier call is gone on with.",
)
@click.option("--write", is_flag=True, help="Renew docs/mutants.md.")
def mutants(
    features: Path,
    pytest_words: tuple[str, ...],
    healthy: Path | None,
    report_dir: Path | None,
    write: bool,
) -> int:
    """Ask each scenario of FEATURES, a folder, whether it can fail.

    They are run as they are; then those that are HELD without their faults, and with the writes of
    the controllers (for probes, of the kubelets) refused in their namespaces. What follows is
    passed on to pytest: `reconverge mutants features -n 4`. It takes long: with the --report-dir of
    a call that was interrupted, only what that one has not decided is run. A mutant may wait for a
    deadline that is an hour away: `--timeout 240` (pytest-timeout) ends it, and it is red if when
    all is well it takes less than a third of what it has waited.

    \b
    reconverge mutants features/replication -n 4
    reconverge mutants features -n 4 --healthy runs/20261124-015842

    Exit code: 0 when each turned red, 1 when one survived, 2 when one could not be told.
    """
    from datetime import UTC, datetime

    from reconverge.report import mutants as report

    folder = report_dir or Path("runs") / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-mutants"
    if healthy is None:
        healthy = folder / "healthy"
        if not _is_whole(healthy):
            _pytest([str(features), *pytest_words], healthy)
    chosen, unchanged = _chosen(features, healthy)
    found: list[Mutant] = []
    for mutation, scenarios in chosen.items():
        found += _played(mutation, scenarios, folder / mutation.strip("-"), pytest_words)
    if write:
        PAGE.write_text(report.page_of(found, unchanged), encoding="utf-8")
    click.echo(report.text_of(found, unchanged))
    return int(report.code_of(found))


def _chosen(features: Path, healthy: Path) -> tuple[dict[Mutation, dict[str, float]], list[str]]:
    """The scenarios for each mutation, with what they take, and those that none concerns."""
    from reconverge.clock import RealClock
    from reconverge.errors import BadInput
    from reconverge.report.features import scenarios_in
    from reconverge.report.mutants import Mutation, mutations_of
    from reconverge.timeline import read_timeline
    from reconverge.verdict import Verdict

    record = _record_of(healthy)
    if record is None:
        raise BadInput("there is no run.json", where=str(healthy), cure="name the folder of a run")
    tags = scenarios_in(features, root=Path())
    chosen: dict[Mutation, dict[str, float]] = {mutation: {} for mutation in Mutation}
    unchanged = []
    for one in record.scenarios:
        if one.verdict is not Verdict.HELD:
            cure = "mend it first: a red scenario cannot show that it turns red"
            raise BadInput(f"{one.scenario} is {one.verdict}", where=str(healthy), cure=cure)
        timeline = read_timeline(healthy / one.timeline, RealClock())
        own = tags.get(one.scenario.partition("[")[0], ())
        concerned = mutations_of(own, timeline.entries())
        for mutation in concerned:
            chosen[mutation][one.scenario] = one.turn_s
        if not concerned:
            unchanged.append(one.scenario)
    return chosen, unchanged


def _played(
    mutation: Mutation, scenarios: dict[str, float], place: Path, words: tuple[str, ...]
) -> list[Mutant]:
    """Run what no earlier call has decided; each call's run is a numbered folder of `place`."""
    from reconverge.report.mutants import Fate, fates

    def decided() -> list[Mutant]:
        ends = {one.scenario: (one, _has_come(folder, one)) for folder, one in _ends(place)}
        return fates(mutation, scenarios, ends)

    open_ones = [one.scenario for one in decided() if one.fate is Fate.UNDECIDED]
    if open_ones:
        number = len(list(place.glob("*"))) + 1
        _pytest([*open_ones, mutation, *words], place / f"{number:03d}")
    return decided()


def _ends(place: Path) -> Iterator[tuple[Path, ScenarioRecord]]:
    """Of each run there, the earlier ones first, its folder and the end of each scenario."""
    from reconverge.clock import RealClock
    from reconverge.report.mutants import red_by_timeline

    for folder in sorted(place.glob("*")):
        run = _record_of(folder)
        ends = run.scenarios if run is not None else red_by_timeline(folder, RealClock())
        yield from ((folder, one) for one in ends)


def _has_come(folder: Path, one: ScenarioRecord) -> bool:
    from reconverge.clock import RealClock
    from reconverge.report.mutants import came_to_fault
    from reconverge.timeline import read_timeline

    if one.is_started or not one.timeline:
        return one.is_started
    return came_to_fault(read_timeline(folder / one.timeline, RealClock()).entries())


def _is_whole(folder: Path) -> bool:
    record = _record_of(folder)
    return record is not None and not record.is_interrupted


def _record_of(folder: Path) -> RunRecord | None:
    from reconverge.report import run_record

    return run_record.read(folder)


def _pytest(words: list[str], folder: Path) -> None:
    """A run of its own, in a process of its own; how it ended is in its record.

    Who interrupts us interrupts it, once, and it takes its faults back before we end. It is in a
    group of its own: the Ctrl-C of a terminal would reach it a second time.
    """
    import subprocess
    import sys

    command = [sys.executable, "-m", "pytest", *words, "--report-dir", str(folder)]
    process = subprocess.Popen(command, process_group=0)
    try:
        process.wait()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise
