"""`reconverge report`: the page of a stored run, made again from its folder."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write (default: report.html in the folder of RUN).",
)
def report(run: Path, output: Path | None) -> int:
    """Write the page of RUN: a run's folder, a scenario's, or a timeline.

    It is one file that needs no network. A run that was killed, or whose record is damaged, is told
    as far as it goes. Exit code 4 where there is no record at all.

    \b
    Examples:
      reconverge report runs/20261124-015842
      reconverge report runs/20261124-015842 -o /tmp/yesterday.html
    """
    from reconverge.clock import RealClock
    from reconverge.errors import BadInput
    from reconverge.report import html

    try:
        path = html.write(run, RealClock(), target=output)
    except OSError as error:
        where = str(output or run)
        raise BadInput(f"the report cannot be written: {error.strerror}", where=where) from error
    click.echo(path)
    return 0
