"""What a workload makes, removes and claims: counted from the history, each pod once."""

from __future__ import annotations

import pytest

from reconverge.judges.invariants import Claims, Turnover
from reconverge.judges.promise import Promise
from reconverge.model import Ref
from reconverge.verdict import Verdict
from tests.builders import KUBIA, NAMESPACE, Story
from tests.judges import tales
from tests.judges.tales import Tale

A, D, E = (Ref("Pod", NAMESPACE, uid, uid) for uid in "ade")
TWIN = Ref("ReplicationController", NAMESPACE, "twin", "rc-2")


def told(promise: Promise, tale: Tale) -> tuple[Verdict, str]:
    """The finding about a span that begins with the pods a, b and c of kubia."""
    return tales.told(promise, tale, before=lambda story: story.steady("a", "b", "c"))


def replaced(story: Story) -> None:
    """One pod is deleted by somebody, and another is made for it."""
    story.pod("a", terminating=True)
    story.pod("d", "added", ready=False)
    story.pod("d")
    story.pod("a", "deleted", terminating=True)


def adopted_and_removed(story: Story) -> None:
    story.pod("d", "added", owner=None)
    story.pod("d")
    story.pod("d", terminating=True)
    story.pod("d", "deleted")


def of_somebody_else(story: Story) -> None:
    story.pod("d", "added", owner=TWIN)
    story.pod("d", "deleted", owner=TWIN)
    story.pod("e", "added", owner=None)
    story.pod("e", "deleted", owner=None)
    story.pod("f", "added", namespace="elsewhere")


def released(story: Story) -> None:
    """A pod that is let go and then deleted is not its former owner's doing."""
    story.pod("a", owner=None, labels={"app": "x"})
    story.pod("a", "deleted", owner=None)


def turnover(made: int, removed: int, *hit: Ref) -> Turnover:
    return Turnover(workload=KUBIA, made=made, removed=removed, hit=hit)


@pytest.mark.parametrize(
    ("promise", "tale"),
    [
        (turnover(1, 0, A), replaced),
        (turnover(1, 1), replaced),
        (turnover(0, 1), adopted_and_removed),
        (turnover(0, 0), of_somebody_else),
        (turnover(0, 0), released),
    ],
)
def test_exactly_what_was_promised(promise: Turnover, tale: Tale) -> None:
    """What a fault hit, what is adopted and what is somebody else's does not count as its doing."""
    assert told(promise, tale)[0] is Verdict.HELD


@pytest.mark.parametrize(
    ("promise", "tale", "why"),
    [
        (turnover(0, 1), replaced, "it made 1 (d)"),
        (turnover(1, 0), replaced, "it removed 1 (a)"),
        (turnover(2, 0, A), replaced, "it made 1 (d)"),
        (turnover(0, 0), adopted_and_removed, "it removed 1 (d)"),
        (turnover(1, 1), released, "it made none and it removed none"),
    ],
)
def test_a_pod_more_or_less(promise: Turnover, tale: Tale, why: str) -> None:
    """One made in vain breaks the promise at once, one that never came at the end of the span."""
    assert told(promise, tale) == (Verdict.BROKEN, why)


def test_a_pod_that_came_and_went_between_two_looks() -> None:
    """The final count is the same; the history is not."""

    def tale(story: Story) -> None:
        story.pod("d", "added", ready=False)
        story.pod("d", "deleted", ready=False)

    assert told(turnover(0, 0), tale) == (Verdict.BROKEN, "it made 1 (d)")


def test_a_pod_that_was_on_its_way_out_is_not_removed_again() -> None:
    """Its deletion began before the span."""

    def before(story: Story) -> None:
        story.steady("a", "b")
        story.pod("a", terminating=True)

    scene = tales.Scene(turnover(0, 0), before)
    scene.story.pod("a", "deleted", terminating=True)
    assert scene.end().verdict is Verdict.HELD


def beside(story: Story, *, claims_d: bool = True) -> None:
    """Two pods of nobody's appear; the first is adopted and removed, the second stays."""
    story.pod("d", "added", owner=None)
    story.pod("e", "added", owner=None, labels={"app": "other"})
    if claims_d:
        story.pod("d")
    story.pod("d", "deleted", owner=KUBIA if claims_d else None)


def test_what_matches_is_claimed_and_nothing_else() -> None:
    """It may be removed once it is owned."""
    promise = Claims(workload=KUBIA, mine=(D,), others=(E,))
    assert told(promise, beside)[0] is Verdict.HELD
    assert promise.sentence() == '"kubia" claims d and leaves e'
    assert Claims(workload=KUBIA).sentence() == '"kubia" claims nothing and leaves nothing'


@pytest.mark.parametrize(
    ("promise", "tale", "why"),
    [
        (Claims(workload=KUBIA, mine=(D, E)), beside, "1 (e) is not claimed"),
        (
            Claims(workload=KUBIA, others=(D,)),
            beside,
            "ReplicationController kubia claims d",
        ),
        (
            Claims(workload=KUBIA, mine=(D,)),
            lambda story: beside(story, claims_d=False),
            "d is deleted before it is claimed",
        ),
        (
            Claims(workload=KUBIA, others=(E,)),
            lambda story: (
                story.pod("e", "added", owner=None),
                story.pod("e", owner=None, terminating=True),
            ),
            "e is deleted",
        ),
        (
            Claims(workload=KUBIA, mine=(D,)),
            lambda story: story.pod("d", "added", owner=TWIN),
            "1 (d) is not claimed",
        ),
    ],
)
def test_a_claim_too_many_or_too_few(promise: Claims, tale: Tale, why: str) -> None:
    """The first delivery that shows it is the reason."""
    assert told(promise, tale) == (Verdict.BROKEN, why)


def test_a_claim_about_no_pod_proves_nothing() -> None:
    """With the fault switched off nothing was created, and the scenario must not pass."""
    promise = Claims(workload=KUBIA)
    assert told(promise, Story.note) == (Verdict.UNKNOWN, "there is no pod to claim")
