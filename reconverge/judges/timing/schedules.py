"""When a CronJob is due next, as its controller reckons it.

Deadlines want a number of seconds and its terms; how a schedule is read is said in `ticks`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

import durationpy
from cronsim import CronSimError

from reconverge.bound import Bound, Term
from reconverge.judges.ticks import around
from reconverge.model import CronJobSpec

# pkg/controller/cronjob/cronjob_controllerv2.go, nextScheduleDelta.
WAKE_UP_S = 0.1
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
    return (around(spec, wall)[1] - wall) / timedelta(seconds=1)
