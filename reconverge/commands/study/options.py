"""What the commands of `reconverge study` share: their options, the exercises, and printing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reconverge.study.languages import LANGUAGES, Language, language_of

if TYPE_CHECKING:
    from reconverge.study.exercises import Exercise

F = TypeVar("F", bound=Callable[..., Any])


def common_options(command: F) -> F:
    """The language, and where the exercises are."""
    options = (
        click.option(
            "--lang",
            type=click.Choice(LANGUAGES),
            default=language_of,
            help="The language of the texts.  [default: your locale's, else en]",
        ),
        click.option(
            "--exercises",
            type=click.Path(exists=True, file_okay=False, path_type=Path),
            help="A folder of exercises of your own.",
        ),
        click.option("--json", "as_json", is_flag=True, help="For programs."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def all_exercises(home: Path | None) -> tuple[Exercise, ...]:
    from reconverge.study.exercises import load_all, shipped

    return load_all(home or shipped())


def exercise_named(name: str, home: Path | None) -> Exercise:
    from reconverge.study.exercises import named

    return named(all_exercises(home), name)


def row_of(one: Exercise, lang: Language) -> dict[str, object]:
    return {
        "id": one.id,
        "title": one.title.of(lang),
        "sections": list(one.sections),
        "weight": one.weight,
    }


def print_json(value: object) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)
