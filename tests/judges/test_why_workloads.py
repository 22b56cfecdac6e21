"""Why a workload has not converged: its controller, its admission, its order, its end."""

from __future__ import annotations

from typing import Any

import pytest

from reconverge.judges.why import explain
from reconverge.model import JOB_TRACKING, Ref, Snapshot
from tests.builders import KUBIA, NAMESPACE
from tests.judges.steady.worlds import (
    DAEMON_SET,
    DEPLOYMENT,
    JOB,
    NEW_SET,
    OLD_SET,
    STATEFUL_SET,
)
from tests.judges.why_world import Wire, World, stamp

QUOTA = (
    'pods "kubia-x" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, '
    "limited: pods=1"
)
CRON = Ref("CronJob", NAMESPACE, "nightly", "cron-1")
RUN = Ref("Job", NAMESPACE, "nightly-29453763", "run-1")


def test_a_workload_that_is_gone_or_was_never_seen() -> None:
    """Only what was seen can have been deleted."""
    world = World()
    assert explain(Snapshot(), KUBIA).sentence == 'ReplicationController "kubia" was never seen'
    world.workload()
    world.workload("deleted")
    assert world.told() == 'ReplicationController "kubia" was deleted'
    assert world.explanation().lines == ()


def test_steady_workloads_have_no_cause() -> None:
    """Of every kind; old remarks about them change nothing."""
    world = World()
    world.steady("k1", "k2")
    world.rolled_out()
    world.stateful_set()
    for name in ("kubia-0", "kubia-1"):
        world.ordinal(name)
    world.machine("one")
    world.daemon_set()
    world.daemon("d", "one")
    world.job(end="Complete", succeeded=1)
    for ref in (KUBIA, DEPLOYMENT, STATEFUL_SET, DAEMON_SET, JOB):
        world.remark(ref.uid, "FailedCreate", QUOTA)
        assert world.told(ref) == "", ref


def test_silence_comes_first() -> None:
    """What its controller left undone explains all that is lacking."""
    world = World()
    world.workload(replicas=2, generation=3, observed=2)
    words = "replicaset-controller is silent: it left a surplus pod alone for 5 s"
    explanation = world.explanation(silence=words)
    assert explanation.sentence == words
    assert explanation.lines == (
        "#1 kubia is of generation 3, its status of generation 2",
        "now it is up to replicaset-controller",
    )


@pytest.mark.parametrize(
    ("message", "what"),
    [
        (QUOTA, 'quota "few" is exceeded (requested pods=1, used pods=1 of pods=1)'),
        (
            'pods "kubia-" is forbidden: error looking up service account exp/web: '
            'serviceaccount "web" not found',
            'service account "web" does not exist',
        ),
        (
            'pods "kubia-x" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
            "a LimitRange forbids them: maximum cpu usage per Container is 1, but limit is 2",
        ),
        (
            'pods "kubia-x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot',
            'PodSecurity forbids them: "restricted:latest": runAsNonRoot',
        ),
        (
            'admission webhook "pods.example.com" denied the request: no',
            "the webhook pods.example.com denies them: no",
        ),
        (
            'Internal error occurred: failed calling webhook "pods.example.com": refused',
            "the webhook pods.example.com cannot be asked: refused",
        ),
        (
            "pods \"kubia-x\" is forbidden: ValidatingAdmissionPolicy 'small' with binding 'all' "
            "denied request: too large",
            "the policy small denies them: too large",
        ),
        ("etcdserver: request timed out", "etcdserver: request timed out"),
        ("", "no reason given"),
    ],
)
def test_pods_that_are_refused(message: str, what: str) -> None:
    """Who refuses them, and why."""
    world = World()
    world.refusal(message)
    assert world.told() == f"1 of 2 pods cannot be created: {what}"


def test_the_next_attempt_after_a_refusal() -> None:
    """Doubled from 5 ms with each failure since the last success, and told as evidence."""
    world = World()
    world.remark(KUBIA.uid, "FailedCreate", QUOTA, count=50)
    world.remark(KUBIA.uid, "SuccessfulCreate", "Created pod: b", kind="Normal")
    world.refusal(QUOTA, at_s=10, count=13)
    explanation = world.at(12).explanation()
    assert explanation.lines[-2:] == (
        "replication-controller: it tries again in 18 s (back-off 20 s)",
        "now it is up to whoever lifts the refusal; then replication-controller",
    )


