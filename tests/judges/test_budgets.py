"""How long a lost pod may be missed: kept, broken, or not to be known."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconverge.judges.budgets import ReplacedWithin
from reconverge.judges.liveliness import ANSWER_S, DEAF
from reconverge.judges.replay import replay, reviews
from reconverge.timeline import Challenged, read_timeline
from reconverge.verdict import Finding, Verdict
from tests.builders import KUBIA, Audience, FakeClock, Responder, Story, pod
from tests.judges.test_phases import grow, scheduled

PROMISE = ReplacedWithin(workload=KUBIA, within_s=5.0)


class Scene:
    """Kubia with three pods, and a judge that hears of everything from then on."""

    def __init__(self, path: Path | None = None) -> None:
        self.story = Story(path=path)
        self.story.steady("a", "b", "c")

    def hold(self) -> Responder:
        """Judged over the whole story, to this second."""
        deadline_s = self.story.timeline.now_s()
        self.name = self.story.promise(PROMISE, deadline_s=deadline_s, start=1)
        return Responder(Audience(self.story, PROMISE.judge(deadline_s=deadline_s), start=4))


def replaced(scene: Scene, *, ready_s: float) -> None:
    """Pod a is lost at 1 s, and d is ready in its place at `ready_s`."""
    scene.story.at(1.0).pod("a", terminating=True)
    grow(scene.story, "d", (1.1, 1.2, ready_s - 0.1, ready_s))


def found(controller: Responder, until_s: float = 60.0) -> Finding:
    finding = controller.run(until_s)
    assert finding is not None, controller.audience.judge.progress()
    return finding


def test_a_replacement_in_time_keeps_the_promise() -> None:
    """Held once our watch is proven; the slowest replacement and its slowest phase are named."""
    scene = Scene()
    replaced(scene, ready_s=3.0)
    finding = found(scene.hold())
    assert finding.verdict is Verdict.HELD
    assert finding.why == (
        "1 lost, 1 replaced; the slowest: "
        "d for a (lost at 1.0 s) took 2.0 s, of which 1.7 s to be started"
    )
    assert finding.instant_s == 3.0
    assert [scene.story.timeline[index].at_s for index in finding.evidence] == [
        1.0,
        1.1,
        1.2,
        2.9,
        3.0,
    ]
    assert finding.promise == 'every replacement of "kubia" is ready within 5 s of the loss'


def test_a_replacement_that_came_too_late_breaks_it() -> None:
    """Also when it is there in the end."""
    scene = Scene()
    replaced(scene, ready_s=7.0)
    scene.story.at(7.5).pod("b", terminating=True)
    grow(scene.story, "e", (7.6, 7.7, 7.8, 7.9))
    finding = found(scene.hold())
    assert finding.verdict is Verdict.BROKEN
    assert finding.why == (
        "1 of 2 took longer: d for a (lost at 1.0 s) took 6.0 s, of which 5.7 s to be started"
    )
    assert finding.instant_s == 7.0


def test_exactly_the_budget_is_within_it() -> None:
    """The budget is an upper bound."""
    scene = Scene()
    replaced(scene, ready_s=6.0)
    assert found(scene.hold()).verdict is Verdict.HELD


def test_a_loss_under_way_gets_the_rest_of_its_budget() -> None:
    """The span ends, the budget does not; what is replaced in time ends the wait."""
    scene = Scene()
    scene.story.at(1.0).pod("a", terminating=True)
    controller = scene.hold()
    assert controller.run(4.0) is None
    grow(scene.story, "d", (4.1, 4.2, 4.3, 4.4))
    finding = found(controller)
    assert (finding.verdict, finding.decided_s) == (Verdict.HELD, 4.4)


def test_a_budget_goes_on_where_nothing_happens() -> None:
    """Nobody need write anything for the judge to know that a budget is still running."""
    scene = Scene()
    scene.story.at(1.0).pod("a", terminating=True)
    controller = Responder(Audience(scene.story, PROMISE.judge(deadline_s=3.0), start=4))
    assert controller.run(5.9) is None
    assert found(controller).decided_s == 6.0


def test_a_loss_after_the_deadline_gets_no_budget() -> None:
    """Even while one from before it is still running."""
    scene = Scene()
    scene.story.at(1.0).pod("a", terminating=True)
    controller = scene.hold()
    controller.run(2.0)
    scene.story.pod("b", terminating=True)
    grow(scene.story, "d", (2.1, 2.2, 2.3, 3.0))
    finding = found(controller)
    assert (finding.verdict, finding.decided_s) == (Verdict.HELD, 3.0)


def test_a_replacement_that_never_comes_breaks_it() -> None:
    """Once the budget is over and our own watch is proven; it says how far the replacement is."""
    scene = Scene()
    scene.story.at(1.0).pod("a", terminating=True)
    scene.story.at(1.5).pod("d", "added", **scheduled())  # type: ignore[arg-type]
    finding = found(scene.hold())
    assert (finding.verdict, finding.decided_s) == (Verdict.BROKEN, 6.0)
    assert finding.why == "1 of 1 took longer: d for a (lost at 1.0 s) is not started"
    assert finding.instant_s is None


def test_without_a_loss_nothing_is_known() -> None:
    """A fault that hit nothing keeps no promise."""
    scene = Scene()
    scene.story.at(3.0).pod("x", "added", owner=None)
    finding = found(scene.hold())
    assert finding.verdict is Verdict.UNKNOWN
    assert finding.why == 'ReplicationController "kubia" lost no pod that had to be replaced'


def test_what_is_lost_after_the_span_is_not_its_business() -> None:
    """A loss that was written after the sentinel breaks no promise about what was before it."""
    scene = Scene()
    replaced(scene, ready_s=3.0)
    controller = scene.hold()
    controller.delivers_pods = False
    assert controller.run(4.0) is None
    (planted,) = (
        entry.record.subject
        for entry in scene.story.timeline.entries()
        if isinstance(entry.record, Challenged)
    )
    scene.story.at(4.5).pod("b", terminating=True)
    scene.story.pod(planted.uid, "deleted", owner=None)
    assert found(controller).verdict is Verdict.HELD


@pytest.mark.parametrize("ready_s", [3.0, 7.0])
def test_a_deaf_watch_proves_nothing(ready_s: float) -> None:
    """Neither that all is well nor that it is not."""
    scene = Scene()
    replaced(scene, ready_s=ready_s)
    controller = scene.hold()
    controller.delivers_pods = False
    finding = found(controller)
    assert (finding.verdict, finding.why) == (Verdict.UNKNOWN, DEAF)
    assert finding.decided_s == ready_s + ANSWER_S


def test_a_sentinel_that_cannot_be_planted_proves_nothing() -> None:
    """The reason is the API server's."""
    scene = Scene()
    replaced(scene, ready_s=3.0)
    controller = scene.hold()
    controller.refuses = "exceeded quota"
    assert (found(controller).verdict, found(controller).why) == (
        Verdict.UNKNOWN,
        "exceeded quota",
    )


