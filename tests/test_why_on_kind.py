"""Are the causes that we tell of the ones that a real cluster shows?

Each workload here is made so that exactly one thing is wrong with it. Many go wrong side by side in
one namespace; those for which a node or the controllers must be harmed have the cluster alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reconverge.clock import RealClock
from reconverge.cluster.door import JsonObject
from reconverge.cluster.errors import Rejected
from reconverge.cluster.nodes import KindCluster
from reconverge.experiment import Experiment, PromiseBroken
from reconverge.faults import DeletePods, FreezeController, StopNode
from reconverge.judges.why import Explanation, explain
from reconverge.model import CronJob, Ref, ref
from reconverge.provision.state import StateDir
from reconverge.pytest_plugin.lock import turn
from reconverge.timeline import Entry
from reconverge.verdict import Finding, Verdict
from reconverge.waiting.loop import wait_until_seen
from tests.gatekeepers import absent_webhook, policy, webhook
from tests.kind_stage import BATCH_IMAGE, experiment_on_kind, job, workload

pytestmark = pytest.mark.cluster

WITHIN_S = 120.0
KEY = "example.com/why"
Manifest = dict[str, Any]


@contextmanager
def experiment(
    cluster: KindCluster, folder: Path, *, is_alone: bool = False
) -> Iterator[Experiment]:
    state = StateDir().runs(cluster.name.removeprefix("kind-"))
    with turn(state, is_alone=is_alone), experiment_on_kind(cluster, folder) as made:
        yield made


def of(kind: str, name: str, *, replicas: int = 1, pod: Manifest | None = None, **main: Any) -> Any:
    """A workload whose pods are as given; `main` goes to their container."""
    made: Any = workload(kind, name=name, replicas=replicas)
    spec = made["spec"]["template"]["spec"]
    spec.update(pod or {})
    spec["containers"][0].update(main)
    return made


def with_spec(made: Any, **spec: Any) -> Any:
    return {**made, "spec": {**made["spec"], **spec}}


def batch(name: str, *, code: int = 0, run_s: int = 0, **spec: Any) -> Any:
    """A Job whose pods end with that exit code after so many seconds."""
    made: Any = job(seconds=run_s, name=name)
    container = made["spec"]["template"]["spec"]["containers"][0]
    container["env"].append({"name": "EXIT_CODE", "value": str(code)})
    made["spec"]["template"]["spec"]["restartPolicy"] = "Never"
    made["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 0
    made["spec"].update(spec)
    return made


def cron(name: str, **spec: Any) -> Any:
    """A CronJob that is due once an hour, and was so ten minutes ago."""
    template = {"spec": batch("x", run_s=600)["spec"]}
    schedule = f"{minutes_ago(10)} * * * *"
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": name},
        "spec": {"schedule": schedule, "jobTemplate": template, **spec},
    }


def probe(port: int, **more: int) -> Manifest:
    return {"httpGet": {"path": "/", "port": port}, "periodSeconds": 1, **more}


def wait_until_told(one: Experiment, made: Ref, pattern: str) -> Explanation:
    """The first explanation of that wording; fails with those that came instead."""
    heard: dict[str, Explanation] = {}

    def is_it(entry: Entry) -> bool:
        explanation = explain(entry.snapshot, made, now=entry.instant(entry.at_s))
        heard[explanation.sentence] = explanation
        return re.fullmatch(pattern, explanation.sentence) is not None

    seen = wait_until_seen(one.timeline, is_it, within_s=WITHIN_S)
    assert seen is not None, f"{made.name}: not {pattern!r}, but {list(heard)}"
    return next(reversed(heard.values()))


def broken(one: Experiment, made: Ref, *, replicas: int, within_s: float = 0.2) -> Finding:
    """The finding of a promise that is not kept, at a short deadline."""
    with pytest.raises(PromiseBroken) as raised:
        one.converge(made, replicas=replicas, within_s=within_s)
    return raised.value.finding


def set_back(one: Experiment, made: Ref) -> None:
    """Make the controller believe that it ran last an hour ago."""
    stamp = f"{RealClock().wall() - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    one.cluster.patch(made, {"status": {"lastScheduleTime": stamp}}, subresource="status")


def minutes_ago(number: int) -> int:
    return (RealClock().wall() - timedelta(minutes=number)).minute


SPAN = r"(?:\d+ min \d+ s|\d+ min|\d+ s)"
RESTART = rf"next restart (in {SPAN}|is due) \(back-off {SPAN}\)"
SIDE_BY_SIDE: dict[str, tuple[JsonObject, str]] = {
    "unschedulable": (
        of("ReplicationController", "unschedulable", pod={"nodeSelector": {"disk": "none"}}),
        r"POD cannot be scheduled \(Unschedulable\): 0/\d nodes are available: 1 node\(s\) had "
        r"untolerated taint.*, \d node\(s\) didn't match Pod's node affinity/selector",
    ),
    "unanswered": (
        of("ReplicationController", "unanswered", pod={"schedulerName": "nobody"}),
        r'no scheduler called "nobody" has answered for ' + r"POD for \d+ s",
    ),
    "unpulled": (
        of(
            "ReplicationController",
            "unpulled",
            image="127.0.0.1:9/none:1",
            imagePullPolicy="Always",
        ),
        r"POD has no image \(ImagePullBackOff\): .*connection refused; "
        rf"next pull (in {SPAN}|is due) \(back-off {SPAN}\)",
    ),
    "unpullable": (
        of("ReplicaSet", "unpullable", image="luksa/none", imagePullPolicy="Never"),
        r"POD has no image \(ErrImageNeverPull\): .*luksa/none.*",
    ),
    "crashing": (
        of(
            "ReplicationController",
            "crashing",
            image=BATCH_IMAGE,
            env=[{"name": "RUN_S", "value": "0"}, {"name": "EXIT_CODE", "value": "3"}],
        ),
        r"POD crashes \(exit code 3, Error\), \d restarts?; " + RESTART,
    ),
    "unready": (
        of("ReplicationController", "unready", readinessProbe=probe(9999)),
        r"POD fails its readiness probe \(\d+ failures?, 3 make it unready\): .*:9999.*refused",
    ),
    "unstarted": (
        of("ReplicationController", "unstarted", startupProbe=probe(9998, failureThreshold=5)),
        r"POD fails its startup probe \(failure [2-5] of 5\): .*:9998.*refused",
    ),
    "killed": (
        of(
            "ReplicationController",
            "killed",
            startupProbe=probe(9997, failureThreshold=1),
        ),
        r"POD is being killed for failing its startup probe: .*:9997.*refused"
        r"|POD is killed for failing its startup probe \(exit code 137, Error\), \d restarts?(; "
        + RESTART
        + ")?",
    ),
    "unaccounted": (
        of("ReplicationController", "unaccounted", pod={"serviceAccountName": "nobody"}),
        r'1 of 1 pods cannot be created: service account "nobody" does not exist',
    ),
    "secretless": (
        of(
            "ReplicationController",
            "secretless",
            pod={"volumes": [{"name": "v", "secret": {"secretName": "none"}}]},
            volumeMounts=[{"name": "v", "mountPath": "/v"}],
        ),
        r'POD needs secret "none", which does not exist',
    ),
    "unconfigured": (
        of(
            "ReplicationController",
            "unconfigured",
            env=[{"name": "X", "valueFrom": {"configMapKeyRef": {"name": "none", "key": "x"}}}],
        ),
        r'POD needs configmap "none", which does not exist',
    ),
    "oversized": (
        of(
            "ReplicationController",
            "oversized",
            resources={"limits": {"memory": "700Mi"}},
        ),
        r"1 of 1 pods cannot be created: a LimitRange forbids them: maximum memory usage per "
        r"Container is 600Mi, but limit is 700Mi",
    ),
    "overdue": (
        with_spec(
            of("Deployment", "overdue", image="luksa/none", imagePullPolicy="Never"),
            progressDeadlineSeconds=2,
        ),
        r"its rollout is past its deadline of 2 s \(ProgressDeadlineExceeded\): "
        r"overdue-\w+-\w{5} has no image \(ErrImageNeverPull\): .*",
    ),
    "paused": (
        with_spec(of("Deployment", "paused"), paused=True),
        r"its rollout is paused: no pod of its newest template is made until spec.paused is false",
    ),
    "ordered": (
        of(
            "StatefulSet",
            "ordered",
            replicas=3,
            image="luksa/none",
            imagePullPolicy="Never",
        ),
        r"ordered-1, ordered-2 wait for ordered-0: ordered-0 has no image \(ErrImageNeverPull\): "
        r".*",
    ),
    "nowhere": (
        of(
            "DaemonSet",
            "nowhere",
            pod={"nodeSelector": {"node-role.kubernetes.io/control-plane": ""}},
        ),
        r"no node admits its pods: \S+-control-plane with the taint "
        r"node-role.kubernetes.io/control-plane:NoSchedule; \S+-worker, (\S+-worker\d, )+"
        r"\S+-worker\d without the label node-role.kubernetes.io/control-plane=",
    ),
    "daemon": (
        of("DaemonSet", "daemon", image="luksa/none", imagePullPolicy="Never"),
        r"\S+-worker has no ready pod: daemon-\w{5} has no image \(ErrImageNeverPull\): .*"
        r" \(so it is with \d more\)",
    ),
    "retrying": (
        batch("retrying", code=3),
        rf"its next pod comes (in {SPAN}|now): back-off of 10 s after 1 failed pod, "
        r"last exit code 3",
    ),
    "given-up": (
        batch("given-up", code=4, backoffLimit=0),
        r"it was given up \(BackoffLimitExceeded\): 1 pod failed, backoffLimit is 0, "
        r"last exit code 4",
    ),
    "too-long": (
        batch("too-long", run_s=60, activeDeadlineSeconds=2),
        r"it was given up \(DeadlineExceeded\): it was active for longer than 2 s",
    ),
    "suspended": (
        batch("suspended", suspend=True),
        r"it is suspended: no pod of it is made until spec.suspend is false",
    ),
    "suspended-cron": (
        cron("suspended-cron", suspend=True),
        r"it is suspended: it makes no Job until spec.suspend is false",
    ),
    "missed": (
        cron("missed", startingDeadlineSeconds=30),
        r"the Job due at \d\d:\d\d UTC was missed: it was not started within "
        r"startingDeadlineSeconds, 30 s; the next is due at \d\d:\d\d UTC, in \d+ min.*",
    ),
    "insecure": (
        of("ReplicationController", "insecure", pod={"hostNetwork": True}),
        r"1 of 1 pods cannot be created: PodSecurity forbids them: .*baseline.*hostNetwork=true.*",
    ),
    "unasked": (
        of("ReplicationController", "unasked"),
        r"1 of 1 pods cannot be created: the webhook pods.example.com cannot be asked: .*",
    ),
    "denied": (
        of("ReplicationController", "denied"),
        r"1 of 1 pods cannot be created: the webhook deny.example.com denies them: not on a Sunday",
    ),
    "unlawful": (
        of("ReplicationController", "unlawful"),
        r"1 of 1 pods cannot be created: the policy \S+-unlawful denies them: not on a Monday",
    ),
}


@contextmanager
def gatekeepers(one: Experiment) -> Iterator[None]:
    """A policy that denies the pods of "unlawful", webhooks that do those of two others."""
    with (
        absent_webhook(one, app="unasked"),
        webhook(one, app="denied", message="not on a Sunday"),
        policy(one, app="unlawful", message="not on a Monday"),
    ):
        yield


def prepare(one: Experiment) -> None:
    """Pods of a certain size only, and none that share their node's network."""
    home = one.cluster.read("Namespace", one.namespace)
    label = {"pod-security.kubernetes.io/enforce": "baseline"}
    one.cluster.patch(ref("Namespace", home), {"metadata": {"labels": label}})
    spec = {"limits": [{"type": "Container", "max": {"memory": "600Mi"}}]}
    one.apply(
        {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "small"}, "spec": spec}
    )


