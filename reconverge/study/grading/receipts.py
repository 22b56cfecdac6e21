"""The receipt of a judged hand-in: what was judged, by what, on what, and how it came out.

It claims nothing that cannot be recounted (recounting.py). It is no signature: who may write into
its folder can write another. What it proves is that a verdict belongs to these files, this exercise
and this record, and that nothing of them was changed by halves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from reconverge.clock import RealClock
from reconverge.errors import BadInput
from reconverge.provision.state import write_atomically
from reconverge.report import run_record
from reconverge.report.run_record import RunRecord
from reconverge.report.story import PromiseRecord
from reconverge.study.answers import Answer
from reconverge.study.exercises import FEATURE, FILE, GIVEN, SOLUTION, WORLD, Exercise
from reconverge.study.flaws import Flaw
from reconverge.study.grades import Grade
from reconverge.study.grading.submissions import HandedFile
from reconverge.timeline import Observed, Opened, read_timeline

SCHEMA = 1
NAME = "receipt.json"
RECORD, HANDED_IN = "record", "handed-in"  # folders beside it
RUN = f"{RECORD}/run"

# What a learner's own objects are not, though they are in the namespace.
_NOT_MADE = ("Event", "ServiceAccount", "ResourceQuota", "LimitRange")


class MadeObject(msgspec.Struct, frozen=True, kw_only=True):
    """An object that was seen in the hand-in's own namespace."""

    kind: str
    name: str
    uid: str


class RecordedTimeline(msgspec.Struct, frozen=True, kw_only=True):
    """One scenario's record; `path` is relative to the receipt."""

    path: str
    scenario: str
    sha256: str


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """One judged hand-in. `exercise_sha256` is of whatever decides its verdict; times are UTC."""

    schema: int = SCHEMA
    learner: str
    exercise: str
    exercise_sha256: str = ""
    files: tuple[HandedFile, ...] = ()
    grade: Grade
    flaws: tuple[Flaw, ...] = ()
    promises: tuple[PromiseRecord, ...] = ()
    timelines: tuple[RecordedTimeline, ...] = ()
    objects: tuple[MadeObject, ...] = ()
    kube_context: str = ""
    kubernetes: str = ""
    reconverge: str = ""
    started: str = ""
    ended: str = ""
    duration_s: float = 0.0

    @property
    def codes(self) -> tuple[str, ...]:
        return codes_of(self.flaws)


def codes_of(flaws: tuple[Flaw, ...]) -> tuple[str, ...]:
    """Each once, in their order."""
    return tuple(dict.fromkeys(flaw.code for flaw in flaws))


def version_of(exercise: Exercise) -> str:
    """A hash of the files that decide a verdict; its texts and its known mistakes do not."""
    names = [FILE, FEATURE]
    paths = [exercise.folder / name for name in names]
    for folder in (SOLUTION, GIVEN, WORLD):
        paths += sorted((exercise.folder / folder).glob("*"))
    digest = hashlib.sha256()
    for path in paths:
        if path.is_file():
            name = path.relative_to(exercise.folder).as_posix()
            digest.update(f"{name} {sha256_of(path)}\n".encode())
    return digest.hexdigest()


def sha256_of(path: Path) -> str:
    """In pieces: a timeline may be large. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def with_record(receipt: Receipt, answer: Answer, folder: Path) -> Receipt:
    """The receipt with what the run's record in `folder` tells: timelines, objects, cluster."""
    run = folder / RUN
    record = run_record.read(run)
    if record is None:
        return receipt
    timelines = tuple(_timelines(record, folder))
    return msgspec.structs.replace(
        receipt,
        promises=answer.played.promises if answer.played else (),
        timelines=timelines,
        objects=tuple(one for row in timelines for one in _objects(folder / row.path)),
        kube_context=record.cluster.kube_context,
        kubernetes=record.cluster.kubernetes,
    )


def _timelines(record: RunRecord, folder: Path) -> Iterator[RecordedTimeline]:
    for one in record.scenarios:
        path = f"{RUN}/{one.timeline}"
        if one.timeline and (folder / path).is_file():
            sha256 = sha256_of(folder / path)
            yield RecordedTimeline(path=path, scenario=one.scenario, sha256=sha256)


def _objects(path: Path) -> Iterator[MadeObject]:
    timeline = read_timeline(path, RealClock())
    opened = timeline[0].record
    namespace = opened.namespace if isinstance(opened, Opened) else ""
    seen: dict[str, MadeObject] = {}
    for entry in timeline.entries():
        one, view = entry.record, entry.view
        if not isinstance(one, Observed) or view is None or one.kind in _NOT_MADE:
            continue
        if view.metadata.namespace == namespace:
            seen.setdefault(one.uid, MadeObject(kind=one.kind, name=view.name, uid=one.uid))
    yield from seen.values()


def write(receipt: Receipt, folder: Path) -> None:
    """The whole file or none. Raises Unavailable."""
    raw = msgspec.json.format(msgspec.json.encode(receipt), indent=2)
    write_atomically(folder / NAME, raw + b"\n")


def read_receipt(path: Path) -> Receipt:
    """The receipt in a file, or in a folder. Raises BadInput for what is none."""
    file = path / NAME if path.is_dir() else path
    cure = f"name a {NAME} of `reconverge study grade`"
    try:
        found = msgspec.json.decode(file.read_bytes(), type=Receipt)
    except OSError as error:
        raise BadInput(f"no receipt: {error.strerror}", where=str(file), cure=cure) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"no receipt: {error}", where=str(file), cure=cure) from error
    if found.schema != SCHEMA:
        what = f"a receipt of schema {found.schema}, this program reads {SCHEMA}"
        raise BadInput(what, where=str(file), cure="read it with the release that wrote it")
    return found


def stored_receipt(folder: Path) -> Receipt | None:
    """That of an earlier grading, if there is a whole one."""
    try:
        return read_receipt(folder)
    except BadInput:
        return None
