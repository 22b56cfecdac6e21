"""Why one pod is not ready: each cause with what must not be taken for it."""

from __future__ import annotations

from typing import Any

import pytest

from reconverge.judges.why import not_converged
from tests.builders import KUBIA, NAMESPACE
from tests.judges.why_world import Wire, World, stamp

REFUSED = "0/4 nodes are available: 4 Insufficient cpu."
AFTERMATH = " no new claims to deallocate, preemption: 0/4 nodes are available"
CRASH: Wire = {
    "restartCount": 2,
    "lastState": {
        "terminated": {
            "exitCode": 3,
            "reason": "Error",
            "startedAt": stamp(5),
            "finishedAt": stamp(6),
        }
    },
}
PROBE: Wire = {"periodSeconds": 1, "failureThreshold": 3}


def one(**more: Any) -> World:
    """A workload of one pod."""
    world = World()
    world.workload(replicas=1, **more)
    return world


def scheduled(status: str, reason: str = "", message: str = "") -> Wire:
    row = {"type": "PodScheduled", "status": status, "reason": reason, "message": message}
    return {"conditions": [row]}


def test_a_ready_pod_has_no_cause() -> None:
    """Whatever was said of it before, a ready pod explains nothing."""
    world = one()
    world.remark("a", "Unhealthy", "Readiness probe failed: refused")
    world.pod("a")
    assert world.told() == ""


def test_the_scheduler_says_why() -> None:
    """Its reasons by number of nodes, without what it thinks of preemption."""
    world = one()
    world.down(
        node="", phase="Pending", status=scheduled("False", "Unschedulable", REFUSED + AFTERMATH)
    )
    world.remark("a", "FailedScheduling", REFUSED, by="default-scheduler")
    explanation = world.explanation()
    assert explanation.sentence == (
        "a cannot be scheduled (Unschedulable): 0/4 nodes are available: 4 Insufficient cpu"
    )
    assert explanation.controller == "default-scheduler"
    assert explanation.indices == (1, 2, 3)
    assert explanation.lines == (
        "#1 ReplicationController kubia asks for 1 pod, has 1, 0 ready",
        "#2 ReplicationController kubia owns a, which is Pending, Unschedulable",
        "#2 a: PodScheduled is False (Unschedulable)",
        f"#3 FailedScheduling by default-scheduler, last 0 s ago: {REFUSED}",
        "now it is up to default-scheduler",
    )


def test_a_gated_pod_is_nobody_s_failure() -> None:
    """Whoever put the gate there removes it."""
    world = one()
    gated = scheduled("False", "SchedulingGated", "Scheduling is blocked due to non-empty gates")
    world.down(node="", phase="Pending", status=gated)
    assert world.told() == (
        "a is held back from scheduling: Scheduling is blocked due to non-empty gates"
    )


def test_no_scheduler_answers() -> None:
    """Silence is told by its name, and only once it is longer than the stamps are coarse."""
    world = one()
    world.down(node="", phase="Pending", status={"conditions": []}, spec={"schedulerName": "mine"})
    assert world.at(1).told() == "a is Pending"
    assert world.at(7).told() == 'no scheduler called "mine" has answered for a for 7 s'


def test_a_pod_that_was_put_on_a_node_needs_no_scheduler() -> None:
    """Daemon-like pods name their node themselves, and never get the condition."""
    world = one()
    world.down(phase="Pending", status={"conditions": []})
    assert world.at(60).told() == "a is Pending"


@pytest.mark.parametrize("reason", ["ErrImageNeverPull", "InvalidImageName"])
def test_an_image_that_can_never_come(reason: str) -> None:
    """No timer runs, and nobody will change it by himself."""
    world = one()
    world.waits(reason, "no such image")
    assert world.told() == f"a has no image ({reason}): no such image"
    assert world.explanation().controller == "nobody: it stays as it is"


