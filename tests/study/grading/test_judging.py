"""Many hand-ins: each is judged once, by itself, and what befalls one is nobody else's."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from reconverge.errors import BadInput
from reconverge.study.exercises import load_all, shipped
from reconverge.study.grading.submissions import submissions_in
from tests.study.grading.staged import (
    CRASHING,
    KEEP,
    LOST,
    WRONG,
    StagedExaminer,
    graded,
    hand_in,
    hand_in_wrong,
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "hand-ins"


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "grades"


def test_only_what_has_no_flaw_is_played(home: Path, into: Path) -> None:
    """And each has its grade, its codes, and a receipt on disk."""
    hand_in(home, "anna")
    hand_in(home, "bela", more=WRONG)
    hand_in_wrong(home, "chul")
    examiner = StagedExaminer()
    found = graded(home, into, examiner)
    assert examiner.asked == [KEEP, KEEP]
    grades = {key: (one.receipt.grade, one.receipt.codes) for key, one in found.items()}
    assert grades == {
        f"anna/{KEEP}": ("passed", ()),
        f"bela/{KEEP}": ("not yet", ("RCS802",)),
        f"chul/{KEEP}": ("not yet", ("RCS201",)),
    }
    assert all((one.folder / "receipt.json").is_file() for one in found.values())
    anna = found[f"anna/{KEEP}"].receipt
    assert len(anna.timelines) == 2
    assert {"ReplicationController", "Pod"} == {one.kind for one in anna.objects}


def test_what_has_not_changed_is_not_judged_again(home: Path, into: Path) -> None:
    """Until a file of it changes, or it is asked for."""
    hand_in(home, "anna")
    mine = hand_in(home, "bela", more=WRONG)
    graded(home, into, StagedExaminer())
    examiner = StagedExaminer()
    assert all(one.is_old for one in graded(home, into, examiner).values())
    assert examiner.asked == []

    path = mine / "kubia-rc.yaml"
    path.write_text(path.read_text().replace(WRONG, ""))
    found = graded(home, into, examiner)
    assert [(one.is_old, one.receipt.grade) for one in found.values()] == [
        (True, "passed"),
        (False, "passed"),
    ]
    assert examiner.asked == [KEEP]
    graded(home, into, examiner, again=True)
    assert examiner.asked == [KEEP] * 3


def test_an_exercise_that_has_changed_is_judged_again(
    home: Path, into: Path, tmp_path: Path
) -> None:
    """If what has changed can change a verdict: its task's words cannot."""
    own = tmp_path / "exercises"
    shutil.copytree(shipped() / KEEP, own / KEEP)
    hand_in(home, "anna")
    graded(home, into, StagedExaminer(), exercises=load_all(own))
    examiner = StagedExaminer()
    (own / KEEP / "task.en.md").write_text("# Other words\n")
    graded(home, into, examiner, exercises=load_all(own))
    assert examiner.asked == []
    feature = own / KEEP / "check.feature"
    feature.write_text(feature.read_text().replace("removes 0", "removes 1"))
    graded(home, into, examiner, exercises=load_all(own))
    assert examiner.asked == [KEEP]


@pytest.mark.parametrize("mark", [LOST, CRASHING])
def test_what_could_not_be_judged_is_nobody_elses(home: Path, into: Path, mark: str) -> None:
    """It is neither a pass nor a failure, and is tried again the next time."""
    hand_in(home, "anna", more=mark)
    hand_in(home, "bela")
    found = graded(home, into, StagedExaminer(), jobs=2)
    assert [one.receipt.grade for one in found.values()] == ["unknown", "passed"]
    assert found[f"anna/{KEEP}"].receipt.codes == ("RCS803",)
    examiner = StagedExaminer()
    graded(home, into, examiner)
    assert examiner.asked == [KEEP]


def test_no_more_than_that_many_at_once(home: Path, into: Path) -> None:
    """And those that harm a node one by one, beside the others."""
    labels = "daemons-on-ssd-nodes"
    for learner in ("anna", "bela", "chul"):
        hand_in(home, learner, labels)
    for learner in ("dora", "emil", "fred"):
        hand_in(home, learner)
    examiner, gate = StagedExaminer(), threading.Barrier(2)

    def meet(_: object) -> None:
        assert examiner.now.count(labels) <= 1
        gate.wait(timeout=60)  # two are there at once, always

    examiner.before = meet
    found = graded(home, into, examiner, jobs=2)
    assert {one.receipt.grade for one in found.values()} == {"passed"}
    assert examiner.most_at_once == 2


def test_interrupted_it_keeps_what_was_judged(home: Path, into: Path) -> None:
    """What is being played is ended, what has not begun does not begin."""
    for learner in ("anna", "bela", "chul"):
        hand_in(home, learner)
    examiner = StagedExaminer()

    def interrupt(_: object) -> None:
        if len(examiner.asked) == 2:
            raise KeyboardInterrupt

    examiner.before = interrupt
    with pytest.raises(KeyboardInterrupt):
        graded(home, into, examiner)
    assert examiner.is_ended
    again = StagedExaminer()
    found = graded(home, into, again)
    assert found[f"anna/{KEEP}"].is_old
    assert [one.receipt.grade for one in found.values()] == ["passed"] * 3


def test_a_folder_that_is_named_like_no_exercise(home: Path, into: Path) -> None:
    """Is told so, with the names near it; an empty one has nothing in it."""
    hand_in(home, "anna")
    (home / "anna" / KEEP).rename(home / "anna" / "keep-tree-pods")
    (home / "bela").mkdir()
    found = graded(home, into, StagedExaminer())
    assert [one.receipt.codes for one in found.values()] == [("RCS712",), ("RCS008",)]
    flaw = found["anna/keep-tree-pods"].receipt.flaws[0]
    assert "did you mean keep-three-pods" in flaw.sentence("en")


def test_files_without_a_folder_belong_to_the_exercise_that_is_named(home: Path) -> None:
    """A learner's folder has the files, or a folder of the exercise's name."""
    hand_in(home, "anna")
    (home / "bela").mkdir()
    (home / "bela" / "one.yaml").write_text("kind: Pod\n")
    found = submissions_in(home, exercise=KEEP)
    assert [one.folder for one in found] == [home / "anna" / KEEP, home / "bela"]


@pytest.mark.parametrize("learners", [(), ("anna",)])
def test_nothing_to_judge_is_bad_input(home: Path, learners: tuple[str, ...]) -> None:
    """No folder of a learner, or nothing that says which exercise was done."""
    home.mkdir()
    for one in learners:
        (home / one).mkdir()
        (home / one / "one.yaml").write_text("kind: Pod\n")
    with pytest.raises(BadInput):
        submissions_in(home)
