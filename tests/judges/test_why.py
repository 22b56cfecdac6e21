"""The sentences that explain a workload that has not converged, and the effects of faults."""

from __future__ import annotations

import pytest

from reconverge.judges import why
from reconverge.judges.effects import (
    AnyEffect,
    LabelsChanged,
    NodeLost,
    PodAppeared,
    PodsLost,
    ReplicasSet,
    Unmarked,
    decode_effect,
    describe,
    is_seen,
)
from reconverge.model import Ref
from reconverge.timeline import Injected
from tests.builders import KUBIA, NAMESPACE, Json, Story, meta

A = Ref("Pod", NAMESPACE, "a", "a")
WORKER = Ref("Node", "", "worker", "worker")


def explain(story: Story) -> str:
    return why.not_converged(story.timeline.latest(), KUBIA)


def pending(reason: str, message: str, *, kind: str = "PodScheduled") -> Json:
    row = {"type": kind, "status": "False", "reason": reason, "message": message}
    return {"conditions": [row], "containerStatuses": []}


def waiting(reason: str, message: str = "", **more: object) -> Json:
    state = {"waiting": {"reason": reason, "message": message}}
    row = {"name": "main", "image": "kubia:1", "state": state, **more}
    return {"containerStatuses": [row]}


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (
            pending("Unschedulable", "0/2 nodes are available"),
            "a cannot be scheduled (Unschedulable): 0/2 nodes are available",
        ),
        (waiting("ErrImageNeverPull"), "a has no image (ErrImageNeverPull): kubia:1"),
        (waiting("ImagePullBackOff", "denied"), "a has no image (ImagePullBackOff): denied"),
        (
            waiting(
                "CrashLoopBackOff",
                restartCount=4,
                lastState={"terminated": {"exitCode": 2}},
            ),
            "a crashes on start: 4 restarts, last exit code 2",
        ),
        (waiting("CrashLoopBackOff", restartCount=1), "a crashes on start: 1 restarts"),
        (waiting("ContainerCreating"), "a is ContainerCreating"),
        (
            {"containerStatuses": [{"name": "main", "state": {"terminated": {"exitCode": 1}}}]},
            "a is  (1)",
        ),
        (pending("Gated", "", kind="Ready"), "a is Pending, Gated"),
    ],
)
def test_cause_of_a_pod(status: Json, sentence: str) -> None:
    """The most specific fact about a pod that is not ready becomes the sentence."""
    story = Story()
    story.workload()
    story.pod("a", ready=False, phase="Pending", status=status)
    assert explain(story) == sentence


def test_pod_on_a_lost_node() -> None:
    """A pod on a node that is not Ready waits for its eviction, by its own toleration."""
    rows = [
        {"key": "node.kubernetes.io/unreachable", "tolerationSeconds": 300},
        {"key": "node.kubernetes.io/not-ready", "tolerationSeconds": 5},
        {"key": "other", "tolerationSeconds": 1},
    ]
    story = Story()
    story.workload()
    story.node("worker", ready="Unknown")
    story.pod("a", ready=False)
    assert explain(story) == "a runs on worker, which is not Ready"
    story.pod("a", ready=False, spec={"tolerations": rows})
    assert explain(story) == (
        "a runs on worker, which is not Ready; it is evicted 5 s after the taint, by toleration"
    )
    story.node("worker")
    assert explain(story) == "a is Running, not ready"


def warn(story: Story, uid: str, message: str, *, kind: str = "Warning") -> None:
    version = story.next_version()
    name = f"event-{version}"
    wire = {"metadata": meta(name, name, version), "involvedObject": {"uid": uid}}
    story.see("Event", "added", {**wire, "type": kind, "reason": "Failed", "message": message})


def test_newest_warning_is_told() -> None:
    """The newest warning about exactly that pod explains why it is not ready."""
    story = Story()
    story.workload()
    story.pod("a", ready=False)
    warn(story, "a", "old")
    warn(story, "a", "new")
    warn(story, "b", "foreign")
    warn(story, "a", "good news", kind="Normal")
    assert explain(story) == "a is Running, not ready: Failed: new"


