"""What a temporal promise awaits has a bound of its own, by what befell the pod or its node."""

from __future__ import annotations

import pytest

from reconverge.judges.effects import AnyEffect, Cordoned, NodeLost, NodeRemoved, PodsLost, Tainted
from reconverge.judges.predicates import (
    AllOf,
    AnyOf,
    AnyPredicate,
    HasPods,
    InPhase,
    NodeReady,
    Not,
    PodDeleted,
    PodExists,
)
from reconverge.judges.temporal import Eventually, ThenStays, Until
from reconverge.judges.timing import bound_of
from reconverge.judges.timing.awaited import awaited
from reconverge.judges.timing.nodes import OUT_OF_SERVICE, UNREACHABLE
from reconverge.judges.timing.workloads import converged
from reconverge.judges.whereabouts import Disrupted, NodeTainted, RunsOn
from reconverge.model import Ref, Taint
from tests.builders import KUBIA, NAMESPACE, Json, Story
from tests.scenes import fast, terms, told

A = Ref("Pod", NAMESPACE, "a", "a")
WORKER = Ref("Node", "", "worker", "worker")
CLOSED = Taint(key="closed", effect="NoExecute")
NOTICED = {"node-monitor-grace-period": 12, "2 x node-monitor-period": 2, "reaction": 5}


def scene(effect: AnyEffect, *, tolerates_s: int | None = 5, target: Ref = WORKER) -> Story:
    """A fault has just hit the node of a pod that tolerates being closed out for a while."""
    row: Json = {"key": "closed", "operator": "Exists", "effect": "NoExecute"}
    row |= {"tolerationSeconds": tolerates_s} if tolerates_s is not None else {}
    story = Story()
    story.node("worker", "listed")
    story.node("other", "listed")
    story.pod("a", "listed", spec={"nodeName": "worker", "tolerations": [row]})
    story.workload("listed", replicas=1)
    story.at(10.0).inject(effect, targets=(target,))
    return story


LOST = NodeLost(node=WORKER)


@pytest.mark.parametrize(
    ("predicate", "seconds"),
    [
        (Not(of=NodeReady(node=WORKER)), 19.0),
        (NodeTainted(node=WORKER, key=UNREACHABLE), 29.0),
        # Noticed after 19 s, tainted within 10 s, tolerated for 5 s, and then a reaction.
        (PodDeleted(pod=A), 39.0),
        (Disrupted(pod=A, reason="DeletionByTaintManager"), 39.0),
        # And its grace period of 30 s, and 15 s for its end.
        (Not(of=PodExists(pod=A)), 84.0),
        (AllOf(parts=(Not(of=NodeReady(node=WORKER)), PodDeleted(pod=A))), 39.0),
        (AnyOf(parts=(PodDeleted(pod=A),)), 39.0),
    ],
    ids=lambda one: str(one)[:40],
)
def test_a_lost_node_is_noticed_and_then_emptied(predicate: AnyPredicate, seconds: float) -> None:
    """Each predicate awaits its own part of that."""
    assert awaited(predicate, told(scene(LOST), fast())).finite_s == seconds


def test_what_has_passed_since_does_not_count() -> None:
    """The bound is reckoned from the fault."""
    story = scene(LOST)
    story.at(20.0).note()
    bound = awaited(Not(of=NodeReady(node=WORKER)), told(story, fast()))
    assert terms(bound) == {**NOTICED, "since then": -10.0}


def test_pods_of_a_node_that_is_no_more_are_collected() -> None:
    """By the pod collector's rounds, not by any toleration."""
    story = scene(LOST)
    story.node("worker", "deleted")
    assert awaited(PodDeleted(pod=A), told(story, fast())).finite_s == 85.0


def test_a_removal_counts_before_it_is_seen() -> None:
    """The promise may be asked for while the deletion of the node is still on its way to us."""
    assert (
        awaited(PodDeleted(pod=A), told(scene(NodeRemoved(node=WORKER)), fast())).finite_s == 85.0
    )


@pytest.mark.parametrize(
    ("taint", "tolerates_s", "seconds", "is_bounded"),
    [
        (CLOSED, 5, 10.0, True),
        (CLOSED, None, 5.0, False),
        (Taint(key="other", effect="NoExecute"), 5, 5.0, True),
        (Taint(key="closed", effect="NoSchedule"), 5, 5.0, True),
        # A round of the pod collector, and a reaction.
        (Taint(key=OUT_OF_SERVICE, effect="NoExecute"), 5, 25.0, True),
    ],
)
def test_a_taint_drives_out_by_toleration(
    taint: Taint, tolerates_s: int | None, seconds: float, is_bounded: bool
) -> None:
    """At once without one, never where it has no end; NoSchedule drives out nobody."""
    story = scene(Tainted(node=WORKER, taint=taint), tolerates_s=tolerates_s)
    bound = awaited(PodDeleted(pod=A), told(story, fast()))
    assert (bound.finite_s, not bound.obstacle) == (seconds, is_bounded)


@pytest.mark.parametrize(
    ("effect", "target"), [(PodsLost(pods=(A,)), A), (Cordoned(node=WORKER), WORKER)]
)
def test_anything_else_is_a_matter_of_a_reaction(effect: AnyEffect, target: Ref) -> None:
    """No pod has to go because its node is cordoned."""
    story = scene(effect, target=target)
    assert terms(awaited(PodDeleted(pod=A), told(story, fast()))) == {"reaction": 5.0}


def test_pods_of_a_workload_are_awaited_as_its_steady_state_is() -> None:
    """Wherever they are to run."""
    now = told(scene(LOST), fast())
    for predicate in (HasPods(workload=KUBIA, least=1), RunsOn(workload=KUBIA, node="other")):
        assert awaited(predicate, now) == converged(now, KUBIA)


def test_each_operator_awaits_its_own_predicate() -> None:
    """Until awaits the second; what is bounded by nothing is a reaction and a start."""
    now, dead = told(scene(LOST), fast()), Not(of=NodeReady(node=WORKER))
    assert bound_of(Eventually(of=dead), now).finite_s == 19.0
    assert bound_of(ThenStays(of=dead, for_s=5.0), now).finite_s == 19.0
    assert bound_of(Until(of=PodExists(pod=A), until=dead), now).finite_s == 19.0
    assert awaited(InPhase(pod=A, phase="Failed"), now).finite_s == 50.0
