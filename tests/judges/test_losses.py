"""What a lost node takes with it: promises made from the world before, and what breaks them."""

from __future__ import annotations

import msgspec
import pytest

from reconverge.errors import BadInput
from reconverge.judges import losses
from reconverge.judges.effects import NodeLost
from reconverge.judges.events import Remarked
from reconverge.judges.promise import Promise
from reconverge.judges.states import Restarts
from reconverge.judges.timing.nodes import UNREACHABLE
from reconverge.model import Ref
from reconverge.verdict import Finding, Verdict
from tests.builders import KUBIA, NAMESPACE, Audience, Responder, Story

A, B, LONE = (Ref("Pod", NAMESPACE, uid, uid) for uid in ("a", "b", "lone"))
NODE, OTHER = Ref("Node", "", "lost", "lost"), Ref("Node", "", "worker", "worker")
EVICTED = {"type": "DisruptionTarget", "status": "True", "reason": "DeletionByTaintManager"}
COLLECTED = {**EVICTED, "reason": "DeletionByPodGC"}
UNREADY = {"type": "Ready", "status": "False"}


class Outage:
    """Pods a and lone on a node that is lost at second 10, and b on another."""

    def __init__(self) -> None:
        self.story = story = Story()
        story.node("lost", "listed")
        story.node("worker", "listed")
        story.pod("a", "listed", node="lost")
        story.pod("lone", "listed", node="lost", owner=None, labels={"app": "lone"})
        story.pod("b", "listed")
        story.synced()
        story.workload("listed", replicas=2)
        self.before = story.timeline.latest()
        self.start = len(story.timeline)
        story.at(10.0)
        self.fault = story.inject(NodeLost(node=NODE), targets=(NODE,))

    def give_up(self, *, is_tainted: bool = True) -> None:
        taints = (UNREACHABLE,) if is_tainted else ()
        self.story.node("lost", ready="Unknown", taints=taints)

    def evict(self) -> None:
        self.story.pod("a", node="lost", terminating=True, status={"conditions": [EVICTED]})

    def judge(self, promise: Promise) -> Finding:
        audience = Audience(self.story, promise.judge(deadline_s=60.0), start=self.start - 1)
        Responder(audience).run(100.0)
        return audience.verdict()


@pytest.fixture
def outage() -> Outage:
    return Outage()


@pytest.mark.parametrize("how", ["nothing", "deleted", "gone"])
def test_pods_are_kept_as_long_as_nobody_deletes_one(outage: Outage, how: str) -> None:
    """One that only fails is there still; those of others are not asked about."""
    story = outage.story
    story.pod("a", node="lost", status={"phase": "Failed"})
    story.pod("lone", "deleted", node="lost", owner=None)
    if how == "deleted":
        story.pod("b", terminating=True)
    if how == "gone":
        story.pod("b", "deleted")
    verdict = Verdict.HELD if how == "nothing" else Verdict.BROKEN
    assert outage.judge(losses.kept(outage.before, KUBIA)).verdict is verdict
    with pytest.raises(BadInput, match="had no pods"):
        losses.kept(outage.before, Ref("ReplicaSet", NAMESPACE, "none", "none"))


def test_pods_are_found_by_their_node(outage: Outage) -> None:
    """Those of a workload, and those of a namespace; a promise about none is refused."""
    assert losses.pods_on(outage.before, NODE, of=KUBIA) == (A,)
    assert set(losses.lost_with(outage.before, NODE, namespace=NAMESPACE)) == {A, LONE}
    elsewhere = Ref("Node", "", "elsewhere", "elsewhere")
    with pytest.raises(BadInput, match="no pod of the scenario was on"):
        losses.pods_on(outage.before, elsewhere, of=KUBIA)
    with pytest.raises(BadInput, match="no pod of the scenario was on"):
        losses.lost_with(outage.before, NODE, namespace="another")


def test_pods_run_until_their_node_is_given_up(outage: Outage) -> None:
    """NotReady and tainted first, and not deleted by then."""
    outage.story.at(20.0)
    outage.give_up()
    promise = losses.run_until_given_up((A,), NODE, after=outage.fault)
    assert outage.judge(promise).verdict is Verdict.HELD


