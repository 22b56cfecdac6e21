"""Promises of a state: what a kubelet and the node lifecycle controller bring about."""

from __future__ import annotations

import pytest

from reconverge.judges.judge import WantProbe, WantSentinel, WantTouch
from reconverge.judges.liveliness import ANSWER_S
from reconverge.judges.promise import Promise
from reconverge.judges.states import REPROBE_S, NodeGone, NodeWhole, Released, Restarts
from reconverge.model import Ref
from reconverge.verdict import Verdict
from tests.builders import NAMESPACE, Audience, Json, Responder, Story, pod

DEADLINE_S = 60.0
A = Ref("Pod", NAMESPACE, "a", "a")
WORKER = Ref("Node", "", "worker", "worker")
RESTARTS = Restarts(pod=A, container="main", container_id="containerd://a-0", restart_count=0)
ADDRESS = WantProbe("node-address", "worker")
REACHABLE = WantProbe("pods-reachable", "worker")


def ended(code: int = 137, reason: str = "Error", *, ready: bool = True) -> Json:
    """The status of a container that was restarted once."""
    return {
        "containerStatuses": [
            {
                "name": "main",
                "ready": ready,
                "restartCount": 1,
                "containerID": "containerd://a-1",
                "state": {"running": {}},
                "lastState": {"terminated": {"exitCode": code, "reason": reason}},
            }
        ]
    }


class Scene:
    """A promise judged from the first entry on, with a deadline at second 60."""

    def __init__(self, promise: Promise) -> None:
        self.story = Story()
        self.audience = Audience(self.story, promise.judge(deadline_s=DEADLINE_S))
        self.harness = Responder(self.audience)

    def end(self, until_s: float = 100.0) -> tuple[Verdict, str]:
        self.harness.run(until_s)
        finding = self.audience.verdict()
        return finding.verdict, finding.why


def test_restarted_in_the_same_pod() -> None:
    """A new container, its predecessor's exit code and readiness are what a restart is."""
    scene = Scene(RESTARTS)
    scene.story.pod("a")
    scene.story.at(20.0).pod("a", ready=False, restarts=1, status=ended())
    scene.audience.hear()
    assert scene.audience.finding is None
    scene.story.at(21.0).pod("a", restarts=1, status=ended())
    assert scene.end() == (
        Verdict.HELD,
        "1 restarts, Running; previous exit code 137 (Error)",
    )
    assert scene.audience.verdict().instant_s == 21.0
    assert (
        scene.audience.verdict().promise == 'container "main" of "a" is restarted in the same pod'
    )


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({}, "0 restarts, Running; container main is still the same instance"),
        (
            {"restarts": 1, "container_id": "containerd://a-0"},
            "1 restarts, Running; container main is still the same instance",
        ),
        (
            {"restarts": 0, "container_id": "containerd://other"},
            "0 restarts, Running; container main is still the same instance",
        ),
        (
            {"restarts": 1},
            "1 restarts, Running; the exit code of the previous instance is not known",
        ),
        (
            {"restarts": 1, "ready": False, "status": ended()},
            "1 restarts, Running, not ready; previous exit code 137 (Error); "
            "the new container is not ready: Running, not ready",
        ),
        (
            {"restarts": 1, "status": ended(ready=False)},
            "1 restarts, Running; previous exit code 137 (Error); "
            "the new container is not ready: Running",
        ),
        (
            {"restarts": 1, "terminating": True, "status": ended()},
            "1 restarts, Running; previous exit code 137 (Error); the pod is being deleted",
        ),
        (
            {"restarts": 1, "phase": "Failed", "status": ended()},
            "1 restarts, Failed; previous exit code 137 (Error); the pod is finished",
        ),
    ],
)
def test_not_a_restart(more: Json, why: str) -> None:
    """Each missing part of a restart is named at the deadline."""
    scene = Scene(RESTARTS)
    scene.story.pod("a", **more)
    assert scene.end() == (Verdict.BROKEN, why)


