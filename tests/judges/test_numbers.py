"""What stands in objects: the numbers of a workload, the labels and the images of pods."""

from __future__ import annotations

import pytest

from reconverge.judges.numbers import Number, PodsLabelled, Reports, RunsImage
from reconverge.judges.predicate import Predicate
from reconverge.judges.predicates import Not
from reconverge.model import Ref
from tests.builders import KUBIA, NAMESPACE, Story

A = Ref("Pod", NAMESPACE, "a", "a")


def lack(story: Story, predicate: Predicate) -> str:
    return predicate.lack(story.timeline.latest())


@pytest.mark.parametrize(
    ("what", "number"),
    [("desired", 5), ("current", 4), ("ready", 2), ("generation", 7), ("observed", 6)],
)
def test_each_number_is_a_field_of_the_workload(what: Number, number: int) -> None:
    """Neither is derived from another: a status that lags behind shows."""
    story = Story()
    story.workload(replicas=5, current=4, ready=2, generation=7, observed=6)
    assert lack(story, Reports(workload=KUBIA, what=what, number=number)) == ""
    wrong = Reports(workload=KUBIA, what=what, number=9)
    assert lack(story, wrong) == f'"kubia" reports {number} {what}'


def test_a_workload_that_is_gone_reports_nothing() -> None:
    """Its last status is not a report of now."""
    story, ready = Story(), Reports(workload=KUBIA, what="ready", number=0)
    assert lack(story, ready) == 'ReplicationController "kubia" does not exist'
    assert ready.words("always") == '"kubia" always reports 0 ready'
    assert Not(of=ready).words("always") == '"kubia" never reports 0 ready'


def test_pods_are_counted_by_their_labels_alone() -> None:
    """Whoever owns them, and whatever other labels they have; those being deleted count no more."""
    story = Story()
    story.pod("a", "added", labels={"app": "kubia", "x": "y"})
    story.pod("b", "added", owner=None)
    story.pod("c", "added", labels={"app": "other"})
    story.pod("d", "added", terminating=True)
    story.pod("e", "added", namespace="elsewhere")
    two = PodsLabelled(namespace=NAMESPACE, labels={"app": "kubia"}, number=2)
    assert lack(story, two) == ""
    story.pod("b", "deleted")
    assert lack(story, two) == "there are 1 active pod"
    assert two.words() == "2 pods labelled app=kubia"


def test_an_image_is_that_of_the_specification() -> None:
    """A pod that is gone runs nothing."""
    story, kubia = Story(), RunsImage(pod=A, image="luksa/kubia")
    story.pod("a", "added", spec={"containers": [{"name": "main", "image": "luksa/kubia"}]})
    assert lack(story, kubia) == ""
    assert lack(story, RunsImage(pod=A, image="other")) == "a runs luksa/kubia"
    story.pod("a", "deleted")
    assert lack(story, kubia) == "a does not exist"
    assert kubia.words("never") == 'pod "a" never runs luksa/kubia'