@pytest.mark.parametrize("message", ["exceeded quota", ""])
def test_controller_that_failed_to_create(message: str) -> None:
    """ReplicaFailure on the owner comes before anything about its pods."""
    row = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": message}
    story = Story()
    story.workload(conditions=[row])
    story.pod("a", ready=False)
    warn(story, KUBIA.uid, "pods is forbidden")
    assert explain(story) == (
        f"its controller failed (FailedCreate): {message or 'Failed: pods is forbidden'}"
    )


def test_nothing_to_explain() -> None:
    """Ready, finished and terminating pods are no causes; a workload that is gone is one."""
    story = Story()
    row = {"type": "ReplicaFailure", "status": "False", "reason": "FailedCreate"}
    story.workload(conditions=[row])
    story.pod("a")
    story.pod("b", ready=False, terminating=True)
    assert explain(story) == ""
    story.workload("deleted")
    assert explain(story) == 'ReplicationController "kubia" was deleted'


@pytest.mark.parametrize(
    ("effect", "sentence"),
    [
        (PodsLost(pods=(A, A)), "a, a is deleted"),
        (PodAppeared(pod=A), "a exists"),
        (LabelsChanged(objects=(A,), labels={"app": "x"}), "a is labelled app=x"),
        (LabelsChanged(objects=(A,), labels={"app": None, "b": ""}), "a is labelled no app, b="),
        (ReplicasSet(workload=KUBIA, replicas=5), 'ReplicationController "kubia" asks for 5 pods'),
        (NodeLost(node=WORKER), 'node "worker" is not Ready'),
        (Unmarked(), "nothing is marked"),
    ],
)
def test_effects_are_described_and_stored(effect: AnyEffect, sentence: str) -> None:
    """An effect reads as the end of a sentence, and survives the timeline."""
    assert describe(effect) == sentence
    story = Story()
    story.inject(effect)
    record = story.timeline[1].record
    assert isinstance(record, Injected)
    assert decode_effect(record.effect) == effect


def seen(story: Story, effect: AnyEffect) -> bool:
    return is_seen(effect, story.timeline[len(story.timeline) - 1])


def test_pods_lost() -> None:
    """Every pod must be terminating or gone; one that never was known is not lost."""
    b = Ref("Pod", NAMESPACE, "b", "b")
    effect = PodsLost(pods=(A, b))
    story = Story()
    assert not seen(story, effect)
    story.pod("a")
    story.pod("b")
    story.pod("a", "deleted")
    assert not seen(story, effect)
    story.pod("b", terminating=True)
    assert seen(story, effect)


def test_labels_changed() -> None:
    """Set and removed labels must all show on the very object."""
    effect = LabelsChanged(objects=(A,), labels={"app": "x", "tier": None})
    story = Story()
    assert not seen(story, effect)
    story.pod("a", labels={"app": "x", "tier": "web"})
    assert not seen(story, effect)
    story.pod("a", labels={"app": "x"})
    assert seen(story, effect)


def test_replicas_set() -> None:
    """The workload asks for the new number."""
    effect = ReplicasSet(workload=KUBIA, replicas=5)
    story = Story()
    assert not seen(story, effect)
    story.workload(replicas=3)
    assert not seen(story, effect)
    story.workload(replicas=5)
    assert seen(story, effect)


def test_node_lost() -> None:
    """A node is lost when it is known and not Ready, or its object was deleted."""
    effect = NodeLost(node=WORKER)
    story = Story()
    assert not seen(story, effect)
    story.node("worker", uid="namesake", ready="False")
    assert not seen(story, effect)
    story.node("worker")
    assert not seen(story, effect)
    story.node("worker", ready="Unknown")
    assert seen(story, effect)
    story.node("worker", "deleted")
    assert seen(story, effect)


def test_unmarked_and_appeared() -> None:
    """A condition without a mark is always there; a pod appears in its own entry."""
    story = Story()
    assert seen(story, Unmarked())
    assert not seen(story, PodAppeared(pod=A))
    story.pod("b", "added")
    assert not seen(story, PodAppeared(pod=A))
    story.pod("a", "added")
    assert seen(story, PodAppeared(pod=A))
