"""Mistakes that people make, each as one change of the right answer, and what is to be said of it.

A mistake is written as what it replaces and by what, so that the reader sees the mistake and not a
second copy of the manifest; and an exercise is proved by playing them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from reconverge.cluster.yamls import read_documents
from reconverge.errors import BadInput
from reconverge.study.exercises import Exercise
from reconverge.study.written import HandIn, add_text

FILE = "wrong.yaml"


class Mistake(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One wrong answer. `code` and `says` are of the first flaw that it must be answered with.

    `line` is where that flaw is shown; 0 where a cluster finds it, which `found_by` says.
    `source` is where people were seen to make it.
    """

    name: str
    file: str
    replace: str
    by: str
    code: str
    says: str
    line: int = 0
    found_by: Literal["files", "cluster"] = "files"
    source: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    mistakes: tuple[Mistake, ...]


def mistakes_of(exercise: Exercise) -> tuple[Mistake, ...]:
    """The wrong answers of an exercise. Raises BadInput."""
    path = exercise.folder / FILE
    try:
        return msgspec.convert(read_documents(path)[0].object, _File).mistakes
    except (msgspec.ValidationError, IndexError) as error:
        raise BadInput(f"no mistakes: {error}", where=str(path)) from error


def texts_of(exercise: Exercise) -> dict[str, str]:
    """The files of the right answer."""
    paths = sorted(exercise.solution.iterdir())
    return {path.name: path.read_text(encoding="utf-8") for path in paths}


def mistaken(exercise: Exercise, mistake: Mistake) -> dict[str, str]:
    """The files of the wrong answer. Raises BadInput where the change does not fit exactly once."""
    texts = texts_of(exercise)
    text = texts.get(mistake.file, "")
    if text.count(mistake.replace) != 1:
        what = f'"{mistake.name}" replaces what is there {text.count(mistake.replace)} times'
        raise BadInput(what, where=f"{exercise.folder / FILE}", cure="name what is there once")
    return {**texts, mistake.file: text.replace(mistake.replace, mistake.by)}


def hand_in_of(texts: dict[str, str]) -> HandIn:
    """As `read_hand_in` reads them from a folder."""
    found = HandIn()
    for file, text in texts.items():
        add_text(found, text, file=file)
    return found


def put(texts: dict[str, str], folder: Path) -> None:
    """Write the files into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
