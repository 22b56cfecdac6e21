"""`reconverge chapter` as typed: what it prints, what it writes, and what it says of bad input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconverge import cli

CLAIM = '[LP-1]\ntitle = "it restarts"\nsections = ["S05"]\n'
OTHER = '[K8S-G1]\ntitle = "they go"\nnote = "all of them"\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one claim that nobody proves, and the current directory."""
    (tmp_path / "docs/chapter").mkdir(parents=True)
    (tmp_path / "docs/chapter/claims.toml").write_text(CLAIM, encoding="utf-8")
    (tmp_path / "docs/chapter/kubernetes.toml").write_text(OTHER, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_for_programs(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every row with its proofs, of which this one has none; nothing is written unasked."""
    assert cli.run(["chapter", "--json"]) == 0
    row = {"id": "LP-1", "title": "it restarts", "sections": ["S05"], "note": "", "proofs": []}
    assert json.loads(capsys.readouterr().out) == [row]
    assert not (project / "docs/chapter.md").exists()


def test_write(project: Path) -> None:
    """The pages say what is missing, and how many are not."""
    assert cli.run(["chapter", "--write"]) == 0
    page = (project / "docs/chapter.md").read_text(encoding="utf-8")
    assert "0 of 1 proved" in page
    assert "| LP-1 | it restarts | **missing** |" in page
    page = (project / "docs/kubernetes.md").read_text(encoding="utf-8")
    assert "| G1 | they go. *all of them* | **missing** |" in page


@pytest.mark.usefixtures("project")
def test_kubernetes_own_rows(capsys: pytest.CaptureFixture[str]) -> None:
    """They are a list of their own."""
    assert cli.run(["chapter", "--kubernetes"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "0 of 1 proved"


def test_a_folder_that_is_no_run(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows without verdicts would look like a run that proved nothing."""
    assert cli.run(["chapter", "--run", str(project)]) == 4
    assert "there is no run.json" in capsys.readouterr().err


def test_no_claims(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Outside a project there is no chapter: bad input, in one sentence."""
    monkeypatch.chdir(tmp_path)
    assert cli.run(["chapter"]) == 4
    assert "the claims cannot be read" in capsys.readouterr().err
