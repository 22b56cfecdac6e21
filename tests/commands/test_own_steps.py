"""`reconverge steps --features`: the user's own steps stand beside ours, wherever they are kept."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from reconverge.errors import ExitCode

# Above the features, as in most projects; deeper conftests are loaded as pytest gets to them.
CONFTEST = '''
from pytest_bdd import given, parsers, when

@given("the shop is open")
def open_shop():
    """Apply all of it."""

@when(parsers.parse('customer {number:d} pays'))
def pay(number):
    """Money moves."""
'''
FEATURE = """Feature: Shop
  Scenario: Paid
    Given the shop is open
    When customer 3 pays
    And nobody has written this step yet
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with two steps of its own."""
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "shop.feature").write_text(FEATURE)
    return tmp_path


def steps(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: what is imported once stays."""
    command = [sys.executable, "-m", "reconverge", "steps", "--features", "features", *words]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def test_own_steps_are_told_with_their_place_and_examples(project: Path) -> None:
    """Though the feature says a step that nobody has written yet."""
    done = steps(project, "customer", "--json")
    assert done.returncode == ExitCode.HELD, done.stderr
    [row] = json.loads(done.stdout)
    assert row["words"] == "customer <number> pays"
    assert row["meaning"] == "Money moves."
    assert row["where"] == "conftest.py:8"
    assert row["examples"] == ["customer 3 pays"]


def test_own_steps_come_before_ours(project: Path) -> None:
    """They are few, and of the same keyword; ours name no place."""
    rows = json.loads(steps(project, "--json").stdout)
    given = [row for row in rows if row["keyword"] == "Given"]
    assert given[0]["words"] == "the shop is open"
    assert len(rows) > 150
    assert [row["words"] for row in rows if row["where"]] == [
        "the shop is open",
        "customer <number> pays",
    ]


def test_steps_beside_the_features_are_found_too(project: Path) -> None:
    """A conftest.py in a folder below, that pytest loads when it collects there."""
    below = project / "features" / "web"
    below.mkdir()
    (below / "conftest.py").write_text(CONFTEST.replace("customer", "visitor"))
    (below / "web.feature").write_text(FEATURE)
    assert "visitor <number> pays" in steps(project, "visitor").stdout


def test_a_conftest_that_cannot_be_loaded_is_told_in_pytests_words(project: Path) -> None:
    """With the line, and what to type to see it again."""
    (project / "conftest.py").write_text("import no_such_module\n")
    done = steps(project)
    assert done.returncode == ExitCode.BAD_INPUT
    assert "No module named 'no_such_module'" in done.stderr
    assert "pytest --collect-only features" in done.stderr
    assert "Traceback" not in done.stderr
