"""When a CronJob is due next."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reconverge.judges.timing.schedules import next_due
from reconverge.model import CronJobSpec

# A Thursday.
WALL = datetime(2026, 1, 1, 10, 20, 30, tzinfo=UTC)


def due_s(schedule: str, *, zone: str = "") -> float:
    bound = next_due(CronJobSpec(schedule=schedule, time_zone=zone), wall=WALL)
    assert not bound.obstacle
    return bound.terms[0].seconds


@pytest.mark.parametrize(
    ("schedule", "seconds"),
    [
        ("* * * * *", 30),
        ("0,15,30,45 * * * *", 570),
        ("*/15 * * * *", 570),
        ("0 11 * * *", 39 * 60 + 30),
        ("@hourly", 39 * 60 + 30),
        ("@daily", 13 * 3600 + 39 * 60 + 30),
        ("@every 90s", 90),
        ("@every 1h30m", 5400),
        ("30 10 1 * ?", 570),
        ("0 11 * JAN THU", 39 * 60 + 30),
    ],
)
def test_the_next_time_is_found(schedule: str, seconds: float) -> None:
    """Fields, steps, names, descriptors, and `@every` with a Go duration."""
    assert due_s(schedule) == seconds


def test_a_day_of_the_month_or_a_day_of_the_week() -> None:
    """Both restricted: either will do. The 5th is a Monday, the next Friday the 2nd."""
    assert due_s("0 0 5 * FRI") == 13 * 3600 + 39 * 60 + 30


def test_a_time_zone_moves_the_schedule() -> None:
    """11:00 in Berlin is 10:00 UTC in winter, which has passed: it is tomorrow's."""
    assert due_s("0 11 * * *", zone="Europe/Berlin") == 23 * 3600 + 39 * 60 + 30


def test_the_term_names_schedule_and_zone() -> None:
    """A reader sees what was awaited; the controller wakes a tenth of a second late."""
    bound = next_due(CronJobSpec(schedule="*/15 * * * *"), wall=WALL)
    assert str(bound) == '<= 570.1 s = until "*/15 * * * *" is due (UTC) 570 + wake-up 0.1'


def test_a_suspended_cron_job_is_never_due() -> None:
    """No Job is made until it is resumed."""
    bound = next_due(CronJobSpec(schedule="* * * * *", suspend=True), wall=WALL)
    assert bound.obstacle == "no next Job: the CronJob is suspended"


@pytest.mark.parametrize(
    ("schedule", "zone"), [("0 0 30 2 *", ""), ("often", ""), ("* * * * *", "Mars/Olympus")]
)
def test_a_schedule_without_a_next_time_is_an_obstacle(schedule: str, zone: str) -> None:
    """The 30th of February, no schedule at all, a zone that does not exist."""
    bound = next_due(CronJobSpec(schedule=schedule, time_zone=zone), wall=WALL)
    assert bound.obstacle.startswith(f'no next Job: schedule "{schedule}" has none')