def test_many_causes_side_by_side(cluster: KindCluster, tmp_path: Path) -> None:
    """Of each workload the one thing is told that is wrong with it, and nothing of the others."""
    with experiment(cluster, tmp_path) as one, gatekeepers(one):
        prepare(one)
        made = {name: one.apply(manifest)[0] for name, (manifest, _) in SIDE_BY_SIDE.items()}
        set_back(one, made["missed"])
        for name, (_, pattern) in SIDE_BY_SIDE.items():
            wording = pattern.replace("POD", rf"{name}-\w{{5}}")
            explanation = wait_until_told(one, made[name], wording)
            assert explanation.controller, name
            assert explanation.indices, name
        finding = broken(one, made["unschedulable"], replicas=1)
        nodes = len(one.timeline.latest().nodes())
        assert f"cannot be scheduled (Unschedulable): 0/{nodes} nodes" in finding.why
        assert any("FailedScheduling by default-scheduler" in line for line in finding.because)
        kinds = [one.timeline[index].record.kind for index in finding.evidence]  # type: ignore[union-attr]
        assert kinds == ["ReplicationController", "Pod", "Event"]


def test_a_full_quota_and_the_back_off_after_it(cluster: KindCluster, tmp_path: Path) -> None:
    """The quota is named with its numbers; once it has room, the controller's patience is told."""
    few = {"hard": {"pods": "1"}, "scopes": ["NotBestEffort"]}
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "few"},
        "spec": few,
    }
    with experiment(cluster, tmp_path) as one:
        [limit] = one.apply(quota)
        sized = {"resources": {"requests": {"cpu": "1m"}}}
        [many] = one.apply(of("ReplicationController", "many", replicas=3, **sized))
        full = r'2 of 3 pods cannot be created: quota "few" is exceeded '
        full += r"\(requested pods=1, used pods=1 of pods=1\)"
        wait_until_told(one, many, full)
        assert re.fullmatch(full, broken(one, many, replicas=3, within_s=8).why)
        one.cluster.patch(limit, {"spec": {"hard": {"pods": "9"}}})
        wait_until_told(
            one,
            many,
            r'quota "few" refused its pods and has room now; replication-controller tries again '
            rf"(now|in {SPAN})( \(back-off {SPAN}\))?",
        )


