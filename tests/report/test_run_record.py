"""The run's record in words and on disk."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from reconverge.judges.phases import Recovery
from reconverge.model import Ref
from reconverge.report import run_record
from reconverge.report.analysis import recovered
from reconverge.report.run_record import NAME, Recovered, RunRecord, read, write
from tests.builders import KUBIA

RECORD = RunRecord(
    reconverge="0", seed=1, started="a", ended="b", is_interrupted=False, exit_code=0
)


def recovery(total_s: float | None, doubt: str = "") -> Recovery:
    pod = Ref("Pod", "exp", "a", "a")
    reached_s = () if total_s is None else (1.0, 1.0, 1.0, 1.0 + total_s)
    return Recovery(owner=KUBIA, lost=pod, lost_s=1.0, reached_s=reached_s, doubt=doubt)


@pytest.mark.parametrize(
    ("totals_s", "text"),
    [
        ([], ""),
        ([1.04], "recovery 1.0 s of 1 replacement"),
        ([1.0, 2.0, 3.0], "recovery p50 2.0 s, p95 3.0 s, max 3.0 s over 3 replacements"),
    ],
)
def test_recovery_is_one_quiet_line(totals_s: list[float], text: str) -> None:
    """And none where nothing was lost."""
    assert str(recovered([recovery(total_s) for total_s in totals_s])) == text


def test_what_never_ended_and_what_is_in_doubt_is_in_no_spread() -> None:
    """The first is counted, the second is not even known to be pending."""
    found = [recovery(1.0), recovery(None), recovery(2.0, "gap"), recovery(None, "gap")]
    sums = recovered(found)
    assert (sums.spreads["in all"].n, sums.spreads["in all"].max_s, sums.pending) == (1, 1.0, 1)
    assert recovered([recovery(None)]) == Recovered(pending=1)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """As a file that a person can read, in a folder that is made if need be."""
    write(tmp_path / "run", RECORD)
    assert read(tmp_path / "run") == RECORD
    assert (tmp_path / "run" / NAME).read_text().startswith('{\n  "schema": 1,')
    assert [path.name for path in (tmp_path / "run").iterdir()] == [NAME]


def test_a_folder_without_a_record_has_none(tmp_path: Path) -> None:
    """As that of a run that was killed."""
    assert read(tmp_path) is None


def test_fields_of_a_later_release_are_passed_over(tmp_path: Path) -> None:
    """Fields may be added under one schema."""
    write(tmp_path, RECORD)
    path = tmp_path / NAME
    path.write_bytes(msgspec.json.encode(msgspec.json.decode(path.read_bytes()) | {"new": 1}))
    assert run_record.read(tmp_path) == RECORD
