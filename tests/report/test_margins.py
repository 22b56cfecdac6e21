"""How much of its time a promise took."""

from __future__ import annotations

from reconverge.bound import Bound, Term
from reconverge.judges.converges import Converges
from reconverge.judges.invariants import NeverMore
from reconverge.judges.steady import ReadyPods
from reconverge.report.margins import closest
from reconverge.timeline import Promised, Timeline
from reconverge.verdict import Finding, Verdict
from tests.builders import KUBIA, Story

BOUND = Bound((Term("grace", 30, "the pod"), Term("since then", -10, "the record")))


def asked(
    story: Story,
    *,
    instant_s: float | None,
    verdict: Verdict = Verdict.HELD,
    bound: Bound | None = BOUND,
    within_s: float = 20.0,
    is_stated: bool = False,
    sentence: str = "it converges",
) -> Timeline:
    """A promise that is asked for now, and judged."""
    name = f"promise-{len(story.timeline)}"
    story.append(
        lambda at_s: Promised(
            at_s=at_s,
            id=name,
            promise=b"{}",  # type: ignore[arg-type]
            sentence=sentence,
            deadline_s=at_s + within_s,
            bound=bound,
            is_stated=is_stated,
        )
    )
    finding = Finding(
        promise=sentence, verdict=verdict, why="3 of 3 ready", decided_s=40, instant_s=instant_s
    )
    story.judged(name, finding)
    return story.timeline


def test_a_bound_is_counted_from_the_fault() -> None:
    """Asked for 10 s after it, settled 5 s later: 15 s of 30 s."""
    timeline = asked(Story().at(100.0), instant_s=105.0)
    assert closest(timeline) == "it converges, after 15 s of 30 s"


def test_a_stated_deadline_is_counted_from_the_asking() -> None:
    """The scenario's own words say from when."""
    timeline = asked(Story().at(100.0), instant_s=105.0, within_s=60.0, is_stated=True)
    assert closest(timeline) == "it converges, after 5 s of 60 s"


def test_a_state_that_was_there_already_took_no_time() -> None:
    """It is never less than none."""
    timeline = asked(Story().at(100.0), instant_s=80.0)
    assert closest(timeline) == "it converges, after 0 s of 30 s"


def test_the_closest_call_is_the_one_with_the_largest_share() -> None:
    """A green run shows where it would turn red first."""
    story = Story().at(100.0)
    asked(story, instant_s=101.0, sentence="near", within_s=1.5, bound=None)
    timeline = asked(story, instant_s=110.0, sentence="far", within_s=100.0, bound=None)
    assert closest(timeline) == "near, after 1 s of 1.5 s"


def test_only_what_held_has_a_margin() -> None:
    """A broken promise, one without an instant, an invariant: none of them."""
    story = Story().at(100.0)
    asked(story, instant_s=105.0, verdict=Verdict.BROKEN)
    asked(story, instant_s=None)
    assert closest(asked(story, instant_s=100.0, bound=None, within_s=0.0)) == ""


def test_promises_of_the_engine_can_be_read_for_it() -> None:
    """A record of a version without bounds has margins as well."""
    story = Story()
    promise = Converges(workload=KUBIA, steady=ReadyPods(count=3))
    name = story.promise(promise, deadline_s=30.0)
    found = Finding(
        promise=promise.sentence(), verdict=Verdict.HELD, why="x", decided_s=9, instant_s=6
    )
    story.judged(name, found)
    invariant = story.promise(NeverMore(workload=KUBIA, pods=3), deadline_s=0.0)
    story.judged(invariant, found)
    assert closest(story.timeline) == f"{promise.sentence()}, after 6 s of 30 s"
