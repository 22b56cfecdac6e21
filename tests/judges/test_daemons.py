"""The pods of a DaemonSet by node and by number: promises made from the world before."""

from __future__ import annotations

import msgspec
import pytest

from reconverge.errors import BadInput
from reconverge.judges import daemons
from reconverge.judges.effects import PodsLost
from reconverge.judges.promise import Promise
from reconverge.model import Ref
from tests.builders import KUBIA, NAMESPACE, Audience, Json, Responder, Story, meta, node

AGENT = Ref("DaemonSet", NAMESPACE, "agent", "ds-1")
A, B = (Ref("Pod", NAMESPACE, uid, uid) for uid in ("a", "b"))
ONE, TWO = (Ref("Node", "", name, name) for name in ("one", "two"))
CONTROL_PLANE = "node-role.kubernetes.io/control-plane"


class Daemons:
    """An agent on each of two nodes; a third is tainted and not tolerated."""

    def __init__(self) -> None:
        self.story = story = Story()
        for name in ("one", "two"):
            story.node(name, "listed")
        closed = node("cp", story.next_version())
        closed["spec"] = {"taints": [{"key": CONTROL_PLANE, "effect": "NoSchedule"}]}
        story.see("Node", "listed", closed)
        story.pod("a", "listed", owner=AGENT, node="one")
        story.pod("b", "listed", owner=AGENT, node="two")
        story.synced()
        self.count("listed", desired=2)
        self.before = story.timeline.latest()
        self.start = len(story.timeline)
        story.at(10.0)
        self.fault = story.inject(PodsLost(pods=(A,)), targets=(A,))

    def count(self, change: str = "modified", *, misplaced: int = 0, **more: int) -> None:
        desired = more["desired"]
        names = ("desiredNumberScheduled", "currentNumberScheduled", "numberReady")
        status: Json = dict.fromkeys(names, desired)
        wire: Json = {
            "metadata": meta("agent", AGENT.uid, self.story.next_version()),
            "spec": {"selector": {"matchLabels": {"app": "kubia"}}},
            "status": {**status, "numberMisscheduled": misplaced},
        }
        self.story.see("DaemonSet", change, wire)  # type: ignore[arg-type]

    def judge(self, promise: Promise, *, start: int | None = None) -> str:
        first = self.start - 1 if start is None else start
        audience = Audience(self.story, promise.judge(deadline_s=60.0), start=first)
        Responder(audience).run(100.0)
        return audience.verdict().verdict.name


@pytest.fixture
def agents() -> Daemons:
    return Daemons()


def test_it_counts_the_nodes_that_its_pods_tolerate(agents: Daemons) -> None:
    """The tainted one does not count, nor does a status that is behind."""
    promise = daemons.counts_its_nodes(agents.before, AGENT)
    assert promise == daemons.counts(AGENT, nodes=2)
    assert agents.judge(promise) == "HELD"
    assert agents.judge(daemons.counts(AGENT, nodes=3)) == "BROKEN"


def test_a_lost_node_counts_for_one_fewer_and_one_misplaced(agents: Daemons) -> None:
    """Its pod is still there."""
    promise = daemons.counts_one_fewer(agents.before, AGENT, after=agents.fault)
    agents.story.pod("a", "deleted", owner=AGENT)
    agents.count(desired=1, misplaced=1)
    assert agents.judge(promise) == "HELD"


def test_only_a_daemon_set_has_such_numbers(agents: Daemons) -> None:
    """Of anything else none is promised."""
    with pytest.raises(BadInput, match="no DaemonSet that is there"):
        daemons.counts_its_nodes(agents.before, KUBIA)


def test_all_nodes_are_more_than_it_selects(agents: Daemons) -> None:
    """The tainted one has no pod of it."""
    everywhere, counts = daemons.on_all_nodes(agents.before, AGENT)
    assert agents.judge(everywhere) == "BROKEN"
    assert counts == daemons.counts(AGENT, nodes=3)


@pytest.mark.parametrize(("where", "verdict"), [("one", "HELD"), ("two", "BROKEN")])
def test_an_only_pod_is_one_and_there(agents: Daemons, where: str, verdict: str) -> None:
    """Not elsewhere."""
    agents.story.pod("b", "deleted", owner=AGENT, node="two")
    assert agents.judge(daemons.only_on(AGENT, where)) == verdict


def test_a_pod_among_others_is_no_only_one(agents: Daemons) -> None:
    """Though it is there."""
    assert agents.judge(daemons.only_on(AGENT, "one")) == "BROKEN"


@pytest.mark.parametrize(
    ("phase", "verdict"), [("Running", "BROKEN"), ("Succeeded", "HELD"), ("Failed", "HELD")]
)
def test_a_new_pod_comes_once_the_old_one_has_ended(
    agents: Daemons, phase: str, verdict: str
) -> None:
    """It need not be gone."""
    agents.story.pod("a", owner=AGENT, node="one", terminating=True)
    agents.story.pod("a", owner=AGENT, node="one", terminating=True, phase=phase)
    agents.story.pod("c", "added", owner=AGENT, node="one", ready=False)
    agents.story.pod("a", "deleted", owner=AGENT, node="one", phase=phase)
    promise = daemons.ended_first(agents.before, AGENT, A, after=agents.fault)
    assert agents.judge(promise) == verdict


@pytest.mark.parametrize(("lost", "verdict"), [(("a",), "HELD"), (("a", "b"), "BROKEN")])
def test_one_may_lack_and_no_more(agents: Daemons, lost: tuple[str, ...], verdict: str) -> None:
    """As many as were ready before, but one."""
    for uid in lost:
        agents.story.pod(uid, owner=AGENT, ready=False)
    assert agents.judge(daemons.lacks_at_most_one(agents.before, AGENT)) == verdict


def test_pods_elsewhere_are_named_with_their_containers(agents: Daemons) -> None:
    """Those on the node itself are left out; where there are no others, nothing is promised."""
    promise = daemons.untouched_but_on(agents.before, AGENT, ONE)
    assert [one.pod for one in promise.instances] == [B]
    agents.story.pod("b", "deleted", owner=AGENT, node="two")
    with pytest.raises(BadInput, match="no pod on another node"):
        daemons.untouched_but_on(agents.story.timeline.latest(), AGENT, ONE)


def test_two_pods_on_one_node_are_one_too_many(agents: Daemons) -> None:
    """Whoever made them."""
    agents.story.pod("c", "added", owner=AGENT, node="two")
    assert agents.judge(daemons.one_per_node(AGENT)) == "BROKEN"
    assert msgspec.json.encode(daemons.one_per_node(AGENT))
