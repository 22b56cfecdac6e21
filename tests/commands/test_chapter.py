"""`reconverge chapter` as typed: what it prints, what it writes, and what it says of bad input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconverge import cli

CLAIM = '[LP-1]\ntitle = "it restarts"\nsections = ["S05"]\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one claim that nobody proves, and the current directory."""
    (tmp_path / "docs/chapter").mkdir(parents=True)
    (tmp_path / "docs/chapter/claims.toml").write_text(CLAIM, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_for_programs(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every row with its proofs, of which this one has none; nothing is written unasked."""
    assert cli.run(["chapter", "--json"]) == 0
    row = {"id": "LP-1", "title": "it restarts", "sections": ["S05"], "proofs": []}
    assert json.loads(capsys.readouterr().out) == [row]
    assert not (project / "docs/chapter.md").exists()


def test_write(project: Path) -> None:
    """The page says what is missing, and how many are not."""
    assert cli.run(["chapter", "--write"]) == 0
    page = (project / "docs/chapter.md").read_text(encoding="utf-8")
    assert "0 of 1 proved" in page
    assert "| LP-1 | it restarts | **missing** |" in page


def test_no_claims(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Outside a project there is no chapter: bad input, in one sentence."""
    monkeypatch.chdir(tmp_path)
    assert cli.run(["chapter"]) == 4
    assert "the chapter's claims cannot be read" in capsys.readouterr().err
