"""When a CronJob may be said to have started its Job, or to have rightly started none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from reconverge.judges.controllers import PHANTOM
from reconverge.judges.judge import WantKnock, WantSentinel
from reconverge.judges.schedules import StartsJob, StartsNoJob, job_name
from reconverge.model import Ref
from reconverge.verdict import Verdict
from tests.builders import NAMESPACE, Audience, Json, meta, owned_by
from tests.judges.steady.worlds import World

CRON = Ref("CronJob", NAMESPACE, "batch", "cron-1")
OTHER = Ref("CronJob", NAMESPACE, "batch", "cron-0")
DUE = datetime(2026, 1, 1, 13, 45, tzinfo=UTC)
NAME = "batch-29454585"
DEADLINE_S = 20.0


class Cron:
    """A CronJob with its judge, and a controller whose parts can be switched off."""

    def __init__(self, promise: StartsJob | StartsNoJob) -> None:
        self.world = World()
        self.world.show(CRON, {}, {})
        self.audience = Audience(self.world, promise.judge(deadline_s=DEADLINE_S))
        self.is_alive = True
        self.delivers_jobs = True

    def job(
        self,
        name: str = NAME,
        *,
        owner: Ref | None = CRON,
        change: Any = "added",
        version: int | None = None,
    ) -> None:
        header: Json = {"ownerReferences": owned_by(owner)} if owner is not None else {}
        version = self.world.next_version() if version is None else version
        self.world.see(
            "Job", change, {"metadata": {**meta(name, f"uid-{name}", version), **header}}
        )

    def end(self) -> tuple[Verdict, str]:
        self.serve(until_s=float("inf"))
        finding = self.audience.verdict()
        return finding.verdict, finding.why

    def serve(self, *, until_s: float) -> None:
        """Let time pass, doing what is wanted as the engine would."""
        self.audience.serve(self._do, until_s=until_s)

    def _do(self, want: object) -> None:
        if isinstance(want, WantKnock):
            self.world.show(CRON, {}, {"active": [{"name": PHANTOM, "uid": PHANTOM}]})
            self.world.challenged("knock", CRON)
            if self.is_alive:
                self.world.show(CRON, {}, {"active": []})
        elif isinstance(want, WantSentinel):
            stray = Ref("Job", NAMESPACE, "stray", "uid-stray")
            if self.delivers_jobs:
                self.job("stray", owner=None)
            self.world.challenged("sentinel", stray, version=self.world.next_version())


def starts() -> Cron:
    return Cron(StartsJob(cron=CRON, due=DUE))


def starts_none() -> Cron:
    return Cron(StartsNoJob(cron=CRON, due=DUE))


def test_a_job_is_named_after_the_minute_for_which_it_is_due() -> None:
    """As the controller names it: the CronJob, and the minutes since 1970."""
    assert job_name(CRON, DUE) == NAME


def test_the_job_that_is_due_is_started() -> None:
    """Its name and its owner tell; the instant is that of its first delivery."""
    cron = starts()
    cron.world.at(3.0)
    cron.job()
    assert cron.end() == (Verdict.HELD, f"{NAME} was started")
    assert cron.audience.verdict().instant_s == 3.0


def test_a_job_that_was_there_already_counts() -> None:
    """Whoever asks late is told of it."""
    cron = starts()
    cron.job(change="listed")
    cron.world.note()
    cron.audience.index = len(cron.world.timeline) - 1
    assert cron.end() == (Verdict.HELD, f"{NAME} was started")


@pytest.mark.parametrize("owner", [None, OTHER])
def test_a_namesake_of_somebody_else_does_not_count(owner: Ref | None) -> None:
    """A Job is the CronJob's by owner UID, not by name."""
    cron = starts()
    cron.job(owner=owner)
    assert cron.end() == (Verdict.BROKEN, f"there is no {NAME}")


def test_a_job_for_another_minute_does_not_count() -> None:
    """One Job for each due time: another one proves nothing about this."""
    cron = starts()
    cron.job("batch-29454584")
    assert cron.end() == (Verdict.BROKEN, f"there is no {NAME}")


