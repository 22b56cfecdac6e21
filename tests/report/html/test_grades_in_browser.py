"""The page of a grading in a real browser: no complaint, nothing in anybody's way."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from reconverge.report.html.grades import Judged, Overview, Remark, page_of
from reconverge.study.grading.overview import overview_of
from reconverge.verdict import Verdict
from tests.report.html.test_in_browser import DESKTOP, PHONE, opened

REMARK = Remark(code="RCS201", sentence="It asks for another label.", cure="agree", place="a:1:1")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve learners, three exercises, and every way that it can end."""
    verdicts = (Verdict.HELD, Verdict.BROKEN, Verdict.UNKNOWN)
    rows = tuple(
        Judged(
            number=number,
            learner=f"learner-{number // 3}",
            exercise=f"exercise-{number % 3}",
            title="An exercise",
            verdict=verdicts[number % 3],
            mark=verdicts[number % 3].value,
            took_s=number,
            remarks=(REMARK,) if number % 3 else (),
            promises=(("HELD", "kept", "three pods"),),
            receipt=f"judged/{number}/receipt.json",
            report=f"judged/{number}/report.html",
        )
        for number in range(36)
    )
    words = overview_of([], [], name="", wall_s=0, language="ko").words
    page = Overview(language="ko", name="class", rows=rows, words=words, facts=(("a", "1"),))
    path = tmp_path_factory.mktemp("grades") / "grades.html"
    path.write_text(page_of(page), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_nothing_stands_in_anybodys_way(
    browser: Browser, file: Path, scheme: str, width: int
) -> None:
    """axe-core's rules, with a hand-in open."""
    with opened(browser, file, color_scheme=scheme, width=width, bypass_csp=True) as page:
        page.locator("#h1 > summary").click()
        found = Axe().run(page).response["violations"]
        rows = [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]
        assert rows == []


def test_the_table_leads_to_what_was_said(browser: Browser, file: Path) -> None:
    """A cell opens its hand-in; the search leaves what has all of its words."""
    with opened(browser, file) as page:
        page.locator('a[href="#h4"]').click()
        assert page.locator("#h4").get_attribute("open") is not None
        page.locator("#search").fill("rcs201 learner-3")
        shown = page.locator(".scenario:visible .title").all_text_contents()
        assert shown == ["learner-3", "learner-3"]
