"""The tutorial's first scenario as it is typed: a fresh installation and two files."""

from __future__ import annotations

import os
import re
import subprocess
import venv
from pathlib import Path

import pytest

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

ROOT = Path(__file__).parent.parent
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")


def shown(name: str) -> str:
    """The text of the file that the tutorial shows under that name."""
    found = re.search(
        rf"^`{re.escape(name)}`\n```\w+\n(.*?)^```$", TUTORIAL, re.MULTILINE | re.DOTALL
    )
    assert found is not None, f"the tutorial shows no {name}"
    return found[1]


def typed(folder: Path, *command: str | Path) -> str:
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    env.pop("PYTHONPATH", None)
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def test_the_first_scenario_of_ones_own(tmp_path: Path) -> None:
    """`pip install .`, two files, `reconverge run`: HELD, with the record in the folder."""
    programs = tmp_path / "venv" / "bin"
    venv.create(tmp_path / "venv", with_pip=True)
    typed(ROOT, programs / "pip", "install", "--quiet", ".")
    folder = tmp_path / "first"
    folder.mkdir()
    for name in ("shop.yaml", "shop.feature"):
        (folder / name).write_text(shown(name), encoding="utf-8")
    said = typed(folder, programs / "reconverge", "run", "shop.feature", "--keep-cluster")
    assert "1 HELD" in said
    assert list(folder.glob("runs/*/*/timeline.jsonl"))
