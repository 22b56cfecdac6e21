"""The page as people see it, in a real browser: opened, searched, walked through, printed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page

from reconverge.clock import RealClock
from reconverge.report.html.page import page_of
from reconverge.report.html.run import Run, run_of
from tests.commands.played import lose_pods, play

PHONE, DESKTOP = 390, 1280
SCENARIOS_MANY = 300


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run on the fake cluster: one scenario HELD, one BROKEN."""
    folder = tmp_path_factory.mktemp("run")
    play(folder, "a lost pod is replaced")
    play(folder, "it is replaced at once", lambda stage: lose_pods(stage, within_s=0.1))
    return run_of(folder, RealClock())


@pytest.fixture(scope="module")
def file(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(page_of(run), encoding="utf-8")
    return path


@contextmanager
def opened(browser: Browser, file: Path, **how: object) -> Iterator[Page]:
    """The page as a file, as from a CI artefact; whatever the browser complains of is an error."""
    size = {"width": how.pop("width", DESKTOP), "height": 900}
    options = {"viewport": size, "permissions": ["clipboard-read", "clipboard-write"]} | how
    context = browser.new_context(**options)  # type: ignore[arg-type]
    page, complaints = context.new_page(), list[str]()

    def hear(message: ConsoleMessage) -> None:
        complaints.extend([message.text] if message.type in ("error", "warning") else [])

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(f"no answer: {request.url}"))
    page.goto(file.as_uri())
    yield page
    context.close()
    assert complaints == []


def picture(page: Page, number: int = 1) -> Locator:
    """The drawn picture of a scenario; waits for it."""
    plot = page.locator(f"#p{number} .plot > svg")
    plot.wait_for()
    return plot


def labels(page: Page, kind: str) -> list[str]:
    return page.locator(f"#p1 .labels .{kind} .what").all_text_contents()


def test_the_red_scenario_stands_first_and_open(browser: Browser, file: Path) -> None:
    """Its reason and its picture are what the page opens with; the green one is folded."""
    with opened(browser, file) as page:
        assert page.locator("h1").inner_text().split() == ["1", "BROKEN", "1", "HELD"]
        first = page.locator(".scenario").first
        assert first.get_attribute("data-verdict") == "BROKEN"
        assert first.locator(".reason").is_visible()
        picture(page)
        assert page.locator(".scenario[open]").count() == 1
        assert page.locator(".plot").count() == 1


def test_the_picture_has_a_lane_for_each_life(browser: Browser, file: Path, run: Run) -> None:
    """As many as the model says, with the targets marked."""
    with opened(browser, file) as page:
        picture(page)
        model = run.sections[0].picture
        assert model is not None
        assert len(labels(page, "pod")) == model.lanes == 5
        assert len(labels(page, "target")) == 2
        assert labels(page, "group") == ["kubia"]
        states = page.locator("#p1 .plot rect.state-ready").count()
        spans = [span for group in model.groups for lane in group.lanes for span in lane.spans]
        assert states == sum(span.state == "ready" for span in spans)
        assert page.locator("#p1 .fault-line").count() == 1
        assert page.locator("#p1 .strip-false").count() == 1


def test_a_picture_is_drawn_when_its_scenario_is_opened(browser: Browser, file: Path) -> None:
    """Not before."""
    with opened(browser, file) as page:
        picture(page)
        page.locator("#s2 > summary").click()
        picture(page, 2)
        assert page.locator(".plot").count() == 2


def test_the_repeat_command_is_copied(browser: Browser, file: Path) -> None:
    """As it stands there, for a shell."""
    with opened(browser, file) as page:
        page.locator("#s1 .copy").click()
        page.locator("#s1 .copy", has_text="Copied").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == (
            "pytest 'shop.feature::it is replaced at once' --seed 4711"
        )


def test_filters_leave_what_was_asked_for(browser: Browser, file: Path) -> None:
    """By verdict and by words, and it is said how many are left."""
    with opened(browser, file) as page:
        page.get_by_role("button", name="BROKEN").click()
        assert page.locator(".scenario:visible").count() == 1
        assert page.locator("#shown").inner_text() == "1 of 2"
        page.get_by_label("Search").fill("at once")
        assert page.locator("#none").is_visible()
        page.get_by_role("button", name="BROKEN").click()
        assert page.locator(".scenario:visible .title").all_text_contents() == [
            "it is replaced at once"
        ]


def test_a_link_opens_the_scenario_it_names(browser: Browser, file: Path) -> None:
    """The bars of the overview are such links."""
    with opened(browser, file) as page:
        page.locator('.gantt a[href="#s2"] rect').click()
        picture(page, 2)
        assert page.locator("#s2").get_attribute("open") is not None


