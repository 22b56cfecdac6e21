"""The bound of each promise, and the deadline that follows from it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reconverge.judges.converges import Converges
from reconverge.judges.effects import NodeLost, PodsLost, Unmarked
from reconverge.judges.invariants import SamePods
from reconverge.judges.pods import Ended, PodReady
from reconverge.judges.predicates import InCondition, Not
from reconverge.judges.promise import Promise
from reconverge.judges.schedule_keeping import KeepsSchedule
from reconverge.judges.states import NodeGone, NodeWhole, Released, Restarts
from reconverge.judges.steady import JobFailed, ReadyPods
from reconverge.judges.temporal import Until
from reconverge.judges.timing import bound_of, deadline_of, scene_of
from reconverge.model import Ref
from reconverge.timeline import RolledBack
from tests.builders import KUBIA, NAMESPACE, START, Story
from tests.judges.steady.worlds import JOB, World
from tests.scenes import fast, terms, told

NODE = Ref("Node", "", "worker", "worker")
POD = Ref("Pod", NAMESPACE, "a", "a")


def a_lost_node() -> Story:
    """A node is lost at second 10."""
    story = Story()
    story.node("worker", "listed")
    story.node("worker2", "listed")
    story.steady("a")
    story.at(10.0).inject(NodeLost(node=NODE), targets=(NODE,))
    return story


def test_a_lost_node_is_noticed_in_what_is_left_of_its_time() -> None:
    """The clock runs since the loss, not since the promise."""
    story = a_lost_node()
    story.at(14.0)
    bound = bound_of(NodeGone(node=NODE), told(story, fast()))
    assert bound.seconds == 12 + 2 + 5 - 4


def test_a_node_is_whole_in_what_is_left_since_it_was_given_back() -> None:
    """The clock runs since the rollback."""
    story = a_lost_node()
    story.at(50.0).append(lambda at_s: RolledBack(at_s=at_s, id="fault-1", sentence="started"))
    story.at(53.0)
    bound = bound_of(NodeWhole(node=NODE), told(story))
    assert terms(bound)["boot"] == 45
    assert terms(bound)["since then"] == -3


def test_a_restart_is_awaited_since_the_container_fell_ill() -> None:
    """Its probe counts from the injection."""
    story = Story()
    story.pod("a", "listed", spec={"containers": [{"name": "main", "livenessProbe": {}}]})
    story.at(10.0).inject(Unmarked(), targets=(POD,))
    story.at(12.0)
    promise = Restarts(pod=POD, container="main", container_id="x", restart_count=0)
    bound = bound_of(promise, told(story))
    assert bound.seconds == 30 + 1 + 30 + 45 - 2


def test_a_restart_after_that_of_the_node_is_awaited_since_then() -> None:
    """Not since the birth of the pod; and before its kubelet can start anything, it has to boot."""
    story = Story()
    story.node("worker", "listed")
    story.at(2.0).pod("a", "added", node="worker", spec={"containers": [{"name": "main"}]})
    story.at(30.0).inject(Unmarked(), targets=(NODE,))
    story.at(31.0)
    promise = Restarts(pod=POD, container="main", container_id="x", restart_count=0)
    found = terms(bound_of(promise, told(story)))
    assert (found["boot"], found["start"], found["since then"]) == (45, 45, -1)


def test_a_pod_that_is_gone_is_not_restarted() -> None:
    """The promise cannot come true any more, and the bound says so."""
    promise = Restarts(pod=POD, container="main", container_id="x", restart_count=0)
    assert bound_of(promise, told(Story())).obstacle == 'no restart: Pod "a" is gone'


def test_a_new_pod_pulls_its_image_and_passes_its_probes() -> None:
    """From its creation on."""
    story = Story()
    probe = {"periodSeconds": 3}
    story.at(5.0).pod("a", "added", spec={"containers": [{"name": "m", "readinessProbe": probe}]})
    story.at(6.0)
    assert terms(bound_of(PodReady(pod=POD), told(story))) == {
        "images": 45,
        "start": 45,
        "1 x readiness period": 3,
        "readiness timeout": 1,
        "since then": -1,
    }


@pytest.mark.parametrize(
    "promise", [Released(pod=POD), Ended(pod=POD, exit_code=137, reason="Error")]
)
def test_a_plain_reaction_is_given_time_to_be_judged(promise: Promise) -> None:
    """The reaction is 5 s; no promise is given less than 10 s."""
    bound = bound_of(promise, told(Story()))
    assert terms(bound) == {"reaction": 5, "time to judge": 5}


def test_a_promise_that_is_asked_for_late_can_still_be_judged() -> None:
    """Its time has run out long ago: it is given what a verdict takes."""
    story = a_lost_node()
    story.at(500.0)
    assert bound_of(NodeGone(node=NODE), told(story)).seconds == pytest.approx(10)


def test_whatever_speaks_of_a_workload_is_given_its_repair() -> None:
    """Promises that are not listed are known by their workload."""
    story = a_lost_node()
    scene = told(story, fast())
    converges = bound_of(Converges(workload=KUBIA, steady=ReadyPods(count=1)), scene)
    assert bound_of(SamePods(workload=KUBIA, pods=(POD,)), scene) == converges
    assert "node-monitor-grace-period" in terms(converges)


def test_a_promise_about_nothing_known_is_given_a_reaction_and_a_start() -> None:
    """The base of all promises."""
    assert terms(bound_of(Promise(), told(Story()))) == {"reaction": 5, "start": 45}


def test_a_stated_deadline_stands_and_the_bound_stands_beside_it() -> None:
    """A scenario may promise more than the settings do."""
    story = a_lost_node()
    scene = told(story, fast())
    deadline = deadline_of(Converges(workload=KUBIA, steady=ReadyPods(count=1)), scene, 3.0)
    assert (deadline.at_s, deadline.is_stated) == (13.0, True)
    assert deadline.bound == bound_of(Converges(workload=KUBIA, steady=ReadyPods(count=1)), scene)


def test_without_a_stated_deadline_the_bound_is_it() -> None:
    """In seconds of the timeline."""
    story = a_lost_node()
    deadline = deadline_of(NodeGone(node=NODE), told(story, fast()), None)
    assert (deadline.at_s, deadline.is_stated) == (10 + 19, False)


def test_what_nothing_bounds_is_not_awaited_for_ever() -> None:
    """It is given what it takes without the obstacle, which the bound names."""
    story = a_lost_node()
    story.node("worker2", ready="Unknown")
    deadline = deadline_of(
        Converges(workload=KUBIA, steady=ReadyPods(count=1)), told(story, fast()), None
    )
    assert deadline.at_s == 10 + 19 + 5 + 5 + 45
    assert deadline.bound is not None
    assert deadline.bound.obstacle.startswith("no eviction: none of the 2 nodes")


def test_the_scene_takes_its_settings_from_the_record() -> None:
    """Without any, Kubernetes' own defaults; the second and the wall clock are the timeline's."""
    story = a_lost_node()
    scene = scene_of(story.at(25.0).timeline)
    assert scene.settings.node_monitor_grace_s.origin == "default of Kubernetes"
    assert scene.now_s == 25.0
    assert scene.wall.isoformat() == "2026-01-01T00:00:25+00:00"


def test_what_was_done_before_is_no_disturbance() -> None:
    """Of earlier faults only the nodes that are still away matter."""
    story = a_lost_node()
    since = len(story.timeline)
    story.inject(PodsLost(pods=(POD,)))
    scene = scene_of(story.timeline, since=since)
    assert [type(one.effect) for one in scene.disturbances] == [PodsLost]
    assert scene.lost == {"worker"}


def test_a_rollback_that_failed_gives_nothing_back() -> None:
    """The node is still away."""
    story = a_lost_node()
    story.append(
        lambda at_s: RolledBack(at_s=at_s, id="fault-1", sentence="started", error="Docker is away")
    )
    scene = scene_of(story.timeline)
    assert scene.lost == {"worker"}
    assert [one.what for one in scene.disturbances] == ["fault"]


def test_a_schedule_is_kept_until_its_last_run_has_begun() -> None:
    """The end of the span, the controller's wake-up and its reaction."""
    until = START + timedelta(seconds=90)
    promise = KeepsSchedule(cron=Ref("CronJob", NAMESPACE, "tick", "cron-1"), until=until)
    story = Story()
    story.at(30.0)
    assert bound_of(promise, told(story)).seconds == 60 + 0.1 + 5


def test_a_job_that_will_end_is_awaited_as_its_end_is() -> None:
    """It is known only when the work is done, or given up."""
    world = World()
    world.show(JOB, {"activeDeadlineSeconds": 300, "template": {}}, {})
    known = InCondition(of=JOB, condition="FailureTarget")
    promise = Until(of=Not(of=InCondition(of=JOB, condition="Failed")), until=known)
    scene = told(world)
    assert bound_of(promise, scene) == bound_of(failing(), scene)
    assert bound_of(promise, scene).seconds > 300


def failing() -> Promise:
    return Converges(workload=JOB, steady=JobFailed(), injections=(), settle_s=1.0)
