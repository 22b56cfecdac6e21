"""Three verdicts, their order, and the exit codes that CI reads."""

from __future__ import annotations

import pytest

from reconverge.errors import BadInput, ExitCode, ReconvergeError, Refused, Unavailable
from reconverge.verdict import Verdict, worst


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], Verdict.UNKNOWN),
        ([Verdict.HELD], Verdict.HELD),
        ([Verdict.HELD, Verdict.UNKNOWN], Verdict.UNKNOWN),
        ([Verdict.UNKNOWN, Verdict.BROKEN, Verdict.HELD], Verdict.BROKEN),
    ],
)
def test_worst(verdicts: list[Verdict], expected: Verdict) -> None:
    """BROKEN is graver than UNKNOWN, UNKNOWN than HELD; nothing judged is UNKNOWN."""
    assert worst(verdicts) is expected


def test_exit_codes() -> None:
    """The exit codes are a contract."""
    assert {one.name: int(one.exit_code) for one in Verdict} == {
        "HELD": 0,
        "BROKEN": 1,
        "UNKNOWN": 2,
    }
    errors = (ReconvergeError, Unavailable, Refused, BadInput)
    assert [int(error.exit_code) for error in errors] == [2, 2, 3, 4]
    assert int(ExitCode.INTERRUPTED) == 130


def test_an_error_says_what_where_and_the_cure() -> None:
    """An error is one sentence for a person."""
    error = BadInput("no such profile", where="kind.toml:3", cure="use fast or stock")
    assert str(error) == "kind.toml:3: no such profile -> use fast or stock"
    assert str(BadInput("no such profile")) == "no such profile"