def test_pointing_at_a_life_tells_the_event(browser: Browser, file: Path) -> None:
    """What, when, since the fault, and the version that was delivered."""
    with opened(browser, file) as page:
        picture(page)
        page.locator("#p1 [data-event]").last.hover()
        tip = page.locator("#tip")
        assert tip.is_visible()
        text = tip.inner_text()
        assert "after the fault" in text
        assert "resourceVersion" in text
        assert "UTC" in text


def test_the_keyboard_walks_through_the_picture(browser: Browser, file: Path) -> None:
    """Every row can be reached, what stands there is said, and Escape leaves it."""
    with opened(browser, file) as page:
        picture(page)
        page.locator("#p1 .plot").focus()
        page.keyboard.press("ArrowRight")
        said = page.locator("#p1 [aria-live]")
        first = said.text_content()
        assert first
        page.keyboard.press("End")
        page.keyboard.press("ArrowDown")
        assert said.text_content() not in ("", first)
        assert page.locator("#p1 .cursor").count() == 1
        page.keyboard.press("Escape")
        assert page.locator("#tip").is_hidden()


def test_zooming_widens_the_plot_and_fit_brings_it_back(browser: Browser, file: Path) -> None:
    """Events of a tenth of a second in a minute can be told apart."""
    with opened(browser, file) as page:
        plot = picture(page)
        width = float(plot.get_attribute("width") or 0)
        page.locator("#s1").get_by_role("button", name="Zoom in").click()
        assert float(picture(page).get_attribute("width") or 0) == pytest.approx(2 * width, abs=1)
        page.locator("#s1").get_by_role("button", name="Show all").click()
        assert float(picture(page).get_attribute("width") or 0) == width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_is_the_systems_until_one_is_chosen(
    browser: Browser, file: Path, scheme: str
) -> None:
    """The button for the other one changes the colours, and only it is then pressed."""
    with opened(browser, file, color_scheme=scheme) as page:
        paper = "getComputedStyle(document.body).backgroundColor"
        before = page.evaluate(paper)
        assert page.locator('.theme [aria-pressed="true"]').inner_text().lower() == scheme
        other = "Dark" if scheme == "light" else "Light"
        page.get_by_role("button", name=other, exact=True).click()
        assert page.evaluate(paper) != before
        assert page.locator('.theme [aria-pressed="true"]').all_inner_texts() == [other]


def test_it_fits_a_telephone(browser: Browser, file: Path) -> None:
    """Nothing but the picture itself is ever wider than the screen; labels stand above rows."""
    with opened(browser, file, width=PHONE) as page:
        picture(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
        assert "stacked" in (page.locator("#p1").get_attribute("class") or "")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_nothing_stands_in_anybodys_way(
    browser: Browser, file: Path, scheme: str, width: int
) -> None:
    """axe-core's rules: names, roles, contrast, order of headings, keyboard."""
    with opened(browser, file, color_scheme=scheme, width=width, bypass_csp=True) as page:
        picture(page)
        page.locator("#s1 details.more").last.locator("summary").click()
        found = Axe().run(page).response["violations"]
        rows = [
            f"{one['id']}: {node['html'][:200]} {node['failureSummary']}"
            for one in found
            for node in one["nodes"]
        ]
        assert rows == []


def test_on_paper_the_red_ones_are_open_and_nothing_is_cut(browser: Browser, file: Path) -> None:
    """Whatever was folded on the screen; the picture is as wide as the page."""
    with opened(browser, file) as page:
        picture(page)
        page.locator("#s1 > summary").click()
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.locator("#s1").get_attribute("open") is not None
        assert float(picture(page).get_attribute("width") or 0) < 700
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator("#s1").get_attribute("open") is None
        page.emulate_media(media="print")
        assert page.locator(".filters").is_hidden()
        assert page.pdf().startswith(b"%PDF")


def test_hundreds_of_scenarios_do_not_stall_it(browser: Browser, run: Run, tmp_path: Path) -> None:
    """One picture is drawn, not three hundred; the file and the document stay bounded."""
    sections = tuple(
        msgspec.structs.replace(one, number=number, title=f"no. {number}")
        for number, one in enumerate(run.sections * (SCENARIOS_MANY // 2), start=1)
    )
    path = tmp_path / "many.html"
    path.write_text(page_of(msgspec.structs.replace(run, sections=sections)), encoding="utf-8")
    assert path.stat().st_size < SCENARIOS_MANY * 20_000
    with opened(browser, path) as page:
        picture(page)
        assert page.locator(".plot").count() == 1
        assert page.evaluate("document.getElementsByTagName('*').length") < SCENARIOS_MANY * 250
        page.get_by_label("Search").fill("no. 300")
        assert page.locator(".scenario:visible").count() == 1
