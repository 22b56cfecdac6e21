"""What a learner types: from the list of exercises to the answer."""

from __future__ import annotations

from pathlib import Path

import click

from reconverge.commands.study.options import (
    all_exercises,
    common_options,
    exercise_named,
    print_json,
    print_lines,
    row_of,
)
from reconverge.commands.target import target_options
from reconverge.study.languages import Language


@click.command("list")
@common_options
def list_exercises(lang: Language, exercises: Path | None, as_json: bool) -> None:
    """List the exercises in the chapter's order."""
    rows = all_exercises(exercises)
    if as_json:
        print_json([row_of(one, lang) for one in rows])
        return
    width = max(len(one.id) for one in rows)
    for one in rows:
        sections = " ".join(one.sections)
        click.echo(f"{one.id:{width}}  {sections:12}  {'*' * one.weight:3}  {one.title.of(lang)}")


@click.command()
@click.argument("exercise")
@click.option("--reveal", is_flag=True, help="Also print a right answer.")
@common_options
def show(
    exercise: str, reveal: bool, lang: Language, exercises: Path | None, as_json: bool
) -> None:
    """Print the task of EXERCISE."""
    from reconverge.study.mistakes import texts_of

    one = exercise_named(exercise, exercises)
    solution = texts_of(one) if reveal else {}
    if as_json:
        row = row_of(one, lang) | {"task": one.task(lang)}
        print_json(row | ({"solution": solution} if reveal else {}))
        return
    click.echo(one.task(lang).rstrip())
    for question in one.questions:
        click.echo(f"\n{question.key}: {question.ask.of(lang)}")
        for key, text in question.choices.items():
            click.echo(f"    {key}) {text.of(lang)}")
    for name, manifest in solution.items():
        click.echo(f"\n# {name}\n{manifest.rstrip()}")


@click.command()
@click.argument("exercise")
@click.argument("step", type=click.IntRange(1, 3), required=False)
@common_options
def hint(
    exercise: str, step: int | None, lang: Language, exercises: Path | None, as_json: bool
) -> None:
    """Print the next hint to EXERCISE: the first says where to look, the third nearly all.

    STEP 1 to 3 prints that one.
    """
    from reconverge.study.notebook import Notebook

    one = exercise_named(exercise, exercises)
    step = step or Notebook().next_hint(one.id, last=len(one.hints))
    text = one.hints[step - 1].of(lang)
    if as_json:
        print_json({"id": one.id, "step": step, "hint": text})
    else:
        click.echo(text)


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--exercise", default="", help="Also hold it against the task of that exercise.")
@common_options
def lint(path: Path, exercise: str, lang: Language, exercises: Path | None, as_json: bool) -> int:
    """Read a folder or file of manifests, and say what is wrong with it. Needs no cluster.

    Exit code: 0 nothing is wrong (advice does not count), 1 something is, 4 there is nothing to
    read.
    """
    from reconverge.study import answers
    from reconverge.study.demands import flaws_in
    from reconverge.study.grades import VERDICTS, grade_of
    from reconverge.study.written import read_hand_in

    task = exercise_named(exercise, exercises) if exercise else None
    hand_in = read_hand_in(path)
    flaws = flaws_in(hand_in, task)
    if as_json:
        print_json(answers.read_as_json(flaws, exercise, lang))
    else:
        print_lines(answers.lines_of(flaws, hand_in.texts, language=lang, exercise=task))
    return int(VERDICTS[grade_of(flaws)].exit_code)


@click.command("check")
@click.argument("exercise")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--report-dir", type=click.Path(path_type=Path), help="The folder of the record.")
@target_options
@common_options
def judge(
    exercise: str,
    path: Path | None,
    report_dir: Path | None,
    cluster_name: str,
    kube_context: str,
    kubeconfig: Path | None,
    lang: Language,
    exercises: Path | None,
    as_json: bool,
) -> int:
    """Have the folder or file PATH judged as the answer to EXERCISE.

    Its files are read first, as `lint` does. What is sound is asked of the API server in a dry run,
    applied in a namespace of its own, harmed as the exercise says, and judged.

    Without PATH what you did with kubectl in its lab is judged: what stands there, and how it came
    about. The lab is on the cluster on which `start` made it.

    \b
    reconverge study check keep-three-pods my-folder
    reconverge study check out-for-debugging
    reconverge study check keep-three-pods my-folder --cluster-name practice

    Exit code: 0 passed, 1 not yet, 2 it could not be judged, 4 there is nothing to read.
    """
    from tempfile import mkdtemp

    from reconverge.commands.study import lab
    from reconverge.study.answers import word
    from reconverge.study.grades import passes
    from reconverge.study.verdicts import Examiner, read
    from reconverge.study.written import read_hand_in

    one = exercise_named(exercise, exercises)
    if path is None:
        answer = lab.answer(one, report_dir, lang, is_quiet=as_json)
        return lab.tell(answer, one, lang, as_json=as_json, is_of_lab=True)
    answer = read(one, read_hand_in(path))
    if passes(answer.flaws) and one.feature is not None:
        place = report_dir or Path(mkdtemp(prefix=f"study-{one.id}-"))
        say = lab.aside(is_quiet=as_json)
        with Examiner(
            name=cluster_name, kube_context=kube_context, kubeconfig=kubeconfig
        ) as examiner:
            answer = examiner.answer(one, answer, place, lambda stage: say(word(stage, lang)))
    return lab.tell(answer, one, lang, as_json=as_json, is_of_lab=False)


