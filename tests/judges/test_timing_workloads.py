"""How long each kind of workload takes to be as declared again, by what was done to it."""

from __future__ import annotations

import math

import pytest

from reconverge.judges.effects import (
    LabelsChanged,
    NodeLost,
    NodeRemoved,
    PodsLost,
    ReplicasSet,
    Unmarked,
)
from reconverge.judges.timing.habits import resolved
from reconverge.judges.timing.workloads import converged
from reconverge.model import Ref
from reconverge.timeline import RolledBack
from tests.builders import KUBIA, NAMESPACE, Json, Story
from tests.scenes import declared, fast, ref, terms, told

START_S, REACTION_S = 45, 5
NODE = Ref("Node", "", "worker", "worker")


def pods(*names: str) -> PodsLost:
    return PodsLost(pods=tuple(Ref("Pod", NAMESPACE, name, name) for name in names))


def template(**spec: object) -> Json:
    return {"spec": {"containers": [{"name": "main"}], **spec}}


def of_kind(kind: str, spec: Json, *owned: str, node: str = "worker", **status: object) -> Story:
    """One workload of that kind, called as its kind, with its pods."""
    story = Story()
    for name in ("worker", "worker2", "worker3"):
        story.node(name, "listed")
    workload = ref(kind, kind)
    story.see(kind, "listed", declared(kind, kind, story.next_version(), spec, **status))
    for name in owned:
        story.pod(name, "listed", owner=workload, node=node)
    return story


def replicated(*owned: str) -> Story:
    """The chapter's ReplicationController with its pods on one node, listed before the story."""
    story = Story()
    for name in ("worker", "worker2", "worker3"):
        story.node(name, "listed")
    story.steady(*owned)
    return story


def roll_back(story: Story, fault: str) -> None:
    story.append(lambda at_s: RolledBack(at_s=at_s, id=fault, sentence="undone"))


def test_a_lost_pod_is_replaced_at_once() -> None:
    """A ReplicationController does not wait for the old pod's grace period."""
    story = replicated("a", "b", "c")
    story.inject(pods("a"))
    assert terms(converged(told(story), KUBIA)) == {"reaction": REACTION_S, "start": START_S}


def test_what_has_passed_since_the_fault_is_subtracted() -> None:
    """Asked for later, the same repair has less time left."""
    story = replicated("a")
    story.at(10.0).inject(pods("a"))
    story.at(24.0)
    bound = converged(told(story), KUBIA)
    assert terms(bound)["since then"] == -14
    assert bound.seconds == REACTION_S + START_S - 14


def test_of_several_faults_the_slowest_repair_counts() -> None:
    """They are repaired side by side, each from its own second."""
    story = replicated("a", "b")
    story.at(10.0).inject(NodeLost(node=NODE))
    story.at(12.0).inject(pods("b"))
    bound = converged(told(story, fast()), KUBIA)
    assert "node-monitor-grace-period" in terms(bound)
    assert terms(bound)["since then"] == -2


def test_a_lost_node_is_noticed_tainted_emptied_and_replaced() -> None:
    """The whole chain under the fast profile, term by term."""
    story = replicated("a")
    story.inject(NodeLost(node=NODE))
    assert terms(converged(told(story, fast()), KUBIA)) == {
        "node-monitor-grace-period": 12,
        "2 x node-monitor-period": 2,
        "tainting 1 node at 0.1/s": pytest.approx(10),
        "default-unreachable-toleration-seconds": 5,
        "reaction": REACTION_S,
        "start": START_S,
    }


def test_the_pods_own_toleration_beats_the_default() -> None:
    """tolerationSeconds of the pod that was on the node."""
    story = Story()
    story.node("worker", "listed")
    story.node("worker2", "listed")
    story.pod("b", "listed", node="worker2")
    story.workload("listed", replicas=2)
    row = {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "tolerationSeconds": 77}
    story.pod("a", "listed", spec={"tolerations": [row]})
    story.inject(NodeLost(node=NODE))
    assert terms(converged(told(story), KUBIA))["toleration"] == 77


