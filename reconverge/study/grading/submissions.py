"""Who handed in what: a folder for each learner, and in it files, or a folder for each exercise.

Nothing is followed out of that folder: of a link, wherever it stands, only its name is looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec

from reconverge.errors import BadInput
from reconverge.study.exercises import Exercise, named
from reconverge.study.flaws import Flaw
from reconverge.study.languages import Text
from reconverge.study.written import BYTES_MAX, SUFFIXES, HandIn, legible, read_hand_in

_FILES_LISTED = 100


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """One hand-in. `exercise` is as the learner named it; empty where nothing says it."""

    learner: str
    exercise: str
    folder: Path

    def __str__(self) -> str:
        return f"{self.learner}/{self.exercise or '-'}"


class HandedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was handed in; `sha256` is empty where it was not read: a link, or too large,
    or not to be read by us.
    """

    name: str
    bytes: int = 0
    sha256: str = ""


def submissions_in(home: Path, *, exercise: str = "") -> tuple[Submission, ...]:
    """Those in `home`, by learner and exercise. Raises BadInput where there is none.

    With an `exercise`, a learner's folder has its files, or a folder of that name with them.
    """
    if not home.is_dir():
        cure = "name the folder that has a folder for each learner"
        raise BadInput("there is no such folder", where=str(home), cure=cure)
    learners = [one for one in sorted(home.iterdir()) if _is_folder(one)]
    if not learners:
        cure = "a folder in it for each learner, with what was handed in"
        raise BadInput("no learner's folder in it", where=str(home), cure=cure)
    found = [one for learner in learners for one in _of(learner, exercise)]
    if not any(one.exercise for one in found):
        cure = "name the exercise: --exercise ID; or put the files into a folder of its name"
        raise BadInput("nothing says which exercise was done", where=str(home), cure=cure)
    return tuple(found)


def _of(learner: Path, exercise: str) -> Iterator[Submission]:
    name = learner.name
    folders = [] if learner.is_symlink() else [one for one in _sorted(learner) if _is_folder(one)]
    if exercise:
        own = next((one for one in folders if one.name == exercise), learner)
        yield Submission(learner=name, exercise=exercise, folder=own)
        return
    for one in folders:
        yield Submission(learner=name, exercise=one.name, folder=one)
    if not folders:
        yield Submission(learner=name, exercise="", folder=learner)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith(".")


def _sorted(folder: Path) -> list[Path]:
    """What is in it; what may not be looked into is as good as empty."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def read_submission(submission: Submission) -> HandIn:
    """What was handed in; that it is nothing, or a link, is a flaw of it."""
    if submission.folder.is_symlink():
        name = legible(submission.folder.name)
        return _flawed(Flaw(code="RCS007", file=name, words={"file": name}))
    try:
        return read_hand_in(submission.folder)
    except (BadInput, OSError):
        return _flawed(Flaw(code="RCS008", file=""))


def unknown_exercise(submission: Submission, exercises: tuple[Exercise, ...]) -> HandIn:
    """The answer to a folder that is named like no exercise, or to none at all."""
    if not submission.exercise:
        return _flawed(Flaw(code="RCS008", file=""))
    try:
        named(exercises, submission.exercise)
    except BadInput as error:
        near = Text(en=error.cure, ko=error.cure)
        words, texts = {"name": legible(submission.exercise)}, {"near": near}
        return _flawed(Flaw(code="RCS712", file="", words=words, texts=texts))
    raise AssertionError(f"{submission.exercise} is an exercise")


def _flawed(flaw: Flaw) -> HandIn:
    found = HandIn()
    found.flaws.append(flaw)
    return found


def files_of(folder: Path) -> tuple[HandedFile, ...]:
    """The files that count, with their hashes: by these two hand-ins are the same or not."""
    if folder.is_symlink():
        return (HandedFile(name=legible(folder.name)),)
    rows = (one for one in _sorted(folder) if one.suffix in SUFFIXES)
    return tuple(_handed(one) for one in islice(rows, _FILES_LISTED))


def _handed(path: Path) -> HandedFile:
    if path.is_symlink() or not path.is_file():
        return HandedFile(name=legible(path.name))
    size = path.stat().st_size
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if size <= BYTES_MAX else ""
    except OSError:
        digest = ""  # it may not be read, which its flaw says
    return HandedFile(name=legible(path.name), bytes=size, sha256=digest)
