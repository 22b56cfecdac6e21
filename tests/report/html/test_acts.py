"""Faults, promises and outages on the time axis."""

from __future__ import annotations

import msgspec
import pytest

from reconverge.bound import Bound, Term
from reconverge.judges.converges import Converges
from reconverge.judges.invariants import NeverFewer
from reconverge.judges.promise import Promise
from reconverge.judges.steady import ReadyPods
from reconverge.report.html.picture import Band, Strip
from reconverge.report.html.section import picture_of
from reconverge.timeline import RolledBack, Scripted, Step, Stepped
from reconverge.verdict import Finding, Verdict
from tests.builders import KUBIA, Story
from tests.report.html.test_lanes import inject, replaced

CONVERGES = Converges(workload=KUBIA, steady=ReadyPods(count=2))
NEVER_FEWER = NeverFewer(workload=KUBIA, pods=2)


def rolled_back(story: Story, sentence: str) -> None:
    story.append(lambda at_s: RolledBack(at_s=at_s, id="fault-1", sentence=sentence))


def judged(
    story: Story, promise: Promise, verdict: Verdict, instant_s: float | None, deadline_s: float
) -> Strip:
    """The strip of a promise that was asked for at 1 s and is judged at 5 s."""
    name = story.promise(promise, deadline_s=deadline_s)
    finding = Finding(
        promise=promise.sentence(),
        verdict=verdict,
        why="so it is",
        decided_s=5.0,
        instant_s=instant_s,
    )
    story.at(5.0).judged(name, finding)
    return picture_of(story.timeline).strips[-1]


def test_a_fault_stands_until_it_is_taken_back() -> None:
    """As a band between the two, with the words of the injection."""
    story = replaced()
    rolled_back(story.at(6.0), "worker started again")
    assert picture_of(story.timeline).bands == (
        Band(kind="fault", begin_s=1.0, end_s=6.0, text="harm"),
    )


def test_what_needs_no_undo_was_a_moment() -> None:
    """A deleted pod stays deleted: nothing lasts until the rollback says so."""
    story = replaced()
    rolled_back(story.at(6.0), "nothing to undo: its controller replaces it")
    picture = picture_of(story.timeline)
    assert picture.bands == ()
    assert [(one.word, one.at_s) for one in picture.acts] == [("inject", 1.0), ("rollback", 6.0)]
    assert picture.fault_s == 1.0


def test_a_fault_that_was_never_taken_back_stands_to_the_end() -> None:
    """As in a run that was killed."""
    picture = picture_of(replaced().timeline)
    assert [(one.begin_s, one.end_s) for one in picture.bands] == [(1.0, picture.end_s)]


def test_convergence_is_an_instant_before_the_verdict() -> None:
    """The event that made it true, not the end of the hold; the deadline stands beside it."""
    story = replaced()
    strip = judged(story.at(4.0), CONVERGES, Verdict.HELD, 4.0, 64.0)
    assert (strip.instant_s, strip.end_s, strip.deadline_s) == (4.0, 5.0, 64.0)
    assert strip.is_convergence
    assert (strip.asked_s, strip.begin_s) == (4.0, 0.0)


def test_an_invariant_has_no_deadline_and_turns_at_its_violation() -> None:
    """It has to be true all the while."""
    story = replaced()
    strip = judged(story.at(5.0), NEVER_FEWER, Verdict.BROKEN, 1.5, 5.0)
    assert (strip.deadline_s, strip.instant_s, strip.verdict) == (None, 1.5, "BROKEN")
    assert not strip.is_convergence


def test_a_promise_without_a_verdict_is_unknown_to_the_end() -> None:
    """The run was killed; what it had promised is shown all the same."""
    story = replaced()
    story.promise(CONVERGES, deadline_s=64.0)
    picture = picture_of(story.timeline)
    assert [(one.verdict, one.end_s) for one in picture.strips] == [("UNKNOWN", picture.end_s)]


@pytest.mark.parametrize(
    ("is_stated", "text"),
    [
        (True, "60 s, as the scenario states; by the cluster's settings <= 15 s = start 15"),
        (False, "<= 15 s = start 15"),
    ],
)
def test_a_deadline_has_its_terms(is_stated: bool, text: str) -> None:
    """And says who set it."""
    story = replaced()
    name = story.promise(CONVERGES, deadline_s=64.0)
    last = story.timeline[len(story.timeline) - 1].record
    story.append(
        lambda _: msgspec.structs.replace(
            last, bound=Bound((Term("start", 15.0),)), is_stated=is_stated
        )
    )
    found = Finding(promise="", verdict=Verdict.HELD, why="", decided_s=5.0)
    story.judged(name, found)
    assert picture_of(story.timeline).strips[0].deadline == text


def test_a_gap_of_a_watch_is_a_stretch() -> None:
    """From the last thing that is known to when all is known again."""
    story = replaced()
    story.at(4.5).gap(since_s=4.2)
    story.at(4.8).synced()
    (outage,) = [one for one in picture_of(story.timeline).bands if one.kind == "outage"]
    assert (outage.begin_s, outage.end_s) == (4.2, 4.8)
    assert outage.text == ("the watch of Pod may have missed something: too old resource version")


def test_challenges_and_probes_count_from_the_fault_on() -> None:
    """How the starting state was proved is not part of the picture."""
    story = Story()
    story.challenged("knock", KUBIA)
    inject(story.at(1.0))
    story.at(2.0).challenged("knock", KUBIA)
    story.at(3.0).probed("kubelet", "worker", answer="ok", asked_s=2.9)
    picture = picture_of(story.timeline)
    assert [one.word for one in picture.acts] == ["inject", "challenge", "probe"]
    assert picture.events[picture.acts[-1].event].text == "kubelet of worker: ok"


def test_steps_stand_on_the_axis() -> None:
    """Those that were reached; one that was interrupted lasts to the end of the record."""
    story = Story()
    steps = tuple(Step(word, "so it is", 1) for word in ("Given", "When", "Then"))
    story.append(
        lambda at_s: Scripted(
            at_s=at_s, feature="f", path="f.feature", title="t", line=1, steps=steps
        )
    )
    story.append(lambda at_s: Stepped(at_s=at_s, step=0, state="begun"))
    story.at(2.0).append(lambda at_s: Stepped(at_s=at_s, step=0, state="passed"))
    story.append(lambda at_s: Stepped(at_s=at_s, step=1, state="begun"))
    story.at(3.0).note()
    found = picture_of(story.timeline).steps
    assert [(one.keyword, one.begin_s, one.end_s) for one in found] == [
        ("Given", 0.0, 2.0),
        ("When", 2.0, 3.0),
    ]
