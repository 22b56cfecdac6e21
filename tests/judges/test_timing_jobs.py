"""How long a Job takes to come to its end, or to give up, and when one is due."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reconverge.bound import Bound
from reconverge.judges.converges import Converges
from reconverge.judges.effects import Deleted, NodeLost, PodsLost
from reconverge.judges.owners import GoneWithPods, Orphaned
from reconverge.judges.promise import Promise
from reconverge.judges.schedules import StartsJob, StartsNoJob
from reconverge.judges.steady import (
    AnySteadyState,
    JobComplete,
    JobFailed,
    JobRunning,
    OnEachNode,
)
from reconverge.judges.timing import bound_of
from reconverge.model import Ref
from tests.builders import NAMESPACE, Json, Story
from tests.scenes import declared, ref, terms, told

JOB, DAEMONS, CRON = ref("Job", "job"), ref("DaemonSet", "daemons"), ref("CronJob", "cron")
WORK = "how long its pods work, nothing bounds: the Job has no activeDeadlineSeconds"


def of_job(steady: AnySteadyState, *, at_s: float = 0.0, **spec: object) -> Bound:
    """The bound of a Job's end, `at_s` seconds after its start."""
    story = Story()
    wire: Json = {"template": {"spec": {"restartPolicy": "Never"}}, **spec}
    begin = "2026-01-01T00:00:00Z"
    story.see("Job", "listed", declared("Job", "job", 5, wire, startTime=begin))
    story.at(at_s)
    return bound_of(Converges(workload=JOB, steady=steady), told(story))


def test_a_job_works_in_turns() -> None:
    """The chapter's Job: five completions, two at a time; its work is an allowance, and said so."""
    bound = of_job(JobComplete(completions=5), completions=5, parallelism=2)
    assert terms(bound) == {"reaction": 5, "3 x start": 135, "3 x work": 540}
    assert bound.obstacle == WORK


@pytest.mark.parametrize("steady", [JobComplete(), JobFailed(), JobFailed(reason="x")])
def test_a_jobs_own_deadline_bounds_either_end(steady: AnySteadyState) -> None:
    """activeDeadlineSeconds, less what has passed; then its pods are given their grace."""
    bound = of_job(steady, at_s=40.0, activeDeadlineSeconds=100)
    assert terms(bound) == {"left of activeDeadlineSeconds": 60, "reaction": 5, "grace": 30}
    assert not bound.obstacle


def test_a_job_gives_up_after_its_back_offs() -> None:
    """backoffLimit 3: four pods, and 10, 20 and 40 s between them."""
    bound = of_job(JobFailed(reason="BackoffLimitExceeded"), backoffLimit=3)
    found = terms(bound)
    assert found["back-off of 3 failures"] == 70
    assert found["4 x start"] == 180
    assert bound.obstacle == WORK


def test_back_offs_of_a_job_end_at_ten_minutes() -> None:
    """10, 20, 40, 80, 160, 320, 600, 600."""
    found = terms(of_job(JobFailed(), backoffLimit=8))
    assert found["back-off of 8 failures"] == 630 + 2 * 600


def test_a_job_restarted_by_the_kubelet_has_the_kubelets_back_off() -> None:
    """restartPolicy OnFailure: 10 and 20 s, and each time up to 15 s until it looks again."""
    template: Json = {"spec": {"restartPolicy": "OnFailure"}}
    found = terms(of_job(JobFailed(), backoffLimit=2, template=template))
    assert found["back-off of 2 failures"] == 30 + 2 * 15


def test_a_deadline_that_is_not_there_cannot_be_exceeded() -> None:
    """The promise of DeadlineExceeded needs activeDeadlineSeconds."""
    bound = of_job(JobFailed(reason="DeadlineExceeded"))
    assert bound.obstacle == "the Job has no activeDeadlineSeconds to exceed"


