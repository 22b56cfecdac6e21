"""Promises about a container's life, by the pod's status and the kubelet's Events."""

from __future__ import annotations

import pytest

from reconverge.errors import BadInput
from reconverge.judges.containers import (
    EachRestarted,
    EndedAfterGrace,
    NeverRestarted,
    NoneRestarted,
    OneRestarted,
    PutOff,
    Replaced,
    Restarted,
    RestartedAfter,
    restarts_on,
)
from reconverge.model import Ref
from tests.builders import KUBIA, NAMESPACE, Json, Story, meta

A = Ref("Pod", NAMESPACE, "a", "a")


def second(number: int) -> str:
    return f"2026-01-01T00:00:{number:02}Z"


def life(*, restarts: int = 1, waits: str = "", ended: int = 10, began: int = 12) -> Json:
    """The status of a container that ended at one second and began again at another."""
    terminated = {
        "exitCode": 137,
        "reason": "Error",
        "startedAt": second(0),
        "finishedAt": second(ended),
        "containerID": "containerd://a-0",
    }
    running = {"running": {"startedAt": second(began)}}
    waiting = {"waiting": {"reason": "CrashLoopBackOff", "message": waits}}
    container = {
        "name": "main",
        "restartCount": restarts,
        "containerID": f"containerd://a-{restarts}",
        "state": waiting if waits else running,
        "lastState": {"terminated": terminated} if restarts else {},
    }
    return {"podIP": "10.244.1.7", "containerStatuses": [container]}


def killing(story: Story, at: int) -> None:
    """The kubelet's word, at that second, that it kills the container of pod a."""
    version = story.next_version()
    wire = {
        "metadata": meta(f"event-{version}", f"event-{version}", version),
        "involvedObject": {"kind": "Pod", "name": "a", "uid": "a"},
        "reason": "Killing",
        "message": "Container main failed liveness probe, will be restarted",
        "lastTimestamp": second(at),
    }
    story.see("Event", "added", wire)


def told(**more: object) -> Story:
    story = Story()
    story.pod("a", "listed", status=life(**more))  # type: ignore[arg-type]
    return story


def lacking(story: Story, promise: object) -> tuple[str, ...]:
    return promise.weigh(story.timeline.latest()).lacking  # type: ignore[attr-defined, no-any-return]


def test_restarted_so_often_and_running() -> None:
    """A container that is put off has not come back yet."""
    assert lacking(told(restarts=2), Restarted(pod=A, times=2)) == ()
    assert lacking(told(restarts=1), Restarted(pod=A, times=2)) == ("1 restarts of 2",)
    assert lacking(told(waits="back-off"), Restarted(pod=A)) == ("it does not run",)


def test_another_container_in_the_same_pod() -> None:
    """The end that is told must be that of the very container there was."""
    before = told(restarts=0).timeline.latest()
    promise = Replaced.of(before, A)
    assert lacking(told(restarts=1), promise) == ()
    assert lacking(told(restarts=0), promise) == (
        "the end of that very container is not told",
        "no other one runs",
    )
    moved = Story()
    moved.pod("a", "listed", status=life(), node="worker2")
    assert lacking(moved, promise) == ("it is at 10.244.1.7 on worker2",)


def test_without_a_container_nothing_can_be_replaced() -> None:
    """A promise about no container proves nothing."""
    with pytest.raises(BadInput):
        Replaced.of(Story().timeline.latest(), A)


@pytest.mark.parametrize(("decided", "is_so"), [(7, True), (10, False), (1, False)])
def test_grace_lies_between_the_decision_and_the_end(decided: int, is_so: bool) -> None:
    """It ended at second 10, and had three seconds."""
    story = told()
    killing(story, decided)
    assert (lacking(story, EndedAfterGrace(pod=A, grace_s=3)) == ()) is is_so


def test_a_decision_of_another_life_is_not_this_ones() -> None:
    """What was said after the end is of the container that came next."""
    story = told()
    killing(story, 12)
    assert lacking(story, EndedAfterGrace(pod=A, grace_s=3)) == ("it was not killed yet",)


def test_put_off_for_as_long_as_the_kubelet_says() -> None:
    """Ten seconds are not the ten of a minute and ten."""
    story = told(waits="back-off 1m10s restarting failed container=main")
    assert lacking(story, PutOff(pod=A, backoff_s=70)) == ()
    assert lacking(story, PutOff(pod=A, backoff_s=10)) == ("it is not",)
    assert lacking(told(), PutOff(pod=A, backoff_s=10)) == ("it is not",)


@pytest.mark.parametrize(("began", "is_so"), [(20, True), (12, False), (45, False)])
def test_a_restart_comes_in_its_span(began: int, is_so: bool) -> None:
    """Ten to thirty seconds after the end at second 10."""
    promise = RestartedAfter(pod=A, restart=2, least_s=10, most_s=30)
    assert (lacking(told(restarts=2, began=began), promise) == ()) is is_so
    assert lacking(told(restarts=1, began=began), promise) == ("1 restarts",)


def test_never_restarted_minds_the_container_that_is_named() -> None:
    """An end counts like a restart: nobody knows what comes after it."""
    story = told(restarts=1)
    snapshot = story.timeline.latest()
    assert NeverRestarted(pod=A).violation(snapshot) == "main of a has 1 restarts"
    assert NeverRestarted(pod=A, container="other").violation(snapshot) == ""
    assert NeverRestarted(pod=A).violation(told(restarts=0).timeline.latest()) == ""
    assert NeverRestarted(pod=A).violation(Story().timeline.latest()) == ""
    story.pod("a", "deleted")
    assert NeverRestarted(pod=A).violation(story.timeline.latest()) == "a is gone"


def test_each_pod_is_restarted_or_the_promise_lacks_some() -> None:
    """No pod at all keeps no promise."""
    story = Story()
    assert lacking(story, EachRestarted(workload=KUBIA)) == ("no pod lacks some",)
    story.pod("a", "listed", restarts=2)
    assert lacking(story, EachRestarted(workload=KUBIA, times=2)) == ()
    story.pod("b", "listed", restarts=1)
    assert lacking(story, EachRestarted(workload=KUBIA, times=2)) == ("b lacks some",)


def test_restarts_are_counted_from_those_there_were() -> None:
    """On the one node none more, on the others at least one."""
    story = Story()
    story.pod("a", "listed", restarts=2, node="worker")
    story.pod("b", "listed", restarts=1, node="worker2")
    before = story.timeline.latest()
    here = restarts_on(before, KUBIA, "worker", is_there=True)
    there = restarts_on(before, KUBIA, "worker", is_there=False)
    assert (here, there) == ({"a": 2}, {"b": 1})
    assert lacking(story, OneRestarted(restarts=there)) == ("none has been",)
    story.pod("b", restarts=2, node="worker2")
    assert lacking(story, OneRestarted(restarts=there)) == ()
    none = NoneRestarted(restarts=here, namespace=NAMESPACE)
    assert none.violation(story.timeline.latest()) == ""
    story.pod("a", restarts=3, node="worker")
    assert none.violation(story.timeline.latest()) == "a was restarted"


def test_where_no_pod_is_no_promise_is_made() -> None:
    """A promise about no pod cannot be broken."""
    story = Story()
    story.pod("a", "listed", node="worker")
    with pytest.raises(BadInput):
        restarts_on(story.timeline.latest(), KUBIA, "worker", is_there=False)