def test_a_quota_that_has_room_by_now() -> None:
    """Nothing refuses the pods any more; only their controller does not know."""
    world = World()
    world.refusal(QUOTA, at_s=10, count=13)
    world.provide(
        "ResourceQuota", "few", spec={"hard": {"pods": "1"}}, status={"used": {"pods": "1"}}
    )
    assert world.told() == (
        '1 of 2 pods cannot be created: quota "few" is exceeded '
        "(requested pods=1, used pods=1 of pods=1)"
    )
    world.provide(
        "ResourceQuota", "few", spec={"hard": {"pods": "2"}}, status={"used": {"pods": "1"}}
    )
    assert world.at(12).told() == (
        'quota "few" refused its pods and has room now; replication-controller tries again '
        "in 18 s (back-off 20 s)"
    )


def test_an_account_that_exists_by_now() -> None:
    """It is the back-off that is waited for."""
    world = World()
    world.refusal('error looking up service account exp/web: serviceaccount "web" not found')
    world.provide("ServiceAccount", "web")
    assert world.told() == (
        'service account "web" was missing and exists now; replication-controller tries again now'
    )


def test_pods_that_cannot_be_deleted() -> None:
    """The condition is about deletion as well."""
    world = World()
    row = {"type": "ReplicaFailure", "status": "True", "reason": "FailedDelete", "message": "no"}
    world.workload(replicas=1, conditions=[row])
    for uid in ("a", "b"):
        world.pod(uid)
    assert world.told() == (
        "2 active pods of 1: replication-controller has not removed the surplus yet"
    )
    world.workload(replicas=3, conditions=[row])
    assert world.told() == "its pods cannot be deleted: no"


def test_a_refusal_that_a_success_has_overtaken() -> None:
    """An old event of a kind without a condition is over once a pod was made."""
    world = World()
    world.stateful_set()
    world.remark(STATEFUL_SET.uid, "FailedCreate", QUOTA, at_s=-10)
    assert "cannot be created" in world.told(STATEFUL_SET)
    world.ordinal("kubia-0")
    assert world.told(STATEFUL_SET) == "statefulset-controller has not made kubia-1 yet"
    world.remark(STATEFUL_SET.uid, "FailedCreate", QUOTA, at_s=10)
    assert "cannot be created" in world.told(STATEFUL_SET)
    world.remark(STATEFUL_SET.uid, "SuccessfulCreate", "create Pod", at_s=10, kind="Normal")
    assert world.told(STATEFUL_SET) == "statefulset-controller has not made kubia-1 yet"


@pytest.mark.parametrize(
    ("finalizer", "ending"),
    [
        ("foregroundDeletion", "and waits for its pods to go first (foregroundDeletion)"),
        ("orphan", "and waits until its pods are let go (orphan)"),
        ("example.com/hold", "and held by the finalizer example.com/hold"),
        ("", ""),
    ],
)
def test_a_workload_that_is_being_deleted(finalizer: str, ending: str) -> None:
    """Who holds it is named."""
    world = World()
    finalizers = [finalizer] if finalizer else []
    world.show(STATEFUL_SET, {}, {}, deletionTimestamp=stamp(5), finalizers=finalizers)
    told = 'StatefulSet "kubia" is being deleted'
    assert world.told(STATEFUL_SET) == f"{told} {ending}".strip()


def test_a_paused_rollout() -> None:
    """A pause explains a template that is not rolled out, never a pod that is lost."""
    world = World()
    world.rolled_out()
    paused: Wire = {"replicas": 2, "paused": True, "selector": {"matchLabels": {"app": "kubia"}}}
    header = {"annotations": {"deployment.kubernetes.io/revision": "2"}}
    world.show(DEPLOYMENT, paused, {"updatedReplicas": 2}, **header)
    world.pod("a", "deleted")
    assert world.told(DEPLOYMENT) == (
        "1 active pods of 2: replicaset-controller has not made the rest yet"
    )
    world.show(DEPLOYMENT, paused, {"updatedReplicas": 0}, **header)
    assert world.told(DEPLOYMENT) == (
        "its rollout is paused: no pod of its newest template is made until spec.paused is false"
    )


