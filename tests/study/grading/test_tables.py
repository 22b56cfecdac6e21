"""A grading in the forms that others read: strangers' names in them steer nothing."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from reconverge.report.html.grades import page_of
from reconverge.study.grading.judging import Graded
from reconverge.study.grading.overview import overview_of
from reconverge.study.grading.tables import COLUMNS, csv_of, junit_of, line_of, summary
from tests.study.grading.staged import (
    EXERCISES,
    KEEP,
    LOST,
    StagedExaminer,
    graded,
    hand_in,
    hand_in_wrong,
)

STRANGE = "=cmd|' \x1b[31m<script>"


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Graded]:
    place = tmp_path_factory.mktemp("class")
    hand_in(place / "hand-ins", "anna")
    hand_in(place / "hand-ins", "lost", more=LOST)
    hand_in_wrong(place / "hand-ins", STRANGE)
    return list(graded(place / "hand-ins", place / "grades", StagedExaminer()).values())


def test_a_spreadsheet_runs_nothing(rows: list[Graded]) -> None:
    """A cell that begins like a formula is a text."""
    found = list(csv.DictReader(io.StringIO(csv_of(rows, "en"))))
    assert set(found[0]) == set(COLUMNS)
    by_name = {row["learner"]: row for row in found}
    assert by_name["anna"]["grade"] == "passed"
    [strange] = [row for name, row in by_name.items() if "cmd" in name]
    assert strange["learner"].startswith("'=cmd")
    assert "\x1b" not in strange["learner"]
    assert strange["codes"] == "RCS201"


def test_junit_is_what_a_ci_reads(rows: list[Graded]) -> None:
    """A failure is the learner's, an error nobody's; each names its code."""
    [suite] = Xml.fromstring(junit_of(rows, "en"))
    counts = {key: suite.get(key) for key in ("name", "tests", "failures", "errors")}
    assert counts == {"name": KEEP, "tests": "3", "failures": "1", "errors": "1"}
    assert [one.get("type") for one in suite.iter("failure")] == ["RCS201"]
    assert [one.get("type") for one in suite.iter("error")] == ["RCS803"]


def test_a_terminal_is_not_steered(rows: list[Graded]) -> None:
    """Nor is its table, in either language."""
    text = "\n".join(line_of(one, "ko", 40) for one in rows)
    assert "\x1b" not in text
    assert "통과" in text
    assert summary(rows, "en") == "1 PASSED    1 NOT YET    1 UNKNOWN"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_page_shows_names_as_texts(rows: list[Graded], language: str) -> None:
    """And needs nothing from anywhere."""
    page = overview_of(rows, EXERCISES, name="class", wall_s=9, language=language)
    text = page_of(page)
    assert "<script>'" not in text
    assert "=cmd|&#39; �[31m&lt;script&gt;" in text
    assert f'<html lang="{language}">' in text
    assert "http" not in text.replace("http-equiv", "")
    assert text.count('class="scenario"') == len(rows)


def test_links_lead_to_what_is_there(rows: list[Graded], tmp_path: Path) -> None:
    """The receipt of each, from the folder of the results."""
    del tmp_path
    page = overview_of(rows, EXERCISES, name="class", wall_s=9, language="en")
    into = rows[0].folder.parents[2]
    from urllib.parse import unquote

    assert all((into / unquote(one.receipt)).is_file() for one in page.rows)
