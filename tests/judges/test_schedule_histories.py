"""Random histories of a CronJob: what the judge says equals what plain arithmetic says.

The oracle walks through the whole span in steps of an eighth of a second, and at each of them looks
at the list of all that has happened so far. It knows one schedule, that of each full minute.
"""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconverge.judges.schedule_keeping import PATIENCE_S
from reconverge.verdict import Verdict
from tests.judges.test_schedule_keeping import MINUTE, Cron, stamp

END_S = 200.0
STEP_S = 0.125
LAG_S = 5.0
SLOW = [HealthCheck.too_slow]

Op = tuple[float, str, Any]  # the second, what happens, to which minute's Job
WHAT = st.one_of(
    st.tuples(st.just("job"), st.sampled_from([0, 0, 0, 0, -1, 1])),
    st.tuples(st.sampled_from(["end", "end", "delete"]), st.integers(-1, 4)),
    st.tuples(st.sampled_from(["suspend", "resume", "resume"]), st.just(0)),
    st.tuples(st.just("rewind"), st.integers(-2, 1)),
    st.tuples(st.just("by hand"), st.just(0)),
)
# A quarter past a half second: never the second at which anything falls due.
SECONDS = st.integers(0, 390).map(lambda half: half / 2 + 0.125)
OPS = st.lists(st.tuples(SECONDS, WHAT), max_size=10).map(
    lambda rows: sorted((at_s, *what) for at_s, what in rows)
)
SPECS = st.fixed_dictionaries(
    {"concurrencyPolicy": st.sampled_from(["Allow", "Forbid", "Replace"])},
    optional={"startingDeadlineSeconds": st.sampled_from([15, 90]), "suspend": st.booleans()},
)


def told(cron: Cron, ops: list[Op]) -> list[Op]:
    """Play them; those that made no sense, such as the end of no Job, are left out of the list."""
    done: list[Op] = []
    for at_s, what, minute in ops:
        if cron.at(at_s).audience.finding is not None:
            break
        number = int(at_s // 60) + minute if what == "job" else minute
        if play(cron, what, number, done):
            done.append((at_s, what, number))
    return done


def play(cron: Cron, what: str, minute: int, done: list[Op]) -> bool:
    match what:
        case "job" if not is_made(minute, done):
            cron.job(minute, has_ended=False)
        case "end" | "delete" if is_made(minute, done) and not is_over(minute, done):
            change = "deleted" if what == "delete" else "modified"
            name, has_ended = f"tick-{MINUTE + minute}", what == "end"
            cron.wire(name, minute, created_s=0, change=change, has_ended=has_ended)
        case "suspend" | "resume":
            cron.show(suspend=what == "suspend")
        case "rewind":
            cron.status = {"lastScheduleTime": stamp(60 * minute)}
            cron.show()
        case "by hand" if not any(row[1] == what for row in done):
            manual = {"cronjob.kubernetes.io/instantiate": "manual"}
            cron.wire("by-hand", 0, created_s=0, has_ended=False, annotations=manual)
        case _:
            return False
    return True


def is_made(minute: int, done: list[Op]) -> bool:
    return any((what, number) == ("job", minute) for _, what, number in done)


def is_over(minute: int, done: list[Op]) -> bool:
    return any(what in ("end", "delete") and number == minute for _, what, number in done)


class Oracle:
    """Reads the whole list anew at each instant."""

    def __init__(self, ops: list[Op], spec: dict[str, Any]) -> None:
        self.ops, self.spec = ops, spec

    def before(self, now_s: float) -> list[Op]:
        return [row for row in self.ops if row[0] <= now_s]

    def going_on(self, now_s: float) -> list[int]:
        ops = self.before(now_s)
        made = [minute for _, what, minute in ops if what == "job"]
        return [minute for minute in made if not is_over(minute, ops)]

    def suspended_since(self, now_s: float) -> float | None:
        since = 0.0 if self.spec.get("suspend") else None
        for at_s, what, _ in self.before(now_s):
            if what == "suspend":
                since = at_s if since is None else since
            elif what == "resume":
                since = None
        return since

    def last_run(self, now_s: float) -> int:
        runs = [minute for _, what, minute in self.before(now_s) if what in ("job", "rewind")]
        return runs[-1] if runs else 0

    def open(self, now_s: float) -> int | None:
        due = int(now_s // 60)
        is_open = due > self.last_run(now_s) and not is_made(due, self.before(now_s))
        return due if is_open else None

    def is_excused(self, due: int, now_s: float) -> bool:
        deadline_s = self.spec.get("startingDeadlineSeconds", 1e9)
        is_busy = self.spec["concurrencyPolicy"] == "Forbid" and bool(self.going_on(now_s))
        is_late = now_s - 60 * due > deadline_s
        return self.suspended_since(now_s) is not None or is_busy or is_late

    def flaw_s(self) -> float:
        """When the first Job was made that should not have been; infinite where none was."""
        for index, (at_s, what, minute) in enumerate(self.ops):
            if what == "job" and self._is_flawed(at_s, minute, Oracle(self.ops[:index], self.spec)):
                return at_s
        return float("inf")

    def _is_flawed(self, at_s: float, minute: int, earlier: Oracle) -> bool:
        created_s = int(at_s)
        late_s = created_s - 60 * minute
        since = earlier.suspended_since(at_s)
        return (
            late_s < -1
            or late_s > self.spec.get("startingDeadlineSeconds", 1e9) + 1
            or int((created_s - LAG_S) // 60) > minute
            or (since is not None and created_s > since + LAG_S)
            or (self.spec["concurrencyPolicy"] != "Allow" and bool(earlier.going_on(at_s)))
        )

    def missed_s(self) -> float:
        """When the first run had been owed for too long."""
        owed: tuple[int, float] | None = None
        steps = [step * STEP_S for step in range(int((END_S + PATIENCE_S) / STEP_S) + 1)]
        for now_s in sorted([*steps, *(row[0] for row in self.ops)]):
            due = self.open(min(now_s, END_S))
            if due is None or self.is_excused(due, min(now_s, END_S)):
                owed = None
            elif owed is None or owed[0] != due:
                owed = (due, now_s)
            if owed is not None and now_s >= owed[1] + PATIENCE_S:
                return now_s
        return float("inf")

    def verdict(self) -> tuple[Verdict, float | None]:
        """BROKEN with the second at which that was known; HELD needs a due time that was judged."""
        first_s = min(self.flaw_s(), self.missed_s())
        return (Verdict.BROKEN, first_s) if first_s < float("inf") else (Verdict.HELD, None)


@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
@given(ops=OPS, spec=SPECS)
def test_the_judge_says_what_arithmetic_says(ops: list[Op], spec: dict[str, Any]) -> None:
    """Whether the schedule was kept, and when it was known that it was not."""
    cron = Cron(end_s=END_S, **spec)
    done = told(cron, ops)
    said, _ = cron.end()
    decided_s = cron.audience.verdict().decided_s if said is Verdict.BROKEN else None
    assert (said, decided_s) == Oracle(done, spec).verdict()