def test_a_lost_node_without_pods_of_the_workload_costs_nothing() -> None:
    """Only a node that ran some of its pods keeps it waiting."""
    story = replicated("a")
    story.inject(NodeLost(node=Ref("Node", "", "worker2", "worker2")))
    assert terms(converged(told(story), KUBIA)) == {"reaction": REACTION_S, "start": START_S}


def test_the_pods_count_that_were_there_when_the_node_was_lost() -> None:
    """They are gone by the time the promise is asked for."""
    story = replicated("a")
    story.inject(NodeLost(node=NODE))
    story.pod("a", "deleted")
    assert "node-monitor-grace-period" in terms(converged(told(story), KUBIA))


def test_a_removed_node_is_collected() -> None:
    """Its Node object is gone: not the toleration but the pod collector ends its pods."""
    story = replicated("a")
    story.inject(NodeLost(node=NODE))
    story.node("worker", "deleted")
    found = terms(converged(told(story), KUBIA))
    assert found["quarantine"] == 40
    assert "node-monitor-grace-period" not in found


def test_a_removal_counts_before_it_is_seen() -> None:
    """The promise may be asked for while the deletion of the node is still on its way to us."""
    story = replicated("a")
    story.inject(NodeRemoved(node=NODE))
    assert terms(converged(told(story), KUBIA))["quarantine"] == 40


def test_a_node_that_is_given_back_boots_and_its_pods_start() -> None:
    """The rollback of a loss is a disturbance of its own, from its own second."""
    story = replicated("a")
    fault = story.inject(NodeLost(node=NODE))
    since = len(story.timeline)
    story.at(30.0)
    roll_back(story, fault)
    found = terms(converged(told(story, since=since), KUBIA))
    assert found == {
        "boot": 45,
        "nodeStatusUpdateFrequency": 10,
        "node-monitor-period": 5,
        "start": START_S,
    }


def test_nodes_that_were_given_back_are_lost_no_more() -> None:
    """The zone guard is foreseen for nodes that stay away only."""
    story = replicated("a")
    faults = [
        story.inject(NodeLost(node=Ref("Node", "", name, name)))
        for name in ("worker", "worker2", "worker3")
    ]
    assert converged(told(story), KUBIA).obstacle.startswith("no eviction: none of the 3 nodes")
    for fault in faults[1:]:
        roll_back(story, fault)
    assert told(story).lost == {"worker"}


def test_a_new_workload_also_pulls_its_images() -> None:
    """From its creation, which the watch shows."""
    story = Story()
    story.workload("added", replicas=3)
    bound = converged(told(story), KUBIA)
    assert terms(bound) == {"images": 45, "reaction": REACTION_S, "start": START_S}


def test_a_workload_that_was_born_in_a_gap_is_new_as_well() -> None:
    """The list that ends the gap shows what the watch did not."""
    story = Story()
    story.gap("ReplicationController")
    story.workload("listed", replicas=3)
    assert "images" in terms(converged(told(story), KUBIA))
    story.workload("listed", replicas=3)
    births = [one for one in told(story).disturbances if one.what == "birth"]
    assert len(births) == 1


def test_somebody_elses_birth_is_no_disturbance() -> None:
    """Only the workload's own creation starts its clock."""
    story = replicated("a")
    story.pod("stranger", "added", owner=None)
    assert "images" not in terms(converged(told(story), KUBIA))


def test_where_nothing_is_known_to_have_happened_it_happens_now() -> None:
    """A reaction and a start are always granted."""
    story = replicated("a")
    assert terms(converged(told(story), KUBIA)) == {"reaction": REACTION_S, "start": START_S}


def test_a_killed_controller_is_replaced_before_anything_is_repaired() -> None:
    """A fault on a node that leaves no mark there: the control plane is disturbed."""
    story = replicated("a")
    story.inject(Unmarked(), targets=(Ref("Node", "", "control-plane", "control-plane"),))
    assert terms(converged(told(story), KUBIA))["leader-elect-lease-duration"] == 15