def test_a_running_job_is_repaired_like_any_workload() -> None:
    """It does not have to come to its end."""
    story = Story()
    story.see("Job", "listed", declared("Job", "job", 5, {}))
    lost = (Ref("Pod", NAMESPACE, "a", "a"),)
    story.inject(Deleted(objects=lost))
    bound = bound_of(Converges(workload=JOB, steady=JobRunning(active=1)), told(story))
    assert terms(bound)["pod failure back-off after 1 failures"] == 10
    assert not bound.obstacle


@pytest.mark.parametrize("promise", [StartsJob, StartsNoJob])
def test_a_due_job_is_awaited_until_it_is_due(
    promise: type[StartsJob] | type[StartsNoJob],
) -> None:
    """The story begins at midnight; a minute later the Job of 00:15 is 14 minutes away."""
    due = datetime(2026, 1, 1, 0, 15, tzinfo=UTC)
    story = Story().at(60.0)
    assert bound_of(promise(cron=CRON, due=due), told(story)).seconds == pytest.approx(845.1)
    late = bound_of(promise(cron=CRON, due=due), told(story.at(2000.0)))
    assert terms(late)["until it is due"] == 0
    assert late.seconds == 10


OWNED = (Ref("Pod", NAMESPACE, "a", "a"), Ref("Pod", NAMESPACE, "b", "b"))


@pytest.mark.parametrize(
    "promise", [GoneWithPods(owner=JOB, pods=OWNED), Orphaned(owner=JOB, pods=OWNED)]
)
def test_the_pods_of_a_deleted_owner_are_given_their_grace(promise: Promise) -> None:
    """That of the slowest, as it was before the deletion: it may be gone by now."""
    story = Story()
    for uid, grace_s in (("a", 30), ("b", 50)):
        story.pod(uid, "listed", spec={"terminationGracePeriodSeconds": grace_s})
    story.at(10.0).inject(Deleted(objects=(JOB,)), targets=(JOB,))
    story.pod("b", "deleted")
    story.at(14.0)
    expected = {"reaction": 5, "grace": 50, "end": 15, "since then": -4}
    assert terms(bound_of(promise, told(story))) == expected


def test_lost_nodes_that_are_excused_are_only_noticed() -> None:
    """The daemon pods of other nodes are there already; those of the lost one never return."""
    story = Story()
    story.node("worker", "listed")
    story.node("worker2", "listed")
    spec: Json = {"template": {"spec": {}}}
    story.see("DaemonSet", "listed", declared("DaemonSet", "daemons", 5, spec))
    row = {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute"}
    story.pod("a", "listed", owner=DAEMONS, spec={"tolerations": [row]})
    story.inject(NodeLost(node=Ref("Node", "", "worker", "worker")))
    scene = told(story)
    strict = bound_of(Converges(workload=DAEMONS, steady=OnEachNode()), scene)
    assert strict.obstacle.startswith("no eviction: a tolerates")
    lenient = OnEachNode(are_lost_excused=True)
    bound = bound_of(Converges(workload=DAEMONS, steady=lenient), scene)
    assert "start" not in terms(bound)
    assert not bound.obstacle


def test_a_lost_pod_of_another_kind_is_none_of_the_jobs() -> None:
    """Deleting the Job's own owner is no failure of a pod."""
    story = Story()
    story.see("Job", "listed", declared("Job", "job", 5, {}))
    story.inject(Deleted(objects=(CRON,)))
    story.inject(PodsLost(pods=()))
    bound = bound_of(Converges(workload=JOB, steady=JobRunning(active=1)), told(story))
    assert "back-off" not in str(bound)


def test_failures_of_an_index_are_bounded_by_its_own_limit() -> None:
    """The API server lets the whole fail two thousand million times then."""
    most = 2**31 - 1
    found = of_job(JobFailed(), backoffLimit=most, backoffLimitPerIndex=1)
    assert terms(found)["back-off of 1 failures"] == 10
    assert found.obstacle == WORK


def test_who_may_fail_for_ever_is_not_waited_for_to_the_end() -> None:
    """The bound is told as what it is, and is reckoned within a moment."""
    found = of_job(JobFailed(), backoffLimit=2**31 - 1)
    assert found.obstacle == f"it may fail {2**31 - 1} times"
