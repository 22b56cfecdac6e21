"""`reconverge report`: the page of a stored run, from its folder alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconverge.cli import run
from tests.commands.played import play


def test_the_page_lands_in_the_runs_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its path is all that is printed, for a shell."""
    play(tmp_path, "one")
    assert run(["report", str(tmp_path)]) == 0
    page = tmp_path / "report.html"
    assert capsys.readouterr().out == f"{page}\n"
    assert "<title>HELD" in page.read_text(encoding="utf-8")


def test_the_page_lands_where_it_was_asked_for(tmp_path: Path) -> None:
    """A folder of CI's artefacts, say; of one timeline as well."""
    path = play(tmp_path, "one")
    page = tmp_path / "artefacts.html"
    assert run(["report", str(path), "-o", str(page)]) == 0
    assert page.is_file()
    assert not (path.parent / "report.html").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "there is no such file or folder"),
        (["."], "no timeline in it"),
        (["one", "-o", "no/such/folder/a.html"], "the report cannot be written: No such file"),
        ([], "Missing argument 'RUN'"),
    ],
)
def test_bad_input(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    """One sentence, and exit code 4."""
    play(tmp_path / "run", "one")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "run" if words[:1] == ["one"] else tmp_path / "empty")
    assert run(["report", *words]) == 4
    assert said in capsys.readouterr().err
