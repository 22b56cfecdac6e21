"""What the commands say of a lab: its beginning, its answer, its end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconverge.commands.study.options import print_json, print_lines
from reconverge.study.languages import Language

if TYPE_CHECKING:
    from reconverge.study.answers import Answer
    from reconverge.study.exercises import Exercise
    from reconverge.study.lab.ground import Place


def start(exercise: Exercise, place: Place, lang: Language, *, is_quiet: bool) -> dict[str, str]:
    """Make its lab, where it has one, and say how to get there; the facts for programs.

    Without a cluster the exercise is whole all the same, so that is said, and no error.
    """
    from reconverge.study.answers import word
    from reconverge.study.lab import opening
    from reconverge.study.lab.ground import NoCluster
    from reconverge.study.lab.shelf import Shelf

    if exercise.lab is None:
        return {}
    say = aside(is_quiet=is_quiet)
    try:
        opened = opening.start(exercise, place, Shelf(), on_make=lambda: say(word("opening", lang)))
    except NoCluster as error:
        click.echo(f"{word('by hand', lang)}: {error}", err=True)
        return {}
    if not is_quiet:
        until = f"{opened.until.astimezone():%Y-%m-%d %H:%M}"
        about = word("until", lang).format(namespace=opened.namespace, until=until)
        click.echo(f"\n{word('by hand', lang)}\n\n{exercise.lab.task.of(lang)}")
        click.echo(about if opened.is_new else f"{word('found again', lang)} {about}")
        click.echo(f"\n    export KUBECONFIG={opened.kubeconfig}\n    {exercise.lab.first}\n")
        click.echo(f"{word('then check', lang)}\n\n    reconverge study check {exercise.id}")
    return {
        "namespace": opened.namespace,
        "kubeconfig": str(opened.kubeconfig),
        "until": opened.until.isoformat(),
        "first": exercise.lab.first,
    }


def answer(
    exercise: Exercise, report_dir: Path | None, lang: Language, *, is_quiet: bool
) -> Answer:
    """What is to be said of its lab. Raises BadInput where it has none, or none was begun."""
    from tempfile import mkdtemp

    from reconverge.errors import BadInput
    from reconverge.study.answers import Answer, word
    from reconverge.study.lab import judging, opening
    from reconverge.study.lab.shelf import Shelf
    from reconverge.study.written import HandIn

    if exercise.lab is None:
        cure = f"reconverge study check {exercise.id} FOLDER"
        raise BadInput("this exercise has no lab", where=exercise.id, cure=cure)
    lab = opening.standing_lab(exercise, Shelf())
    say = aside(is_quiet=is_quiet)
    say(word("looking", lang))
    folder = report_dir or Path(mkdtemp(prefix=f"study-{exercise.id}-"))
    played = judging.judge(exercise, lab, folder, say=say)
    return Answer(hand_in=HandIn(), flaws=played.flaws, played=played)


def take_back(exercise: Exercise, lang: Language, *, is_quiet: bool) -> str:
    """Delete its lab, where one stands; the name of its namespace."""
    from reconverge.study.answers import word
    from reconverge.study.lab import opening
    from reconverge.study.lab.shelf import Shelf

    if Shelf().find(exercise.id) is None:
        return ""
    aside(is_quiet=is_quiet)(word("closing", lang))
    return opening.take_back(exercise, Shelf())


def tell(
    answered: Answer, exercise: Exercise, lang: Language, *, as_json: bool, is_of_lab: bool
) -> int:
    """Note it, print it; the exit code."""
    from reconverge.study import answers
    from reconverge.study.grades import VERDICTS, grade_of
    from reconverge.study.notebook import Notebook

    grade = grade_of(answered.flaws)
    is_played = is_of_lab or exercise.feature is not None
    Notebook().note(exercise.id, passed=grade == "passed", by="cluster" if is_played else "files")
    if as_json:
        print_json(answers.as_json(answered, exercise, lang))
    else:
        print_lines(answers.whole(answered, exercise, lang))
    return int(VERDICTS[grade].exit_code)


def aside(*, is_quiet: bool) -> Callable[[str], None]:
    """Tells a person on standard error how far it is; programs are told nothing."""

    def say(line: str) -> None:
        if not is_quiet:
            click.echo(line, err=True)

    return say
