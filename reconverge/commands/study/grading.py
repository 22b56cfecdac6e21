"""What a teacher types: many hand-ins judged at once, and their receipts recounted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconverge.commands.study.options import all_exercises, common_options, print_json
from reconverge.commands.target import target_options
from reconverge.study.languages import Language

if TYPE_CHECKING:
    from reconverge.study.exercises import Exercise
    from reconverge.study.grading.judging import Graded
    from reconverge.study.grading.receipts import Receipt
    from reconverge.study.grading.recounting import Row
    from reconverge.study.grading.submissions import Submission

JOBS, TIMEOUT_S = 4, 600.0


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--exercise", default="", help="Which one all did; without it, folders are named after them."
)
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("grades"),
    show_default=True,
    help="The folder of the results.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=JOBS,
    show_default=True,
    help="How many are judged at once.",
)
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=1),
    default=TIMEOUT_S,
    show_default=True,
    help="How many seconds one hand-in may play; waiting for a turn does not count.",
)
@click.option("--again", is_flag=True, help="Also judge what has not changed since the last time.")
@click.option(
    "--junit", type=click.Path(path_type=Path), help="Where to.  [default: junit.xml in --into]"
)
@click.option(
    "--csv", type=click.Path(path_type=Path), help="Where to.  [default: grades.csv in --into]"
)
@target_options
@common_options
def grade(
    folder: Path,
    exercise: str,
    into: Path,
    jobs: int,
    timeout_s: float,
    again: bool,
    junit: Path | None,
    csv: Path | None,
    cluster_name: str,
    kube_context: str,
    kubeconfig: Path | None,
    lang: Language,
    exercises: Path | None,
    as_json: bool,
) -> int:
    """Judge every hand-in in FOLDER, which has a folder for each learner.

    In it are files, which --exercise says are for what, or a folder for each exercise. All are
    read first; what is sound is judged side by side on one cluster, each in a namespace of its
    own, where Pod Security, a quota and limits hold. Nothing is asked of the learners' good will.

    \b
    reconverge study grade hand-ins --exercise keep-three-pods
    reconverge study grade hand-ins --into week-3 --jobs 6 --csv week-3.csv

    The results have an overview (grades.html), grades.csv, junit.xml, and for each hand-in its
    receipt, which `reconverge study verify` recounts. What was judged before and has not changed
    is not judged again.

    Exit code: 0 every one was judged, whatever its grade; 2 one could not be; 4 there is nothing
    to judge; 130 interrupted: what was judged until then stays.
    """
    from reconverge.clock import RealClock
    from reconverge.errors import ExitCode
    from reconverge.study.grading.judging import Grading
    from reconverge.study.grading.submissions import submissions_in
    from reconverge.study.verdicts import Examiner

    known = _known(exercises, exercise)
    found = submissions_in(folder, exercise=exercise)
    _refuse_inside(into, folder)
    clock = RealClock()
    begun_s = clock.monotonic_s()
    with Examiner(
        name=cluster_name,
        kube_context=kube_context,
        kubeconfig=kubeconfig,
        timeout_s=timeout_s,
        is_awaited=True,
    ) as examiner:
        say = _said(found, lang)
        grading = Grading(
            known, examiner, into, again=again, say=say, on_end=lambda: _say_ending(lang)
        )
        rows = grading.grade(found, jobs=jobs)
    wall_s = clock.monotonic_s() - begun_s
    places = _written(
        rows, known, into, lang, name=folder.name, wall_s=wall_s, junit=junit, csv=csv
    )
    if as_json:
        import msgspec

        print_json([msgspec.to_builtins(one.receipt) for one in rows])
    else:
        _tell(rows, lang, places, wall_s)
    is_judged = all(one.receipt.grade != "unknown" for one in rows)
    return int(ExitCode.HELD if is_judged else ExitCode.UNKNOWN)


def _known(home: Path | None, exercise: str) -> tuple[Exercise, ...]:
    """All exercises. Raises BadInput where the one that is named is none of them."""
    from reconverge.study.exercises import named

    known = all_exercises(home)
    if exercise:
        named(known, exercise)
    return known


def _refuse_inside(into: Path, folder: Path) -> None:
    """Results beside the hand-ins would be taken for one the next time."""
    from reconverge.errors import BadInput

    if into.resolve().is_relative_to(folder.resolve()):
        what = "the results cannot lie among the hand-ins"
        raise BadInput(what, where=str(into), cure="name another folder with --into")


def _said(found: Sequence[Submission], lang: Language) -> Callable[[Receipt, bool], None]:
    """A line for each as it is judged, on standard error."""
    from reconverge.study.answers import mark, printable, word

    total, told = len(found), 0

    def say(receipt: Receipt, is_old: bool) -> None:
        nonlocal told
        told += 1
        name = printable(f"{receipt.learner}/{receipt.exercise or '-'}")
        rest = word("as before", lang) if is_old else " ".join(receipt.codes)
        line = f"[{told}/{total}] {mark(receipt.grade, lang)}  {name}  {rest}"
        click.echo(line.rstrip(), err=True)

    return say


def _say_ending(lang: Language) -> None:
    from reconverge.study.answers import word

    click.echo(word("taking back", lang), err=True)


def _written(
    rows: Sequence[Graded],
    exercises: Sequence[Exercise],
    into: Path,
    lang: Language,
    *,
    name: str,
    wall_s: float,
    junit: Path | None,
    csv: Path | None,
) -> list[Path]:
    """Overview, table and JUnit, each whole; where they are."""
    from reconverge.provision.state import write_atomically
    from reconverge.report.html import grades
    from reconverge.study.grading import tables
    from reconverge.study.grading.overview import overview_of

    page = overview_of(rows, exercises, name=name, wall_s=wall_s, language=lang)
    texts = {
        into / "grades.html": grades.page_of(page),
        csv or into / "grades.csv": tables.csv_of(rows, lang),
        junit or into / "junit.xml": tables.junit_of(rows, lang),
    }
    for path, text in texts.items():
        write_atomically(path, text.encode("utf-8", "replace"))
    return list(texts)


def _tell(rows: Sequence[Graded], lang: Language, places: list[Path], wall_s: float) -> None:
    from rich.cells import cell_len

    from reconverge.study.grading import tables

    width = max(cell_len(str(one.submission)) for one in rows)
    for one in rows:
        click.echo(tables.line_of(one, lang, width))
        if reason := tables.reason(one, lang):
            click.echo(f"           {reason}")
    click.echo(f"{tables.summary(rows, lang)}    {wall_s:.0f} s")
    for path in places:
        click.echo(path)


@click.command("verify")
@click.argument("receipt", type=click.Path(path_type=Path))
@click.option(
    "--submission",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Hold it against the files in this folder instead of those kept beside it.",
)
@common_options
def recount(
    receipt: Path, submission: Path | None, lang: Language, exercises: Path | None, as_json: bool
) -> int:
    """Recount RECEIPT: the hashes, the files read again, the record judged again. No cluster.

    A receipt says what was judged and how it came out; it is no signature. This says, line by line,
    whether it still is so.

    \b
    reconverge study verify grades/judged/mina/keep-three-pods/receipt.json
    reconverge study verify grades/judged/mina/keep-three-pods --submission hand-ins/mina

    Exit code: 0 all agrees, 1 something does not, 4 it is no receipt.
    """
    from reconverge.errors import ExitCode
    from reconverge.study.grading.recounting import recounted

    rows = recounted(receipt, all_exercises(exercises), submission=submission)
    if as_json:
        import msgspec

        print_json([msgspec.to_builtins(row) for row in rows])
    else:
        for row in rows:
            click.echo(_line(row, lang))
    is_so = all(row.agrees is not False for row in rows)
    return int(ExitCode.HELD if is_so else ExitCode.BROKEN)


def _line(row: Row, lang: Language) -> str:
    from reconverge.study.answers import printable, word
    from reconverge.study.languages import padded

    key = "not stored" if row.agrees is None else "agrees" if row.agrees else "differs"
    said = f": {row.said}" if row.said else ""
    return f"{padded(word(key, lang), 10)} {printable(row.what + said)}"