@pytest.mark.parametrize("uid", ["a", "b"])
def test_restart_of_a_pod_that_is_gone(uid: str) -> None:
    """A namesake or a successor of the pod does not stand for it."""
    scene = Scene(RESTARTS)
    scene.story.pod(uid)
    scene.story.pod(uid, "deleted")
    assert scene.end() == (Verdict.BROKEN, 'Pod "a" does not exist; Pod "a" is gone')


def test_released() -> None:
    """A pod without a controller that runs on is released."""
    scene = Scene(Released(pod=A))
    scene.story.pod("a")
    scene.story.at(5.0).pod("a", owner=None)
    assert scene.end() == (Verdict.HELD, "Running, without an owner")
    assert scene.audience.verdict().promise == '"a" is released by its controller'


def test_not_released() -> None:
    """An owner that still controls the pod is named."""
    scene = Scene(Released(pod=A))
    scene.story.pod("a")
    assert scene.end() == (
        Verdict.BROKEN,
        "Running, owned; ReplicationController kubia still owns it",
    )


def test_released_pod_that_was_deleted() -> None:
    """A pod that is deleted instead of released breaks the promise."""
    scene = Scene(Released(pod=A))
    scene.story.pod("a", owner=None, terminating=True)
    assert scene.end() == (Verdict.BROKEN, 'Pod "a" does not run; Pod "a" is gone')


@pytest.mark.parametrize(
    ("status", "why"),
    [("False", "NotReady: KubeletNotReady"), ("Unknown", "NotReady (Unknown): KubeletNotReady")],
)
def test_node_gone(status: str, why: str) -> None:
    """Ready=False and Ready=Unknown both mean that the node is lost to the control plane."""
    scene = Scene(NodeGone(node=WORKER))
    scene.story.node("worker")
    scene.story.at(9.0).node("worker", ready=status, reason="KubeletNotReady")
    assert scene.end() == (Verdict.HELD, why)
    assert scene.audience.verdict().promise == 'node "worker" is NotReady'


def test_node_still_ready() -> None:
    """A node that stays Ready breaks the promise, once our watch of nodes is proven live."""
    scene = Scene(NodeGone(node=WORKER))
    scene.story.node("worker", reason="KubeletReady")
    assert scene.end() == (Verdict.BROKEN, "Ready: KubeletReady; it is still Ready")
    assert scene.audience.wanted == [WantTouch(WORKER)]


@pytest.mark.parametrize("refusal", ["", "forbidden"])
def test_deaf_to_nodes(refusal: str) -> None:
    """A silent watch of nodes shows a Ready node for ever: that is no broken promise."""
    scene = Scene(NodeGone(node=WORKER))
    scene.story.node("worker")
    scene.harness.deaf_to = {"Node"}
    scene.harness.refuses = refusal
    assert scene.end() == (Verdict.UNKNOWN, refusal or "our own watch of nodes delivers nothing")


def test_whole_node_seen_by_half() -> None:
    """Daemon pods are part of a whole node: a watch of pods that is deaf leaves it UNKNOWN."""
    scene = Scene(NodeWhole(node=WORKER))
    scene.story.node("worker", ready="False")
    scene.harness.delivers_pods = False
    assert scene.end() == (Verdict.UNKNOWN, "our own watch of pods delivers nothing")


def test_node_that_was_lost_in_time_and_reported_late() -> None:
    """What was written before the touch and delivered after the deadline cannot be dated."""
    scene = Scene(NodeGone(node=WORKER))
    scene.story.node("worker")
    scene.audience.wait(60.0)
    scene.story.at(61.0).node("worker", ready="Unknown")
    scene.harness.serve()
    finding = scene.audience.verdict()
    assert (finding.verdict, finding.why) == (
        Verdict.UNKNOWN,
        "it was delivered 1.0 s after the deadline, too late",
    )


