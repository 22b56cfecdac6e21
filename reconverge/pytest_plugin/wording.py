"""The words of the features, judged before anything runs on a cluster.

A step that nobody defines, a step that two definitions claim, a tag that nobody declared:
pytest-bdd finds the first only when it gets there, and never the others. All are found here at
collection, each with its file and line, and the run ends with exit code 4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pytest_bdd.compat import get_fixture_names, getfixturedefs
from pytest_bdd.parser import Scenario, ScenarioTemplate, Step
from pytest_bdd.scenario import scenario_wrapper_template_registry
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from reconverge.pytest_plugin.options import is_worker

# The behaviours of "Kubernetes in Action", chapter 4, by group and number; and those that
# Kubernetes' own end-to-end tests show, such as k8s_rc3.
# Beside them each fault has a tag of its own, such as fault_cut_network (docs/faults.md).
CHAPTER_TAG = re.compile(
    r"(lp|rc|node|rs|ds|job|cj|cp|ro)_\d+|k8s_(rc|rs|ds|j|c|p|n|g)\d+|fault_[a-z_]+"
)
TAGS = {
    "node_loss": "harms one node: one such at a time, alone where no node is set aside for it",
    "node_labels": "labels nodes: one such at a time",
    "control_plane": "may disturb the control plane of a cluster of ours: runs alone on it",
    "exclusive": "runs alone on the whole cluster",
    "long": "waits for minutes of the clock: begins before others",
    "replication_controller": "about the ReplicationController",
    "replica_set": "about the ReplicaSet",
    "daemon_set": "about the DaemonSet",
    "deployment": "about the Deployment",
    "stateful_set": "about the StatefulSet",
    "cron_job": "about the CronJob",
    "job": "about the Job",
    "liveness": "about liveness probes",
    "probes": "about readiness and startup probes, and what is new about all of them",
    "manifests": "about manifests and their versions",
    "kubelet": "about what a kubelet does: no controller takes part",
    "api": "the API server answers alone: no controller takes part, so freezing them shows nothing",
    "elsewhere": "who reacts works in another namespace, so its silence in this one shows nothing",
}
_VISIBLE = pytest.StashKey[tuple[StepFunctionContext, ...]]()
_SCENARIO_LINE = re.compile(r"\s*(?:Scenario(?: Outline| Template)?|Example)\s*:\s*(.*?)\s*$")


class Flaw(NamedTuple):
    """One thing wrong with a feature: where, and what to do about it."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{short_path(self.path)}:{self.line}: {self.text}"


def pytest_configure(config: pytest.Config) -> None:
    """Declare our tags, and load our steps where the project has none of them."""
    for tag, meaning in TAGS.items():
        config.addinivalue_line("markers", f"{tag}: {meaning}")
    loaded = (getattr(plugin, "__name__", "") for plugin in config.pluginmanager.get_plugins())
    if "steps.workloads" in loaded and _is_ours("steps.workloads"):
        return
    package = import_module(installed_steps())
    for module in package.MODULES:
        config.pluginmanager.import_plugin(f"{package.__name__}.{module}")


def _is_ours(module: str) -> bool:
    import sys

    return hasattr(sys.modules.get(module.partition(".")[0]), "IS_RECONVERGE")


def installed_steps() -> str:
    """Where the wheel puts our steps; in a source tree they are a package of their own."""
    from importlib.util import find_spec

    return "reconverge.steps" if find_spec("reconverge.steps") else "steps"


@pytest.hookimpl(tryfirst=True)
def pytest_bdd_apply_tag(tag: str, function: Callable[..., object]) -> object:
    """A tag becomes a mark where it is one of ours; pytest's own registry decides on the others."""
    if CHAPTER_TAG.fullmatch(tag):
        return pytest.MarkDecorator(pytest.Mark(tag, (), {}, _ispytest=True), _ispytest=True)(
            function
        )
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Report every flaw of every collected feature; with one, nothing runs."""
    _declare_chapter_tags(config, items)
    flaws = list(dict.fromkeys(flaw for item in items for flaw in _flaws(item, config)))
    if not flaws:
        return
    items.clear()
    if is_worker(config) and config.workerinput["workerid"] != "gw0":  # type: ignore[attr-defined]
        return
    for path in dict.fromkeys(flaw.path for flaw in flaws):
        text = "\n".join(str(flaw) for flaw in flaws if flaw.path == path)
        report = pytest.CollectReport(short_path(path), "failed", longrepr=text, result=[])
        session.config.hook.pytest_collectreport(report=report)


def _declare_chapter_tags(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Declare the tags that occur: `-m` then knows them, and refuses what no scenario shows."""
    names = {mark.name for item in items for mark in item.iter_markers()}
    for name in sorted(filter(CHAPTER_TAG.fullmatch, names)):
        config.addinivalue_line("markers", f"{name}: a behaviour of the chapter")


