"""A receipt recounted: untouched, it agrees; whatever is changed in it or beside it is found."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from reconverge.errors import BadInput
from reconverge.study.exercises import load_all, shipped
from reconverge.study.flaws import Flaw
from reconverge.study.grading import receipts
from reconverge.study.grading.recounting import Row, recounted
from reconverge.verdict import Verdict
from tests.commands.played import forge, rewrite
from tests.study.grading.staged import (
    EXERCISES,
    KEEP,
    WRONG,
    StagedExaminer,
    graded,
    hand_in,
    hand_in_wrong,
)

FILE = "kubia-rc.yaml"


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that passed, one that a cluster found wrong, one that its files show to be wrong."""
    place = tmp_path_factory.mktemp("class")
    hand_in(place / "hand-ins", "right")
    hand_in(place / "hand-ins", "slow", more=WRONG)
    hand_in_wrong(place / "hand-ins", "flawed")
    graded(place / "hand-ins", place / "grades", StagedExaminer())
    return place / "grades" / "judged"


@pytest.fixture
def judged(untouched: Path, tmp_path: Path) -> Path:
    """A copy of the three, to be tampered with."""
    shutil.copytree(untouched, tmp_path / "judged")
    return tmp_path / "judged"


def differing(folder: Path) -> list[str]:
    rows = recounted(folder, EXERCISES, submission=None)
    return [row.what for row in rows if row.agrees is False]


def change(folder: Path, **fields: object) -> None:
    receipt = receipts.read_receipt(folder)
    receipts.write(msgspec.structs.replace(receipt, **fields), folder)


def timeline(folder: Path, number: int = 0) -> Path:
    return folder / receipts.read_receipt(folder).timelines[number].path


def rehash(folder: Path) -> None:
    """A careful forger renews the hashes."""
    rows = receipts.read_receipt(folder).timelines
    hashed = (
        msgspec.structs.replace(one, sha256=receipts.sha256_of(folder / one.path)) for one in rows
    )
    change(folder, timelines=tuple(hashed))


@pytest.mark.parametrize("learner", ["right", "slow", "flawed"])
def test_untouched_all_of_it_agrees(untouched: Path, learner: str) -> None:
    """Every row, and there is one for the verdict."""
    rows = recounted(untouched / learner / KEEP, EXERCISES, submission=None)
    assert all(row.agrees for row in rows), rows
    assert "verdict" in [row.what for row in rows]


def lose_a_line(folder: Path) -> None:
    number = iter(range(10**6))
    rewrite(timeline(folder), lambda line: None if next(number) == 9 else line)


def forge_a_verdict(folder: Path) -> None:
    forge(timeline(folder), Verdict.HELD)
    rehash(folder)


def cut_short(folder: Path) -> None:
    rewrite(timeline(folder), lambda line: None if line["is"] == "stepped" else line)
    rehash(folder)


def hide_a_scenario(folder: Path) -> None:
    change(folder, timelines=receipts.read_receipt(folder).timelines[:1])


def point_outside(folder: Path) -> None:
    one = receipts.read_receipt(folder).timelines[0]
    away = msgspec.structs.replace(one, path="../../../../etc/passwd")
    change(folder, timelines=(away,))


def excuse(folder: Path) -> None:
    late = Flaw(code="RCS804", file="", words={"limit": "600 s"})
    change(folder, grade="unknown", flaws=(late,))


@pytest.mark.parametrize(
    ("learner", "tamper", "found"),
    [
        ("right", lambda f: (f / "handed-in" / FILE).write_text("kind: Pod\n"), f"file {FILE}"),
        ("right", lambda f: (f / "handed-in" / FILE).unlink(), f"file {FILE}"),
        ("right", lambda f: (f / "handed-in" / "b.yaml").write_text("a: b"), "file b.yaml"),
        ("right", lose_a_line, "timeline of Three pods come up"),
        ("right", lambda f: timeline(f).unlink(), "timeline of Three pods come up"),
        ("slow", forge_a_verdict, "judged again: Three pods come up"),
        ("slow", lambda f: change(f, grade="passed"), "verdict"),
        ("slow", lambda f: change(f, grade="passed", flaws=()), "codes"),
        ("slow", lambda f: change(f, grade="passed", flaws=(), timelines=()), "scenarios"),
        ("slow", excuse, "verdict"),
        ("right", lambda f: change(f, grade="not yet"), "verdict"),
        ("right", hide_a_scenario, "scenarios"),
        ("right", cut_short, "verdict"),
        ("right", point_outside, "timeline of Three pods come up"),
        ("right", lambda f: change(f, exercise_sha256="0" * 64), f"exercise {KEEP}"),
        ("flawed", lambda f: change(f, grade="passed", flaws=()), "verdict"),
        ("flawed", lambda f: change(f, flaws=(Flaw(code="RCS101", file=""),)), "codes"),
    ],
)
def test_whatever_is_changed_is_found(
    judged: Path, learner: str, tamper: Callable[[Path], object], found: str
) -> None:
    """The row that says it names the thing that was changed."""
    folder = judged / learner / KEEP
    tamper(folder)
    assert found in differing(folder)


def test_it_is_held_against_what_lies_there_now(untouched: Path, tmp_path: Path) -> None:
    """A learner who changed the files after the grading is found out."""
    mine = hand_in(tmp_path, "right")
    folder = untouched / "right" / KEEP
    assert all(row.agrees for row in recounted(folder, EXERCISES, submission=mine))
    (mine / FILE).write_text("kind: Pod\n")
    rows = recounted(folder, EXERCISES, submission=mine)
    assert Row(what=f"file {FILE}", agrees=False, said="its content is another") in rows


def test_another_exercise_is_found(untouched: Path, tmp_path: Path) -> None:
    """One that was changed since, and one that is not there at all."""
    shutil.copytree(shipped() / KEEP, tmp_path / "own" / KEEP)
    folder = untouched / "right" / KEEP
    feature = tmp_path / "own" / KEEP / "check.feature"
    feature.write_text(feature.read_text().replace("removes 0", "removes 1"))
    rows = recounted(folder, load_all(tmp_path / "own"), submission=None)
    assert [row.what for row in rows if row.agrees is False] == [f"exercise {KEEP}"]
    rows = recounted(folder, (), submission=None)
    assert [row.said for row in rows if row.agrees is False] == ["there is no such exercise here"]


@pytest.mark.parametrize("text", ["", "{}", '{"schema": 1}', "\x00"])
def test_what_is_no_receipt_is_bad_input(tmp_path: Path, text: str) -> None:
    """And so is a file that is not there, and one of a later release."""
    (tmp_path / "receipt.json").write_text(text)
    with pytest.raises(BadInput, match="no receipt"):
        recounted(tmp_path, EXERCISES, submission=None)
    with pytest.raises(BadInput, match="no receipt"):
        recounted(tmp_path / "nowhere.json", EXERCISES, submission=None)


def test_a_receipt_of_a_later_release_is_not_guessed_at(judged: Path) -> None:
    """Its fields may mean something else."""
    change(judged / "right" / KEEP, schema=2)
    with pytest.raises(BadInput, match="schema 2"):
        recounted(judged / "right" / KEEP, EXERCISES, submission=None)
