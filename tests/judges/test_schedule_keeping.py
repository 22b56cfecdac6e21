"""When a CronJob may be said to have kept its schedule over a span."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reconverge.faults.injector import encoded
from reconverge.judges.controllers import PHANTOM
from reconverge.judges.judge import WantKnock, WantSentinel
from reconverge.judges.promises import decode_promise
from reconverge.judges.schedule_keeping import PATIENCE_S, KeepsSchedule
from reconverge.model import Ref
from reconverge.verdict import Finding, Verdict
from tests.builders import NAMESPACE, START, Audience, Json, meta, owned_by
from tests.judges.steady.worlds import World

CRON = Ref("CronJob", NAMESPACE, "tick", "cron-1")
MINUTE = int(START.timestamp()) // 60
UNTIL = START + timedelta(minutes=2)
END_S = 125.0


def stamp(at_s: float) -> str:
    return f"{START + timedelta(seconds=at_s):%Y-%m-%dT%H:%M:%SZ}"


class Cron:
    """A CronJob that is due each minute, and a controller that does what the test says."""

    def __init__(self, *, end_s: float = END_S, last: str | None = "", **spec: Any) -> None:
        self.world = World()
        self.spec: Json = {"schedule": "* * * * *", **spec}
        self.status: Json = {} if last is None else {"lastScheduleTime": last or stamp(0)}
        self.show()
        promise = KeepsSchedule(cron=CRON, until=UNTIL)
        start = len(self.world.timeline) - 1
        self.audience = Audience(self.world, promise.judge(deadline_s=end_s), start=start)
        self.is_alive = self.delivers_jobs = True

    def show(self, **spec: Any) -> None:
        self.spec = {**self.spec, **spec}
        self.world.show(CRON, self.spec, self.status)

    def at(self, at_s: float) -> Cron:
        """Let time pass, doing meanwhile what is wanted, as the engine would."""
        self.serve(until_s=at_s)
        self.world.at(max(at_s, self.world.timeline.now_s()))
        return self

    def job(self, minute: int, *, name: str = "", **more: Any) -> None:
        """The controller makes the Job of that minute, now, and writes down that it has."""
        now_s = self.world.timeline.now_s()
        self.wire(name or f"tick-{MINUTE + minute}", minute, created_s=now_s, **more)
        self.status = {"lastScheduleTime": stamp(60 * minute)}
        self.show()

    def wire(
        self,
        name: str,
        minute: int,
        *,
        created_s: float,
        change: Any = "added",
        uid: str = "",
        says: str | None = None,
        has_ended: bool = True,
        annotations: Json | None = None,
        owner: Ref = CRON,
    ) -> None:
        scheduled = {"batch.kubernetes.io/cronjob-scheduled-timestamp": says or stamp(60 * minute)}
        header = {
            "creationTimestamp": stamp(created_s),
            "ownerReferences": owned_by(owner),
            "annotations": scheduled if annotations is None else annotations,
        }
        rows = [{"type": "Complete", "status": "True"}] if has_ended else []
        metadata = {**meta(name, uid or name, self.world.next_version()), **header}
        self.world.see("Job", change, {"metadata": metadata, "status": {"conditions": rows}})

    def serve(self, *, until_s: float) -> Finding | None:
        return self.audience.serve(self._do, until_s=until_s)

    def end(self) -> tuple[Verdict, str]:
        finding = self.serve(until_s=float("inf"))
        assert finding is not None
        return finding.verdict, finding.why

    def missed(self, minute: int) -> bool:
        """Whether the Job of that minute is what is missing in the end."""
        verdict, why = self.end()
        return verdict is Verdict.BROKEN and why.startswith(f"there is no tick-{MINUTE + minute}:")

    def _do(self, want: object) -> None:
        if isinstance(want, WantKnock):
            haunted = {**self.status, "active": [{"name": PHANTOM, "uid": PHANTOM}]}
            self.world.show(CRON, self.spec, haunted)
            self.world.challenged("knock", CRON)
            if self.is_alive:
                self.show()
        elif isinstance(want, WantSentinel):
            stray = f"stray-{self.audience.served}"
            if self.delivers_jobs:
                wire = {"metadata": meta(stray, stray, self.world.next_version())}
                self.world.see("Job", "added", wire)
            ref = Ref("Job", NAMESPACE, stray, stray)
            self.world.challenged("sentinel", ref, version=self.world.next_version())


MADE_TWO = f"made tick-{MINUTE + 1}, tick-{MINUTE + 2}"


def test_each_minute_has_its_job() -> None:
    """The first evidence of it is told, and nothing else is needed."""
    cron = Cron()
    cron.at(60.1).job(1)
    cron.at(120.1).job(2)
    assert cron.end() == (Verdict.HELD, MADE_TWO)
    promise = cron.audience.judge.promise  # type: ignore[attr-defined]
    assert decode_promise(encoded(promise)) == promise


def test_a_missing_job_is_told_with_its_minute() -> None:
    """The first that is missing ends the matter, at once and not at the end of the span."""
    cron = Cron()
    cron.at(60.1)
    why = "the Job due at 00:01 UTC is not started, 10 s late"
    assert cron.end() == (Verdict.BROKEN, f"there is no tick-{MINUTE + 1}: {why}")
    finding = cron.audience.verdict()
    assert finding.decided_s == 60 + PATIENCE_S
    assert any("CronJob tick ran last for 00:00 UTC" in line for line in finding.because)


def test_a_job_that_is_late_is_still_its_own() -> None:
    """As long as nobody could say that it was missing."""
    cron = Cron()
    cron.at(60 + PATIENCE_S - 1).job(1)
    cron.at(120.1).job(2)
    assert cron.end() == (Verdict.HELD, MADE_TWO)


def test_a_frozen_controller_is_named() -> None:
    """That it is silent is the reason why nothing is made."""
    cron = Cron()
    cron.is_alive = False
    verdict, why = cron.end()
    assert verdict is Verdict.BROKEN
    assert why.startswith("cronjob-controller is silent")


def test_a_frozen_controller_keeps_nothing() -> None:
    """All was made, and whether it would have made one too many nobody knows."""
    cron = Cron()
    cron.at(60.1).job(1)
    cron.at(120.1).job(2)
    cron.is_alive = False
    assert cron.end()[0] is Verdict.UNKNOWN


def test_on_a_deaf_watch_nothing_is_missing() -> None:
    """The Job may be there, and we did not hear of it."""
    cron = Cron()
    cron.delivers_jobs = False
    assert cron.end() == (Verdict.UNKNOWN, "our own watch of jobs delivers nothing")


def test_a_span_without_a_due_time_proves_nothing() -> None:
    """Nothing was asked of it."""
    assert Cron(end_s=30).end() == (Verdict.UNKNOWN, "it was not due in all that time")


@pytest.mark.parametrize("kind", ["Job", "CronJob"])
def test_over_a_gap_nothing_is_kept(kind: str) -> None:
    """A Job may have come and gone in it."""
    cron = Cron()
    cron.at(60.1).job(1)
    cron.at(90).world.gap(kind)
    cron.world.synced(kind)
    cron.at(120.1).job(2)
    assert cron.end() == (
        Verdict.UNKNOWN,
        f"the watch of {kind} had a gap: too old resource version",
    )


def test_what_a_gap_may_hide_is_not_missing() -> None:
    """The Job that was due in the gap may have been made, and deleted."""
    cron = Cron()
    cron.at(59).world.gap("Job")
    cron.at(65).world.synced("Job")
    assert cron.end()[0] is Verdict.UNKNOWN


def test_a_job_that_is_delivered_late_is_not_missing() -> None:
    """While our watch is down nobody is late; what was written meanwhile comes afterwards."""
    cron = Cron()
    cron.at(55).world.lost("Job")
    cron.at(100).world.resumed("Job")
    cron.wire(f"tick-{MINUTE + 1}", 1, created_s=60)
    cron.status = {"lastScheduleTime": stamp(60)}
    cron.show()
    cron.at(120.1).job(2)
    assert cron.end() == (Verdict.HELD, MADE_TWO)


FLAWS: list[tuple[str, dict[str, Any], str]] = [
    ("made twice", {"uid": "another"}, f"tick-{MINUTE + 1} was made twice"),
    ("of no minute", {"name": "tick-tock"}, "tick-tock is of no minute"),
    ("another's name", {"name": f"tack-{MINUTE + 2}"}, f"tack-{MINUTE + 2} is of no minute"),
    (
        "of another time than it says",
        {"name": f"tick-{MINUTE + 2}", "says": stamp(60)},
        f"tick-{MINUTE + 2} says that it is of {stamp(60)}",
    ),
    (
        "says nothing",
        {"name": f"tick-{MINUTE + 2}", "annotations": {}},
        f"tick-{MINUTE + 2} says that it is of None",
    ),
    (
        "before its time",
        {"name": f"tick-{MINUTE + 2}", "minute": 2},
        f"tick-{MINUTE + 2} was made before its time",
    ),
    (
        "of a time that is over",
        {"name": f"tick-{MINUTE - 1}", "minute": -1},
        f"tick-{MINUTE - 1} was made although a later one was due",
    ),
]


@pytest.mark.parametrize(("more", "why"), [row[1:] for row in FLAWS], ids=[row[0] for row in FLAWS])
def test_a_job_too_many_is_told_at_once(more: dict[str, Any], why: str) -> None:
    """Its delivery is the evidence; whether the controller lives does not matter."""
    cron = Cron()
    cron.at(60.1).job(1)
    cron.at(90)
    cron.is_alive = False
    name, minute = more.get("name", f"tick-{MINUTE + 1}"), more.get("minute", 1)
    rest = {key: value for key, value in more.items() if key not in ("name", "minute")}
    cron.wire(name, minute, created_s=90, **rest)
    assert cron.end() == (Verdict.BROKEN, why)
    assert cron.audience.verdict().instant_s == 90


def test_a_job_that_is_not_due_is_one_too_many() -> None:
    """By its schedule, whatever its name says."""
    cron = Cron(schedule="0,30 * * * *", last=stamp(0))
    cron.at(61).wire(f"tick-{MINUTE + 1}", 1, created_s=60)
    assert cron.end() == (Verdict.BROKEN, f'tick-{MINUTE + 1} was not due by "0,30 * * * *"')


@pytest.mark.parametrize(
    "more",
    [
        {"annotations": {"cronjob.kubernetes.io/instantiate": "manual"}},
        {"owner": Ref("CronJob", NAMESPACE, "tick", "cron-0")},
    ],
    ids=["made by hand", "of a namesake"],
)
def test_jobs_of_others_do_not_count(more: dict[str, Any]) -> None:
    """Neither as one too many, nor as one that goes on."""
    cron = Cron(concurrencyPolicy="Forbid")
    cron.at(30).wire("by-hand", 0, created_s=30, has_ended=False, **more)
    cron.at(60.1).job(1)
    cron.at(120.1).job(2)
    assert cron.end() == (Verdict.HELD, MADE_TWO)


def test_suspension_excuses() -> None:
    """What was due meanwhile is told with its reason."""
    cron = Cron(suspend=True)
    told = "made nothing; 00:01 UTC: it is suspended; 00:02 UTC: it is suspended"
    assert cron.end() == (Verdict.HELD, told)


def test_what_was_missed_while_suspended_is_owed_afterwards() -> None:
    """The newest of it; the others are not."""
    cron = Cron(suspend=True, end_s=200)
    cron.at(150).show(suspend=False)
    assert cron.missed(2)
    assert cron.audience.verdict().decided_s == 150 + PATIENCE_S


def test_a_job_made_long_after_the_suspension_is_one_too_many() -> None:
    """A controller may be behind by a moment, and not by more."""
    cron = Cron()
    cron.at(45).show(suspend=True)
    cron.at(60.1).job(1)
    why = f"tick-{MINUTE + 1} was made although it was suspended"
    assert cron.end() == (Verdict.BROKEN, why)


def test_the_starting_deadline_excuses() -> None:
    """A run that could begin only after it is not owed any more."""
    cron = Cron(suspend=True, startingDeadlineSeconds=15)
    cron.at(80).show(suspend=False)
    cron.at(120.1).job(2)
    told = f"made tick-{MINUTE + 2}; 00:01 UTC: startingDeadlineSeconds 15 have passed"
    assert cron.end() == (Verdict.HELD, told)


def test_a_job_after_the_starting_deadline_is_one_too_many() -> None:
    """Late is worse than never."""
    cron = Cron(suspend=True, startingDeadlineSeconds=15)
    cron.at(80).show(suspend=False)
    cron.job(1)
    why = f"tick-{MINUTE + 1} was made 20 s late (startingDeadlineSeconds 15)"
    assert cron.end() == (Verdict.BROKEN, why)


def test_a_job_that_goes_on_excuses_where_two_are_forbidden() -> None:
    """And only there."""
    cron = Cron(concurrencyPolicy="Forbid")
    cron.at(60.1).job(1, has_ended=False)
    told = f"made tick-{MINUTE + 1}; 00:02 UTC: tick-{MINUTE + 1} goes on"
    assert cron.end() == (Verdict.HELD, told)


@pytest.mark.parametrize("is_gone", [True, False])
def test_once_it_has_ended_the_next_is_owed(is_gone: bool) -> None:
    """From then on, and not from its due time."""
    cron = Cron(concurrencyPolicy="Forbid", end_s=170)
    cron.at(60.1).job(1, has_ended=False)
    change = "deleted" if is_gone else "modified"
    name = f"tick-{MINUTE + 1}"
    cron.at(140).wire(name, 1, created_s=60, change=change, has_ended=not is_gone)
    assert cron.missed(2)
    assert cron.audience.verdict().decided_s == 140 + PATIENCE_S


@pytest.mark.parametrize("policy", ["Forbid", "Replace"])
def test_two_at_once_are_one_too_many(policy: str) -> None:
    """Under either policy that does not allow it."""
    cron = Cron(concurrencyPolicy=policy)
    cron.at(60.1).job(1, has_ended=False)
    cron.at(120.1).job(2)
    names = f"tick-{MINUTE + 2} was made while tick-{MINUTE + 1} went on"
    assert cron.end() == (Verdict.BROKEN, f"{names} (concurrencyPolicy {policy})")


def test_one_that_is_replaced_is_gone_before() -> None:
    """Its deletion comes before its successor."""
    cron = Cron(concurrencyPolicy="Replace")
    cron.at(60.1).job(1, has_ended=False)
    cron.at(120.1).wire(f"tick-{MINUTE + 1}", 1, created_s=60, change="deleted", has_ended=False)
    cron.job(2)
    assert cron.end() == (Verdict.HELD, MADE_TWO)


def test_what_was_missed_before_the_span_is_owed_in_it() -> None:
    """The last run was three minutes ago: the newest of the missed is due at once."""
    cron = Cron(last=stamp(-180))
    assert cron.missed(0)
    assert cron.audience.verdict().decided_s == PATIENCE_S


def test_before_its_creation_nothing_was_due() -> None:
    """One that never ran counts from when it was created."""
    cron = Cron(last=None)
    cron.at(60.1).job(1)
    cron.at(120.1).job(2)
    assert cron.end() == (Verdict.HELD, MADE_TWO)


def test_a_schedule_without_due_times_is_not_judged() -> None:
    """Some count from the last run, and no minute can be reckoned for them."""
    cron = Cron(schedule="@every 90s")
    assert cron.end() == (Verdict.UNKNOWN, "its schedule counts from its last run")


def test_one_that_is_deleted_keeps_no_schedule() -> None:
    """What it would have done is not known."""
    cron = Cron()
    cron.at(30).world.see("CronJob", "deleted", {"metadata": meta("tick", CRON.uid, 99)})
    assert cron.end() == (Verdict.UNKNOWN, 'CronJob "tick" is gone')


def test_whose_move_it_is_is_told_meanwhile() -> None:
    """For a person who waits, before there is a verdict."""
    cron = Cron()
    cron.at(65)
    cron.world.note()
    cron.audience.hear()
    judge: Any = cron.audience.judge
    assert judge.progress().seen == f"made nothing; waiting for tick-{MINUTE + 1}"
    assert judge.reason(65.0) == "the Job due at 00:01 UTC is not started, 5 s late"


def test_a_change_may_be_told_after_the_job_that_it_allows() -> None:
    """Two watches are not ordered: a Job is judged by its CronJob as it was when it was written."""
    cron = Cron(suspend=True)
    cron.at(61.0)
    resumed = cron.world.next_version()
    cron.wire(f"tick-{MINUTE + 1}", 1, created_s=61.0)
    newest, cron.world.version = cron.world.version, resumed - 1
    cron.show(suspend=False)
    cron.world.version = newest
    cron.status = {"lastScheduleTime": stamp(60)}
    cron.show()
    cron.at(120.1).job(2)
    assert cron.end() == (Verdict.HELD, MADE_TWO)


def test_a_change_may_be_told_before_the_job_of_before_it() -> None:
    """The other way round: what is forbidden from now on was not forbidden then."""
    cron = Cron(concurrencyPolicy="Allow")
    cron.at(60.1).job(1, has_ended=False)
    cron.at(120.1)
    made = cron.world.next_version()
    cron.show(concurrencyPolicy="Forbid")
    newest, cron.world.version = cron.world.version, made - 1
    cron.wire(f"tick-{MINUTE + 2}", 2, created_s=120.1)
    cron.world.version = newest
    cron.status = {"lastScheduleTime": stamp(120)}
    cron.show()
    assert cron.end() == (Verdict.HELD, MADE_TWO)


def test_a_dead_controller_may_have_made_it_before() -> None:
    """On a watch of Jobs that brings nothing, its silence says nothing of the Job."""
    cron = Cron()
    cron.delivers_jobs = False
    cron.at(60.1)
    cron.is_alive = False
    assert cron.end() == (Verdict.UNKNOWN, "our own watch of jobs delivers nothing")