def test_the_next_pull() -> None:
    """Ten seconds after the first failure, doubled with each; the message without its layers."""
    world = one()
    layers = 'failed to pull: failed to do request: Head "https://r/": dial tcp: refused'
    world.waits("ImagePullBackOff", layers)
    world.remark("a", "Failed", "Failed to pull image: refused", at_s=20, count=2)
    world.remark("a", "Failed", "Error: ErrImagePull", at_s=20, count=2)
    assert world.at(25).told() == (
        'a has no image (ImagePullBackOff): Head "https://r/": dial tcp: refused; '
        "next pull in 15 s (back-off 20 s)"
    )
    assert world.at(41).told().endswith("next pull is due (back-off 20 s)")


def test_a_pull_without_events_has_no_timer() -> None:
    """What cannot be reckoned is not told."""
    world = one()
    world.waits("ErrImagePull")
    assert world.told() == "a has no image (ErrImagePull): kubia:1"


def test_the_next_restart() -> None:
    """By the kubelet's own back-off, from the end of the last instance."""
    world = one()
    world.waits("CrashLoopBackOff", "back-off 1m20s restarting failed container=main", **CRASH)
    assert world.at(10).told() == (
        "a crashes (exit code 3, Error), 2 restarts; next restart in 1 min 16 s "
        "(back-off 1 min 20 s)"
    )
    assert world.explanation().controller == "the kubelet on worker"


def test_a_container_that_has_just_ended() -> None:
    """Between its end and the back-off there is no timer yet."""
    world = one()
    ended = {"name": "main", "restartCount": 1, "state": CRASH["lastState"]}
    world.down(status={"containerStatuses": [ended]})
    assert world.told() == "a crashes (exit code 3, Error), 1 restart"


def test_a_container_that_ends_well_and_shall_run() -> None:
    """Exit code 0 is no crash, but a server that ends is started again all the same."""
    world = one()
    state = {"terminated": {"exitCode": 0, "reason": "Completed"}}
    world.down(status={"containerStatuses": [{"name": "main", "state": state}]})
    assert world.told() == "a ends and shall not (exit code 0, Completed), 0 restarts"


def test_an_init_container_that_has_done_its_work_is_no_crash() -> None:
    """Its end is what the others wait for."""
    world = one()
    state = {"terminated": {"exitCode": 0, "reason": "Completed"}}
    first = {"name": "first", "state": state}
    waiting = {"name": "main", "state": {"waiting": {"reason": "PodInitializing"}}}
    world.down(status={"initContainerStatuses": [first], "containerStatuses": [waiting]})
    assert world.told() == "a is PodInitializing"


def test_a_container_killed_for_a_probe() -> None:
    """The kubelet said so of this instance; of an earlier one it does not count."""
    world = one()
    world.remark("a", "Killing", "Container main failed liveness probe, will be restarted", at_s=4)
    world.waits("CrashLoopBackOff", **CRASH)
    assert world.told() == "a crashes (exit code 3, Error), 2 restarts"
    world.remark("a", "Killing", "Container main failed liveness probe, will be restarted", at_s=6)
    assert world.told() == (
        "a is killed for failing its liveness probe (exit code 3, Error), 2 restarts"
    )


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ('configmap "env" not found', 'a needs configmap "env", which does not exist'),
        ('secret "env" not found', 'a needs secret "env", which does not exist'),
        (
            "couldn't find key x in ConfigMap exp/env",
            "a cannot create its container (CreateContainerConfigError): "
            "couldn't find key x in ConfigMap exp/env",
        ),
    ],
)
def test_what_a_container_needs(message: str, sentence: str) -> None:
    """The absent object is named; any other reason is told in the kubelet's words."""
    world = one()
    world.waits("CreateContainerConfigError", message)
    assert world.told() == sentence


