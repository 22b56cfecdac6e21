"""`reconverge doctor`: the machine, as a table or as JSON."""

from __future__ import annotations

import json

import click

from reconverge.cli import colour
from reconverge.errors import ExitCode
from reconverge.provision.doctor import Fact, examine
from reconverge.provision.machine import RealMachine
from reconverge.provision.state import StateDir

COLOURS = {"ok": "green", "note": "yellow", "lacking": "red"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor(as_json: bool) -> int:
    """Say what this machine has, what it lacks, and what follows.

    Exit code 2 when something is lacking without which no cluster can be made.
    """
    import msgspec

    facts = examine(RealMachine(), StateDir())
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(facts), indent=2))
    else:
        table(facts)
    lacking = any(fact.mark == "lacking" for fact in facts)
    return int(ExitCode.UNKNOWN if lacking else ExitCode.HELD)


def table(facts: list[Fact]) -> None:
    """One line a fact, in columns."""
    topics = max(len(fact.topic) for fact in facts)
    found = max(len(fact.found) for fact in facts)
    for fact in facts:
        mark = click.style(f"{fact.mark:<7}", fg=COLOURS[fact.mark])
        line = f"{mark}  {fact.topic:<{topics}}  {fact.found:<{found}}  {fact.follows}"
        click.echo(line, color=colour())