def test_a_gap_over_a_recovery_is_unknown() -> None:
    """Of what was listed after a gap nobody knows when it happened."""
    scene = Scene()
    scene.story.at(1.0).pod("a", terminating=True)
    scene.story.at(2.0).gap()
    scene.story.pod("d", "listed")
    scene.story.at(2.5).synced()
    finding = found(scene.hold())
    assert finding.verdict is Verdict.UNKNOWN
    assert "was down meanwhile: too old resource version" in finding.why


def test_an_open_gap_is_unknown() -> None:
    """A list in progress mixes old objects with new ones."""
    scene = Scene()
    replaced(scene, ready_s=3.0)
    scene.story.at(4.0).gap()
    finding = found(scene.hold())
    assert finding.verdict is Verdict.UNKNOWN


def test_a_certain_breach_counts_whatever_else_is_in_doubt() -> None:
    """One that took too long is enough."""
    scene = Scene()
    replaced(scene, ready_s=7.0)
    scene.story.at(10.0).lost()
    scene.story.at(10.5).pod("b", terminating=True)
    scene.story.at(11.0).resumed()
    scene.story.pod("e", "added")
    assert found(scene.hold()).verdict is Verdict.BROKEN


def test_a_replacement_delivered_late_is_not_held_against_it() -> None:
    """Written before the sentinel, delivered after the end: it may have been in time."""
    scene = Scene()
    scene.story.at(1.0).pod("a", terminating=True)
    late = scene.story.next_version()
    controller = scene.hold()
    assert controller.audience.wait(6.0) is None
    assert controller.audience.judge.due_s == 6.0 + ANSWER_S
    scene.story.at(6.1).see("Pod", "added", pod("d", late))
    finding = found(controller)
    assert finding.verdict is Verdict.UNKNOWN
    assert "too late to tell" in finding.why


def test_it_is_judged_the_same_again(tmp_path: Path) -> None:
    """From the file alone, sentinel included."""
    path = tmp_path / "t.jsonl"
    scene = Scene(path)
    scene.story.at(1.0).pod("a", terminating=True)
    controller = scene.hold()
    controller.run(3.0)
    grow(scene.story, "d", (3.1, 3.2, 3.3, 3.4))
    finding = found(controller)
    scene.story.judged(scene.name, finding)
    scene.story.timeline.close()
    assert replay(read_timeline(path, FakeClock())) == [(finding, finding)]


def test_a_finding_about_no_promise_is_passed_over() -> None:
    """A record whose beginning is damaged may hold one."""
    scene = Scene()
    finding = Finding(promise="p", verdict=Verdict.HELD, why="w", decided_s=1.0)
    scene.story.judged("nobody's", finding)
    assert reviews(scene.story.timeline) == []


def test_progress_counts_who_is_back() -> None:
    """For who waits."""
    scene = Scene()
    replaced(scene, ready_s=3.0)
    scene.story.pod("b", terminating=True)
    controller = scene.hold()
    controller.audience.hear()
    assert controller.audience.judge.progress().seen == "1 of 2 lost pods are replaced"