def test_a_worker_that_was_restarted_boots_before_anything_is_repaired() -> None:
    """Its kubelet has to come back; who leads the controllers has not changed."""
    story = replicated("a")
    story.node("worker", "listed")
    story.inject(Unmarked(), targets=(Ref("Node", "", "worker", "worker"),))
    found = terms(converged(told(story), KUBIA))
    assert found["boot"] == 45
    assert "leader-elect-lease-duration" not in found


def test_a_pod_harmed_from_inside_is_restarted_in_place() -> None:
    """Its probe, its grace, its back-off; other pods of the workload do not matter."""
    story = replicated("b")
    probe = {"containers": [{"name": "main", "livenessProbe": {"periodSeconds": 7}}]}
    story.pod("a", "listed", spec=probe, restarts=2)
    story.inject(Unmarked(), targets=(Ref("Pod", NAMESPACE, "a", "a"),))
    found = terms(converged(told(story), KUBIA))
    assert found["3 x liveness period"] == 21
    assert found["crash back-off after 2 restarts"] == 20


def test_a_daemon_pod_waits_for_the_end_of_the_old_one() -> None:
    """No second pod is made on a node while the first is going."""
    story = of_kind(
        "DaemonSet",
        {"template": template(terminationGracePeriodSeconds=12)},
        "a",
        desiredNumberScheduled=3,
        updatedNumberScheduled=3,
        observedGeneration=1,
    )
    story.inject(pods("a"))
    found = terms(converged(told(story), ref("DaemonSet", "DaemonSet")))
    assert found == {"reaction": REACTION_S, "grace": 12, "start": START_S}


def test_a_deletion_may_bring_its_own_grace() -> None:
    """`kubectl delete --force` waits for nothing."""
    spec: Json = {"template": template()}
    story = of_kind("DaemonSet", spec, "a", desiredNumberScheduled=1, updatedNumberScheduled=1)
    story.inject(pods("a"), fault={"is": "DeletePods", "grace_s": 0})
    found = terms(converged(told(story), ref("DaemonSet", "DaemonSet")))
    assert found["grace of the deletion"] == 0
    assert "grace" not in found


def test_the_grace_of_a_stopped_machine_is_not_that_of_its_pods() -> None:
    """StopNode has a grace period too, which says nothing about deletions."""
    spec: Json = {"replicas": 1, "template": template()}
    story = of_kind("StatefulSet", spec, "a", updatedReplicas=1, observedGeneration=1)
    story.inject(NodeLost(node=NODE), fault={"is": "StopNode", "grace_s": 0})
    assert terms(converged(told(story), ref("StatefulSet", "StatefulSet")))["grace"] == 30


def test_a_daemon_pod_on_a_lost_node_is_not_replaced() -> None:
    """It tolerates the loss for ever; the bound has no end and says why."""
    story = of_kind("DaemonSet", {"template": template()}, desiredNumberScheduled=3)
    rows = [{"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute"}]
    story.pod("a", "listed", owner=ref("DaemonSet", "DaemonSet"), spec={"tolerations": rows})
    story.inject(NodeLost(node=NODE))
    bound = converged(told(story), ref("DaemonSet", "DaemonSet"))
    assert bound.seconds == math.inf
    assert bound.obstacle == "no eviction: a tolerates node.kubernetes.io/unreachable for ever"


def test_a_daemon_set_is_updated_node_by_node() -> None:
    """maxUnavailable 1: three waves, each the end of one pod and the start of the next."""
    spec: Json = {"template": template(), "minReadySeconds": 4}
    story = of_kind(
        "DaemonSet", spec, desiredNumberScheduled=3, updatedNumberScheduled=1, observedGeneration=1
    )
    story.inject(LabelsChanged(objects=(), labels={}))
    found = terms(converged(told(story), ref("DaemonSet", "DaemonSet")))
    assert found == {
        "reaction": REACTION_S,
        "3 x grace": 90,
        "3 x start": 3 * START_S,
        "3 x minReadySeconds": 12,
    }


