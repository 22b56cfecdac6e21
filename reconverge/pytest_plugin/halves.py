"""A scenario played step by step without pytest: one half now, the other when it is asked for.

Its words find the same steps that every feature does. What pytest would hand to a step as fixtures
is a plain mapping here, and what a step makes under a name is put into it.
"""

from __future__ import annotations

from inspect import signature
from pathlib import Path
from typing import Any

import msgspec
from pytest_bdd.exceptions import GherkinParseError
from pytest_bdd.feature import get_feature

from reconverge.errors import BadInput
from reconverge.pytest_plugin.vocabulary import step_named


class Said(msgspec.Struct, frozen=True):
    """One step as it is written; `kind` is given, when or then."""

    kind: str
    text: str


def steps_in(path: Path) -> tuple[Said, ...]:
    """The steps of the one scenario in a feature file, its background first. Raises BadInput."""
    try:
        feature = get_feature(str(path.parent), path.name)
    except (GherkinParseError, UnicodeDecodeError) as error:
        raise BadInput(f"not a feature: {error}", where=str(path)) from error
    if len(feature.scenarios) != 1:
        raise BadInput(f"{len(feature.scenarios)} scenarios; one is wanted", where=str(path))
    [template] = feature.scenarios.values()
    return tuple(Said(step.type, step.name) for step in template.render({}).steps)


def goes_on_from(step: Said) -> frozenset[str]:
    """The names of what it needs of steps before it, or of whoever plays it. Raises BadInput."""
    found = step_named(step.text, step.kind)
    words = found.parser.parse_arguments(step.text) or {}
    return frozenset(set(signature(found.step_func).parameters) - set(words))


def perform(step: Said, fixtures: dict[str, Any]) -> None:
    """Do what the step says. Raises whatever it raises, and BadInput for words of no step."""
    found = step_named(step.text, step.kind)
    words = dict(found.parser.parse_arguments(step.text) or {})
    wanted = signature(found.step_func).parameters
    lacking = set(wanted) - {*words, *fixtures}
    if lacking:
        what = f"this step goes on from an earlier one, which made: {', '.join(sorted(lacking))}"
        raise BadInput(what, where=step.text)
    made = found.step_func(**words, **{key: fixtures[key] for key in wanted if key in fixtures})
    if found.target_fixture:
        fixtures[found.target_fixture] = made