def _runs_a_job(entry: Entry, cron: Ref) -> bool:
    view = entry.snapshot.get("CronJob", cron.uid)
    return isinstance(view, CronJob) and bool(view.status.active)


def test_a_job_is_forbidden_while_another_runs(cluster: KindCluster, tmp_path: Path) -> None:
    """The Job that runs is named, and the minute of the one that may not."""
    with experiment(cluster, tmp_path) as one:
        early = with_spec(
            cron("solo", concurrencyPolicy="Forbid"), schedule=f"{minutes_ago(20)} * * * *"
        )
        [solo] = one.apply(early)
        set_back(one, solo)
        wait_until_seen(one.timeline, lambda entry: _runs_a_job(entry, solo), within_s=WITHIN_S)
        schedule = f"{minutes_ago(20)},{minutes_ago(10)} * * * *"
        one.cluster.patch(solo, {"spec": {"schedule": schedule}})
        wait_until_told(
            one,
            solo,
            r"the Job due at \d\d:\d\d UTC is forbidden while solo-\d+ runs "
            r"\(concurrencyPolicy Forbid\)",
        )


def test_finalizers_hold(cluster: KindCluster, tmp_path: Path) -> None:
    """The finalizer is named that holds a pod, a workload, or a workload for its pods' sake."""
    with experiment(cluster, tmp_path) as one:
        [held] = one.apply(of("StatefulSet", "held"))
        one.converge(held, replicas=1, within_s=WITHIN_S)
        pod = one.pod("held-0")
        one.cluster.patch(pod, {"metadata": {"finalizers": [KEY]}})
        try:
            one.inject(DeletePods(of=held))
            wait_until_told(one, held, f"held-0 is being deleted and held by the finalizer {KEY}")
            one.cluster.delete(held, propagation="Foreground")
            wait_until_told(
                one,
                held,
                r'StatefulSet "held" is being deleted and waits for its pods to go first '
                r"\(foregroundDeletion\)",
            )
        finally:
            one.cluster.patch(pod, {"metadata": {"finalizers": None}})
        wait_until_told(one, held, 'StatefulSet "held" was deleted')


