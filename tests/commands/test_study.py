"""`reconverge study`: what a learner reads, from the list to the answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconverge.cli import run
from reconverge.study.exercises import shipped

RIGHT = shipped() / "keep-three-pods" / "solution"


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    text = (
        (RIGHT / "kubia-rc.yaml").read_text().replace("    app: kubia\n  t", "    app: shop\n  t")
    )
    (tmp_path / "kubia-rc.yaml").write_text(text)
    return tmp_path


def test_the_exercises_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Each with its sections and its title."""
    assert run(["study", "list", "--lang", "en"]) == 0
    assert "keep-three-pods" in capsys.readouterr().out


def test_the_language_is_that_of_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Korean locale reads Korean, unless it asks otherwise."""
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    assert run(["study", "show", "keep-three-pods"]) == 0
    assert "레플리케이션컨트롤러" in capsys.readouterr().out
    assert run(["study", "show", "keep-three-pods", "--lang", "en"]) == 0
    assert "레플리케이션컨트롤러" not in capsys.readouterr().out


def test_the_solution_is_printed_only_where_it_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`--reveal` asks for it."""
    run(["study", "show", "keep-three-pods", "--lang", "en"])
    assert "apiVersion" not in capsys.readouterr().out
    run(["study", "show", "keep-three-pods", "--lang", "en", "--reveal"])
    assert "apiVersion: v1" in capsys.readouterr().out


def test_a_mistake_is_answered_with_its_reason_first(
    wrong: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Then the line, what to do, and where to read."""
    words = ["study", "lint", str(wrong), "--exercise", "keep-three-pods", "--lang", "en"]
    assert run(words) == 1
    said = capsys.readouterr().out
    assert said.startswith("NOT YET  keep-three-pods: A ReplicationController keeps three pods")
    reason = "asks for app=shop, but its template labels pods app=kubia, so the API server refuses"
    assert said.index(reason) < said.index("kubia-rc.yaml:8:5")
    assert ">   8 |     app: shop" in said
    assert "reread: S14" in said


def test_a_right_answer_passes(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0, in Korean too."""
    assert run(["study", "lint", str(RIGHT), "--exercise", "keep-three-pods", "--lang", "ko"]) == 0
    assert capsys.readouterr().out.startswith("통과")


def test_programs_read_json(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same, with the code, the place and the sections."""
    assert run(["study", "lint", str(wrong), "--lang", "en", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["passed"] is False
    [flaw] = found["flaws"]
    assert (flaw["code"], flaw["line"], flaw["sections"]) == ("RCS201", 8, ["S14", "S21"])


def test_hints_come_in_three_steps(capsys: pytest.CaptureFixture[str]) -> None:
    """Each says more than the one before."""
    said = []
    for step in ("1", "2", "3"):
        assert run(["study", "hint", "keep-three-pods", step, "--lang", "en"]) == 0
        said.append(capsys.readouterr().out)
    assert len(set(said)) == 3


def test_a_code_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """And one that does not exist is answered with those that do."""
    assert run(["study", "explain", "rcs201"]) == 0
    assert "pods for ever" in capsys.readouterr().out
    assert run(["study", "explain", "RCS999"]) == 4
    assert "RCS201" in capsys.readouterr().err


def test_what_a_learner_wrote_does_not_speak_to_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Escape sequences in a manifest are shown as what they are."""
    (tmp_path / "one.yaml").write_text("kind: [\n# \x9b31m\n")
    run(["study", "lint", str(tmp_path), "--lang", "en"])
    assert "\x9b" not in capsys.readouterr().out


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which nothing of ours is yet."""
    monkeypatch.setenv("RECONVERGE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_an_exercise_begins_without_a_cluster(
    nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its lab does not, and how to come to it is said."""
    assert run(["study", "start", "out-for-debugging", "--lang", "en"]) == 0
    said = capsys.readouterr()
    assert (nowhere / "out-for-debugging" / "answers.yaml").is_file()
    assert "KUBECONFIG" not in said.out
    assert "With your own kubectl: there is no cluster 'reconverge'" in said.err
    assert "reconverge cluster up" in said.err


def test_a_lab_is_judged_only_where_one_has_begun(
    nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a folder there is nothing else to be judged; the sentence says what to do."""
    assert run(["study", "check", "out-for-debugging"]) == 4
    assert "reconverge study start out-for-debugging" in capsys.readouterr().err
    assert run(["study", "check", "keep-three-pods"]) == 4
    assert "reconverge study check keep-three-pods FOLDER" in capsys.readouterr().err
    assert not (nowhere / "state" / "study" / "labs").exists()


def test_an_exercise_without_a_lab_is_reset_without_a_cluster(
    nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is nothing to be taken back."""
    assert run(["study", "reset", "out-for-debugging", "--lang", "en"]) == 0
    assert "deleted" not in capsys.readouterr().out
    assert nowhere.is_dir()
