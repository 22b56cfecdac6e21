"""When a CronJob is due next, as its controller reckons it.

Kubernetes reads schedules with github.com/robfig/cron/v3: five fields or a descriptor such as
`@hourly` or `@every 90s`. They are read here with cronsim, which follows the same rule for days
(both fields count together when one begins with `*`, else either).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import durationpy
from cronsim import CronSim, CronSimError

from reconverge.bound import Bound, Term
from reconverge.model import CronJobSpec

# pkg/controller/cronjob/cronjob_controllerv2.go, nextScheduleDelta.
WAKE_UP_S = 0.1
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
_EVERY = "@every "


def next_due(spec: CronJobSpec, *, wall: datetime) -> Bound:
    """From `wall` to the moment at which the controller makes the next Job.

    Without a time zone the controller's own counts: UTC is assumed, as in every image of it.
    `startingDeadlineSeconds` only lets a late run be dropped, so the next one is awaited anyway.
    """
    if spec.suspend:
        return Bound(obstacle="no next Job: the CronJob is suspended")
    try:
        due_s = _seconds_to_next(spec, wall)
    except (CronSimError, ZoneInfoNotFoundError, durationpy.DurationError, StopIteration) as error:
        return Bound(obstacle=f'no next Job: schedule "{spec.schedule}" has none ({error})')
    zone = spec.time_zone or "UTC"
    return Bound(
        (
            Term(f'until "{spec.schedule}" is due ({zone})', due_s, "spec.schedule"),
            Term("wake-up", WAKE_UP_S, "pkg/controller/cronjob"),
        )
    )


def _seconds_to_next(spec: CronJobSpec, wall: datetime) -> float:
    if spec.schedule.startswith(_EVERY):
        # Counted from the last run, which is at most one period ago.
        every = durationpy.from_str(spec.schedule.removeprefix(_EVERY).strip())
        return float(every.total_seconds())
    return (_ticks(spec, wall)[1] - wall) / timedelta(seconds=1)


def ticks(spec: CronJobSpec, wall: datetime) -> tuple[datetime, datetime] | None:
    """The last moment up to `wall` for which it is due, and the first one after it.

    None where the schedule cannot be read, or, like `@every 90s`, counts from the last run.
    """
    try:
        return _ticks(spec, wall)
    except (CronSimError, ZoneInfoNotFoundError, StopIteration):
        return None


def _ticks(spec: CronJobSpec, wall: datetime) -> tuple[datetime, datetime]:
    fields = _DESCRIPTORS.get(spec.schedule, spec.schedule).replace("?", "*")
    zone: tzinfo = ZoneInfo(spec.time_zone) if spec.time_zone else UTC
    here = wall.astimezone(zone)
    # Backwards it begins before what it is given, forwards after it.
    begin = here.replace(microsecond=0) + timedelta(seconds=1)
    return next(CronSim(fields, begin, reverse=True)), next(CronSim(fields, here))
