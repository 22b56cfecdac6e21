"""Promises about what a fault must leave alone are never about nothing."""

from __future__ import annotations

import pytest

from reconverge.errors import BadInput
from reconverge.judges import baselines
from reconverge.judges.pods import Ended, PodReady
from reconverge.model import Ref
from reconverge.verdict import Verdict
from tests.builders import KUBIA, NAMESPACE, Audience, Responder, Story


def pod(name: str) -> Ref:
    return Ref("Pod", NAMESPACE, name, name)


def three() -> Story:
    story = Story()
    story.steady("a", "b", "c")
    return story


def test_survivors_are_the_pods_that_were_not_hit() -> None:
    """The pod that the fault struck is not promised to live."""
    promise = baselines.survivors(three().timeline.latest(), KUBIA, hit=[pod("b")])
    assert [one.pod.name for one in promise.instances] == ["a", "c"]


def test_a_promise_about_no_survivor_is_refused() -> None:
    """It could not be broken, so it would prove nothing."""
    everyone = [pod("a"), pod("b"), pod("c")]
    with pytest.raises(BadInput, match="no pod"):
        baselines.survivors(three().timeline.latest(), KUBIA, hit=everyone)


def test_elsewhere_leaves_out_the_lost_node() -> None:
    """Pods on the stopped node are lost, those on others must not be."""
    story = three()
    story.pod("b", node="other")
    promise = baselines.elsewhere(story.timeline.latest(), KUBIA, node="worker")
    assert [one.pod.name for one in promise.instances] == ["b"]


def test_pods_that_never_were_cannot_be_kept() -> None:
    """A workload without pods keeps them whatever happens."""
    with pytest.raises(BadInput, match="had no pods"):
        baselines.same_pods(Story().timeline.latest(), KUBIA)


def test_the_restart_is_counted_from_before_the_fault() -> None:
    """The container that ran then, and its count of restarts then."""
    story = three()
    story.pod("a", restarts=4, container_id="containerd://old")
    promise = baselines.restart_of(story.timeline.latest(), pod("a"))
    assert (promise.container_id, promise.restart_count) == ("containerd://old", 4)


def test_a_ready_pod_is_exactly_that_pod() -> None:
    """A namesake with another UID is another pod."""
    story = Story()
    audience = Audience(story, PodReady(pod=pod("a")).judge(deadline_s=9.0))
    story.pod("a", "added", ready=False, phase="Pending")
    assert audience.hear() is None
    story.pod("a")
    finding = audience.hear()
    assert finding is not None
    assert finding.verdict is Verdict.HELD


@pytest.mark.parametrize(
    ("code", "reason", "verdict"),
    [(137, "Error", Verdict.HELD), (0, "Completed", Verdict.BROKEN)],
)
def test_the_end_of_a_container_is_its_code_and_reason(
    code: int, reason: str, verdict: Verdict
) -> None:
    """Killed is not the same as ended."""
    story = Story()
    promise = Ended(pod=pod("a"), exit_code=137, reason="Error")
    audience = Audience(story, promise.judge(deadline_s=9.0))
    ended = {"terminated": {"exitCode": code, "reason": reason}}
    status = {"name": "main", "ready": True, "restartCount": 1, "lastState": ended}
    story.pod("a", "added", status={"containerStatuses": [status]})
    finding = Responder(audience).run(20.0)
    assert finding is not None
    assert finding.verdict is verdict
