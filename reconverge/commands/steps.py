"""`reconverge steps`: the words of the features, with examples, to be searched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from reconverge.pytest_plugin.vocabulary import Definition


@click.command()
@click.argument("words", nargs=-1)
@click.option(
    "--features",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Your own steps as well, and the examples from this folder's features.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def steps(words: tuple[str, ...], features: Path | None, as_json: bool) -> int:
    """Show the steps that a scenario can be made of; with WORDS, those that speak of them.

    \b
    reconverge steps
    reconverge steps pods
    reconverge steps when node
    reconverge steps --features features

    Exit code: 0, or 4 when no step speaks of WORDS.
    """
    import msgspec

    from reconverge.errors import BadInput
    from reconverge.pytest_plugin.vocabulary import definitions, matching

    found = matching(definitions(features), words)
    if not found:
        raise BadInput(f"no step speaks of {' '.join(words)}", cure="reconverge steps")
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), indent=2))
    else:
        _show(found)
    return 0


def _show(found: list[Definition]) -> None:
    from reconverge.cli import colour

    keyword = ""
    for one in found:
        if one.keyword != keyword:
            keyword = one.keyword
            click.echo(click.style(keyword, bold=True), color=colour())
        click.echo(f"  {_highlighted(one.words)}", color=colour())
        click.echo(click.style(f"      {one.meaning}", dim=True), color=colour())
        if one.where:
            click.echo(click.style(f"      {one.where}", dim=True), color=colour())
        for example in one.examples:
            click.echo(f"      {click.style('e.g.', dim=True)} {example}", color=colour())


def _highlighted(words: str) -> str:
    """What is to be filled in stands out."""
    import re

    return re.sub(r"<\w+>", lambda match: click.style(match[0], fg="cyan"), words)
