"""What becomes of the pods when their owner is deleted."""

from __future__ import annotations

import pytest

from reconverge.judges.owners import AllGone, GoneWithPods, Orphaned
from reconverge.model import Ref
from tests.builders import KUBIA, NAMESPACE, Story

PODS = tuple(Ref("Pod", NAMESPACE, uid, uid) for uid in ("a", "b"))


def deleted_owner() -> Story:
    story = Story()
    story.steady("a", "b")
    story.workload("deleted")
    return story


def lacking(story: Story, promise: GoneWithPods | Orphaned) -> tuple[str, ...]:
    return promise.weigh(story.timeline.latest()).lacking


def test_all_are_gone_with_their_owner() -> None:
    """A terminating pod is still there."""
    story, promise = deleted_owner(), GoneWithPods(owner=KUBIA, pods=PODS)
    story.pod("a", "deleted")
    story.pod("b", terminating=True)
    assert lacking(story, promise) == ("b is still there",)
    story.pod("b", "deleted")
    assert lacking(story, promise) == ()


def test_pods_that_are_gone_before_their_owner_are_not_enough() -> None:
    """An owner that waits for a finalizer is not gone."""
    story, promise = Story(), GoneWithPods(owner=KUBIA, pods=PODS)
    story.steady("a", "b")
    story.pod("a", "deleted")
    story.pod("b", "deleted")
    assert lacking(story, promise) == ('ReplicationController "kubia" is still there',)


def test_orphans_run_on_without_an_owner() -> None:
    """Each of the very same pods, active, controlled by nobody."""
    story, promise = deleted_owner(), Orphaned(owner=KUBIA, pods=PODS)
    assert lacking(story, promise) == ("a is owned by kubia, b is owned by kubia",)
    for uid in ("a", "b"):
        story.pod(uid, owner=None)
    assert lacking(story, promise) == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"change": "deleted"}, "a is gone"),
        ({"owner": None, "terminating": True}, "a is being deleted"),
        ({"owner": None, "phase": "Failed"}, "a is Failed"),
    ],
)
def test_a_pod_that_was_harmed_is_no_orphan(change: dict[str, object], reason: str) -> None:
    """Orphaning must not cost a pod."""
    story, promise = deleted_owner(), Orphaned(owner=KUBIA, pods=PODS)
    story.pod("b", owner=None)
    story.pod("a", **change)  # type: ignore[arg-type]
    assert lacking(story, promise) == (reason,)


def test_all_are_gone_once_each_was_seen_to_go() -> None:
    """One that is being deleted is not, nor is one that nobody has seen."""
    story, promise = Story(), AllGone(objects=PODS)
    assert promise.weigh(story.timeline.latest()).lacking == ("a, b is still there",)
    story.pod("a", "deleted")
    story.pod("b", terminating=True)
    assert promise.weigh(story.timeline.latest()).lacking == ("b is still there",)
    story.pod("b", "deleted")
    assert promise.weigh(story.timeline.latest()).lacking == ()
