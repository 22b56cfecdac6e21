"""Feature files run as they are: `pytest shop.feature`, without a line of Python.

pytest-bdd wants a module that binds a feature. Here each feature file is such a module, made up in
memory. A scenario that some Python module binds as well is left to that module, and a feature that
speaks none of our steps is left alone unless it was named, since it may be another tool's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from pytest_bdd import scenario
from pytest_bdd.exceptions import GherkinParseError
from pytest_bdd.feature import get_feature
from pytest_bdd.parser import Feature
from pytest_bdd.scenario import scenario_wrapper_template_registry
from pytest_bdd.steps import step_function_context_registry

SUFFIX = ".feature"
_STEPS = ("reconverge.steps.", "steps.")


class FeatureFile(pytest.Module):
    """A feature file as a module of tests, one for each scenario, named by its title."""

    def _getobj(self) -> ModuleType:
        return _module(_parsed(self.path), self.path)

    def funcnamefilter(self, name: str) -> bool:
        """Every name in the made-up module that is a scenario's title."""
        return not name.startswith("__")


class UnreadableFeature(pytest.Collector.CollectError):
    """A feature file that is not Gherkin, in one sentence."""


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a feature file that was named, or that uses our steps."""
    if file_path.suffix != SUFFIX:
        return None
    if not (parent.session.isinitpath(file_path) or _is_ours(file_path)):
        return None
    return FeatureFile.from_parent(parent, path=file_path)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to a Python module the scenarios that it binds."""
    bound = {key for item in items if not _is_direct(item) and (key := _template_key(item))}
    items[:] = [item for item in items if not (_is_direct(item) and _template_key(item) in bound)]


def _is_direct(item: pytest.Item) -> bool:
    return isinstance(item.parent, FeatureFile)


def _template_key(item: pytest.Item) -> tuple[str, str] | None:
    function = getattr(item, "obj", None)
    template = scenario_wrapper_template_registry.get(function) if callable(function) else None
    return (template.feature.filename, template.name) if template is not None else None


def _parsed(path: Path) -> Feature:
    try:
        return get_feature(str(path.parent), path.name)
    except GherkinParseError as error:
        where = f"{path}:{error.line}"
        raise UnreadableFeature(f"{where}: {error.message}\n    {error.line_content}") from error
    except UnicodeDecodeError as error:
        raise UnreadableFeature(f"{path}: not UTF-8 text ({error.reason})") from error


def _module(feature: Feature, path: Path) -> ModuleType:
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    for title, name in zip(feature.scenarios, _names(feature), strict=True):
        vars(module)[name] = _test_of(title, path)
    return module


def _names(feature: Feature) -> Iterator[str]:
    """The titles, without what separates the parts of a node id."""
    for title in feature.scenarios:
        yield title.replace("::", " ").replace("[", "(").replace("]", ")").replace("/", " or ")


def _test_of(title: str, path: Path) -> Callable[..., None]:
    @scenario(path.name, title, features_base_dir=str(path.parent))
    def run_scenario() -> None:
        """Everything happens in the steps."""

    return run_scenario


def tags_in(path: Path) -> dict[str, set[str]]:
    """The tags of each scenario of a feature file, by the name that its test has."""
    feature = _parsed(path)
    return {
        name: one.tags | feature.tags | (one.rule.tags if one.rule is not None else set())
        for name, one in zip(_names(feature), feature.scenarios.values(), strict=True)
    }


def _is_ours(path: Path) -> bool:
    """Whether some step of the file is written in the words of our steps."""
    try:
        return speaks_our_steps(get_feature(str(path.parent), path.name))
    except (GherkinParseError, UnicodeDecodeError):
        return False


def speaks_our_steps(feature: Feature) -> bool:
    """Whether some step of the feature is one of ours."""
    ours = [
        definition.parser
        for definition in step_function_context_registry.values()
        if definition.step_func.__module__.startswith(_STEPS)
    ]
    steps = (step for one in feature.scenarios.values() for step in one.steps)
    return any(parser.is_matching(step.name) for step in steps for parser in ours)