def test_a_job_that_comes_after_the_deadline_is_late() -> None:
    """It is broken by as much as it is late."""
    cron = starts()
    cron.delivers_jobs = False
    cron.serve(until_s=DEADLINE_S)
    cron.world.at(DEADLINE_S + 1.5)
    cron.job()
    assert cron.end() == (Verdict.BROKEN, f"{NAME} was started, 1.5 s too late")


@pytest.mark.parametrize("make", [starts, starts_none])
def test_a_job_of_before_the_deadline_may_be_delivered_after_it(make: Any) -> None:
    """It was written before what we planted at the deadline: nobody knows whether in time."""
    cron = make()
    written = cron.world.next_version()
    cron.delivers_jobs = False
    cron.serve(until_s=DEADLINE_S)
    cron.world.at(DEADLINE_S + 1.5)
    cron.job(version=written)
    verdict, why = cron.end()
    assert verdict is Verdict.UNKNOWN
    assert "may have been started in time" in why


@pytest.mark.parametrize("make", [starts, starts_none])
def test_a_gap_that_is_over_leaves_it_open(make: Any) -> None:
    """The Job may have come and gone in it: a list shows what is left."""
    cron = make()
    cron.world.at(5.0).gap("Job")
    cron.world.at(6.0).synced("Job")
    assert cron.end() == (Verdict.UNKNOWN, "the watch of Job had a gap: too old resource version")


def test_a_dead_controller_may_have_made_it_before() -> None:
    """On a watch of Jobs that brings nothing its silence says nothing of the Job."""
    cron = starts()
    cron.is_alive = cron.delivers_jobs = False
    assert cron.end() == (Verdict.UNKNOWN, "our own watch of jobs delivers nothing")


def test_a_cronjob_that_is_gone_starts_nothing_more() -> None:
    """Which is told without waiting, once all that it made has been heard of."""
    cron = starts()
    cron.world.see("CronJob", "deleted", {"metadata": meta("batch", "cron-1", 900)})
    assert cron.end() == (Verdict.BROKEN, f"{CRON} is gone")
    assert cron.audience.verdict().decided_s == 0.0
    deaf = starts()
    deaf.delivers_jobs = False
    deaf.world.see("CronJob", "deleted", {"metadata": meta("batch", "cron-1", 900)})
    assert deaf.end()[0] is Verdict.UNKNOWN


def test_a_silent_controller_is_named() -> None:
    """It did not strike off a Job that never was."""
    cron = starts()
    cron.is_alive = False
    assert cron.end() == (
        Verdict.BROKEN,
        "cronjob-controller is silent: it left a spoiled status alone for 5 s",
    )


def test_none_is_started_by_a_live_controller() -> None:
    """The absence of a Job is believed of a controller that answered, and a watch that hears."""
    assert starts_none().end() == (Verdict.HELD, f"there is no {NAME}")


def test_none_from_a_dead_controller_proves_nothing() -> None:
    """A controller that is switched off starts no Job either."""
    cron = starts_none()
    cron.is_alive = False
    assert cron.end()[0] is Verdict.UNKNOWN


def test_none_on_a_deaf_watch_proves_nothing() -> None:
    """The Job may be there, and we did not hear of it."""
    cron = starts_none()
    cron.delivers_jobs = False
    assert cron.end() == (Verdict.UNKNOWN, "our own watch of jobs delivers nothing")


def test_one_that_is_started_breaks_the_promise_of_none() -> None:
    """At once, without waiting for the deadline."""
    cron = starts_none()
    cron.world.at(2.0)
    cron.job()
    assert cron.end() == (Verdict.BROKEN, f"{NAME} was started")


@pytest.mark.parametrize("make", [starts, starts_none])
def test_a_gap_at_the_deadline_leaves_it_open(make: Any) -> None:
    """The Job may have come and gone in it."""
    cron = make()
    cron.world.at(5.0)
    cron.world.gap("Job")
    assert cron.end() == (Verdict.UNKNOWN, "the watch of Job has a gap: too old resource version")