def test_another_node_of_that_name() -> None:
    """A node registered anew under the name is another node."""
    scene = Scene(NodeGone(node=WORKER))
    scene.story.node("worker", uid="other", ready="False")
    assert scene.end() == (Verdict.BROKEN, 'no such node; Node "worker" is not registered')


def test_state_that_came_after_the_deadline() -> None:
    """An entry stamped after the deadline is late even if nobody had called the judge before."""
    scene = Scene(NodeGone(node=WORKER))
    scene.story.node("worker")
    scene.audience.hear()
    scene.story.at(60.5).challenged("sentinel", WORKER, version=scene.story.next_version())
    scene.story.node("worker", ready="False")
    assert scene.audience.hear() is not None
    assert scene.audience.verdict().verdict is Verdict.BROKEN


def test_state_of_a_pod_that_came_while_the_echo_was_awaited() -> None:
    """A pod's state after the deadline's sentinel is late; its lateness is told."""
    scene = Scene(Released(pod=A))
    scene.story.pod("a")
    scene.audience.wait(60.0)
    assert scene.audience.wanted == [WantSentinel("ReplicationController")]
    before = scene.story.next_version()
    planted = scene.story.next_version()
    sentinel = Ref("Pod", NAMESPACE, "s", "s")
    scene.story.at(62.0).challenged("sentinel", sentinel, version=planted)
    scene.story.see("Pod", "modified", pod("a", before, owner=None))
    scene.audience.hear()
    scene.story.see("Pod", "added", pod("s", planted, owner=None))
    scene.audience.hear()
    assert scene.audience.verdict().verdict is Verdict.UNKNOWN
    assert scene.audience.verdict().why == "it was delivered 2.0 s after the deadline, too late"


def test_state_of_a_pod_after_the_sentinel_is_late() -> None:
    """What was written after the deadline's sentinel breaks the promise."""
    scene = Scene(Released(pod=A))
    scene.story.pod("a")
    scene.audience.wait(60.0)
    planted = scene.story.next_version()
    sentinel = Ref("Pod", NAMESPACE, "s", "s")
    scene.story.at(60.5).pod("a", owner=None)
    scene.story.see("Pod", "added", pod("s", planted, owner=None))
    scene.story.challenged("sentinel", sentinel, version=planted)
    scene.audience.hear()
    why = "Running, without an owner, but 0.5 s after the deadline"
    assert (scene.audience.verdict().verdict, scene.audience.verdict().why) == (Verdict.BROKEN, why)


@pytest.mark.parametrize("refusal", ["", "exceeded quota"])
def test_deaf_to_pods(refusal: str) -> None:
    """Whoever hears nothing does not know that nothing happened."""
    scene = Scene(RESTARTS)
    scene.story.pod("a")
    scene.harness.delivers_pods = False
    scene.harness.refuses = refusal
    assert scene.end() == (Verdict.UNKNOWN, refusal or "our own watch of pods delivers nothing")
    limit_s = DEADLINE_S if refusal else DEADLINE_S + ANSWER_S
    assert scene.audience.verdict().decided_s == limit_s


def test_nothing_fed() -> None:
    """A judge that was fed nothing knows nothing."""
    scene = Scene(RESTARTS)
    scene.audience.index = 1000
    scene.audience.wait(100.0)
    assert scene.audience.verdict().verdict is Verdict.UNKNOWN
    assert scene.audience.verdict().why == "nothing was observed"


def test_state_that_stood_before_the_first_entry() -> None:
    """What is true at the first entry needs no further event."""
    scene = Scene(Released(pod=A))
    scene.story.pod("a", owner=None)
    scene.audience.index = len(scene.story.timeline)
    scene.story.note()
    assert scene.end()[0] is Verdict.HELD


def test_gap_at_the_deadline() -> None:
    """A gap that is open at the deadline leaves it UNKNOWN."""
    scene = Scene(NodeGone(node=WORKER))
    scene.story.node("worker")
    scene.story.gap("Node")
    scene.story.node("worker", ready="False")
    assert scene.end() == (Verdict.UNKNOWN, "the watch of Node has a gap: too old resource version")