def test_labels_that_contradict_are_refused(cluster: KindCluster, tmp_path: Path) -> None:
    """A template that its own selector does not match never becomes a workload."""
    with experiment(cluster, tmp_path) as one:
        lost = with_spec(of("ReplicationController", "lost"), selector={"app": "other"})
        with pytest.raises(Rejected, match=r"selector.* does not match template .*labels"):
            one.apply(lost)


def test_a_silent_controller(cluster: KindCluster, tmp_path: Path) -> None:
    """Without it nothing is released, adopted or made; its silence is the reason for all."""
    with experiment(cluster, tmp_path, is_alone=True) as one:
        [kubia] = one.apply(of("ReplicationController", "kubia", replicas=2))
        one.converge(kubia, replicas=2, within_s=WITHIN_S)
        one.inject(FreezeController())
        first = ref("Pod", one.timeline.latest().pods_of(kubia)[0])
        one.cluster.patch(first, {"metadata": {"labels": {"app": "other"}}})
        wait_until_told(
            one,
            kubia,
            r"kubia-\w{5} no longer matches its selector \(app=kubia\) and is not "
            r"released yet",
        )
        one.cluster.patch(
            first, {"metadata": {"labels": {"app": "kubia"}, "ownerReferences": None}}
        )
        wait_until_told(
            one, kubia, r"kubia-\w{5} matches its selector \(app=kubia\) and is not adopted yet"
        )
        one.cluster.delete(first, grace_s=0)
        wait_until_told(
            one, kubia, "1 active pods of 2: replication-controller has not made the rest yet"
        )
        finding = broken(one, kubia, replicas=2)
        silence = "replication-controller is silent: it left a surplus pod alone for 5 s"
        assert (finding.verdict, finding.why) == (Verdict.BROKEN, silence)
        assert finding.because[-1] == "now it is up to replication-controller"