def test_what_was_missing_and_is_there() -> None:
    """An object that exists by now is not called missing."""
    world = one()
    world.waits("CreateContainerConfigError", 'configmap "env" not found')
    world.provide("ConfigMap", "env")
    assert world.told() == ('a lacked configmap "env", which exists now: the kubelet tries again')


def test_a_volume_that_cannot_be_mounted() -> None:
    """As long as it is the last that the kubelet says."""
    world = one()
    world.waits("ContainerCreating")
    mount = 'MountVolume.SetUp failed for volume "v" : secret "none" not found'
    world.remark("a", "FailedMount", mount, at_s=3, count=4)
    assert world.told() == 'a needs secret "none", which does not exist'
    world.remark("a", "Pulling", "Pulling image kubia:1", at_s=5, kind="Normal")
    assert world.told() == "a is ContainerCreating"


def test_a_sandbox_that_cannot_be_made() -> None:
    """Told in the kubelet's words."""
    world = one()
    world.waits("ContainerCreating")
    world.remark("a", "FailedCreatePodSandBox", "no network")
    assert world.told() == "a cannot be prepared (FailedCreatePodSandBox): no network"


def test_a_namesake_s_events_do_not_count() -> None:
    """A StatefulSet's pod comes again under its name; only its UID tells whose event it is."""
    world = one()
    world.waits("ContainerCreating")
    world.remark("a-before", "FailedMount", 'secret "none" not found')
    assert world.told() == "a is ContainerCreating"


def test_a_readiness_probe_that_fails() -> None:
    """Which probe, how often, and how many times are enough."""
    world = one()
    world.runs(readinessProbe=PROBE)
    world.remark("a", "Unhealthy", "Readiness probe failed: 500", at_s=8, count=6)
    assert world.at(9).told() == (
        "a fails its readiness probe (6 failures, 3 make it unready): 500"
    )


def test_a_startup_probe_counts_for_each_instance() -> None:
    """Failures that led to earlier kills do not count towards the next."""
    world = one()
    world.runs(at_s=10, restarts=2, startupProbe=PROBE)
    kill = "Container main failed startup probe, will be restarted"
    world.remark("a", "Killing", kill, at_s=9, count=2, kind="Normal")
    world.remark("a", "Unhealthy", "Startup probe failed: refused", at_s=12, count=8)
    assert world.told() == "a fails its startup probe (failure 2 of 3): refused"
    world.remark("a", "Killing", kill, at_s=13, kind="Normal")
    assert world.told() == "a is being killed for failing its startup probe: refused"


def test_a_count_that_cannot_be_true_is_not_told() -> None:
    """The cluster limits the number of events."""
    world = one()
    world.runs(at_s=10, startupProbe=PROBE)
    world.remark("a", "Unhealthy", "Startup probe failed: refused", at_s=12, count=25)
    assert world.told() == "a fails its startup probe: refused"


def test_a_probe_failure_of_an_earlier_instance() -> None:
    """What the kubelet said before the present container began is over."""
    world = one()
    world.runs(at_s=10, readinessProbe=PROBE)
    world.remark("a", "Unhealthy", "Readiness probe failed: 500", at_s=8)
    assert world.told() == "a is Running, not ready"


def test_a_probe_failure_from_before_a_good_time() -> None:
    """It was ready since; what makes it unready now is something else."""
    world = one()
    row = {"type": "Ready", "status": "False", "lastTransitionTime": stamp(100)}
    state = {"running": {"startedAt": stamp(0)}}
    status = {"conditions": [row], "containerStatuses": [{"name": "main", "state": state}]}
    spec = {"containers": [{"name": "main", "readinessProbe": PROBE}]}
    world.down(status=status, spec=spec)
    world.remark("a", "Unhealthy", "Readiness probe failed: 500", at_s=8)
    assert world.told() == "a is Running, not ready"


def test_a_probe_of_another_container() -> None:
    """The event's field path says which container it is about."""
    world = one()
    world.runs(readinessProbe=PROBE)
    path = "spec.containers{side}"
    world.remark("a", "Unhealthy", "Readiness probe failed: 500", at_s=8, field=path)
    assert "fails its readiness probe" not in world.told()


