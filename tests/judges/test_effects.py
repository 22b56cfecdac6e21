"""The marks that faults must leave: how they read, and when they are seen."""

from __future__ import annotations

import pytest

from reconverge.judges.effects import (
    AnyEffect,
    LabelsChanged,
    NodeLost,
    PodAppeared,
    PodsLost,
    QuotaSet,
    ReplicasSet,
    Unmarked,
    decode_effect,
    describe,
    is_seen,
)
from reconverge.model import Ref
from reconverge.timeline import Injected
from tests.builders import KUBIA, NAMESPACE, Story

A = Ref("Pod", NAMESPACE, "a", "a")
WORKER = Ref("Node", "", "worker", "worker")
QUOTA = Ref("ResourceQuota", NAMESPACE, "few", "few")


@pytest.mark.parametrize(
    ("effect", "sentence"),
    [
        (PodsLost(pods=(A, A)), "a, a is deleted"),
        (PodAppeared(pod=A), "a exists"),
        (LabelsChanged(objects=(A,), labels={"app": "x"}), "a is labelled app=x"),
        (LabelsChanged(objects=(A,), labels={"app": None, "b": ""}), "a is labelled no app, b="),
        (ReplicasSet(workload=KUBIA, replicas=5), 'ReplicationController "kubia" asks for 5 pods'),
        (NodeLost(node=WORKER), 'node "worker" is not Ready'),
        (QuotaSet(quota=QUOTA, hard={"pods": "3"}), 'ResourceQuota "few" is set'),
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
