"""What an exercise plays on a cluster, and which of them need a node of it to themselves."""

from __future__ import annotations

from pytest_bdd.feature import get_feature

from reconverge.pytest_plugin.turns import turn_of
from reconverge.study.exercises import Exercise
from reconverge.turns import Turn


def has_a_turn(exercise: Exercise) -> bool:
    """Whether one of its scenarios harms what others stand on."""
    return any(turn_of(tags) is not Turn.SHARED for tags in scenarios_of(exercise).values())


def scenarios_of(exercise: Exercise) -> dict[str, frozenset[str]]:
    """The titles of what is played, each with its tags; empty where the files alone decide."""
    if exercise.feature is None:
        return {}
    feature = get_feature(str(exercise.folder), exercise.feature.name)
    return {
        title: frozenset(scenario.tags | feature.tags)
        for title, scenario in feature.scenarios.items()
    }


def title_of(scenario: str) -> str:
    """The title in a scenario's whole name, which begins with its file."""
    return scenario.partition("::")[2] or scenario