def _flaws(item: pytest.Item, config: pytest.Config) -> Iterator[Flaw]:
    template = template_of(item)
    if template is None:
        return
    yield from _tag_flaws(template, _known_tags(config))
    yield from _repeated(template)
    callspec = getattr(item, "callspec", None)
    example = callspec.params.get("_pytest_bdd_example", {}) if callspec is not None else {}
    scenario = template.render(example)
    for step in scenario.steps:
        yield from _step_flaws(item, scenario, step)


def template_of(item: pytest.Item) -> ScenarioTemplate | None:
    function = getattr(item, "obj", None)
    return scenario_wrapper_template_registry.get(function) if callable(function) else None


def _step_flaws(item: pytest.Item, scenario: Scenario, step: Step) -> Iterator[Flaw]:
    found = {
        id(definition.step_func): definition
        for definition in _visible_from(item)
        if definition.type in (None, step.type) and definition.parser.is_matching(step.name)
    }
    text = f"{step.keyword} {step.name}"
    if not found:
        near = "".join(f"\n    {one}" for one in _near(step))
        advice = f"\n  the nearest steps are{near}" if near else ""
        yield Flaw(scenario.feature.filename, step.line_number, f"unknown step: {text}{advice}")
    elif len(found) > 1:
        places = "".join(f"\n    {_place(one)}" for one in found.values())
        yield Flaw(
            scenario.feature.filename,
            step.line_number,
            f"ambiguous step: {text}\n  it is claimed by{places}",
        )


def _visible_from(item: pytest.Item) -> tuple[StepFunctionContext, ...]:
    """The steps that may be used there, as pytest-bdd's find_fixturedefs_for_step finds them.

    They are the same for all scenarios of a file, and to look for them costs more than to match.
    """
    parent = item.parent or item
    if _VISIBLE not in parent.stash:
        fixtures = item.session._fixturemanager
        parent.stash[_VISIBLE] = tuple(
            definition
            for name in get_fixture_names(fixturemanager=fixtures)
            for fixture in getfixturedefs(fixtures, name, item) or ()
            if (definition := step_function_context_registry.get(fixture.func)) is not None
        )
    return parent.stash[_VISIBLE]


def _place(definition: StepFunctionContext) -> str:
    code = definition.step_func.__code__
    return f"{short_path(code.co_filename)}:{code.co_firstlineno} {definition.parser.name}"


def _near(step: Step) -> list[str]:
    """The texts of the same kind of step that resemble `step`, nearest first.

    Quoted names and placeholders are levelled, so that the words decide.
    """
    texts = {
        _levelled(definition.parser.name): legible(definition)
        for definition in step_function_context_registry.values()
        if definition.type in (None, step.type) and definition.parser.name != "trace"
    }
    close = get_close_matches(_levelled(step.name), texts, n=3, cutoff=0.5)
    return [texts[one] for one in close]


def _levelled(text: str) -> str:
    return re.sub(r'"[^"]*"|\{[^}]*\}|\d+', "_", text).lower()


def legible(definition: StepFunctionContext) -> str:
    """`{name:Name}` as `<name>`: the type is of no use to who writes a feature."""
    words = re.sub(r"\{(\w+)(?::\w+)?\}", r"<\1>", definition.parser.name)
    return f"{(definition.type or 'step').capitalize()} {words}"


def _tag_flaws(template: ScenarioTemplate, known: set[str]) -> Iterator[Flaw]:
    rule: set[str] = getattr(template.rule, "tags", set()) if template.rule is not None else set()
    examples: set[str] = set().union(*(one.tags for one in template.examples))
    for tag in sorted(template.tags | template.feature.tags | rule | examples):
        if tag in known or CHAPTER_TAG.fullmatch(tag):
            continue
        near = get_close_matches(tag, known, n=3)
        advice = f"; did you mean {' or '.join(f'@{one}' for one in near)}?" if near else ""
        line = _line_of(
            template.feature.filename, re.compile(rf"\s*@.*(?<!\w){re.escape(tag)}(?!\w)")
        )
        cure = "" if near else "; declare it under `markers` in pytest's configuration"
        yield Flaw(template.feature.filename, line, f"unknown tag @{tag}{advice}{cure}")


def _repeated(template: ScenarioTemplate) -> Iterator[Flaw]:
    """pytest-bdd keeps the last of two scenarios with one title and drops the first in silence."""
    path = template.feature.filename
    titles = re.compile(rf"{_SCENARIO_LINE.pattern}", re.MULTILINE)
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    same = [
        number
        for number, line in enumerate(lines, start=1)
        if (match := titles.fullmatch(line)) and match[1] == template.name
    ]
    if len(same) > 1:
        text = f'two scenarios are called "{template.name}" (the other is in line {same[0]})'
        yield Flaw(path, same[1], text)


def _known_tags(config: pytest.Config) -> set[str]:
    rows: Any = config.getini("markers")
    return {re.split(r"[:(]", row, maxsplit=1)[0].strip() for row in rows}


def _line_of(path: str, pattern: re.Pattern[str]) -> int:
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return next((n for n, line in enumerate(lines, start=1) if pattern.match(line)), 1)


def short_path(path: str) -> str:
    """`path` as a person in the current folder would write it."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return path
