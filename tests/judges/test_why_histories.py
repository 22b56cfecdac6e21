"""Random histories: no explanation fails, blames the healthy, or says what is not shown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconverge.model import Ref
from reconverge.timeline import Observed
from tests.builders import KUBIA, NAMESPACE
from tests.judges.steady.worlds import DAEMON_SET, DEPLOYMENT, JOB, NEW_SET, STATEFUL_SET
from tests.judges.why_world import Wire, World, stamp

CRON = Ref("CronJob", NAMESPACE, "nightly", "cron-1")
WORKLOADS = (KUBIA, NEW_SET, DEPLOYMENT, STATEFUL_SET, DAEMON_SET, JOB, CRON)
UIDS = ("kubia-0", "kubia-1", "a", "b")

REASONS = st.sampled_from(
    [
        "FailedCreate", "FailedDelete", "SuccessfulCreate", "FailedScheduling", "Unhealthy",
        "Killing", "BackOff", "Failed", "FailedMount", "JobAlreadyActive", "MissSchedule", "Odd",
    ]
)  # fmt: skip
MESSAGES = st.sampled_from(
    [
        "",
        "exceeded quota: few, requested: pods=1,cpu=1m, used: pods=, limited: pods=x",
        'error looking up service account exp/web: serviceaccount "web" not found',
        "Readiness probe failed: 500",
        "Liveness probe errored and resulted in unknown state: x",
        "Startup probe failed",
        "Container main failed liveness probe, will be restarted",
        "Failed to pull image: refused",
        'secret "none" not found',
        'admission webhook "x" denied the request',
    ]
)
STAMPS = st.one_of(st.none(), st.integers(-10, 400).map(stamp))
STATES = st.one_of(
    st.builds(lambda at: {"running": {"startedAt": at}}, STAMPS),
    st.builds(
        lambda code, at: {"terminated": {"exitCode": code, "startedAt": at, "finishedAt": at}},
        st.sampled_from([0, 1, 137]),
        STAMPS,
    ),
    st.builds(
        lambda reason, message: {"waiting": {"reason": reason, "message": message}},
        st.sampled_from(
            ["", "CrashLoopBackOff", "ErrImagePull", "ContainerCreating", "RunContainerError"]
        ),
        st.one_of(MESSAGES, st.just("back-off 1m20s restarting failed container")),
    ),
    st.just({}),
)
STATUSES = st.lists(
    st.builds(
        lambda state, last, ready, count: {
            "name": "main", "state": state, "lastState": last, "ready": ready,
            "restartCount": count,
        },
        STATES, STATES, st.booleans(), st.integers(0, 40),
    ),
    max_size=2,
)  # fmt: skip
ROWS = st.lists(
    st.builds(
        lambda kind, status, reason, at: {
            "type": kind, "status": status, "reason": reason, "lastTransitionTime": at,
        },
        st.sampled_from(
            ["Ready", "PodScheduled", "ReplicaFailure", "Progressing", "Failed", "Complete",
             "FailureTarget"]
        ),
        st.sampled_from(["True", "False", "Unknown"]),
        st.sampled_from(["", "Unschedulable", "FailedDelete", "ProgressDeadlineExceeded"]),
        STAMPS,
    ),
    max_size=3,
)  # fmt: skip
PODS = st.fixed_dictionaries(
    {
        "owner": st.sampled_from([*WORKLOADS, None]),
        "ready": st.booleans(),
        "phase": st.sampled_from(["Running", "Running", "Pending", "Failed", "Succeeded"]),
        "terminating": st.booleans(),
        "node": st.sampled_from(["", "one", "elsewhere"]),
        "labels": st.sampled_from([{"app": "kubia"}, {"app": "x"}, {}]),
        "header": st.sampled_from([{}, {"finalizers": ["example.com/hold"]}]),
        "status": st.one_of(
            st.none(), st.builds(lambda one, two: {"containerStatuses": one, "conditions": two},
                                 STATUSES, ROWS)
        ),
        "spec": st.sampled_from(
            [None, {"tolerations": [{"operator": "Exists"}]}, {"restartPolicy": "Never"}]
        ),
    }
)  # fmt: skip
SPECS = st.fixed_dictionaries(
    {},
    optional={
        "replicas": st.integers(0, 4),
        "paused": st.booleans(),
        "suspend": st.booleans(),
        "parallelism": st.integers(0, 3),
        "completions": st.integers(0, 3),
        "backoffLimit": st.integers(0, 2),
        "activeDeadlineSeconds": st.integers(0, 100),
        "startingDeadlineSeconds": st.integers(0, 100),
        "schedule": st.sampled_from(["* * * * *", "@daily", "nonsense", ""]),
        "concurrencyPolicy": st.sampled_from(["Allow", "Forbid"]),
        "podManagementPolicy": st.sampled_from(["Parallel", "OrderedReady"]),
    },
)
OPS = st.one_of(
    st.tuples(st.just("pod"), st.sampled_from(UIDS), PODS),
    st.tuples(st.just("gone"), st.sampled_from(UIDS), st.none()),
    st.tuples(st.just("workload"), st.sampled_from(WORKLOADS), st.tuples(SPECS, ROWS)),
    st.tuples(
        st.just("remark"),
        st.sampled_from([*UIDS, *(ref.uid for ref in WORKLOADS)]),
        st.tuples(REASONS, MESSAGES, st.integers(-10, 300), st.integers(0, 60)),
    ),
    st.tuples(
        st.just("node"),
        st.sampled_from(["True", "False", "Unknown"]),
        st.sampled_from([(), ("node.kubernetes.io/unreachable:NoExecute",)]),
    ),
    st.tuples(st.just("time"), st.sampled_from([1, 30, 3600]), st.none()),
)


def play(world: World, op: tuple[str, Any, Any]) -> None:
    """One thing happens."""
    name, what, more = op
    match name:
        case "pod":
            world.pod(what, **more)
        case "gone":
            world.pod(what, "deleted")
        case "workload":
            spec, rows = more
            labels: Wire = {"app": "kubia"}
            selector = labels if what.kind == "ReplicationController" else {"matchLabels": labels}
            world.show(what, {"selector": selector, **spec}, {"conditions": rows})
        case "remark":
            reason, message, at_s, count = more
            world.remark(what, reason, message, at_s=at_s, count=count)
        case "node":
            world.machine("one", ready=what, taints=more)
        case _:
            world.at(world.timeline.now_s() + what)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(OPS, max_size=20), st.sampled_from(WORKLOADS))
def test_an_explanation_never_fails_and_shows_what_it_says(ops: list[Any], ref: Ref) -> None:
    """Whatever happened: evidence is on the timeline, about something that is there now."""
    world = World()
    for op in ops:
        play(world, op)
    explanation = world.explanation(ref)
    assert bool(explanation.evidence) <= bool(explanation.sentence)
    for index in explanation.indices:
        record = world.timeline[index].record
        assert isinstance(record, Observed)
        assert world.timeline.latest().get(record.kind, record.uid) is not None


def heal(world: World) -> None:
    """Every workload gets what it asks for, by new pods with the right labels."""
    for pod in world.timeline.latest().pods():
        world.pod(pod.uid, "deleted")
    world.machine("one")
    world.workload(replicas=1)
    world.pod("new", owner=KUBIA)
    world.deployment(replicas=1)
    world.replica_set(NEW_SET, revision="2", replicas=1)
    world.pod("newer", owner=NEW_SET)
    world.stateful_set(replicas=1)
    world.ordinal("kubia-0-again", header={"name": "kubia-0"})
    world.daemon_set()
    world.daemon("newest", "one")
    world.job(active=1)
    world.worker("at-work", ready=False)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(OPS, max_size=20))
def test_the_healthy_are_never_blamed(ops: list[Any]) -> None:
    """After any history a workload that has what it asks for is explained by nothing."""
    world = World()
    for op in ops:
        play(world, op)
    heal(world)
    for ref in (KUBIA, DEPLOYMENT, STATEFUL_SET, DAEMON_SET, JOB):
        assert world.told(ref) == "", ref


@pytest.mark.parametrize("ref", WORKLOADS)
def test_a_world_without_it(ref: Ref) -> None:
    """What was never seen is called so."""
    assert World().told(ref) == f"{ref} was never seen"
