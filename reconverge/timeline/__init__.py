"""The append-only record of one scenario: what was observed, done, promised and found, on disk.

Judges read nothing else, so a verdict can be recomputed from the file alone. The timeline holds
facts and no opinions; a `Finding` is kept only as the fact that a judge said it.
"""

from __future__ import annotations

from reconverge.timeline.records import (
    AUDIT_LOG,
    FORMAT,
    AnyRecord,
    Challenged,
    Change,
    Delivery,
    Gap,
    Injected,
    Judged,
    Lost,
    Noted,
    Observed,
    Opened,
    Probed,
    Promised,
    Record,
    Resumed,
    RolledBack,
    Scripted,
    Stamp,
    Step,
    Stepped,
    Synced,
    Writer,
    Wrote,
)
from reconverge.timeline.timeline import Timeline, read_timeline
from reconverge.timeline.worlds import Entry

__all__ = [
    "AUDIT_LOG",
    "FORMAT",
    "AnyRecord",
    "Challenged",
    "Change",
    "Delivery",
    "Entry",
    "Gap",
    "Injected",
    "Judged",
    "Lost",
    "Noted",
    "Observed",
    "Opened",
    "Probed",
    "Promised",
    "Record",
    "Resumed",
    "RolledBack",
    "Scripted",
    "Stamp",
    "Step",
    "Stepped",
    "Synced",
    "Timeline",
    "Writer",
    "Wrote",
    "read_timeline",
]
