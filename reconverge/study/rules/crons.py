"""Schedules: whether they are one, and whether their time ever comes.

cronsim reads a schedule as the judges do (judges/ticks.py); what Kubernetes takes beyond it, and
does not take that cronsim does, is said there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from reconverge.study.flaws import Flaw
from reconverge.study.written import Written

_SCHEDULE = ("spec", "schedule")
_MACROS = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
_FIELDS = 5
_DEADLINE_LEAST_S = 10
# Any day: a schedule that comes at all comes within the 50 years that cronsim looks ahead.
_SINCE = datetime(2024, 1, 1, tzinfo=UTC)


def schedules(one: Written) -> Iterator[Flaw]:
    """A schedule has five fields, and its time comes."""
    schedule = one.at(_SCHEDULE)
    if one.kind != "CronJob" or not isinstance(schedule, str):
        return
    if schedule.startswith(("TZ=", "CRON_TZ=")):
        yield one.flaw("RCS503", _SCHEDULE, schedule=schedule)
    elif schedule.startswith("@"):
        if schedule not in _MACROS and not schedule.startswith("@every "):
            problem = f"{schedule} is none of {', '.join(_MACROS)}"
            yield one.flaw("RCS501", _SCHEDULE, schedule=schedule, problem=problem)
    else:
        yield from _of_fields(one, schedule)


def _of_fields(one: Written, schedule: str) -> Iterator[Flaw]:
    fields = schedule.split()
    if len(fields) != _FIELDS:
        problem = f"it has {len(fields)} fields instead of {_FIELDS}"
        yield one.flaw("RCS501", _SCHEDULE, schedule=schedule, problem=problem)
        return
    if "7" in fields[4].replace("-", ",").split(","):
        problem = "days of the week are 0 to 6, and 7 is none of them"
        yield one.flaw("RCS501", _SCHEDULE, schedule=schedule, problem=problem)
        return
    problem = _problem(fields)
    if problem and not _problem([*fields[:3], "*", fields[4]]) and not _problem(_any_day(fields)):
        yield one.flaw("RCS502", _SCHEDULE, schedule=schedule)  # only the two together are no day
    elif problem:
        yield one.flaw("RCS501", _SCHEDULE, schedule=schedule, problem=problem)


def _any_day(fields: list[str]) -> list[str]:
    return [*fields[:2], "*", *fields[3:]]


def _problem(fields: list[str]) -> str:
    """Why the schedule has no time; empty where it has one."""
    try:
        next(CronSim(" ".join(fields), _SINCE))
    except CronSimError as error:
        return str(error)[:1].lower() + str(error)[1:]
    except StopIteration:
        return "its time never comes"
    return ""


def deadlines(one: Written) -> Iterator[Flaw]:
    """A starting deadline leaves the controller the time to look."""
    path = ("spec", "startingDeadlineSeconds")
    seconds = one.at(path)
    if one.kind == "CronJob" and isinstance(seconds, int) and seconds < _DEADLINE_LEAST_S:
        yield one.flaw("RCS504", path, seconds=seconds)


def zones(one: Written) -> Iterator[Flaw]:
    """A time zone exists."""
    path = ("spec", "timeZone")
    zone = one.at(path)
    if one.kind != "CronJob" or not isinstance(zone, str):
        return
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, IsADirectoryError):
        yield one.flaw("RCS505", path, zone=zone)
