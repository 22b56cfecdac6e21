"""`reconverge study grade` and `verify`: what a teacher types, and what comes of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconverge.cli import run
from tests.study.hostile import EXERCISE, put_hostile

BAD = [
    ("grade", "nowhere"),
    ("grade",),
    ("grade", "empty"),
    ("grade", "hand-ins", "--exercise", "keep-tree-pods"),
    ("grade", "hand-ins", "--jobs", "0"),
    ("grade", "hand-ins", "--into", "hand-ins/grades", "--exercise", EXERCISE),
    ("grade", "hand-ins", "--exercise", EXERCISE, "--kubeconfig", "here"),
    ("verify", "nowhere"),
    ("verify",),
    ("verify", "hand-ins/eve/kubia-rc.yaml"),
    ("verify", "hand-ins"),
]


@pytest.fixture
def hand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two that are refused by their files alone, and no cluster anywhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECONVERGE_STATE_DIR", str(tmp_path / "state"))
    put_hostile("host path", tmp_path / "hand-ins" / "eve")
    put_hostile("yaml bomb", tmp_path / "hand-ins" / "mallory")
    return tmp_path / "hand-ins"


@pytest.mark.parametrize("command", ["grade", "verify"])
def test_help_teaches_with_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A line to copy, and the exit codes."""
    assert run(["study", command, "--help"]) == 0
    said = capsys.readouterr().out
    assert f"\n  reconverge study {command}" in said
    assert "Exit code: 0" in said


@pytest.mark.parametrize("words", BAD, ids=" ".join)
def test_bad_input(
    words: tuple[str, ...], hand_ins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 4, the reason on standard error, nothing written."""
    (hand_ins.parent / "empty").mkdir()
    assert run(["study", *words]) == 4
    said = capsys.readouterr().err
    assert said.strip()
    assert "Traceback" not in said
    assert not (hand_ins.parent / "grades").exists()


def test_a_class_is_graded_and_recounted(
    hand_ins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table, the three files, and a receipt for each that agrees with itself."""
    words = ["study", "grade", str(hand_ins), "--exercise", EXERCISE, "--lang", "en"]
    assert run(words) == 0
    said = capsys.readouterr().out
    assert "NOT YET    eve/keep-three-pods" in said
    assert "RCS706" in said
    assert "2 NOT YET" in said
    home = hand_ins.parent / "grades"
    assert {one.name for one in home.iterdir()} == {
        "grades.html",
        "grades.csv",
        "junit.xml",
        "judged",
    }
    receipt = home / "judged" / "eve" / EXERCISE / "receipt.json"
    assert run(["study", "verify", str(receipt), "--lang", "en"]) == 0
    assert "agrees     verdict: not yet" in capsys.readouterr().out


def test_a_verdict_that_was_changed_is_found(
    hand_ins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1, and the row says so, for programs as well."""
    run(["study", "grade", str(hand_ins), "--exercise", EXERCISE])
    receipt = hand_ins.parent / "grades" / "judged" / "eve" / EXERCISE / "receipt.json"
    receipt.write_text(receipt.read_text().replace('"not yet"', '"passed"'))
    capsys.readouterr()
    assert run(["study", "verify", str(receipt), "--lang", "en"]) == 1
    assert "DIFFERS    verdict: not yet now, passed in the receipt" in capsys.readouterr().out
    assert run(["study", "verify", str(receipt), "--json"]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert [row["what"] for row in rows if row["agrees"] is False] == ["verdict"]


def test_a_second_time_nothing_is_judged_again(
    hand_ins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And it says so."""
    words = ["study", "grade", str(hand_ins), "--exercise", EXERCISE, "--lang", "en"]
    run(words)
    capsys.readouterr()
    run(words)
    assert capsys.readouterr().out.count("as before") == 2
    run([*words, "--again"])
    assert "as before" not in capsys.readouterr().out


def test_without_a_cluster_what_is_sound_cannot_be_judged(
    hand_ins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2; the others have their grades, and programs read them."""
    from tests.study.hostile import FILE, RIGHT

    (hand_ins / "anna").mkdir()
    (hand_ins / "anna" / FILE).write_text(RIGHT)
    words = ["study", "grade", str(hand_ins), "--exercise", EXERCISE, "--json"]
    assert run([*words, "--cluster-name", "not-there"]) == 2
    rows = json.loads(capsys.readouterr().out)
    assert [row["grade"] for row in rows] == ["unknown", "not yet", "not yet"]
    assert "no cluster" in str(rows[0]["flaws"])
