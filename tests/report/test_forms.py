"""The forms of a run that other programs read, each made of the record alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import msgspec
import pytest

from reconverge.report import run_schema
from reconverge.report.forms import FORMS, cucumber, junit, markdown
from reconverge.report.run_record import RunRecord, ScenarioRecord
from reconverge.report.story import PromiseRecord, StepRecord, Story
from reconverge.verdict import Verdict

HELD = ScenarioRecord(
    scenario="features/shop.feature::A lost pod is replaced[one]",
    verdict=Verdict.HELD,
    exit_code=0,
    started="2026-11-24T01:58:42+00:00",
    duration_s=12.5,
    story=Story(
        feature="The shop",
        title="A lost pod is replaced",
        line=3,
        tags=("shop",),
        steps=(
            StepRecord(keyword="Given", text="it stands", line=4, status="passed", duration_s=2.0),
            StepRecord(keyword="When", text="it is hit", line=5, status="passed", duration_s=0.5),
        ),
    ),
    promises=(
        PromiseRecord(promise="it stands again", verdict=Verdict.HELD, limit_s=60.0, took_s=4.0),
    ),
)
BROKEN = ScenarioRecord(
    scenario="features/shop.feature::It stays <up> | always",
    verdict=Verdict.BROKEN,
    exit_code=1,
    promise="it never has fewer than 2 ready pods",
    why="1 of 3 ready \x1b[31mat\x1b[0m\x00 2.0 s",
    started="2026-11-24T01:58:42+00:00",
    duration_s=2.0,
    story=Story(
        feature="The shop",
        title="It stays up",
        line=9,
        steps=(
            StepRecord(keyword="Given", text="it stands", line=10, status="passed"),
            StepRecord(keyword="Then", text="it stays", line=11, status="failed", error="BROKEN"),
            StepRecord(keyword="And", text="it shines", line=12),
        ),
    ),
)
UNSTARTED = ScenarioRecord(
    scenario="features/café.feature::Nothing comes of it",
    verdict=Verdict.UNKNOWN,
    exit_code=2,
    promise='Given the ReplicaSet "shop" is there',
    why="the API server is gone",
    started="2026-11-24T01:58:44+00:00",
)
UNWOUND = msgspec.structs.replace(HELD, verdict=Verdict.UNKNOWN, exit_code=2, why="no rollback")
RECORD = RunRecord(
    reconverge="0.1.0",
    seed=4711,
    started="2026-11-24T01:58:40+00:00",
    ended="2026-11-24T01:59:40+00:00",
    is_interrupted=False,
    exit_code=1,
    scenarios=(HELD, BROKEN, UNSTARTED, UNWOUND),
)
ACCOUNTS = {BROKEN.scenario: "BROKEN   it fell\n  ```  why  ```"}


@pytest.fixture(scope="module")
def suites() -> dict[str, ElementTree.Element]:
    root = ElementTree.fromstring(junit.text_of(RECORD, ACCOUNTS))
    return {one.attrib["name"]: one for one in root}


def cases(suite: ElementTree.Element) -> Iterator[ElementTree.Element]:
    return suite.iterfind("testcase")


def test_junit_counts_broken_as_failures_and_unknown_as_errors(
    suites: dict[str, ElementTree.Element],
) -> None:
    """A CI page tells the two apart without reading a word."""
    shop = suites["features/shop.feature"].attrib
    assert (shop["tests"], shop["failures"], shop["errors"]) == ("3", "1", "1")
    assert suites["features/café.feature"].attrib["errors"] == "1"


def test_junit_has_the_reason_as_its_message(suites: dict[str, ElementTree.Element]) -> None:
    """The one sentence first, the whole account below it, and nothing that XML forbids."""
    _, broken, _ = cases(suites["features/shop.feature"])
    failure = broken.find("failure")
    assert failure is not None
    assert failure.attrib == {"type": "BROKEN", "message": "1 of 3 ready at\ufffd 2.0 s"}
    assert (failure.text or "").startswith("BROKEN   it fell")


def test_junit_has_seed_times_and_deadlines(suites: dict[str, ElementTree.Element]) -> None:
    """What a dashboard plots, and where an editor jumps to."""
    held, *_ = cases(suites["features/shop.feature"])
    rows = {one.attrib["name"]: one.attrib["value"] for one in held.iterfind("properties/property")}
    assert rows["seed"] == "4711"
    assert (rows["promise.1.took_s"], rows["promise.1.deadline_s"]) == ("4.0", "60.0")
    assert (held.attrib["file"], held.attrib["line"]) == ("features/shop.feature", "3")
    assert (held.attrib["classname"], held.attrib["time"]) == ("features.shop", "12.500")


def elements() -> dict[str, dict[str, Any]]:
    features = json.loads(cucumber.text_of(RECORD, ACCOUNTS))
    return {one["name"]: one for feature in features for one in feature["elements"]}


def statuses(element: dict[str, Any]) -> list[str]:
    return [step["result"]["status"] for step in element["steps"]]


def test_cucumber_skips_what_was_never_reached() -> None:
    """One step failed; the one behind it neither passed nor failed."""
    found = elements()["It stays <up> | always"]
    assert statuses(found) == ["passed", "failed", "skipped"]
    message = found["steps"][1]["result"]["error_message"]
    assert message.startswith("BROKEN: 1 of 3 ready")
    assert "it fell" in message


def test_cucumber_never_shows_a_red_scenario_as_green() -> None:
    """Also one that never began, and one whose steps all went well before its end did not."""
    assert statuses(elements()["Nothing comes of it"]) == ["failed"]
    unwound = elements()["A lost pod is replaced[one]"]
    assert statuses(unwound) == ["passed", "passed"]
    assert unwound["after"][0]["result"]["status"] == "failed"


def test_cucumber_counts_in_nanoseconds() -> None:
    """As the format has it."""
    features = json.loads(cucumber.text_of(RECORD, {}))
    first = features[0]["elements"][0]["steps"][0]
    assert first["result"] == {"status": "passed", "duration": 2_000_000_000}


def test_the_page_begins_with_the_verdicts_and_the_gravest_reason() -> None:
    """What somebody sees who looks for two seconds."""
    page = markdown.text_of(RECORD, ACCOUNTS)
    lines = [line for line in page.splitlines() if line]
    assert lines[0] == "## reconverge: 1 HELD · 2 UNKNOWN · 1 BROKEN"
    assert "seed 4711" in lines[1]
    assert lines[2] == "### ❌ BROKEN It stays &lt;up> \\| always"
    assert "after 4.0 s of 60 s" in page


def test_the_page_is_no_longer_than_github_shows() -> None:
    """A step's page of more than 1 MiB is not shown at all."""
    red = tuple(msgspec.structs.replace(BROKEN, scenario=f"a.feature::{n}") for n in range(500))
    accounts = {one.scenario: "x" * 100_000 for one in red}
    page = markdown.text_of(msgspec.structs.replace(RECORD, scenarios=red), accounts)
    assert len(page.encode()) < 1 << 20


@pytest.mark.parametrize("name", FORMS)
def test_a_run_without_scenarios_has_its_forms_as_well(name: str) -> None:
    """Ctrl-C before the first one ended."""
    assert FORMS[name](msgspec.structs.replace(RECORD, scenarios=()), {})


def test_the_record_is_what_its_schema_says() -> None:
    """And what a record may not be is refused by it."""
    validator = jsonschema.Draft202012Validator(run_schema.schema())
    record = msgspec.json.decode(msgspec.json.encode(RECORD))
    validator.validate(record)
    record["scenarios"][0]["verdict"] = "PROBABLY"
    assert not validator.is_valid(record)


def test_the_schema_on_the_page_is_the_programs_own() -> None:
    """`reconverge schema > docs/reference/run.schema.json` renews it."""
    page = Path(__file__).parents[2] / "docs" / "reference" / "run.schema.json"
    assert page.read_text(encoding="utf-8") == run_schema.text()
