"""What is printed of a workload, line by line."""

from __future__ import annotations

import pytest

from reconverge.judges.conditions import HasCondition
from reconverge.judges.descriptions import DescribedAs, described
from reconverge.model import Ref
from tests.builders import KUBIA, NAMESPACE, Json, Story, meta

SET = Ref("ReplicaSet", NAMESPACE, "kubia", "rs-1")


def story_of(selector: Json) -> Story:
    """A ReplicaSet with that selector, and three pods in different phases."""
    story = Story()
    template = {
        "metadata": {"labels": {"b": "2", "a": "1"}},
        "spec": {"containers": [{"name": "x", "image": "one"}, {"name": "y", "image": "two"}]},
    }
    whole = {
        "metadata": meta("kubia", SET.uid, story.next_version(), labels={"z": "1", "a": "2"}),
        "spec": {"replicas": 3, "selector": selector, "template": template},
        "status": {"replicas": 2, "readyReplicas": 1},
    }
    story.see("ReplicaSet", "added", whole)
    story.pod("a", "added", owner=SET)
    story.pod("b", "added", owner=SET, phase="Pending")
    story.pod("c", "added", owner=SET, phase="Failed", terminating=True)
    return story


def test_every_line_comes_from_the_object_or_its_pods() -> None:
    """Maps are printed by key, as kubectl sorts them."""
    story = story_of({"matchLabels": {"app": "kubia"}})
    assert described(story.timeline.latest(), SET) == {
        "Name": "kubia",
        "Labels": "a=2,z=1",
        "Selector": "app=kubia",
        "Desired": "3",
        "Current": "2",
        "Ready": "1",
        "Replicas": "2 current / 3 desired",
        "Pods Running": "1",
        "Pods Waiting": "1",
        "Pods Succeeded": "0",
        "Pods Failed": "1",
        "Template Labels": "a=1,b=2",
        "Template Image": "one,two",
    }


@pytest.mark.parametrize(
    ("row", "printed"),
    [
        ({"key": "b", "operator": "In", "values": ["y", "x"]}, "a=1,b in (x,y)"),
        ({"key": "b", "operator": "NotIn", "values": ["x"]}, "a=1,b notin (x)"),
        ({"key": "b", "operator": "Exists"}, "a=1,b"),
        ({"key": "b", "operator": "DoesNotExist"}, "!b,a=1"),
    ],
)
def test_expressions_are_printed_as_kubectl_does(row: Json, printed: str) -> None:
    """The rows are sorted by key."""
    story = story_of({"matchLabels": {"a": "1"}, "matchExpressions": [row]})
    wanted = ",".join(sorted(printed.split(",", 1))) if row["operator"] != "In" else printed
    found = described(story.timeline.latest(), SET)["Selector"]
    assert sorted(found) == sorted(wanted)


def test_a_line_that_differs_is_named() -> None:
    """So is one that there is not."""
    story = story_of({"matchLabels": {"app": "kubia"}})
    promise = DescribedAs(workload=SET, lines={"Ready": "3", "Name": "kubia", "Colour": "red"})
    assert promise.weigh(story.timeline.latest()).lacking == (
        "Ready is 1, not 3",
        "Colour is not among its lines, not red",
    )
    assert promise.sentence() == ('"kubia" is described by Ready: 3; Name: kubia; Colour: red')
    assert described(Story().timeline.latest(), SET) == {}


def lacking(story: Story, *, is_so: bool = True) -> tuple[str, ...]:
    promise = HasCondition(workload=KUBIA, condition="ReplicaFailure", is_so=is_so)
    return promise.weigh(story.timeline.latest()).lacking


def test_a_condition_is_one_of_the_newest_specification() -> None:
    """A report on an older one neither proves that it stands nor that it is gone."""
    story = Story()
    failing: Json = {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota"}
    story.workload(conditions=[failing], generation=2, observed=2)
    assert lacking(story) == ()
    assert lacking(story, is_so=False) == ('"kubia" does not report the condition ReplicaFailure',)
    story.workload(conditions=[failing], generation=3, observed=2)
    assert lacking(story) == ("its newest specification is not observed",)
    story.workload(generation=3, observed=3)
    assert lacking(story, is_so=False) == ()
    assert lacking(story) == ('"kubia" reports the condition ReplicaFailure',)
    story.workload("deleted")
    assert lacking(story) == ('ReplicationController "kubia" is gone',)
