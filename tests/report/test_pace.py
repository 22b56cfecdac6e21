"""What a run's scenarios allow at best, and how near it came."""

from __future__ import annotations

import pytest

from reconverge.report.pace import Pace, pace


@pytest.mark.parametrize(
    ("turns", "critical_s", "beside"),
    [
        ([], 0.0, ""),
        ([("shared", 5.0), ("shared", 9.0)], 9.0, "for the longest scenario"),
        ([("alone", 5.0), ("alone", 9.0)], 14.0, ""),
        ([("outage", 5.0), ("outage", 6.0), ("shared", 9.0)], 11.0, "in the lane outage"),
        ([("outage-1", 5.0), ("outage-2", 6.0), ("outage-2", 1.0)], 7.0, "in the lane outage-2"),
        ([("outage", 5.0), ("labels", 6.0), ("alone", 1.0)], 7.0, "for the longest scenario"),
        ([("outage", 3.0), ("labels", 4.0), ("labels", 4.0)], 8.0, "in the lane labels"),
        ([("", 4.0), ("shared", 2.0)], 4.0, "for the longest scenario"),
    ],
)
def test_the_critical_path_is_what_cannot_be_side_by_side(
    turns: list[tuple[str, float]], critical_s: float, beside: str
) -> None:
    """All that are alone, and of what is beside them the longest chain, a lane or a scenario."""
    found = pace(turns, wall_s=20.0)
    assert (found.critical_s, found.beside) == (critical_s, beside)
    assert found.sum_s == sum(took_s for _, took_s in turns)


def test_a_run_says_its_wall_time_and_its_critical_path() -> None:
    """In one line; and says nothing where nothing was run."""
    found = pace([("alone", 10.0), ("outage", 30.0), ("shared", 60.0)], wall_s=91.0)
    assert str(found) == (
        "wall time 91 s, 1.30 x the critical path of 70 s (10 s alone, 60 s for the longest "
        "scenario); 100 s one after another"
    )
    assert str(Pace()) == ""