def test_a_stateful_set_goes_from_ordinal_to_ordinal() -> None:
    """OrderedReady: each pod must be gone before its namesake, and ready before the next one."""
    spec: Json = {"replicas": 3, "template": template(terminationGracePeriodSeconds=10)}
    story = of_kind("StatefulSet", spec, "a", "b", "c", updatedReplicas=3, observedGeneration=1)
    story.inject(pods("a", "b", "c"))
    found = terms(converged(told(story), ref("StatefulSet", "StatefulSet")))
    assert found == {"reaction": REACTION_S, "3 x grace": 30, "3 x start": 3 * START_S}


def test_a_parallel_stateful_set_makes_its_pods_at_once() -> None:
    """podManagementPolicy Parallel."""
    spec: Json = {"replicas": 3, "podManagementPolicy": "Parallel", "template": template()}
    story = of_kind("StatefulSet", spec, "a", updatedReplicas=3, observedGeneration=1)
    story.inject(pods("a"))
    found = terms(converged(told(story), ref("StatefulSet", "StatefulSet")))
    assert found == {"reaction": REACTION_S, "grace": 30, "start": START_S}


def test_a_stateful_pod_on_a_lost_node_is_not_replaced() -> None:
    """Its name is taken as long as nobody says that it is gone."""
    spec: Json = {"replicas": 1, "template": template()}
    story = of_kind("StatefulSet", spec, "a", updatedReplicas=1, observedGeneration=1)
    story.inject(NodeLost(node=NODE))
    bound = converged(told(story, fast()), ref("StatefulSet", "StatefulSet"))
    assert bound.obstacle == (
        "no replacement: a stays terminating until worker returns, is deleted or is tainted "
        "out-of-service"
    )
    assert bound.finite_s == pytest.approx(12 + 2 + 5 + 10 + 5 + REACTION_S + 30 + START_S)


def deployment(*, updated: int = 8, strategy: Json | None = None) -> Story:
    spec: Json = {"replicas": 8, "template": template(), **(strategy or {})}
    return of_kind("Deployment", spec, updatedReplicas=updated, observedGeneration=1)


def test_a_deployment_that_is_up_to_date_replaces_a_lost_pod_at_once() -> None:
    """No rollout is under way."""
    story = deployment()
    story.inject(pods("a"))
    found = terms(converged(told(story), ref("Deployment", "Deployment")))
    assert found == {"reaction": REACTION_S, "start": START_S}