def test_loss_at_the_deadline() -> None:
    """A watch that is down at the deadline leaves it UNKNOWN."""
    scene = Scene(NodeGone(node=WORKER))
    scene.story.node("worker")
    scene.story.lost("Node")
    assert scene.end() == (Verdict.UNKNOWN, "the watch of Node is lost: connection refused")


def test_gap_closed_and_gaps_of_other_kinds() -> None:
    """A new list closes the gap; what other watches miss does not matter."""
    scene = Scene(NodeGone(node=WORKER))
    scene.story.node("worker")
    scene.story.gap("Node")
    scene.story.gap("Pod")
    scene.story.at(8.0).node("worker", ready="False")
    scene.story.at(9.0).synced("Node")
    assert scene.end()[0] is Verdict.HELD
    assert scene.audience.verdict().instant_s == 9.0


def whole() -> Scene:
    """A node that came back at second 5, its probes asked for."""
    scene = Scene(NodeWhole(node=WORKER))
    scene.story.node("worker", ready="Unknown")
    scene.story.at(5.0).node("worker")
    scene.audience.hear()
    return scene


def answer(
    scene: Scene, want: WantProbe, *, asked_s: float, ok: bool = True, text: str = ""
) -> None:
    scene.story.probed(want.probe, want.target, ok=ok, answer=text, asked_s=asked_s)
    scene.audience.hear()


def test_node_is_whole_once_both_probes_say_so() -> None:
    """Ready is not enough: the address and a pod on the node are asked for."""
    scene = whole()
    assert scene.audience.wanted == [ADDRESS, REACHABLE]
    answer(scene, ADDRESS, asked_s=5.0)
    assert scene.audience.finding is None
    answer(scene, WantProbe("pods-reachable", "worker2"), asked_s=5.0)
    assert scene.audience.finding is None
    answer(scene, REACHABLE, asked_s=5.0)
    assert scene.audience.verdict().verdict is Verdict.HELD
    assert scene.audience.verdict().instant_s == 5.0
    assert scene.audience.verdict().promise == 'node "worker" is whole'


def test_failed_probe_is_asked_again() -> None:
    """A probe that failed is asked again after half a second, and only that one."""
    scene = whole()
    answer(scene, ADDRESS, asked_s=5.0)
    answer(scene, REACHABLE, asked_s=5.0, ok=False, text="timed out")
    scene.audience.wanted.clear()
    scene.audience.wait(5.0 + REPROBE_S - 0.01)
    assert scene.audience.wanted == []
    scene.audience.wait(5.0 + REPROBE_S)
    assert scene.audience.wanted == [REACHABLE]
    assert scene.audience.judge.progress().seen == "Ready; pods-reachable of worker: timed out"
    answer(scene, REACHABLE, asked_s=5.5)
    assert scene.audience.verdict().verdict is Verdict.HELD


def test_failed_probe_at_the_deadline() -> None:
    """The last refusal is the reason."""
    scene = whole()
    answer(scene, ADDRESS, asked_s=5.0)
    answer(scene, REACHABLE, asked_s=5.0, ok=False, text="timed out")
    scene.harness.run(100.0)
    assert scene.audience.verdict().verdict is Verdict.BROKEN
    assert scene.audience.verdict().why == "Ready; pods-reachable of worker: timed out"


def test_probe_never_answered() -> None:
    """A question without an answer is no failure of the node."""
    scene = whole()
    answer(scene, ADDRESS, asked_s=5.0)
    scene.harness.run(100.0)
    assert scene.audience.verdict().verdict is Verdict.UNKNOWN
    assert scene.audience.verdict().why == "Ready; not answered in time: pods-reachable of worker"


