"""The documentation builds, without one dead link, and names only what there is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from reconverge.cli import Commands

ROOT = Path(__file__).parent.parent
PAGES = sorted((ROOT / "docs").rglob("*.md"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `./run docs` does: a link that leads nowhere ends it."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_step_and_command_has_its_entry(site: Path) -> None:
    """The reference is made of the program, so it knows all of it."""
    steps = (site / "reference" / "steps.html").read_text(encoding="utf-8")
    assert "is relabelled out of its selector" in steps
    commands = (site / "reference" / "cli.html").read_text(encoding="utf-8")
    assert all(f"reconverge {name}" in commands for name in Commands.COMMANDS)


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    """The site works offline: no font, script or style of another host."""
    for page in (site / "index.html", site / "reference" / "steps.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.findall(r'<(?:script|link rel="stylesheet")[^>]*(?:src|href)="http', text)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_that_pages_name_exist(page: Path) -> None:
    """A command that was renamed is renamed in every page."""
    text = page.read_text(encoding="utf-8")
    typed = "\n".join(re.findall(r"^```(?:sh|console)\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    named = re.findall(r"`reconverge ([a-z]+)\b", text)
    named += re.findall(r"^(?:\$ )?reconverge ([a-z]+)\b", typed, re.MULTILINE)
    assert set(named) <= set(Commands.COMMANDS)
