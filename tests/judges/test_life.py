"""The life of an object: each step once, in its order, from its making to its deletion."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconverge.judges.invariants import Life, Mark
from reconverge.model import Ref
from reconverge.verdict import Verdict
from tests.builders import KUBIA, Story
from tests.judges import tales
from tests.judges.tales import Tale
from tests.judges.test_tallies import SLOW, Raw, news, violations

SCALED = Mark(("spec", "replicas"), "5")
FOLLOWED = Mark(("status", "replicas"), "5")
LIFE = Life(of=KUBIA, marks=(SCALED, FOLLOWED))
NAMESAKE = Ref(KUBIA.kind, KUBIA.namespace, KUBIA.name, "rc-2")


def told(tale: Tale) -> tuple[Verdict, str]:
    """The finding about all that a story tells, from its first entry on."""
    return tales.told(LIFE, tale)


def whole(story: Story, *, first: int = 3) -> None:
    story.workload("added", replicas=first)
    story.workload(replicas=5, current=3)
    story.workload(replicas=5)
    story.workload("deleted", replicas=5)


def test_each_step_once_and_in_order() -> None:
    """Deliveries between them that bring nothing new, and a successor, do not matter."""

    def tale(story: Story) -> None:
        story.workload("added", ref=NAMESAKE)
        story.workload("deleted", ref=NAMESAKE)
        story.workload("added")
        story.workload(replicas=5, current=3)
        story.workload(replicas=5, current=4)
        story.workload(replicas=5)
        story.workload(replicas=5, ready=4)
        story.workload("deleted", replicas=5)
        story.workload("added", ref=NAMESAKE)

    assert told(tale)[0] is Verdict.HELD


@pytest.mark.parametrize(
    ("tale", "why"),
    [
        (
            lambda story: (story.workload("added"), story.workload("deleted")),
            "its history lacks spec.replicas: 5 and status.replicas: 5",
        ),
        (
            lambda story: (
                story.workload("added"),
                story.workload(replicas=5, current=3),
                story.workload("deleted", replicas=5),
            ),
            "its history lacks status.replicas: 5",
        ),
    ],
)
def test_a_step_that_leaves_no_mark(tale: Tale, why: str) -> None:
    """What was not delivered by the end of the span did not happen for whoever follows it."""
    assert told(tale) == (Verdict.BROKEN, why)


def test_an_end_that_is_not_told() -> None:
    """The object is still there, as far as its history goes: its deletion may be on its way."""

    def tale(story: Story) -> None:
        story.workload("added")
        story.workload(replicas=5, current=3)
        story.workload(replicas=5)

    why = "its history lacks its deletion, and nothing shows that this is all of it"
    assert told(tale) == (Verdict.UNKNOWN, why)


@pytest.mark.parametrize("kind", ["ReplicationController", "CronJob", "Job", "Node"])
def test_what_did_not_come_is_told_where_a_sentinel_comes_back(kind: str) -> None:
    """Of the other kinds no more is known than that it has not come yet."""
    tally = Life(of=Ref(kind, "n", "a", "a"), marks=(SCALED,)).tally()
    lack = "its history lacks its making and spec.replicas: 5 and its deletion"
    is_echoed = kind in ("Job", "Node")
    assert tally.late_violation == (lack if is_echoed else "")
    assert tally.doubt.startswith("" if is_echoed else lack)
    assert bool(tally.doubt) is not is_echoed


def test_a_beginning_that_is_only_listed() -> None:
    """It may have been there for long: nobody has seen it come into being."""

    def tale(story: Story) -> None:
        story.workload("listed")
        story.workload(replicas=5, current=3)
        story.workload(replicas=5)
        story.workload("deleted", replicas=5)

    assert told(tale) == (Verdict.BROKEN, "its history lacks its making")


@pytest.mark.parametrize(
    ("tale", "why"),
    [
        (
            lambda story: whole(story, first=5),
            "spec.replicas: 5 is there from the beginning",
        ),
        (
            lambda story: (
                story.workload("added"),
                story.workload(replicas=5, current=3),
                story.workload(),
                story.workload(replicas=5, current=3),
            ),
            "spec.replicas: 5 comes a second time",
        ),
        (
            lambda story: (story.workload("added"), story.workload(current=5)),
            "status.replicas: 5 comes before spec.replicas: 5",
        ),
        (
            lambda story: (story.workload("added"), story.workload("added", ref=NAMESAKE)),
            'another ReplicationController "kubia" is made beside it',
        ),
    ],
)
def test_a_step_out_of_turn(tale: Tale, why: str) -> None:
    """The first delivery that shows it ends the matter."""
    assert told(tale) == (Verdict.BROKEN, why)


def test_what_it_promises_in_words() -> None:
    """Steps as they are written in a feature."""
    assert LIFE.sentence() == (
        'ReplicationController "kubia" is made, then spec.replicas: 5, then status.replicas: 5, '
        "then deleted, each once"
    )


DELIVERY = st.tuples(
    st.sampled_from([KUBIA, KUBIA, KUBIA, NAMESAKE]),
    st.sampled_from(["added", "modified", "modified", "modified", "deleted"]),
    st.sampled_from([3, 5]),
    st.sampled_from([3, 5]),
)


def is_out_of_turn(raw: Raw) -> bool:
    """Whether marks came first, twice or in another order, or a namesake came beside it."""
    lives, is_gone, is_crowded = list[tuple[bool, bool]](), False, False
    is_known = False
    for _, change, wire in raw:
        if wire["metadata"]["uid"] == NAMESAKE.uid:
            is_crowded |= is_known and not is_gone
            continue
        is_known, is_gone = True, change == "deleted"
        if not is_gone:
            lives.append((wire["spec"]["replicas"] == 5, wire["status"]["replicas"] == 5))
    turns = [
        number
        for before, now in pairwise([(False, False), *lives])
        for number in (0, 1)
        if now[number] and not before[number]
    ]
    return is_crowded or any(lives[0] if lives else ()) or turns not in ([], [0], [0, 1])


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(deliveries=st.lists(DELIVERY, max_size=12))
def test_it_is_what_the_whole_record_says(deliveries: list[tuple[Ref, str, int, int]]) -> None:
    """The first delivery that breaks it is the first after which the record does."""
    story = Story()
    for ref, change, replicas, current in deliveries:
        story.workload(change, ref=ref, replicas=replicas, current=current)  # type: ignore[arg-type]
    was_broken = False
    for index, said in violations(LIFE.tally(), story.timeline, 0):
        was_broken |= is_out_of_turn(news(story.timeline, index))
        assert bool(said) == was_broken
