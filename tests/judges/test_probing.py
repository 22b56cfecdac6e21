"""Promises about probes: as stored, as remarked on, and what follows for the pod."""

from __future__ import annotations

import pytest

from reconverge.judges.probing import NeverFails, NeverReady, ProbeFails, ProbeStored, ReadyAfter
from reconverge.judges.throttling import Throttled
from reconverge.model import Ref
from reconverge.verdict import Verdict
from tests.builders import NAMESPACE, Audience, Json, Story, meta
from tests.judges.asked import play

A = Ref("Pod", NAMESPACE, "a", "a")


def unhealthy(story: Story, message: str, *, container: str = "main", count: int = 1) -> None:
    """The kubelet's word that a probe of pod a has failed."""
    version = story.next_version()
    path = f"spec.containers{{{container}}}"
    wire = {
        "metadata": meta(f"event-{version}", f"event-{version}", version),
        "involvedObject": {"kind": "Pod", "name": "a", "uid": "a", "fieldPath": path},
        "reason": "Unhealthy",
        "message": message,
        "count": count,
    }
    story.see("Event", "added", wire)


def lacking(story: Story, **more: object) -> tuple[str, ...]:
    asked: Json = {"pod": A, "probe": "liveness", "saying": "refused", **more}
    return ProbeFails(**asked).weigh(story.timeline.latest()).lacking  # type: ignore[arg-type]


def test_failures_are_counted_by_probe_reason_and_container() -> None:
    """Another probe's, another reason and another container's are others."""
    story = Story()
    unhealthy(story, "Readiness probe failed: connection refused")
    unhealthy(story, "Liveness probe failed: HTTP probe failed with statuscode: 500")
    unhealthy(story, "Liveness probe failed: connection refused", container="other")
    assert lacking(story, times=2) == ("1 of 2",)
    assert lacking(story, container="main") == ("0 of 1",)
    unhealthy(story, "Liveness probe failed: connection refused", count=2)
    assert lacking(story, container="main", times=2) == ()
    assert lacking(story, times=3) == ()


def test_a_single_failure_breaks_a_promise_of_none() -> None:
    """Of any probe, unless one is named."""
    story = Story()
    assert NeverFails(pod=A).violation(story.timeline.latest()) == ""
    unhealthy(story, "Startup probe failed: no such file")
    snapshot = story.timeline.latest()
    assert NeverFails(pod=A).violation(snapshot) == "Startup probe failed: no such file"
    assert NeverFails(pod=A, probe="liveness").violation(snapshot) == ""
    assert NeverFails(pod=A, container="other").violation(snapshot) == ""


@pytest.mark.parametrize(
    ("probe", "verdict", "seen"),
    [
        (
            {
                "timeoutSeconds": 1,
                "periodSeconds": 10,
                "successThreshold": 1,
                "failureThreshold": 3,
            },
            Verdict.HELD,
            "delay 0 s, answer in 1 s, period 10 s, success 1, failure 3",
        ),
        ({}, Verdict.BROKEN, "delay 0 s, answer in 0 s, period 0 s, success 0, failure 0"),
        (None, Verdict.BROKEN, "no such probe"),
    ],
    ids=["filled in", "left out", "none"],
)
def test_a_probe_is_read_as_it_is_stored(probe: Json | None, verdict: Verdict, seen: str) -> None:
    """What the API server has not filled in is not filled in by the reader."""
    story = Story()
    container = {"name": "main"} | ({} if probe is None else {"livenessProbe": probe})
    story.pod("a", "added", spec={"containers": [container]})
    story.note()
    numbers = "delay 0 s, answer in 1 s, period 10 s, success 1, failure 3"
    promise = ProbeStored(pod=A, probe="liveness", numbers=numbers)
    audience = Audience(story, promise.judge(deadline_s=60.0), start=len(story.timeline) - 1)
    audience.hear()
    assert (audience.verdict().verdict, audience.verdict().why) == (verdict, seen)


def test_a_pod_that_was_never_observed_has_no_stored_probe() -> None:
    """Nothing can be told of it."""
    promise = ProbeStored(pod=A, probe="liveness", numbers="")
    audience = Audience(Story(), promise.judge(deadline_s=60.0))
    audience.wait(60.0)
    assert audience.verdict().verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(("at", "is_so"), [(16, True), (3, False), (40, False)])
def test_ready_in_its_span_after_the_start(at: int, is_so: bool) -> None:
    """By the stamps of the condition and of the container."""
    story = Story()
    row = {"type": "Ready", "status": "True", "lastTransitionTime": f"2026-01-01T00:00:{at:02}Z"}
    story.pod("a", "listed", status={"conditions": [row]})
    promise = ReadyAfter(pod=A, after_s=15, by_s=20)
    assert (promise.weigh(story.timeline.latest()).lacking == ()) is is_so


def test_a_pod_that_was_ready_once_was_not_never_ready() -> None:
    """A pod that is not there is not ready either."""
    promise = NeverReady(pod=A)
    assert promise.violation(Story().timeline.latest()) == ""
    story = Story()
    story.pod("a", "listed", ready=False)
    assert promise.violation(story.timeline.latest()) == ""
    story.pod("a")
    assert promise.violation(story.timeline.latest()) == "a is ready"


@pytest.mark.parametrize(
    ("throttled", "periods", "verdict"),
    [(90, 100, Verdict.HELD), (20, 100, Verdict.BROKEN), (9, 10, Verdict.BROKEN)],
    ids=["mostly", "now and then", "too few to tell"],
)
def test_a_container_is_held_up_by_the_kernels_count(
    throttled: int, periods: int, verdict: Verdict
) -> None:
    """Its share of the periods in which it would run, once there are some."""
    labels = '{container="main",pod="a"}'
    metrics = (
        f"container_cpu_cfs_periods_total{labels} {periods} 1795539899611\n"
        f"container_cpu_cfs_throttled_periods_total{labels} {throttled} 1795539899611\n"
        f"container_cpu_cfs_throttled_seconds_total{labels} 12.5 1795539899611"
    )
    promise = Throttled(pod=A, container="main", least=50)
    assert play(Story(), promise, [(True, metrics)]).verdict is verdict


def test_a_node_that_does_not_answer_shows_no_share() -> None:
    """Not even a small one."""
    promise = Throttled(pod=A, container="main", most=25)
    assert play(Story(), promise, [(None, "forbidden")]).verdict is Verdict.UNKNOWN