@click.command()
@click.argument("exercise")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@target_options
@common_options
def start(
    exercise: str,
    folder: Path | None,
    cluster_name: str,
    kube_context: str,
    kubeconfig: Path | None,
    lang: Language,
    exercises: Path | None,
    as_json: bool,
) -> None:
    """Put what EXERCISE begins with into FOLDER, by default one of its name, and print the task.

    A file that is there already stays as it is.

    An exercise with a lab also gets a namespace of your own, and a kubeconfig that reaches nothing
    else: do it there with kubectl, and have it judged by `check`. `reset` deletes the namespace.
    """
    from reconverge.commands.study import lab
    from reconverge.study.beginning import begin
    from reconverge.study.lab.ground import Place

    one = exercise_named(exercise, exercises)
    place = folder or Path(one.id)
    made = begin(one, place, lang)
    if not as_json:
        click.echo(one.task(lang).rstrip())
        click.echo(f"\n{place}/: {', '.join(made) or '-'}")
        click.echo(f"reconverge study check {one.id} {place}")
    where = Place(cluster_name=cluster_name, kube_context=kube_context, kubeconfig=kubeconfig)
    opened = lab.start(one, where, lang, is_quiet=as_json)
    if as_json:
        print_json(row_of(one, lang) | {"folder": str(place), "made": made, "lab": opened})


@click.command()
@click.argument("exercise")
@common_options
def reset(exercise: str, lang: Language, exercises: Path | None, as_json: bool) -> None:
    """Forget what was tried of EXERCISE, and delete the namespace of its lab. Your files stay."""
    from reconverge.commands.study import lab
    from reconverge.study.answers import word
    from reconverge.study.notebook import Notebook

    one = exercise_named(exercise, exercises)
    deleted = lab.take_back(one, lang, is_quiet=as_json)
    Notebook().forget(one.id)
    if as_json:
        print_json(row_of(one, lang) | {"deleted": deleted})
        return
    click.echo(f"{one.id}: {one.title.of(lang)}")
    if deleted:
        click.echo(f"{word('deleted', lang)}: namespace {deleted}")


@click.command()
@common_options
def progress(lang: Language, exercises: Path | None, as_json: bool) -> None:
    """Show which exercises have passed, and how often each was tried."""
    import msgspec

    from reconverge.study.notebook import Notebook, Page

    pages = Notebook().pages()
    rows = [(one, pages.get(one.id, Page())) for one in all_exercises(exercises)]
    if as_json:
        print_json([row_of(one, lang) | msgspec.to_builtins(page) for one, page in rows])
        return
    width = max(len(one.id) for one, _ in rows)
    for one, page in rows:
        mark = "\u2713" if page.passed else ("\u00b7" if page.tried else " ")
        tried = f"{page.tried}x" if page.tried else ""
        click.echo(f"{mark} {one.id:{width}}  {tried:4}  {one.title.of(lang)}")
    passed = sum(page.passed for _, page in rows)
    click.echo(f"{passed} / {len(rows)}")


@click.command()
@click.argument("code")
def explain(code: str) -> None:
    """Print what the CODE of a flaw means, such as RCS201."""
    from reconverge.errors import BadInput
    from reconverge.study.flaws import flaw_kinds

    kind = flaw_kinds().get(code.upper())
    if kind is None:
        known = ", ".join(flaw_kinds())
        raise BadInput(f"there is no flaw {code}", cure=f"there are {known}")
    click.echo(f"{code.upper()}  {kind.title}\n\n{kind.about}")
    if kind.sections:
        click.echo(f"\nreread {', '.join(kind.sections)} of the chapter")
