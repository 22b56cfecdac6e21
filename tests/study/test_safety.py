"""Whatever reaches for what is not its own is refused by its files alone, with its own code."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconverge.study.exercises import load_all, named, shipped
from reconverge.study.grading.submissions import Submission, read_submission
from reconverge.study.mistakes import hand_in_of
from reconverge.study.verdicts import read
from tests.study.hostile import EXERCISE, FILE, FOLDERS, RIGHT, TEXTS, put_hostile

TASK = named(load_all(shipped()), EXERCISE)


@pytest.mark.parametrize("name", [*TEXTS, *FOLDERS])
def test_it_is_refused_with_its_code(name: str, tmp_path: Path) -> None:
    """It is the first thing that is said, in each language, and no advice."""
    code = put_hostile(name, tmp_path / "eve")
    submission = Submission(learner="eve", exercise=EXERCISE, folder=tmp_path / "eve")
    first = read(TASK, read_submission(submission)).flaws[0]
    assert first.code == code, first.sentence("en")
    assert not first.is_advice
    assert "{" not in first.sentence("en").replace("{app", "")
    assert "{" not in first.sentence("ko").replace("{app", "")


def test_the_same_without_it_is_right() -> None:
    """Else the table would prove nothing."""
    assert read(TASK, hand_in_of({FILE: RIGHT})).flaws == ()


def test_a_folder_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    """Whatever lies behind it."""
    put_hostile("secret", tmp_path / "another")
    (tmp_path / "eve").symlink_to(tmp_path / "another")
    submission = Submission(learner="eve", exercise=EXERCISE, folder=tmp_path / "eve")
    [flaw] = read_submission(submission).flaws
    assert flaw.code == "RCS007"


def test_a_name_that_is_no_text_can_be_told(tmp_path: Path) -> None:
    """File systems allow any bytes."""
    (tmp_path / "\udcff.yaml").write_text(RIGHT)
    submission = Submission(learner="eve", exercise=EXERCISE, folder=tmp_path)
    [flaw] = read_submission(submission).flaws
    assert flaw.code == "RCS005"
    assert flaw.sentence("en").encode()


def test_what_stands_beside_the_hand_in_cannot_be_replaced() -> None:
    """A namesake of the exercise's own manifest would be played in its stead."""
    task = named(load_all(shipped()), "hand-a-pod-over")
    own = {path.name: path.read_text() for path in sorted(task.solution.glob("*.yaml"))}
    assert read(task, hand_in_of(own)).flaws == ()
    assert read(task, hand_in_of({**own, "0.yaml": RIGHT})).flaws[0].code == "RCS703"


def test_images_of_the_exercises_own_manifests_are_allowed() -> None:
    """Also those that its author forgot to list."""
    task = named(load_all(shipped()), "work-on-a-lost-pod")
    assert "luksa/batch-job" in task.allowed_images
    assert "luksa/batch-job" not in TASK.allowed_images