def test_a_rollout_past_its_deadline() -> None:
    """The deadline is told with what keeps the newest ReplicaSet's pods from being ready."""
    world = World()
    row = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
    world.deployment(conditions=[row])
    world.replica_set(OLD_SET, revision="1", replicas=0)
    world.replica_set(NEW_SET, revision="2", replicas=2)
    world.pod("a", owner=NEW_SET)
    world.pod("b", owner=NEW_SET)
    assert world.told(DEPLOYMENT) == ""
    world.down("b", owner=NEW_SET)
    assert world.told(DEPLOYMENT) == (
        "its rollout is past its deadline of 10 min (ProgressDeadlineExceeded): "
        "b is Running, not ready"
    )


def test_a_deployment_without_its_replica_set() -> None:
    """That is its own controller's to make."""
    world = World()
    world.deployment()
    assert world.told(DEPLOYMENT) == "deployment-controller has not made its ReplicaSet yet"


def test_ordinals_wait_for_the_one_before() -> None:
    """In order by default; side by side where it is asked for."""
    world = World()
    world.stateful_set(replicas=3)
    world.down("kubia-0", owner=STATEFUL_SET)
    assert world.told(STATEFUL_SET) == (
        "kubia-1, kubia-2 wait for kubia-0: kubia-0 is Running, not ready"
    )
    world.ordinal("kubia-1")
    assert world.told(STATEFUL_SET) == "kubia-2 waits for kubia-0: kubia-0 is Running, not ready"
    world.stateful_set(replicas=3, spec={"podManagementPolicy": "Parallel"})
    assert world.told(STATEFUL_SET) == "kubia-0 is Running, not ready (1 for another reason)"


def test_an_ordinal_beyond_the_last() -> None:
    """Scaled down, the last goes first."""
    world = World()
    world.stateful_set(replicas=1)
    for name in ("kubia-0", "kubia-2", "kubia-10"):
        world.ordinal(name)
    assert world.told(STATEFUL_SET) == "statefulset-controller has not removed kubia-10 yet"


def leaving(world: World, *, finalizers: tuple[str, ...] = (), running: bool = False) -> None:
    """kubia-0 is being deleted since second 30, with half a minute of grace."""
    state = {"running": {}} if running else {"terminated": {"exitCode": 0}}
    world.stateful_set(replicas=1)
    world.ordinal(
        "kubia-0",
        terminating=True,
        status={"containerStatuses": [{"name": "main", "state": state}]},
        header={"finalizers": list(finalizers)},
    )


def test_a_pod_that_takes_its_grace() -> None:
    """As long as its containers run no finalizer is to blame."""
    world = World()
    leaving(world, finalizers=("example.com/hold",), running=True)
    assert world.at(48).told(STATEFUL_SET) == ("kubia-0 is being deleted; its grace ends in 12 s")


def test_a_pod_that_a_finalizer_holds() -> None:
    """A Job's own tracking finalizer is in good hands."""
    world = World()
    leaving(world, finalizers=(JOB_TRACKING, "example.com/hold"))
    assert world.told(STATEFUL_SET) == (
        "kubia-0 is being deleted and held by the finalizer example.com/hold"
    )
    world = World()
    leaving(world, finalizers=(JOB_TRACKING,))
    assert world.at(48).told(STATEFUL_SET) == "kubia-0 is being deleted; its grace ends in 12 s"


def test_a_pod_that_is_deleted_on_a_dead_node() -> None:
    """Nobody but its kubelet may say that it has ended."""
    world = World()
    leaving(world, finalizers=("example.com/hold",), running=True)
    world.lost_node(since_s=0)
    assert world.at(48).told(STATEFUL_SET) == (
        "kubia-0 is being deleted, but worker is NotReady since 48 s (NodeStatusUnknown): it "
        "stays until the kubelet returns, it is deleted by force, or the node is tainted "
        "out-of-service"
    )


