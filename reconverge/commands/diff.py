"""`reconverge diff`: two stored runs side by side, names and numbers that never repeat masked."""

from __future__ import annotations

import json
from pathlib import Path

import click

from reconverge.errors import ExitCode


@click.command()
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def diff(first: Path, second: Path, as_json: bool) -> int:
    """Say what went differently in SECOND: both are runs' folders, scenarios', or timelines.

    \b
    reconverge diff runs/20261124-015842 runs/20261125-020010

    Exit code: 0 when verdicts, targets of one seed, and counts of created and deleted objects are
    the same, 1 when they are not, 4 when a record cannot be read.
    """
    from reconverge.clock import RealClock
    from reconverge.report import side_by_side, stored
    from reconverge.report.comparison import side_of

    left, right = (
        [side_of(path, RealClock()) for path in stored.timelines_in(place)]
        for place in (first, second)
    )
    found = side_by_side.paired(left, right)
    if as_json:
        click.echo(json.dumps(side_by_side.rows_of(found), indent=2))
    else:
        click.echo(side_by_side.text_of(found))
    return int(ExitCode.HELD if found.is_same else ExitCode.BROKEN)