@pytest.mark.parametrize("is_noticed", [True, False])
def test_a_pod_that_is_deleted_before_breaks_the_order(outage: Outage, is_noticed: bool) -> None:
    """Be the node NotReady already, as long as it is not tainted."""
    outage.story.at(20.0)
    if is_noticed:
        outage.give_up(is_tainted=False)
    outage.evict()
    outage.give_up()
    finding = outage.judge(losses.run_until_given_up((A,), NODE, after=outage.fault))
    assert (finding.verdict, finding.why) == (Verdict.BROKEN, 'pod "a" is deleted')


def test_the_mark_says_why_a_pod_has_to_go(outage: Outage) -> None:
    """A pod that somebody else deleted bears another, or none."""
    outage.give_up()
    outage.evict()
    held = losses.disrupted((A,), "DeletionByTaintManager", after=outage.fault)
    broken = losses.disrupted((A,), "EvictionByEvictionAPI", after=outage.fault)
    assert outage.judge(held).verdict is Verdict.HELD
    assert outage.judge(broken).verdict is Verdict.BROKEN


def test_pods_of_a_node_that_is_no_more_are_collected_one_by_one(outage: Outage) -> None:
    """Each fails and goes; they need never have failed at one time."""
    story = outage.story
    story.node("lost", "deleted")
    for uid in ("a", "lone"):
        story.pod(uid, node="lost", phase="Failed", status={"conditions": [COLLECTED]})
        story.pod(uid, "deleted", node="lost", phase="Failed", status={"conditions": [COLLECTED]})
    for promise in losses.collected((A, LONE), after=outage.fault):
        assert outage.judge(promise).verdict is Verdict.HELD
    assert outage.judge(losses.gone((A, LONE), after=outage.fault)).verdict is Verdict.HELD


def test_a_pod_that_just_vanishes_was_not_collected(outage: Outage) -> None:
    """Its failure is what tells its controller."""
    outage.story.node("lost", "deleted")
    outage.story.pod("a", "deleted", node="lost")
    [promise] = losses.collected((A,), after=outage.fault)
    assert outage.judge(promise).verdict is Verdict.BROKEN


def test_terminating_pods_are_deleted_and_still_there(outage: Outage) -> None:
    """One that runs is not, and one that is gone is not."""
    outage.give_up()
    outage.evict()
    assert outage.judge(losses.terminating((A,), after=outage.fault)).verdict is Verdict.HELD
    assert outage.judge(losses.terminating((A, B), after=outage.fault)).verdict is Verdict.BROKEN


@pytest.mark.parametrize(("is_back", "verdict"), [(False, "HELD"), (True, "BROKEN")])
def test_what_goes_while_the_node_is_down(outage: Outage, is_back: bool, verdict: str) -> None:
    """Not what its own kubelet puts away."""
    outage.give_up()
    outage.evict()
    outage.start = len(outage.story.timeline)
    story = outage.story.at(30.0)
    if is_back:
        story.node("lost")
    story.pod("a", "deleted", node="lost")
    promise = losses.gone_before_ready((A,), NODE, after="")
    finding = outage.judge(msgspec.structs.replace(promise, injections=()))
    assert finding.verdict.name == verdict


def test_a_pod_on_a_dead_node_is_replaced_before_anybody_knows(outage: Outage) -> None:
    """As long as the node and the deleted pod look ready."""
    story = outage.story
    story.at(11.0).pod("a", node="lost", terminating=True)
    story.pod("c", "added", ready=False, phase="Pending")
    story.at(20.0)
    outage.give_up()
    early = losses.replaced_unnoticed(outage.before, (A,), NODE, after=outage.fault)
    assert outage.judge(early).verdict is not Verdict.BROKEN
    stays = losses.stay_until_given_up((A,), NODE, after=outage.fault)
    assert outage.judge(stays).verdict is Verdict.HELD


def test_a_replacement_that_comes_after_is_not_at_once(outage: Outage) -> None:
    """The node was given up first."""
    story = outage.story
    story.at(11.0).pod("a", node="lost", terminating=True)
    story.at(20.0)
    outage.give_up()
    story.pod("c", "added", ready=False, phase="Pending")
    late = losses.replaced_unnoticed(outage.before, (A,), NODE, after=outage.fault)
    assert outage.judge(late).verdict is Verdict.BROKEN