def test_the_node_that_lacks_its_daemon() -> None:
    """It is named, and so is why; nodes that admit none do not count."""
    world = World()
    world.machine("one")
    world.machine("two")
    world.machine("three", taints=("mine:NoSchedule",))
    world.daemon_set()
    world.daemon("a", "one")
    assert world.told(DAEMON_SET) == (
        "two has no ready pod: daemonset-controller has not made it yet"
    )
    world.remark(DAEMON_SET.uid, "FailedCreate", QUOTA)
    assert world.told(DAEMON_SET).startswith("two has no ready pod: its pods cannot be created: ")
    world.daemon("b", "two", ready=False)
    assert world.told(DAEMON_SET) == "two has no ready pod: b is Running, not ready"


def test_a_daemon_that_no_node_admits() -> None:
    """For each node the reason: a label, an affinity, a taint."""
    world = World()
    world.machine("one", taints=("mine:NoSchedule",), disk="ssd")
    world.machine("two")
    world.daemon_set(pod={"nodeSelector": {"disk": "ssd"}})
    assert world.told(DAEMON_SET) == (
        "no node admits its pods: one with the taint mine:NoSchedule; "
        "two without the label disk=ssd"
    )
    row = {"key": "disk", "operator": "In", "values": ["hdd"]}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [row]}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}
    world.daemon_set(pod={"affinity": affinity})
    assert world.told(DAEMON_SET) == "no node admits its pods: one, two outside its node affinity"


def ended(code: int, at_s: float) -> Wire:
    end = {"exitCode": code, "finishedAt": stamp(at_s)}
    return {"containerStatuses": [{"name": "main", "state": {"terminated": end}}]}


def test_a_job_without_a_number_of_completions() -> None:
    """Once a pod of it has succeeded no other is to be made."""
    world = World()
    world.job()
    assert world.told(JOB) == "0 active pods of 1: job-controller has not made the rest yet"
    world.worker("a", phase="Succeeded")
    assert world.told(JOB) == ""


def test_the_next_pod_of_a_job() -> None:
    """Ten seconds after the first failure, doubled with each since the last success."""
    world = World()
    world.show(JOB, {"completions": 2}, {"failed": 2})
    world.worker("a", phase="Failed", status=ended(1, 2))
    world.worker("b", phase="Succeeded", status=ended(0, 4))
    world.worker("c", phase="Failed", status=ended(2, 6))
    world.worker("d", phase="Failed", status=ended(3, 10))
    assert world.at(12).told(JOB) == (
        "its next pod comes in 18 s: back-off of 20 s after 2 failed pods, last exit code 3"
    )


def test_a_job_whose_last_pod_failed_gets_no_next_one() -> None:
    """Its pods have failed before its controller says so."""
    world = World()
    world.show(JOB, {"backoffLimit": 0}, {"ready": 0})
    world.worker("a", phase="Failed", status=ended(1, 2))
    assert world.told(JOB) == (
        "1 pod failed, more than backoffLimit 0: job-controller has not given it up yet"
    )


@pytest.mark.parametrize(
    ("reason", "what"),
    [
        ("DeadlineExceeded", "it was active for longer than 1 min 30 s"),
        ("BackoffLimitExceeded", "1 pod failed, backoffLimit is 6, last exit code 3"),
        ("PodFailurePolicy", "no reason given"),
    ],
)
def test_a_job_that_was_given_up(reason: str, what: str) -> None:
    """For which reason, and by which number."""
    world = World()
    rows = [{"type": "FailureTarget", "status": "True", "reason": reason}]
    world.show(JOB, {"activeDeadlineSeconds": 90}, {"failed": 1, "conditions": rows})
    world.worker("a", phase="Failed", status=ended(3, 5))
    world.worker("b")
    assert world.told(JOB) == f"it was given up ({reason}): {what}; it waits for 1 pod to end"
    rows = [{"type": "Failed", "status": "True", "reason": reason}]
    world.show(JOB, {"activeDeadlineSeconds": 90}, {"failed": 1, "conditions": rows})
    assert world.told(JOB) == f"it was given up ({reason}): {what}"


def test_a_job_at_work_is_not_explained() -> None:
    """A Job asks for running pods, not for ready ones; one that cannot start is told."""
    world = World()
    world.job(active=1)
    world.worker("a", ready=False)
    assert world.told(JOB) == ""
    world.worker("a", ready=False, phase="Pending", node="", status={"containerStatuses": []})
    assert world.told(JOB) == "a is Pending"


def test_a_suspended_job() -> None:
    """It waits for somebody."""
    world = World()
    world.show(JOB, {"suspend": True}, {})
    assert world.told(JOB) == "it is suspended: no pod of it is made until spec.suspend is false"


