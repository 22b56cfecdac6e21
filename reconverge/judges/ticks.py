"""The moments for which a CronJob is due, as its controller reads its schedule.

Kubernetes reads schedules with github.com/robfig/cron/v3: five fields or a descriptor such as
`@hourly` or `@every 90s`. They are read here with cronsim, which follows the same rule for days
(both fields count together when one begins with `*`, else either).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from reconverge.model import CronJobSpec

# robfig/cron, parser.go, parseDescriptor.
_DESCRIPTORS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}


def ticks(spec: CronJobSpec, wall: datetime) -> tuple[datetime, datetime] | None:
    """The last moment up to `wall` for which it is due, and the first one after it.

    None where the schedule cannot be read, or, like `@every 90s`, counts from the last run.
    """
    try:
        return around(spec, wall)
    except (CronSimError, ZoneInfoNotFoundError, StopIteration):
        return None


def last_due(spec: CronJobSpec, wall: datetime, count: int = 1) -> tuple[datetime, ...]:
    """The last `count` moments up to `wall` for which it is due, the newest first.

    Empty where the schedule cannot be read; fewer where there were fewer.
    """
    found: list[datetime] = []
    while len(found) < count and (near := ticks(spec, wall)) is not None:
        found.append(near[0])
        wall = near[0] - timedelta(seconds=1)
    return tuple(found)


def next_due(spec: CronJobSpec, wall: datetime, count: int = 1) -> tuple[datetime, ...]:
    """The first `count` moments after `wall` for which it is due; fewer where it cannot be read."""
    found: list[datetime] = []
    while len(found) < count and (near := ticks(spec, wall)) is not None:
        wall = near[1]
        found.append(wall)
    return tuple(found)


def around(spec: CronJobSpec, wall: datetime) -> tuple[datetime, datetime]:
    """The same; raises what makes the schedule unreadable."""
    fields = _DESCRIPTORS.get(spec.schedule, spec.schedule).replace("?", "*")
    zone: tzinfo = ZoneInfo(spec.time_zone) if spec.time_zone else UTC
    here = wall.astimezone(zone)
    # Backwards it begins before what it is given, forwards after it.
    begin = here.replace(microsecond=0) + timedelta(seconds=1)
    return next(CronSim(fields, begin, reverse=True)), next(CronSim(fields, here))
