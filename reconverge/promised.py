"""One promise: written down, awaited, judged, and its finding written down.

Question and answer are on the record in this order, whatever ends the wait: so it can be judged
again, and what a clean-up does afterwards is never read as the cluster's doing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from reconverge.errors import ReconvergeError
from reconverge.faults.injector import encoded
from reconverge.judges.judge import Want
from reconverge.judges.promise import Promise
from reconverge.judges.timing import Deadline
from reconverge.timeline import Judged, Promised, Timeline
from reconverge.verdict import INTERRUPTED, Finding
from reconverge.waiting import wait_until_judged


def await_finding(
    timeline: Timeline,
    promise: Promise,
    *,
    promise_id: str,
    start: int,
    deadline: Deadline,
    act: Callable[[Want], None],
) -> Finding:
    """What becomes of `promise`, judged from the timeline's entry `start` on."""
    judge = promise.judge(deadline_s=deadline.at_s)
    timeline.append(
        lambda at_s: Promised(
            at_s=at_s,
            id=promise_id,
            promise=encoded(promise),
            sentence=promise.sentence(),
            deadline_s=deadline.at_s,
            start=start,
            bound=deadline.bound,
            is_stated=deadline.is_stated,
        )
    )
    try:
        finding = wait_until_judged(timeline, judge, start=start, act=act)
    except BaseException:
        with suppress(ReconvergeError):
            undecided = promise.undecided(INTERRUPTED, at_s=timeline.now_s())
            _note(timeline, promise_id, undecided)
        raise
    _note(timeline, promise_id, finding)
    return finding


def _note(timeline: Timeline, promise_id: str, finding: Finding) -> None:
    timeline.append(lambda at_s: Judged(at_s=at_s, id=promise_id, finding=finding))
