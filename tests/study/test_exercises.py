"""Every exercise is whole, its right answer is right, and each mistake is answered as it should be.

What the files alone decide is decided here; what a cluster decides, in test_exercises_on_kind.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_bdd.feature import get_feature

from reconverge.errors import BadInput
from reconverge.pytest_plugin.halves import steps_in
from reconverge.pytest_plugin.vocabulary import loaded
from reconverge.study.demands import flaws_in, predictions_in
from reconverge.study.exercises import Exercise, load, load_all, named, shipped
from reconverge.study.languages import LANGUAGES
from reconverge.study.mistakes import Mistake, hand_in_of, mistaken, mistakes_of, texts_of
from reconverge.study.promising import promised

EXERCISES = load_all(shipped())
MISTAKES = [(one, mistake) for one in EXERCISES for mistake in mistakes_of(one)]
BY_FILES = [row for row in MISTAKES if row[1].found_by == "files"]
BY_CLUSTER = [row for row in MISTAKES if row[1].found_by == "cluster"]


def ids(value: object) -> str | None:
    if isinstance(value, Exercise):
        return value.id
    return value.name.replace(" ", "-") if isinstance(value, Mistake) else None


@pytest.mark.parametrize("exercise", EXERCISES, ids=ids)
def test_a_right_answer_has_no_flaw(exercise: Exercise) -> None:
    """Not even one that is only advice."""
    hand_in = hand_in_of(texts_of(exercise))
    found = (*flaws_in(hand_in, exercise), *predictions_in(hand_in, exercise))
    assert [one.sentence("en") for one in found] == []


@pytest.mark.parametrize(("exercise", "mistake"), BY_FILES, ids=ids)
def test_a_mistake_is_answered(exercise: Exercise, mistake: Mistake) -> None:
    """The first thing that is said names the mistake, with its code and its line."""
    hand_in = hand_in_of(mistaken(exercise, mistake))
    found = (*flaws_in(hand_in, exercise), *predictions_in(hand_in, exercise))
    assert found, "no flaw was found"
    said = [one.sentence("en") for one in found]
    assert (found[0].code, found[0].line) == (mistake.code, mistake.line), said
    assert mistake.says in said[0]
    assert not found[0].is_advice


@pytest.mark.parametrize(("exercise", "mistake"), BY_CLUSTER, ids=ids)
def test_what_only_a_cluster_can_find_passes_the_files(
    exercise: Exercise, mistake: Mistake
) -> None:
    """Else it would not come to be applied."""
    assert exercise.feature is not None
    found = flaws_in(hand_in_of(mistaken(exercise, mistake)), exercise)
    assert [one.sentence("en") for one in found if not one.is_advice] == []


@pytest.mark.parametrize("exercise", EXERCISES, ids=ids)
def test_an_exercise_is_whole(exercise: Exercise) -> None:
    """At least three mistakes, texts in each language, and demands that speak of what is asked."""
    assert len(mistakes_of(exercise)) >= 3
    assert exercise.hand_in or exercise.questions
    for language in LANGUAGES:
        assert exercise.task(language).startswith("# ")
        assert all(hint.of(language) for hint in exercise.hints)
    wanted = {f"{one.kind}/{one.name}" for one in exercise.hand_in}
    assert {demand.of for demand in exercise.demands} <= wanted
    for question in exercise.questions:
        assert question.answer in question.choices


@pytest.mark.parametrize("exercise", [one for one in EXERCISES if one.feature], ids=ids)
def test_what_is_played_is_said_in_the_words_of_the_features(exercise: Exercise) -> None:
    """An author needs no Python: each step is one that every scenario can say."""
    assert exercise.feature is not None
    feature = get_feature(str(exercise.folder), exercise.feature.name)
    definitions = loaded()
    for scenario in feature.scenarios.values():
        for step in scenario.render({}).steps:
            mine = [one for one in definitions if one.type == step.type]
            assert any(one.parser.is_matching(step.name) for one in mine), step.name


@pytest.mark.parametrize("exercise", [one for one in EXERCISES if one.feature], ids=ids)
def test_what_may_be_broken_is_told_in_each_language(exercise: Exercise) -> None:
    """Whatever is stated or promised; a fault that is done is no promise."""
    assert exercise.feature is not None
    feature = get_feature(str(exercise.folder), exercise.feature.name)
    steps = [one for row in feature.scenarios.values() for one in row.render({}).steps]
    unsaid = [one.name for one in steps if one.type != "when" and _is_the_same(one.name)]
    _, *may_be_left_out = feature.scenarios  # by title: what comes after one that was broken
    assert [*unsaid, *filter(_is_the_same, may_be_left_out)] == []


def _is_the_same(text: str) -> bool:
    said = promised(text)
    return said.en == said.ko


@pytest.mark.parametrize("exercise", [one for one in EXERCISES if one.lab], ids=ids)
def test_a_lab_has_a_sentence_for_whatever_may_not_hold(exercise: Exercise) -> None:
    """One for each Then, in each language, and none for what is not asked."""
    assert exercise.lab is not None
    assert exercise.lab_feature is not None
    asked = [step.text for step in steps_in(exercise.lab_feature) if step.kind == "then"]
    assert [one.then for one in exercise.lab.told] == asked
    for one in (exercise.lab.task, *(told.otherwise for told in exercise.lab.told)):
        assert one.en != one.ko
    assert exercise.lab.first.startswith("kubectl ")


def test_some_exercises_have_a_lab() -> None:
    """Else the test before would hold of none."""
    assert {one.id for one in EXERCISES if one.lab} >= {"adopt-the-orphans", "out-for-debugging"}


def test_every_section_of_the_chapter_has_an_exercise() -> None:
    """From the first probe (S05) to the closing words (S36)."""
    there = {section for one in EXERCISES for section in one.sections}
    assert there == {f"S{number:02}" for number in range(5, 37)}


def test_people_make_many_mistakes() -> None:
    """Two dozen exercises, and the mistakes that are played to prove them."""
    assert len(EXERCISES) >= 24
    assert len(MISTAKES) >= 60


def test_an_unknown_exercise_is_answered_with_those_near_it() -> None:
    """A misspelt name."""
    with pytest.raises(BadInput, match="did you mean keep-three-pods"):
        named(EXERCISES, "keep-tree-pods")


def test_a_misspelt_key_of_an_exercise_is_found(tmp_path: Path) -> None:
    """Else a demand would be dropped in silence."""
    (tmp_path / "exercise.yaml").write_text("title: {en: a, ko: b}\nsection: [S01]\n")
    with pytest.raises(BadInput, match=r"exercise\.yaml.*section"):
        load(tmp_path)


def test_a_mistake_that_changes_nothing_is_an_error() -> None:
    """Else a wrong answer would be a right one, and prove nothing."""
    mistake = mistakes_of(EXERCISES[0])[0]
    off = Mistake(
        name="off", file=mistake.file, replace="not there", by="", code="RCS101", says="none"
    )
    with pytest.raises(BadInput, match="0 times"):
        mistaken(EXERCISES[0], off)
