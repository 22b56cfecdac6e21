"""What a learner is told of an answer, by what its flaws amount to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconverge.commands.study.lab import tell
from reconverge.study.answers import Answer
from reconverge.study.exercises import load_all, named, shipped
from reconverge.study.flaws import Flaw
from reconverge.study.languages import Language
from reconverge.study.written import HandIn

EXERCISE = named(load_all(shipped()), "keep-three-pods")
WHY = {"promise": "it converges", "why": "the watch is silent"}
UNKNOWN = Flaw(code="RCS803", file="", words=WHY)
BROKEN = Flaw(code="RCS802", file="", words=WHY)


@pytest.fixture(autouse=True)
def _own_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECONVERGE_STATE_DIR", str(tmp_path))


def told(*flaws: Flaw, lang: Language = "en", as_json: bool = False) -> int:
    answer = Answer(hand_in=HandIn(), flaws=flaws)
    return tell(answer, EXERCISE, lang, as_json=as_json, is_of_lab=False)


@pytest.mark.parametrize(
    ("flaws", "lang", "head", "code"),
    [
        ((), "en", "PASSED", 0),
        ((BROKEN,), "en", "NOT YET", 1),
        ((UNKNOWN,), "en", "UNKNOWN", 2),
        ((UNKNOWN,), "ko", "판정 불가", 2),
        ((UNKNOWN, BROKEN), "en", "NOT YET", 1),
    ],
)
def test_head_and_exit_code_say_the_same(
    capsys: pytest.CaptureFixture[str],
    flaws: tuple[Flaw, ...],
    lang: Language,
    head: str,
    code: int,
) -> None:
    """What cannot be judged is not held against the learner."""
    assert told(*flaws, lang=lang) == code
    assert capsys.readouterr().out.startswith(f"{head}  keep-three-pods: ")


@pytest.mark.parametrize(
    ("flaws", "grade"), [((), "passed"), ((BROKEN,), "not yet"), ((UNKNOWN,), "unknown")]
)
def test_programs_read_the_same_grade(
    capsys: pytest.CaptureFixture[str], flaws: tuple[Flaw, ...], grade: str
) -> None:
    """Not passed is not the same as not judged."""
    told(*flaws, as_json=True)
    assert json.loads(capsys.readouterr().out)["grade"] == grade
