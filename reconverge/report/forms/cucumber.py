"""Cucumber's JSON, for the reporters that read it.

pytest-bdd can write it as well, but not under xdist, and it calls a step failed that was never
reached. Cucumber knows no UNKNOWN: such a step is `failed`, and its message begins with the word.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from reconverge.report.forms.plain import printable
from reconverge.report.run_record import RunRecord, ScenarioRecord
from reconverge.report.story import StepRecord
from reconverge.verdict import Verdict

_STATUS = {"passed": "passed", "failed": "failed", "interrupted": "failed", "skipped": "skipped"}


def text_of(record: RunRecord, accounts: Mapping[str, str]) -> str:
    """The document: a feature for each file, with its scenarios in the order of their ends."""
    features: dict[str, dict[str, Any]] = {}
    for scenario in record.scenarios:
        path = scenario.scenario.partition("::")[0]
        feature = features.setdefault(path, _feature(path, scenario))
        feature["elements"].append(_element(scenario, accounts.get(scenario.scenario, "")))
    return f"{json.dumps(list(features.values()), indent=2, ensure_ascii=False)}\n"


def _feature(path: str, scenario: ScenarioRecord) -> dict[str, Any]:
    name = scenario.story.feature or path
    return {
        "uri": path,
        "id": _id(name),
        "keyword": "Feature",
        "name": name,
        "line": 1,
        "description": "",
        "tags": [],
        "elements": [],
    }


def _element(scenario: ScenarioRecord, account: str) -> dict[str, Any]:
    story, name = scenario.story, scenario.scenario.partition("::")[2]
    element: dict[str, Any] = {
        "id": f"{_id(story.feature)};{_id(name)}",
        "keyword": "Scenario",
        "type": "scenario",
        "name": name,
        "line": story.line or 1,
        "description": f"Rule: {story.rule}" if story.rule else "",
        "tags": [{"name": f"@{tag}", "line": story.line or 1} for tag in story.tags],
        "start_timestamp": scenario.started,
        "steps": [_step(step, scenario, account) for step in story.steps or (_only(scenario),)],
    }
    is_red = scenario.verdict is not Verdict.HELD
    if is_red and all(step["result"]["status"] == "passed" for step in element["steps"]):
        # The steps went well and the end did not, such as a rollback.
        element["after"] = [{"match": {}, "result": _failed(scenario, 0.0, account)}]
    return element


def _only(scenario: ScenarioRecord) -> StepRecord:
    """Of a scenario that never came to its first step, the step that it is red for."""
    is_held = scenario.verdict is Verdict.HELD
    keyword, _, text = (scenario.promise or "Given its experiment").partition(" ")
    return StepRecord(keyword=keyword, text=text, line=1, status="passed" if is_held else "failed")


def _step(step: StepRecord, scenario: ScenarioRecord, account: str) -> dict[str, Any]:
    status = _STATUS[step.status]
    result = {"status": status, "duration": int(step.duration_s * 1e9)}
    if status == "failed":
        result = _failed(scenario, step.duration_s, account)
    return {
        "keyword": f"{step.keyword} ",
        "name": step.text,
        "line": step.line,
        "match": {"location": ""},
        "result": result,
    }


def _failed(scenario: ScenarioRecord, duration_s: float, account: str) -> dict[str, Any]:
    message = f"{scenario.verdict}: {scenario.why}\n{account}".strip()
    return {
        "status": "failed",
        "duration": int(duration_s * 1e9),
        "error_message": printable(message),
    }


def _id(name: str) -> str:
    return name.lower().replace(" ", "-")
