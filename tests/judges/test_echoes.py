"""The echoes of several watches: each must come back, and none that was planted before counts."""

from __future__ import annotations

from reconverge.judges.echoes import Echoes, NodeEcho, any_node
from reconverge.judges.judge import WantSentinel, WantTouch
from reconverge.model import Ref
from reconverge.timeline import Entry
from tests.builders import NAMESPACE, Story, node, pod

WORKER = Ref("Node", "", "worker", "worker")
SENTINEL = Ref("Pod", NAMESPACE, "s", "s")


def touched(story: Story, version: int) -> Entry:
    return story.challenged("sentinel", WORKER, version=version)


def test_one_act_for_each_watch() -> None:
    """Once each, and nothing for a kind that nobody can plant."""
    echoes = Echoes({"Pod", "Node", "ReplicaSet", "Job", "Secret"}, after=0, node=WORKER)
    assert echoes.wants() == (
        WantSentinel("CronJob"),
        WantSentinel("ReplicationController"),
        WantSentinel("Deployment"),
        WantTouch(WORKER),
    )
    assert echoes.wants() == ()
    assert Echoes({"Secret"}, after=0).is_heard


def test_each_watch_must_be_heard() -> None:
    """The first one that is not is named."""
    story = Story()
    echoes = Echoes({"Pod", "Node"}, after=0, node=WORKER)
    assert echoes.silence == "our own watch of pods delivers nothing"
    echoes.feed(story.challenged("sentinel", SENTINEL, version=5))
    echoes.feed(story.see("Pod", "added", pod("s", 5, owner=None)))
    assert not echoes.is_heard
    assert echoes.silence == "our own watch of nodes delivers nothing"
    echoes.feed(touched(story, 7))
    echoes.feed(story.see("Node", "modified", node("worker", 7)))
    assert echoes.is_heard
    assert echoes.silence == ""


def test_any_node_as_new_as_the_touch_will_do() -> None:
    """One watch delivers all nodes in order; one that is older proves nothing."""
    story = Story()
    echo = NodeEcho(WORKER, after=3)
    echo.feed(touched(story, 7))
    echo.feed(story.see("Node", "modified", node("worker", 6)))
    assert not echo.is_heard
    echo.feed(story.see("Node", "modified", node("other", 8)))
    assert echo.is_heard


def test_a_touch_of_before_proves_nothing() -> None:
    """An earlier judge's touch may be recorded late."""
    story = Story()
    echo = NodeEcho(WORKER, after=7)
    echo.feed(touched(story, 7))
    echo.feed(story.see("Node", "modified", node("worker", 7)))
    assert not echo.is_heard


def test_a_touch_that_failed_after_one_that_did_not() -> None:
    """One is enough."""
    story = Story()
    echo = NodeEcho(WORKER, after=0)
    echo.feed(story.challenged("sentinel", WORKER, version=0, error="forbidden"))
    assert echo.error == "forbidden"
    echo.feed(touched(story, 7))
    assert echo.error == ""


def test_what_is_newer_than_one_echo_is_not_of_before() -> None:
    """All of them were planted after the instant that matters."""
    story = Story()
    echoes = Echoes({"Pod", "Node"}, after=0, node=WORKER)
    echoes.feed(story.challenged("sentinel", SENTINEL, version=5))
    echoes.feed(touched(story, 9))
    entries = [story.see("Pod", "added", pod(f"p{at}", at)) for at in (4, 7, 9)]
    assert [echoes.is_older(entry) for entry in entries] == [True, False, False]
    assert not echoes.is_older(story.note())


def test_any_node() -> None:
    """The first by name, so that two readings of one record touch the same."""
    story = Story()
    assert any_node(story.timeline.latest()) is None
    story.node("worker2", "added")
    story.node("worker", "added")
    assert any_node(story.timeline.latest()) == WORKER
