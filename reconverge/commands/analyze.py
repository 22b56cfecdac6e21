"""`reconverge analyze`: stored timelines through the judges again, without a cluster."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def analyze(run: Path, as_json: bool) -> int:
    """Judge RUN again from its record alone: a run's folder, a scenario's, or a timeline.

    \b
    reconverge analyze runs/20261124-015842
    reconverge analyze runs/20261124-015842/lost-pods-A-pod-is-lost/timeline.jsonl

    Exit code: 0 when every promise is HELD, 1 when one is BROKEN, 2 when one is UNKNOWN, when a
    record is damaged, or when a verdict differs from the recorded one, 4 when a record cannot be
    read at all.
    """
    from reconverge.clock import RealClock
    from reconverge.report import analysis, run_record, stored

    paths = stored.timelines_in(run)
    record = run_record.read(stored.run_folder(run))
    found = [analysis.analyse(path, RealClock(), run=record) for path in paths]
    if as_json:
        click.echo(json.dumps(analysis.rows_of(found), indent=2))
    else:
        click.echo(analysis.text_of(found))
    return int(analysis.code_of(found))