def test_answer_about_an_earlier_state_is_stale() -> None:
    """A probe asked before the node fell back says nothing about its return."""
    scene = whole()
    answer(scene, ADDRESS, asked_s=5.0)
    scene.story.at(6.0).node("worker", ready="Unknown")
    scene.story.at(7.0).node("worker")
    scene.audience.hear()
    assert scene.audience.wanted == [ADDRESS, REACHABLE, ADDRESS, REACHABLE]
    answer(scene, ADDRESS, asked_s=5.0)
    answer(scene, REACHABLE, asked_s=5.0)
    assert scene.audience.finding is None
    answer(scene, ADDRESS, asked_s=7.0)
    answer(scene, REACHABLE, asked_s=7.0)
    assert scene.audience.verdict().instant_s == 7.0


def test_answer_while_the_node_is_not_ready() -> None:
    """An answer without the state leads neither to HELD nor to another question."""
    scene = whole()
    scene.story.at(6.0).node("worker", ready="Unknown")
    scene.audience.hear()
    scene.audience.wanted.clear()
    answer(scene, ADDRESS, asked_s=6.0)
    answer(scene, REACHABLE, asked_s=6.0)
    scene.audience.wait(30.0)
    assert (scene.audience.finding, scene.audience.wanted) == (None, [])


def test_relapse_after_the_deadline_of_a_judge_that_nobody_asked() -> None:
    """What was due before an entry is decided before it, even where its wants were not met."""
    story = Story()
    judge = NodeWhole(node=WORKER).judge(deadline_s=DEADLINE_S)
    story.at(5.0).node("worker")
    story.at(61.0).node("worker", ready="False")
    findings = [judge.feed(entry) for entry in story.timeline.entries()]
    assert findings[-1] is not None
    assert (findings[-1].verdict, findings[-1].decided_s) == (Verdict.UNKNOWN, DEADLINE_S)


def test_probe_answered_after_the_deadline() -> None:
    """An answer that comes after the deadline proves nothing about it."""
    scene = whole()
    answer(scene, ADDRESS, asked_s=5.0)
    scene.story.at(60.5)
    answer(scene, REACHABLE, asked_s=60.2)
    assert scene.audience.verdict().verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"ready": "False", "reason": "R"}, "NotReady: R; it is NotReady: R"),
        ({"ready": None}, "without a Ready condition; it is without a Ready condition"),
        (
            {"taints": ("node.kubernetes.io/unreachable",)},
            "Ready; it is tainted node.kubernetes.io/unreachable",
        ),
        (
            {"taints": ("node.kubernetes.io/not-ready",)},
            "Ready; it is tainted node.kubernetes.io/not-ready",
        ),
    ],
)
def test_node_not_whole(more: Json, why: str) -> None:
    """Each missing part of a whole node is named."""
    scene = Scene(NodeWhole(node=WORKER))
    scene.story.node("worker", **more)
    assert scene.end() == (Verdict.BROKEN, why)
    assert scene.audience.wanted == [WantSentinel("ReplicationController"), WantTouch(WORKER)]


def test_node_never_registered() -> None:
    """A node that is not there is not whole; another one is touched to show that it is not."""
    scene = Scene(NodeWhole(node=WORKER))
    scene.story.node("control-plane")
    assert scene.end() == (Verdict.BROKEN, 'no such node; node "worker" is not registered')


def test_daemon_pods_belong_to_a_whole_node() -> None:
    """A daemon pod on the node that is not ready is named; pods elsewhere do not matter."""
    daemon = Ref("DaemonSet", NAMESPACE, "net", "ds-1")
    scene = Scene(NodeWhole(node=WORKER))
    scene.story.node("worker")
    scene.story.pod("net-1", owner=daemon, ready=False)
    scene.story.pod("net-2", owner=daemon, ready=False, node="worker2")
    scene.story.pod("a", ready=False)
    scene.audience.hear()
    assert scene.end() == (
        Verdict.BROKEN,
        "Ready; daemon pod net-1 is Running, not ready",
    )
