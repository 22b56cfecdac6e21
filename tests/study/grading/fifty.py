"""A class of fifty, made of the exercises themselves: right, wrong, hostile and broken hand-ins.

Each knows its grade and its first code beforehand; what a grading says is held against that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from reconverge.study.exercises import Exercise, load_all, named, shipped
from reconverge.study.mistakes import Mistake, mistaken, mistakes_of, put, texts_of
from tests.study.hostile import EXERCISE, put_hostile

EXERCISES = load_all(shipped())
# Of those that are played: quick ones, some of them twice, and one of each kind of turn.
RIGHT = (
    "keep-three-pods",
    "keep-three-pods",
    "a-first-job",
    "a-first-job",
    "production-and-devel",
    "all-but-production",
    "one-too-many",
    "out-for-debugging",
    "bring-a-replica-set-to-today",
    "daemons-on-ssd-nodes",
    "when-a-node-dies",
    "which-controller",
)
HOSTILE = (
    "host path",
    "host network",
    "privileged",
    "another image",
    "foreign namespace",
    "cluster role",
    "namespace",
    "node",
    "finalizer",
    "a crowd",
    "yaml bomb",
    "huge file",
    "link to the passwords",
    "link beside the right one",
)
BROKEN = {
    "cut off": 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: "kub',
    "tabs": "kind: Pod\nmetadata:\n\tname: kubia\n",
    "a letter": "Dear teacher, my dog ate it: sorry: really\n",
    "no object": "- one\n- two\n",
}


class Expected(msgspec.Struct, frozen=True):
    """Grade and first code; the code is empty for what is right."""

    grade: str
    code: str = ""


def class_of_fifty(home: Path) -> dict[str, Expected]:
    """Make the fifty in `home`; by learner and exercise, what is to come of each."""
    return {**_right(home), **_wrong(home), **_hostile(home, HOSTILE), **_broken(home)}


def sample(home: Path) -> dict[str, Expected]:
    """Six of them: one right, and one of each other kind; two are played."""
    task = named(EXERCISES, "a-first-job")
    put(texts_of(task), home / "right" / task.id)
    rows = {f"right/{task.id}": Expected("passed")}
    task = named(EXERCISES, "production-and-devel")
    mistake = next(one for one in mistakes_of(task) if one.found_by == "cluster")
    rows |= dict([_mistake(home, "wrong", task, mistake)])
    rows |= _hostile(home, ["host path", "link to the passwords", "cluster role"])
    return rows | _broken(home, ["cut off"])


def _right(home: Path) -> dict[str, Expected]:
    rows = {}
    for number, name in enumerate(RIGHT):
        task = named(EXERCISES, name)
        put(texts_of(task), home / f"right-{number}" / task.id)
        rows[f"right-{number}/{task.id}"] = Expected("passed")
    return rows


def _wrong(home: Path) -> dict[str, Expected]:
    """A mistake that a cluster finds, of some exercises; of others one that the files show."""
    return dict(_mistake(home, f"wrong-{n}", *row) for n, row in enumerate(_mistakes()))


def _mistakes() -> Iterator[tuple[Exercise, Mistake]]:
    rows = [(task, one) for task in EXERCISES for one in mistakes_of(task)]
    quick = ("keep-three-pods", "production-and-devel", "all-but-production", "one-too-many")
    played = [row for row in rows if row[1].found_by == "cluster" and row[0].id in quick]
    by_files = [row for row in rows if row[1].found_by == "files"]
    left = 50 - len(RIGHT) - len(HOSTILE) - len(BROKEN) - len(played)
    yield from (*played, *by_files[:: len(by_files) // left][:left])


def _mistake(home: Path, learner: str, task: Exercise, one: Mistake) -> tuple[str, Expected]:
    put(mistaken(task, one), home / learner / task.id)
    return f"{learner}/{task.id}", Expected("not yet", one.code)


def _hostile(home: Path, names: Sequence[str]) -> dict[str, Expected]:
    rows = {}
    for name in names:
        code = put_hostile(name, home / f"eve-{name}" / EXERCISE)
        rows[f"eve-{name}/{EXERCISE}"] = Expected("not yet", code)
    return rows


def _broken(home: Path, names: Sequence[str] = tuple(BROKEN)) -> dict[str, Expected]:
    codes = {"cut off": "RCS001", "tabs": "RCS006", "a letter": "RCS001", "no object": "RCS004"}
    rows = {}
    for name in names:
        put({"one.yaml": BROKEN[name]}, home / f"broken-{name}" / EXERCISE)
        rows[f"broken-{name}/{EXERCISE}"] = Expected("not yet", codes[name])
    return rows
