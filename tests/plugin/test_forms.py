"""The forms of a run in its folder, by one process and by several."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from reconverge.report import run_schema
from tests.plugin.conftest import Play
from tests.plugin.test_verdicts_and_exit_codes import FEATURE

BOTH = FEATURE.format(name="shop") + FEATURE.partition("A shop\n")[2].format(name="broken").replace(
    "A lost pod is replaced", "A lost pod is missed"
)


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_every_form_tells_every_scenario(
    play: Play, pytester: pytest.Pytester, options: tuple[str, ...]
) -> None:
    """Distributed or not: the same two scenarios, with steps and reasons, in each of them."""
    result = play(BOTH, "--seed", "7", *options, apart=True)
    assert result.ret == 1
    run = pytester.path / "runs" / "now"
    suite = ElementTree.parse(run / "junit.xml").getroot()[0]
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("2", "1")
    (failure,) = suite.iter("failure")
    assert failure.attrib["message"] == "one pod is missing"
    assert "pytest 'shop.feature::A lost pod is missed' --seed 7" in (failure.text or "")
    (feature,) = json.loads((run / "cucumber.json").read_text())
    ends = {
        one["name"]: [s["result"]["status"] for s in one["steps"]] for one in feature["elements"]
    }
    assert ends == {
        "A lost pod is replaced": ["passed"] * 3,
        "A lost pod is missed": ["passed", "passed", "failed"],
    }
    assert (run / "summary.md").read_text().startswith("## reconverge: 1 HELD · 1 BROKEN")
    record = json.loads((run / "run.json").read_text())
    jsonschema.Draft202012Validator(run_schema.schema()).validate(record)


def test_a_github_job_gets_its_page(
    play: Play, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Added to what other steps of the job have said there."""
    page = pytester.path / "page.md"
    page.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    play(FEATURE.format(name="shop"))
    assert page.read_text().startswith("before\n## reconverge: 1 HELD")


def test_allure_takes_our_scenarios(play: Play, pytester: pytest.Pytester) -> None:
    """With `reconverge[allure]` its own plugin writes its results, our account as the trace."""
    play(BOTH, "--alluredir", "allure", "-n", "2", apart=True)
    found = [json.loads(path.read_text()) for path in pytester.path.glob("allure/*-result.json")]
    assert {one["name"]: one["status"] for one in found} == {
        "A lost pod is replaced": "passed",
        "A lost pod is missed": "failed",
    }
    (red,) = (one for one in found if one["status"] == "failed")
    assert [step["status"] for step in red["steps"]] == ["passed", "passed", "failed"]
    assert "one pod is missing" in red["statusDetails"]["trace"]


def test_tests_without_scenarios_leave_no_files(play: Play, pytester: pytest.Pytester) -> None:
    """Whoever has reconverge installed and tests something else notices nothing of it."""
    pytester.makepyfile("def test_one(): pass")
    result = play(FEATURE.format(name="shop"), "test_tests_without_scenarios_leave_no_files.py")
    result.assert_outcomes(passed=1)
    assert not Path(pytester.path / "runs").exists()