def tolerating(seconds: int | None, node: str) -> Manifest:
    """A pod on that node, and how long it stays there when the node is lost."""
    row: Manifest = {"key": "node.kubernetes.io/unreachable", "operator": "Exists"}
    limit = {} if seconds is None else {"tolerationSeconds": seconds}
    return {
        "nodeSelector": {"kubernetes.io/hostname": node},
        "tolerations": [{**row, "effect": "NoExecute", **limit}],
        "terminationGracePeriodSeconds": 30,
    }


def test_a_lost_node(cluster: KindCluster, tmp_path: Path) -> None:
    """Who is evicted and when, who never is, and who cannot go as long as the node is away."""
    with experiment(cluster, tmp_path, is_alone=True) as one:
        node = one.timeline.latest().nodes()[-1].name
        pods = {
            "late": of("ReplicationController", "late", pod=tolerating(40, node)),
            "staying": of("ReplicationController", "staying", pod=tolerating(None, node)),
            "early": of("StatefulSet", "early", pod=tolerating(1, node)),
            "daemon": of("DaemonSet", "daemon", pod=tolerating(None, node)),
        }
        made = {name: one.apply(manifest)[0] for name, manifest in pods.items()}
        for name in ("late", "staying", "early"):
            one.converge(made[name], replicas=1, within_s=WITHIN_S)
        one.inject(StopNode(node=node))
        lost = rf"{node}, which is NotReady since \d+ s \(NodeStatusUnknown\)"
        told = {
            "late": rf"late-\w{{5}} runs on {lost}; evicted at 40 s by toleration, in \d+ s",
            "staying": rf"staying-\w{{5}} runs on {lost}; it is never evicted: it tolerates that "
            r"without limit",
            "early": rf"early-0 is being deleted, but {node} is NotReady since \d+ s "
            r"\(NodeStatusUnknown\): it stays until the kubelet returns, it is deleted by force, "
            r"or the node is tainted out-of-service",
            "daemon": r"no node admits its pods: .* without the label kubernetes.io/hostname="
            rf"{node}; {node} with the taint node.kubernetes.io/unreachable:NoSchedule",
        }
        for name, pattern in told.items():
            wait_until_told(one, made[name], pattern)