def test_a_probe_that_was_not_asked_for() -> None:
    """An event about a probe that the container does not have is not believed."""
    world = one()
    world.runs()
    world.remark("a", "Unhealthy", "Readiness probe failed: 500", at_s=-5)
    assert world.told() == "a is Running, not ready"


def tolerating(seconds: int | None) -> Wire:
    row: Wire = {"key": "node.kubernetes.io/unreachable", "operator": "Exists"}
    return {"tolerations": [row if seconds is None else {**row, "tolerationSeconds": seconds}]}


def test_eviction_is_due() -> None:
    """From the taint on, for as long as the pod tolerates it."""
    world = one()
    world.down(spec=tolerating(300))
    world.lost_node(since_s=60, tainted_s=70)
    explanation = world.at(91).explanation()
    assert explanation.sentence == (
        "a runs on worker, which is NotReady since 31 s (NodeStatusUnknown); "
        "evicted at 5 min by toleration, in 4 min 39 s"
    )
    assert explanation.controller == "taint-eviction-controller"
    assert world.at(380).told().endswith("evicted at 5 min by toleration, that is due now")


def test_a_pod_that_is_never_evicted() -> None:
    """Without a limit a toleration is for ever, as daemon pods have it."""
    world = one()
    world.down(spec=tolerating(None))
    world.lost_node(tainted_s=5)
    assert world.told().endswith("it is never evicted: it tolerates that without limit")


def test_a_lost_node_that_evicts_nobody_yet() -> None:
    """NoSchedule drives no pod out; NoExecute is rationed when many nodes are lost."""
    world = one()
    world.down(spec=tolerating(300))
    world.lost_node()
    assert world.told().endswith("(NodeStatusUnknown); no taint evicts its pods yet")


def test_a_lost_node_comes_before_what_its_kubelet_said_last() -> None:
    """A status of before the loss is no news."""
    world = one()
    world.waits("CrashLoopBackOff", **CRASH)
    world.lost_node()
    assert world.told().startswith("a runs on worker, which is NotReady since 0 s")


def test_the_last_remark_where_nothing_else_is_known() -> None:
    """A warning about exactly that pod, from the time since it became what it is."""
    world = one()
    world.runs(at_s=2)
    world.remark("a", "Odd", "of before", at_s=1)
    world.remark("b", "Odd", "foreign", at_s=3)
    world.remark("a", "Fine", "good news", at_s=3, kind="Normal")
    assert world.told() == "a is Running, not ready"
    world.remark("a", "Odd", "of now", at_s=3)
    assert world.told() == "a is Running, not ready: Odd: of now"


def test_without_the_present_second_no_duration_is_told() -> None:
    """A snapshot alone has no clock."""
    world = one()
    world.waits("CrashLoopBackOff", "back-off 20s restarting failed container", **CRASH)
    latest = world.timeline.latest()
    assert not_converged(latest, KUBIA) == "a crashes (exit code 3, Error), 2 restarts"


def test_the_commonest_cause_is_told_and_the_others_counted() -> None:
    """A reader acts on one cause at a time, and knows how many pods it will help."""
    world = World()
    world.workload(replicas=4)
    world.waits("CrashLoopBackOff", uid="a", **CRASH)
    for uid in ("b", "c"):
        world.waits("ErrImageNeverPull", "absent", uid=uid)
    world.pod("d")
    assert world.told() == (
        "b has no image (ErrImageNeverPull): absent (so it is with 1 more, 1 for another reason)"
    )


def test_pods_of_another_namespace_are_not_blamed() -> None:
    """A pod that names the owner from elsewhere belongs to nobody here."""
    world = one()
    world.pod("a")
    world.pod("b", ready=False, namespace=f"{NAMESPACE}-2")
    assert world.told() == ""
