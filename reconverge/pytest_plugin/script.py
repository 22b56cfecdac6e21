"""The scenario's own words on its record: what it says, and which step it is at.

A record without them tells what the cluster did and not what was asked. With them the report, the
live view and every other form are made from the timeline alone, also of a scenario that was killed.
"""

from __future__ import annotations

import msgspec
import pytest
from pytest_bdd.parser import Feature, Scenario
from pytest_bdd.parser import Step as GherkinStep

from reconverge.pytest_plugin.scenarios import EXPERIMENT
from reconverge.timeline import Scripted, Step, Stepped, Timeline

IS_SCRIPTED = pytest.StashKey[bool]()


def pytest_bdd_before_step_call(
    request: pytest.FixtureRequest, feature: Feature, scenario: Scenario, step: GherkinStep
) -> None:
    """A step begins. Its fixtures are there by now, so the experiment is as well, if it has one."""
    timeline = _timeline_of(request)
    if timeline is None:
        return
    if not request.node.stash.get(IS_SCRIPTED, False):
        request.node.stash[IS_SCRIPTED] = True
        script = _script(request.node.nodeid, feature, scenario)
        timeline.append(lambda at_s: msgspec.structs.replace(script, at_s=at_s))
    _note(timeline, Stepped(step=scenario.steps.index(step), state="begun"))


def pytest_bdd_after_step(
    request: pytest.FixtureRequest, scenario: Scenario, step: GherkinStep
) -> None:
    """A step did what it says."""
    timeline = _timeline_of(request)
    if timeline is not None:
        _note(timeline, Stepped(step=scenario.steps.index(step), state="passed"))


def pytest_bdd_step_error(
    request: pytest.FixtureRequest, scenario: Scenario, step: GherkinStep, exception: Exception
) -> None:
    """A step failed; one whose experiment could not begin has no record to say it on."""
    timeline = _timeline_of(request)
    if timeline is not None and request.node.stash.get(IS_SCRIPTED, False):
        finding = getattr(exception, "finding", None)
        why = str(exception) if finding is None else f"{finding.verdict}: {finding.why}"
        error = why.partition("\n")[0] or type(exception).__name__
        _note(timeline, Stepped(step=scenario.steps.index(step), state="failed", error=error))


def _timeline_of(request: pytest.FixtureRequest) -> Timeline | None:
    experiment = request.node.stash.get(EXPERIMENT, None)
    return getattr(experiment, "timeline", None)


def _note(timeline: Timeline, stepped: Stepped) -> None:
    timeline.append(lambda at_s: msgspec.structs.replace(stepped, at_s=at_s))


def _script(nodeid: str, feature: Feature, scenario: Scenario) -> Scripted:
    rule = scenario.rule
    tags = feature.tags | (getattr(rule, "tags", None) or set()) | scenario.tags
    return Scripted(
        feature=feature.name or "",
        path=nodeid.partition("::")[0],
        title=scenario.name,
        line=scenario.line_number,
        rule=rule.name if rule is not None else "",
        tags=tuple(sorted(tags)),
        steps=tuple(Step(one.keyword, one.name, one.line_number) for one in scenario.steps),
    )
