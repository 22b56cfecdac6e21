"""`reconverge study`: exercises of the chapter, and an answer to what is handed in."""

from __future__ import annotations

import click

from reconverge.commands.study import grading, learning


@click.group()
def study() -> None:
    """Exercises of the chapter: do them, and have them judged.

    \b
    reconverge study list
    reconverge study start keep-three-pods
    reconverge study lint keep-three-pods --exercise keep-three-pods
    reconverge study check keep-three-pods keep-three-pods
    reconverge study check out-for-debugging     # what you did there with kubectl
    reconverge study hint keep-three-pods
    reconverge study grade hand-ins --exercise keep-three-pods
    """


for command in (
    learning.list_exercises,
    learning.show,
    learning.hint,
    learning.lint,
    learning.judge,
    learning.start,
    learning.reset,
    learning.progress,
    learning.explain,
    grading.grade,
    grading.recount,
):
    study.add_command(command)