@pytest.mark.parametrize(
    ("strategy", "waves"),
    [
        ({}, 2),
        ({"strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}}, 8),
        ({"strategy": {"rollingUpdate": {"maxSurge": "50%", "maxUnavailable": "30%"}}}, 2),
        ({"strategy": {"rollingUpdate": {"maxSurge": "0%", "maxUnavailable": "1%"}}}, 8),
    ],
)
def test_a_rollout_goes_in_waves(strategy: Json, waves: int) -> None:
    """maxSurge is rounded up, maxUnavailable down; 25 % each by default, and never both zero."""
    story = deployment(updated=0, strategy=strategy)
    story.inject(LabelsChanged(objects=(), labels={}))
    found = terms(converged(told(story), ref("Deployment", "Deployment")))
    assert found[f"{waves} x start"] == waves * START_S


def test_a_recreated_deployment_first_lets_every_pod_go() -> None:
    """Strategy Recreate: one grace period, one start."""
    story = deployment(updated=0, strategy={"strategy": {"type": "Recreate"}})
    story.inject(LabelsChanged(objects=(), labels={}))
    found = terms(converged(told(story), ref("Deployment", "Deployment")))
    assert found == {"reaction": REACTION_S, "grace": 30, "start": START_S}


def test_a_new_deployment_needs_no_waves() -> None:
    """There are no old pods to make room for."""
    story = Story()
    spec: Json = {"replicas": 8, "template": template()}
    story.see("Deployment", "added", declared("Deployment", "Deployment", 5, spec))
    assert "start" in terms(converged(told(story), ref("Deployment", "Deployment")))


def test_the_pods_of_a_deployment_are_found_through_its_replica_sets() -> None:
    """A lost node keeps it waiting when a ReplicaSet of its own ran pods there."""
    story = deployment()
    between = declared("ReplicaSet", "between", story.next_version(), {"replicas": 1})
    between["metadata"]["ownerReferences"] = [  # type: ignore[index]
        {"kind": "Deployment", "name": "Deployment", "uid": "Deployment", "controller": True}
    ]
    story.see("ReplicaSet", "listed", between)
    story.pod("a", "listed", owner=ref("ReplicaSet", "between"))
    story.inject(NodeLost(node=NODE))
    found = terms(converged(told(story), ref("Deployment", "Deployment")))
    assert "node-monitor-grace-period" in found


@pytest.mark.parametrize(
    ("failed", "wait_s"), [(0, 10), (1, 20), (2, 40), (5, 320), (6, 600), (9, 600)]
)
def test_a_job_backs_off_after_a_lost_pod(failed: int, wait_s: float) -> None:
    """10 s, doubled with each failure, at most 10 min; a lost pod is a failure."""
    story = of_kind("Job", {"template": template()}, "a", failed=failed)
    story.inject(pods("a"))
    found = terms(converged(told(story), ref("Job", "Job")))
    assert found[f"pod failure back-off after {failed + 1} failures"] == wait_s
    assert found["batch"] == 1
    assert "grace" not in found


def test_a_job_may_wait_for_the_end_of_the_old_pod() -> None:
    """podReplacementPolicy Failed."""
    spec: Json = {"podReplacementPolicy": "Failed", "template": template()}
    story = of_kind("Job", spec, "a")
    story.inject(pods("a"))
    assert terms(converged(told(story), ref("Job", "Job")))["grace"] == 30


def test_a_job_with_a_deadline_ends_by_then() -> None:
    """Failed is a steady state as well: the shorter of the two ways counts, from the fault on."""
    spec: Json = {"activeDeadlineSeconds": 100, "template": template()}
    story = of_kind("Job", spec, "a", failed=9, startTime="2026-01-01T00:00:00Z")
    story.at(60.0).inject(pods("a"))
    story.at(70.0)
    bound = converged(told(story), ref("Job", "Job"))
    assert terms(bound)["left of activeDeadlineSeconds"] == 40
    assert bound.seconds == 40 + REACTION_S + 30 - 10


def test_a_cron_job_is_steady_after_its_next_run() -> None:
    """The schedule, and the start of the Job's pods; the story begins at midnight."""
    spec: Json = {
        "schedule": "*/15 * * * *",
        "jobTemplate": {"spec": {"template": template()}},
    }
    story = of_kind("CronJob", spec)
    story.at(60.0)
    bound = converged(told(story), ref("CronJob", "CronJob"))
    assert terms(bound)['until "*/15 * * * *" is due (UTC)'] == 840
    assert bound.seconds == pytest.approx(840 + 0.1 + REACTION_S + START_S)


def test_scaling_counts_the_pods_that_are_asked_for() -> None:
    """A hundred pods wait for their creation as well."""
    story = Story()
    story.workload("listed", replicas=90)
    story.inject(ReplicasSet(workload=KUBIA, replicas=90))
    assert "requests for 90 pods at kube-api-qps 20" in terms(converged(told(story), KUBIA))


@pytest.mark.parametrize(
    ("quantity", "is_up", "pods_at_once"),
    [(None, True, 3), (None, False, 2), (4, True, 4), ("5%", True, 1), ("5%", False, 0)],
)
def test_quantities_are_numbers_or_shares(
    quantity: int | str | None, is_up: bool, pods_at_once: int
) -> None:
    """25 % of ten pods by default, rounded up for a surge and down for what may be missing."""
    assert resolved(quantity, of=10, default="25%", is_up=is_up) == pods_at_once
