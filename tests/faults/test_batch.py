"""Ended pods that are deleted, runs that are missed, and runs by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reconverge.blast import ALL, Pick
from reconverge.cluster.by_hand import jobs_by_hand
from reconverge.errors import BadInput
from reconverge.faults.batch import DeleteEndedPods, MissRuns, miss_runs, stamp
from reconverge.faults.injector import encoded
from reconverge.faults.registry import decode_fault
from reconverge.faults.undo import NothingToUndo
from reconverge.judges.effects import PodsLost
from reconverge.judges.occasions import coming, keeps_schedule, last
from reconverge.model import CronJob, Ref
from tests.builders import NAMESPACE, Json
from tests.judges.steady.worlds import JOB, World
from tests.stage import staged

PICK = Pick(seed=1)
CRON = Ref("CronJob", NAMESPACE, "quarterly", "cron-1")


def scheduled(schedule: str = "0,15,30,45 * * * *") -> World:
    """A CronJob at ten past midnight."""
    world = World()
    world.show(CRON, {"schedule": schedule, "jobTemplate": {"spec": {"template": {}}}}, {})
    world.at(600)
    return world


def test_only_pods_that_have_ended_are_deleted() -> None:
    """Those that work are left to work."""
    world = World()
    world.job()
    world.worker("a", phase="Succeeded")
    world.worker("b", phase="Running")
    world.worker("c", phase="Failed")
    fault = DeleteEndedPods(of=JOB, blast_radius=ALL)
    assert decode_fault(encoded(fault)) == fault
    targets = fault.targets(world.timeline.latest(), PICK)
    assert {one.name for one in targets} == {"a", "c"}
    assert fault.effect(targets, ()) == PodsLost(pods=targets)
    assert isinstance(fault.undo(targets, world.timeline.latest()), NothingToUndo)
    assert fault.sentence(targets[:1]) == 'all of the ended pods of "batch" deleted: a'


def test_missed_runs_lie_after_the_last_that_is_written() -> None:
    """At ten past midnight the last was at midnight; two back it was at 23:30."""
    world = scheduled()
    fault = miss_runs(CRON, world.timeline, runs=2)
    assert decode_fault(encoded(fault)) == fault
    assert fault.written == datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    assert fault.targets(world.timeline.latest(), PICK) == (CRON,)
    assert fault.sentence((CRON,)) == "the last 2 runs of quarterly missed"
    assert stamp(fault.written) == "2025-12-31T23:30:00Z"


def test_what_is_gone_misses_nothing() -> None:
    """It is refused as a target, not passed over."""
    fault = MissRuns(of=CRON, runs=1, written=datetime(2026, 1, 1, tzinfo=UTC))
    assert fault.targets(World().timeline.latest(), PICK) == ()
    with pytest.raises(BadInput, match="has no schedule"):
        miss_runs(CRON, World().timeline, runs=1)


def test_missed_runs_are_written_to_the_status(tmp_path: Path) -> None:
    """What the controller reckons with is there afterwards, and nothing else is changed."""
    manifest: Json = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "quarterly"},
        "spec": {"schedule": "0,15,30,45 * * * *"},
    }
    with staged(tmp_path) as stage:
        [cron] = stage.experiment.apply(manifest)
        fault = miss_runs(cron, stage.experiment.timeline, runs=1)
        stage.experiment.inject(fault)
        view = stage.cluster.read("CronJob", "quarterly", namespace=cron.namespace)
        assert isinstance(view, CronJob)
        assert view.status.last_schedule_time == fault.written
        assert view.spec.schedule == "0,15,30,45 * * * *"


def test_the_occasions_of_a_schedule() -> None:
    """The last, one before it, the next, and the end of two more runs."""
    timeline = scheduled().timeline
    assert last(CRON, timeline) == datetime(2026, 1, 1, tzinfo=UTC)
    assert last(CRON, timeline, before=1) == datetime(2025, 12, 31, 23, 45, tzinfo=UTC)
    assert coming(CRON, timeline) == datetime(2026, 1, 1, 0, 15, tzinfo=UTC)
    promise = keeps_schedule(CRON, timeline, runs=2, injections=("x",))
    assert promise.until == datetime(2026, 1, 1, 0, 30, tzinfo=UTC)
    assert promise.injections == ("x",)


@pytest.mark.parametrize("occasion", [last, coming])
def test_a_schedule_without_occasions_is_bad_input(occasion: Any) -> None:
    """One that counts from the last run has none that could be named."""
    with pytest.raises(BadInput):
        occasion(CRON, scheduled("@every 90s").timeline)


def test_a_run_by_hand_is_made_of_the_template() -> None:
    """Owned by the CronJob, and marked as kubectl marks it; further ones are numbered."""
    world = World()
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"backoffLimit": 2, "template": {}}}
    world.show(CRON, {"jobTemplate": template}, {})
    jobs: Any = jobs_by_hand(CRON, world.timeline, name="by-hand", times=2)
    assert [one["metadata"]["name"] for one in jobs] == ["by-hand", "by-hand-2"]
    assert jobs[0]["spec"] == template["spec"]
    assert jobs[0]["metadata"]["labels"] == {"a": "b"}
    assert jobs[0]["metadata"]["annotations"] == {"cronjob.kubernetes.io/instantiate": "manual"}
    [owner] = jobs[0]["metadata"]["ownerReferences"]
    assert (owner["uid"], owner["controller"]) == (CRON.uid, True)


def test_what_is_gone_is_not_run_by_hand() -> None:
    """There is no template."""
    with pytest.raises(BadInput, match="does not exist"):
        jobs_by_hand(CRON, World().timeline, name="by-hand")