def test_a_pod_that_goes_before_was_not_on_a_dead_node(outage: Outage) -> None:
    """Somebody there has ended it."""
    outage.story.at(11.0).pod("a", "deleted", node="lost")
    outage.give_up()
    stays = losses.stay_until_given_up((A,), NODE, after=outage.fault)
    assert outage.judge(stays).verdict is Verdict.BROKEN


def test_nobody_replaces_what_nobody_owns(outage: Outage) -> None:
    """The owned pod has an owner, the lone one has none to make another."""
    assert losses.owner_of(outage.before, A) == KUBIA
    with pytest.raises(BadInput, match="nobody owns"):
        losses.owner_of(outage.before, LONE)


@pytest.mark.parametrize(("is_tainted", "verdict"), [(True, "HELD"), (False, "BROKEN")])
def test_an_eviction_is_pending_once_the_node_is_tainted(
    outage: Outage, is_tainted: bool, verdict: str
) -> None:
    """The pods that are marked are not driven out yet."""
    outage.give_up(is_tainted=is_tainted)
    outage.story.pod("a", node="lost", ready=False)
    pending = losses.eviction_pending((A,), NODE, after=outage.fault)
    assert outage.judge(pending).verdict is Verdict[verdict]


def test_an_eviction_is_pending_for_each_of_the_pods(outage: Outage) -> None:
    """One that looks ready has not been given up."""
    outage.give_up()
    outage.story.pod("a", node="lost", ready=False)
    both = losses.eviction_pending((A, LONE), NODE, after=outage.fault)
    assert outage.judge(both).verdict is Verdict.BROKEN


@pytest.mark.parametrize(("is_ready", "verdict"), [(True, "HELD"), (False, "BROKEN")])
def test_another_pod_does_the_work(outage: Outage, is_ready: bool, verdict: str) -> None:
    """The old one has to go, and one that is ready is there."""
    outage.give_up()
    outage.story.pod("b", "deleted")
    outage.evict()
    outage.story.at(40.0).pod("c", "added", ready=is_ready)
    begun = losses.begun_again((A,), of=KUBIA, after=outage.fault)
    assert outage.judge(begun).verdict.name == verdict


@pytest.mark.parametrize(
    ("is_tainted", "looks_ready", "verdict"),
    [(False, False, "HELD"), (True, False, "BROKEN"), (False, True, "BROKEN")],
)
def test_pods_are_spared_for_longer_than_others(
    outage: Outage, is_tainted: bool, looks_ready: bool, verdict: str
) -> None:
    """For a queue of one node and a toleration of 300 s, as long as nothing drives them out.

    Whoever still takes them for ready has not found out that their node is lost.
    """
    outage.story.at(20.0)
    outage.give_up(is_tainted=False)
    outage.story.pod("a", node="lost", ready=looks_ready)
    promise = losses.spared(outage.story.timeline, (A,), NODE, after=outage.fault)
    assert promise.for_s == 310.0
    audience = Audience(outage.story, promise.judge(deadline_s=60.0), start=outage.start - 1)
    responder = Responder(audience)
    responder.run(100.0)
    outage.give_up(is_tainted=is_tainted)
    responder.run(500.0)
    assert audience.verdict().verdict.name == verdict


def test_restarted_pods_have_new_containers_in_new_sandboxes(outage: Outage) -> None:
    """Both are promised of each pod."""
    again, told = losses.restarted(outage.before, (A,))
    assert isinstance(again, Restarts)
    assert (again.pod, again.container_id) == (A, "containerd://a-0")
    assert told == Remarked(about=A, reason="SandboxChanged")


@pytest.mark.parametrize(("app", "verdict"), [("another", "HELD"), ("lone", "BROKEN")])
def test_a_lone_pod_is_known_by_its_labels(outage: Outage, app: str, verdict: str) -> None:
    """Another that bears them stands in for it; where it bears none, nothing can be promised."""
    outage.story.at(30.0).pod("new", "added", owner=None, labels={"app": app})
    never = losses.never_replaced(outage.before, LONE)
    assert outage.judge(never).verdict.name == verdict
    outage.story.pod("bare", "added", owner=None, labels={})
    bare = Ref("Pod", NAMESPACE, "bare", "bare")
    with pytest.raises(BadInput, match="has no labels"):
        losses.never_replaced(outage.story.timeline.latest(), bare)
