"""`reconverge schema`: what a program that reads `run.json` may rely on."""

from __future__ import annotations

import click


@click.command()
def schema() -> None:
    """Print the JSON Schema of run.json.

    \b
    reconverge schema > run.schema.json
    """
    from reconverge.report import run_schema

    click.echo(run_schema.text(), nl=False)
