"""The chapter's rows: each is printed, proved or missing, and no tag names a row that is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconverge.errors import BadInput
from reconverge.report import chapter
from reconverge.report.run_record import RunRecord, ScenarioRecord
from reconverge.verdict import Verdict
from tests.report.records import run_of

ROOT = Path(__file__).parent.parent.parent
CLAIMS = {
    "LP-1": chapter.Claim(title="it restarts", sections=("S05",)),
    "LP-2": chapter.Claim(title="one of two", sections=("S05",)),
}
FEATURE = """
Feature: f
  @lp_1
  Rule: r
    Scenario Outline: s
      When <a>
      Examples:
        | a |
        | b |
"""
SCENARIO = "features/f.feature::s"


def run_with(*verdicts: Verdict) -> RunRecord:
    """A run in which the examples of the scenario ended so."""
    ended = [
        ScenarioRecord(scenario=f"{SCENARIO}[{n}]", verdict=verdict, exit_code=0)
        for n, verdict in enumerate(verdicts)
    ]
    return run_of(*ended)


def tagged(folder: Path, text: str = FEATURE) -> dict[str, list[str]]:
    """What a folder with that feature proves."""
    features = folder / "features"
    features.mkdir()
    (features / "f.feature").write_text(text, encoding="utf-8")
    return chapter.tagged_in(features)


def counts_in(table: chapter.Table) -> dict[str, int]:
    """How many rows each part has; every row is in a part."""
    claims = chapter.claims_in(ROOT / table.claims)
    prefixes = [row_id.rstrip("0123456789") for row_id in claims]
    assert set(prefixes) == set(table.parts)
    return {prefix: prefixes.count(prefix) for prefix in table.parts}


def test_every_row_of_the_chapter_is_claimed() -> None:
    """The chapter has 164 rows, in seven parts."""
    expected = {"LP-": 32, "RC-": 37, "NODE-": 16, "RS-": 24, "DS-": 16, "JOB-": 25, "CJ-": 14}
    assert counts_in(chapter.CHAPTER) == expected


def test_every_row_of_kubernetes_own_tests_is_claimed() -> None:
    """There are 101, in eight parts."""
    counts = [*counts_in(chapter.KUBERNETES).values()]
    assert counts == [6, 7, 10, 27, 11, 20, 16, 4]


def test_a_tag_of_the_rule_is_its_scenarios_too(tmp_path: Path) -> None:
    """What a Rule is tagged with, each of its scenarios proves."""
    assert tagged(tmp_path) == {"LP-1": [SCENARIO]}


def test_what_nobody_proves_is_in_plain_sight(tmp_path: Path) -> None:
    """The missing row is printed, and counted."""
    text = chapter.text_of(chapter.rows_of(CLAIMS, tagged(tmp_path)))
    assert "LP-2     one of two\n         MISSING\n1 of 2 proved" in text


def test_an_outline_is_as_good_as_its_worst_example(tmp_path: Path) -> None:
    """One broken example is a broken scenario, whichever came last."""
    run = run_with(Verdict.HELD, Verdict.BROKEN, Verdict.UNKNOWN)
    rows = chapter.rows_of(CLAIMS, tagged(tmp_path), run)
    assert [proof.verdict for row in rows for proof in row.proofs] == [Verdict.BROKEN]


def test_a_tag_of_no_row_is_refused(tmp_path: Path) -> None:
    """A tag nobody knows would be a proof of nothing."""
    with pytest.raises(BadInput, match="LP-99"):
        chapter.refuse_unknown(tagged(tmp_path, FEATURE.replace("lp_1", "lp_99")), CLAIMS)


def test_a_tag_beside_the_chapter_proves_none_of_its_rows(tmp_path: Path) -> None:
    """The control plane has rows of this project's own."""
    assert tagged(tmp_path, FEATURE.replace("lp_1", "cp_1")) == {}


def test_a_feature_that_is_no_gherkin_is_refused(tmp_path: Path) -> None:
    """It would count as one that proves nothing."""
    with pytest.raises(BadInput, match="not Gherkin"):
        tagged(tmp_path, "Scenery: s")


def test_a_row_of_kubernetes_own_tests_is_named_by_its_tag(tmp_path: Path) -> None:
    """@k8s_rc3 is their RC3, not the chapter's RC-3."""
    assert tagged(tmp_path, FEATURE.replace("lp_1", "k8s_rc3")) == {"K8S-RC3": [SCENARIO]}


def test_every_row_of_the_chapter_has_its_scenario() -> None:
    """Who studies the chapter finds each of its claims played."""
    claims = chapter.claims_in(ROOT / chapter.CHAPTER.claims)
    missing = set(claims) - set(chapter.tagged_in(ROOT / "features"))
    assert not missing, f"no scenario carries the tag of {sorted(missing)}"


@pytest.mark.parametrize("table", chapter.TABLES, ids=lambda table: table.page.stem)
def test_the_page_is_current(table: chapter.Table) -> None:
    """It says what the features say; `reconverge chapter --write` renews it."""
    claims = chapter.claims_in(ROOT / table.claims)
    rows = chapter.rows_of(claims, chapter.tagged_in(ROOT / "features"))
    page = (ROOT / table.page).read_text(encoding="utf-8")
    assert page == chapter.page_of(table, rows), "run `reconverge chapter --write`"