def nightly(world: World, *, last_s: float | None = None, **spec: Any) -> None:
    """A CronJob due at every full minute; the story begins at midnight."""
    asked: Wire = {"schedule": "* * * * *", **spec}
    status: Wire = {} if last_s is None else {"lastScheduleTime": stamp(last_s)}
    world.show(CRON, asked, status)


def test_a_cron_job_that_is_not_due() -> None:
    """Before its first minute the next one is told; later there is nothing to explain."""
    world = World()
    nightly(world, schedule="3 * * * *")
    assert world.at(20).told(CRON) == (
        "no Job of it was due yet; the next is due at 00:03 UTC, in 2 min 40 s"
    )
    nightly(world, last_s=60)
    assert world.at(70).told(CRON) == ""


def test_a_job_is_due_to_the_second() -> None:
    """Just before its minute it is not late; on the minute it is due."""
    world = World()
    nightly(world)
    assert (
        world.at(59.6).told(CRON) == "no Job of it was due yet; the next is due at 00:01 UTC, now"
    )
    assert world.at(60.0).told(CRON) == ""
    assert world.at(62.0).told(CRON) == "the Job due at 00:01 UTC is not started, 2 s late"


@pytest.mark.parametrize("schedule", ["nonsense", "@every 90s", "* * * * *"])
def test_a_schedule_without_a_second_of_its_own(schedule: str) -> None:
    """What cannot be reckoned is not told."""
    world = World()
    nightly(world, schedule=schedule, timeZone="" if schedule != "* * * * *" else "No/Where")
    assert world.at(500).told(CRON) == ""


def test_a_suspended_cron_job() -> None:
    """However late its Job is."""
    world = World()
    nightly(world, suspend=True)
    assert world.at(500).told(CRON) == (
        "it is suspended: it makes no Job until spec.suspend is false"
    )


def test_a_late_and_a_missed_job() -> None:
    """Late within its deadline, missed after it, and neither once there is a Job of that minute."""
    world = World()
    nightly(world, last_s=120, startingDeadlineSeconds=20)
    assert world.at(181).told(CRON) == ""
    assert world.at(185).told(CRON) == "the Job due at 00:03 UTC is not started, 5 s late"
    world.remark(CRON.uid, "MissSchedule", "Missed scheduled time", at_s=205)
    explanation = world.at(205).explanation(CRON)
    assert explanation.sentence == (
        "the Job due at 00:03 UTC was missed: it was not started within startingDeadlineSeconds, "
        "20 s; the next is due at 00:04 UTC, in 35 s"
    )
    assert "MissSchedule by kubelet" in explanation.lines[-2]
    world.show(RUN, {}, {})
    assert world.told(CRON) == ""


def test_a_job_that_is_forbidden_while_another_runs() -> None:
    """The one that runs is named; a Job on the list that does not exist forbids nothing."""
    world = World()
    running = Ref("Job", NAMESPACE, "nightly-1", "run-0")
    asked: Wire = {"schedule": "* * * * *", "concurrencyPolicy": "Forbid"}
    status = {"lastScheduleTime": stamp(120), "active": [{"name": "nightly-1", "uid": "run-0"}]}
    world.show(CRON, asked, status)
    assert world.at(185).told(CRON) == "the Job due at 00:03 UTC is not started, 5 s late"
    world.show(running, {}, {"active": 1})
    world.remark(CRON.uid, "JobAlreadyActive", "Not starting job", at_s=180, kind="Normal")
    assert world.told(CRON) == (
        "the Job due at 00:03 UTC is forbidden while nightly-1 runs (concurrencyPolicy Forbid)"
    )


def test_a_cron_job_is_explained_by_its_running_job() -> None:
    """What keeps the Job that runs is what keeps the CronJob."""
    world = World()
    running = Ref("Job", NAMESPACE, "nightly-1", "run-0")
    status = {"lastScheduleTime": stamp(180), "active": [{"name": "nightly-1", "uid": "run-0"}]}
    world.show(CRON, {"schedule": "* * * * *"}, status)
    world.show(running, {"suspend": True}, {})
    assert world.at(185).told(CRON).startswith("it is suspended: no pod of it is made")
