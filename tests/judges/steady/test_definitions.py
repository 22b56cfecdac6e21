"""Each steady state on a world that has it, and on worlds that lack exactly one thing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reconverge.judges.steady import JobComplete, JobFailed, JobRunning, OnEachNode, ReadyPods
from reconverge.model import Ref
from tests.judges.steady.worlds import (
    DAEMON_SET,
    DEPLOYMENT,
    JOB,
    NEW_SET,
    OLD_SET,
    STATEFUL_SET,
    World,
)

TWO = ReadyPods(count=2)
Twist = Callable[[World], object]


def nothing(world: World) -> None:
    """The world stays as it is."""


def rolled_out(twist: Twist) -> tuple[str, ...]:
    world = World()
    world.rolled_out()
    twist(world)
    return world.lacking(DEPLOYMENT, TWO)


@pytest.mark.parametrize(
    ("twist", "lacking"),
    [
        (nothing, ()),
        (lambda one: one.pod("a", "deleted"), ("1 active pods of 2",)),
        (lambda one: one.pod("a", owner=NEW_SET, ready=False), ("1 ready pods of 2",)),
        (lambda one: one.pod("old", owner=OLD_SET), ("old is of an older revision",)),
        (lambda one: one.pod("old", owner=OLD_SET, terminating=True), ()),
        (
            lambda one: one.pod("bare", owner=None),
            ("bare matches its selector but is not adopted",),
        ),
        (
            lambda one: one.deployment(updatedReplicas=1),
            ("its status says 2 available and 1 up to date of 2",),
        ),
        (lambda one: one.deployment(replicas=3), ("it asks for 3 pods, not 2",)),
        (lambda one: one.deployment(revision="3"), ("it has no ReplicaSet yet",)),
    ],
)
def test_deployment(twist: Twist, lacking: tuple[str, ...]) -> None:
    """All pods are of the newest ReplicaSet, which is steady, and the status says so."""
    assert rolled_out(twist) == lacking


def in_order(twist: Twist) -> tuple[str, ...]:
    world = World()
    world.stateful_set()
    world.ordinal("kubia-0")
    world.ordinal("kubia-1")
    twist(world)
    return world.lacking(STATEFUL_SET, TWO)


def renamed(world: World) -> None:
    world.pod("kubia-1", "deleted")
    world.ordinal("kubia-7")


@pytest.mark.parametrize(
    ("twist", "lacking"),
    [
        (nothing, ()),
        (renamed, ("kubia-1 is missing", "kubia-7 is none of its ordinals")),
        (
            lambda one: one.pod("kubia-1", "deleted"),
            ("1 active pods of 2", "kubia-1 is missing"),
        ),
        (
            lambda one: one.ordinal("kubia-0", revision="r1"),
            ("kubia-0 is of an older revision",),
        ),
        (
            lambda one: (
                one.ordinal("kubia-0", revision="r1"),
                one.stateful_set(spec={"updateStrategy": {"rollingUpdate": {"partition": 1}}}),
            ),
            (),
        ),
        (
            lambda one: (
                one.ordinal("kubia-0", revision="r1"),
                one.stateful_set(spec={"updateStrategy": {"type": "OnDelete"}}),
            ),
            (),
        ),
        (
            lambda one: one.stateful_set(spec={"ordinals": {"start": 1}}),
            ("kubia-2 is missing", "kubia-0 is none of its ordinals"),
        ),
        (lambda one: one.stateful_set(readyReplicas=1), ("its status says 1 ready of 2",)),
        (
            lambda one: one.pod("kubia-2", owner=None),
            ("kubia-2 matches its selector but is not adopted",),
        ),
        (lambda one: (one.pod("kubia-x", owner=None), one.pod("other-2", owner=None)), ()),
    ],
)
def test_stateful_set(twist: Twist, lacking: tuple[str, ...]) -> None:
    """Each ordinal is filled once, by a ready pod of the current revision unless it is exempt."""
    assert in_order(twist) == lacking


def on_ssds(twist: Twist, steady: OnEachNode) -> tuple[str, ...]:
    world = World()
    world.daemon_set(pod={"nodeSelector": {"disk": "ssd"}})
    world.machine("n1", disk="ssd")
    world.machine("n2", disk="ssd")
    world.machine("n3")
    world.daemon("a", "n1")
    world.daemon("b", "n2")
    twist(world)
    return world.lacking(DAEMON_SET, steady)


def lost(world: World) -> None:
    world.machine(
        "n2", ready="Unknown", taints=("node.kubernetes.io/unreachable:NoExecute",), disk="ssd"
    )
    world.daemon("b", "n2", ready=False)
    world.daemon_set(pod={"nodeSelector": {"disk": "ssd"}}, numberReady=1)


@pytest.mark.parametrize(
    ("twist", "lacking"),
    [
        (nothing, ()),
        (lambda one: one.pod("b", "deleted"), ("no pod on n2",)),
        (lambda one: one.daemon("c", "n2"), ("2 pods on n2",)),
        (lambda one: one.daemon("b", "n2", ready=False), ("b on n2 is Running, not ready",)),
        (lambda one: one.daemon("c", "n3"), ("a pod where none should be: n3",)),
        (lambda one: one.daemon("c", "n3", terminating=True), ()),
        (
            lambda one: one.machine("n3", disk="ssd"),
            (
                "no pod on n3",
                "its status says 2 ready of 2, 0 misplaced, 2 up to date",
            ),
        ),
        (
            lambda one: one.machine("n3", taints=("maintenance:NoSchedule",), disk="ssd"),
            (),
        ),
        (
            lambda one: (
                one.machine("n2", taints=("maintenance:NoSchedule",), disk="ssd"),
                one.daemon_set(pod={"nodeSelector": {"disk": "ssd"}}, desiredNumberScheduled=1),
            ),
            (),
        ),
        (
            lambda one: (
                one.machine("n2", taints=("maintenance:NoExecute",), disk="ssd"),
                one.daemon_set(pod={"nodeSelector": {"disk": "ssd"}}, desiredNumberScheduled=1),
            ),
            ("a pod where none should be: n2",),
        ),
        (
            lambda one: one.machine(
                "n2", taints=("node.kubernetes.io/unschedulable:NoSchedule",), disk="ssd"
            ),
            (),
        ),
        (
            lost,
            (
                "b on n2 is Running, not ready",
                "its status says 1 ready of 2, 0 misplaced, 2 up to date",
            ),
        ),
    ],
)
def test_daemon_set(twist: Twist, lacking: tuple[str, ...]) -> None:
    """One ready pod on each node that admits it; a node that admits no new one may keep its own."""
    assert on_ssds(twist, OnEachNode()) == lacking


def test_daemon_set_excuses_lost_nodes_where_asked() -> None:
    """A daemon pod stays on a lost node, and nobody can make it ready."""
    assert on_ssds(lost, OnEachNode(are_lost_excused=True)) == ()


def test_a_pending_daemon_pod_fills_the_place_it_is_meant_for() -> None:
    """It is bound by affinity before the scheduler gives it a node."""
    row = {"key": "metadata.name", "operator": "In", "values": ["n2"]}
    terms = {"nodeSelectorTerms": [{"matchFields": [row]}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}

    def twist(world: World) -> None:
        world.daemon("b", "", ready=False, phase="Pending", spec={"affinity": affinity})

    assert on_ssds(twist, OnEachNode()) == ("b on n2 is Pending",)


def ended(end: str, reason: str, twist: Twist, steady: JobComplete | JobFailed) -> tuple[str, ...]:
    world = World()
    world.job(end=end, reason=reason, succeeded=2)
    for uid in ("a", "b"):
        world.worker(uid, is_counted=True, phase="Succeeded", ready=False)
    twist(world)
    return world.lacking(JOB, steady)


@pytest.mark.parametrize(
    ("twist", "lacking"),
    [
        (nothing, ()),
        (lambda one: one.job(succeeded=2), ("it has not ended",)),
        (
            lambda one: one.job(end="Failed", reason="DeadlineExceeded", succeeded=2),
            ("it ended as Failed (DeadlineExceeded)",),
        ),
        (
            lambda one: one.worker("a", phase="Succeeded"),
            ("a still carries the tracking finalizer",),
        ),
        (lambda one: one.job(end="Complete", succeeded=1), ("1 of 2 completions",)),
        (
            lambda one: one.worker("c", is_counted=True),
            ("1 pods are active",),
        ),
        (
            lambda one: one.worker("c", terminating=True),
            ("c still carries the tracking finalizer",),
        ),
    ],
)
def test_job_complete(twist: Twist, lacking: tuple[str, ...]) -> None:
    """At its end, with as many successes as asked for, and nothing left that runs or hangs."""
    done = JobComplete(completions=2)
    assert ended("Complete", "CompletionsReached", twist, done) == lacking


def test_job_failed() -> None:
    """The reason counts, where one is asked for."""
    assert ended("Failed", "BackoffLimitExceeded", nothing, JobFailed()) == ()
    wanted = JobFailed(reason="DeadlineExceeded")
    assert ended("Failed", "BackoffLimitExceeded", nothing, wanted) == (
        "it ended as Failed (BackoffLimitExceeded), not for DeadlineExceeded",
    )


@pytest.mark.parametrize(
    ("twist", "lacking"),
    [
        (nothing, ()),
        (
            lambda one: one.worker("b", ready=False, phase="Pending"),
            ("1 running and 2 active pods of 2",),
        ),
        (lambda one: one.job(active=3), ("its status says 3 active",)),
        (
            lambda one: one.job(end="Complete", reason="CompletionsReached", active=2),
            ("it has ended: Complete (CompletionsReached)",),
        ),
    ],
)
def test_job_running(twist: Twist, lacking: tuple[str, ...]) -> None:
    """As many pods run as it may have at once, and the status says so."""
    world = World()
    world.job(active=2)
    world.worker("a")
    world.worker("b")
    twist(world)
    assert world.lacking(JOB, JobRunning(active=2)) == lacking


@pytest.mark.parametrize(
    "steady", [TWO, OnEachNode(), JobComplete(), JobFailed(), JobRunning(active=1)]
)
def test_of_a_workload_that_is_gone_everything_is_lacking(steady: object) -> None:
    """A state that nobody is in any more is not steady."""
    gone = Ref("Job", "exp", "gone", "gone")
    assert World().lacking(gone, steady) == ('Job "gone" is gone',)  # type: ignore[arg-type]
