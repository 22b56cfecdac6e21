"""The features stay readable, and every step has exactly one meaning and somebody who says it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from pytest_bdd.feature import get_feature
from pytest_bdd.parser import Feature, Scenario, Step
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

import steps
from reconverge.pytest_plugin.wording import CHAPTER_TAG

ROOT = Path(__file__).parent.parent
FEATURES = sorted((ROOT / "features").rglob("*.feature"))
LABS = sorted((ROOT / "exercises").glob("*/lab.feature"))
STEP_MODULES = tuple(import_module(f"steps.{module}") for module in steps.MODULES)
STEPS_MAX = 6
# Implementation, which a feature must survive; and words that say nothing.
BANNED = re.compile(
    r"\b(kubectl|yaml|namespace|poll\w*|retr(y|ies)|sleep|wait\w*|timeout|api server|"
    r"check\w*|verif\w*|ensure\w*|should)\b",
    re.IGNORECASE,
)


def _features(paths: list[Path] = FEATURES) -> list[Feature]:
    return [get_feature(str(path.parent), path.name) for path in paths]


def _scenarios(paths: list[Path] = FEATURES) -> Iterator[Scenario]:
    """Every scenario, an outline once for each of its examples."""
    for feature in _features(paths):
        for template in feature.scenarios.values():
            rows = [row for table in template.examples for row in table.as_contexts()]
            yield from (template.render(row) for row in rows or [{}])


def _definitions() -> list[StepFunctionContext]:
    ours = {module.__name__ for module in STEP_MODULES}
    found = step_function_context_registry.values()
    return [one for one in found if one.step_func.__module__ in ours]


def _claiming(step: Step) -> list[StepFunctionContext]:
    return [
        one for one in _definitions() if one.type == step.type and one.parser.is_matching(step.name)
    ]


def test_there_are_features() -> None:
    """The other tests would hold for an empty folder."""
    assert len(list(_scenarios())) >= 12


def test_every_step_has_exactly_one_definition() -> None:
    """A text that two definitions claim means whatever was loaded last."""
    for scenario in (*_scenarios(), *_scenarios(LABS)):
        for step in scenario.steps:
            claims = [one.parser.name for one in _claiming(step)]
            assert len(claims) == 1, f"{step.name}: claimed by {claims or 'nobody'}"


def test_every_definition_is_used() -> None:
    """A step that no feature says is a promise that nothing keeps."""
    said = {
        id(one)
        for scenario in (*_scenarios(), *_scenarios(LABS))
        for step in scenario.steps
        for one in _claiming(step)
    }
    unused = [one.parser.name for one in _definitions() if id(one) not in said]
    assert not unused, f"say it in a feature or remove it: {unused}"


@pytest.mark.parametrize("path", FEATURES, ids=lambda path: path.stem)
def test_features_speak_of_behaviour(path: Path) -> None:
    """Whatever changes when the implementation does has no place in a feature."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        found = BANNED.search(line)
        assert found is None, f"{path.name}:{number}: {found[0]!r} is how, say what"


def test_scenarios_are_short_and_do_one_thing() -> None:
    """At most six steps with the background, exactly one When, and a Then after it."""
    for scenario in _scenarios():
        kinds = [step.type for step in scenario.steps]
        assert len(kinds) <= STEPS_MAX, f"{scenario.name}: {len(kinds)} steps"
        assert kinds.count("when") == 1, f"{scenario.name}: {kinds.count('when')} faults"
        assert kinds[-1] == "then", scenario.name


def test_every_scenario_names_the_behaviour_it_shows() -> None:
    """A tag such as @rc_17 or @k8s_g4 leads from the list of behaviours to its proof and back."""
    for scenario in _scenarios():
        assert any(map(CHAPTER_TAG.fullmatch, scenario.tags)), scenario.name


def test_every_scenario_illustrates_a_rule() -> None:
    """One Rule is one promise, and its scenarios are its examples."""
    assert all(scenario.rule is not None for scenario in _scenarios())


def test_steps_are_glue() -> None:
    """At most five statements, no branch, loop or try: logic belongs to the engine."""
    import ast

    for module in STEP_MODULES:
        assert module.__file__ is not None
        for function in ast.parse(Path(module.__file__).read_text(encoding="utf-8")).body:
            if not isinstance(function, ast.FunctionDef):
                continue
            body = function.body[1:] if ast.get_docstring(function) else function.body
            assert len(body) <= 5, f"{function.name}: {len(body)} statements"
            logic = ast.If | ast.For | ast.While | ast.Try | ast.comprehension
            found = [node for node in ast.walk(function) if isinstance(node, logic)]
            assert not found, f"{function.name} decides something: move that to the engine"
