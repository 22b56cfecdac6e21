"""The text of a red scenario: its verdict, its excerpt, its way back."""

from __future__ import annotations

import msgspec
import pytest

from reconverge.bound import Bound, Term
from reconverge.judges.converges import Converges
from reconverge.judges.effects import PodsLost
from reconverge.judges.steady import ReadyPods
from reconverge.model import Ref
from reconverge.report.console import brief, failure_text, tally
from reconverge.report.excerpt import DECISIVE, Row, shortened
from reconverge.timeline import Promised
from reconverge.verdict import Finding, Verdict
from tests.builders import KUBIA, NAMESPACE, Story

PROMISE = Converges(workload=KUBIA, steady=ReadyPods(count=3))


def finding(verdict: Verdict = Verdict.BROKEN, **more: object) -> Finding:
    values = {"promise": PROMISE.sentence(), "why": "a reason", "decided_s": 60.4} | more
    return Finding(verdict=verdict, **values)  # type: ignore[arg-type]


def a_lost_pod() -> Story:
    """Three ready pods, one of them deleted; its replacement stays Pending for a minute."""
    story = Story()
    story.steady("kubia-1", "kubia-2", "kubia-3")
    name = story.promise(PROMISE, deadline_s=30.0)
    story.judged(
        name,
        Finding(
            promise=PROMISE.sentence(),
            verdict=Verdict.HELD,
            why="3 of 3 ready",
            decided_s=0.0,
            last_seen="3 of 3 ready",
        ),
    )
    story.at(0.4).inject(PodsLost(pods=(Ref("Pod", NAMESPACE, "kubia-1", "kubia-1"),)))
    story.promise(PROMISE, deadline_s=60.4)
    story.at(0.5).pod("kubia-1", terminating=True)
    story.at(1.1).pod("kubia-4", "added", ready=False, phase="Pending")
    return story


def test_the_text_tells_the_whole_story_on_one_screen() -> None:
    """Verdict and deadline, last seen, why, the aligned excerpt, what was kept, how to repeat."""
    story = a_lost_pod()
    broken = finding(last_seen="2 of 3 ready; kubia-4 Pending", why="kubia-4 cannot be scheduled")
    story.at(60.4).judged("promise-10", broken)
    text = failure_text(
        story.timeline, broken, repeat="pytest lost.feature --seed 1", kept="runs/one"
    )
    assert (
        text
        == """\
BROKEN   "kubia" converges to 3 ready pods within 60 s                                    seed 1
  last seen   2 of 3 ready; kubia-4 Pending
  why         kubia-4 cannot be scheduled
     0.0 s  steady    3 of 3 ready
     0.4 s  inject    harm
     0.5 s  observe   kubia-1 being deleted
     1.1 s  observe   kubia-4 created, Pending
    60.4 s  deadline  "kubia" converges to 3 ready pods: not yet
    60.4 s  verdict   BROKEN
  kept        runs/one
  repeat      pytest lost.feature --seed 1"""
    )


def test_observations_before_the_first_fault_are_no_news() -> None:
    """What was there before the fault is the starting state and not part of the excerpt."""
    story = a_lost_pod()
    assert "kubia-2" not in failure_text(story.timeline, finding())


def test_without_a_fault_everything_observed_is_news() -> None:
    """A starting state that is not reached has no fault, so its observations are what there is."""
    story = Story()
    story.at(2.0).pod("kubia-1", "added", ready=False, phase="Pending")
    text = failure_text(story.timeline, finding(Verdict.UNKNOWN))
    assert "2.0 s  observe   kubia-1 created, Pending" in text


def test_what_the_clean_up_causes_is_no_news() -> None:
    """Pods that go with the namespace after the verdict are not part of the story."""
    story = a_lost_pod()
    broken = finding()
    story.at(60.4).judged("promise-10", broken)
    story.at(61.0).pod("kubia-2", terminating=True)
    assert "kubia-2" not in failure_text(story.timeline, broken)


def test_planted_pods_are_left_out() -> None:
    """Pods that only ask whether a controller is alive are not shown as if they were the story."""
    story = a_lost_pod()
    story.at(2.0).pod("ghost", "added", labels={"reconverge.dev/sentinel": "ReplicaSet"})
    assert "ghost" not in failure_text(story.timeline, finding())


def test_a_restart_names_its_exit_code() -> None:
    """A new container says how the one before it ended."""
    story = a_lost_pod()
    story.at(3.0).pod("kubia-2", restarts=0)
    ended = {"terminated": {"exitCode": 137, "reason": "Error"}}
    status = {"name": "main", "ready": True, "restartCount": 1, "lastState": ended}
    story.at(4.0).pod("kubia-2", status={"containerStatuses": [status]})
    text = failure_text(story.timeline, finding())
    assert "kubia-2 container main was restarted (exit code 137, Error)" in text


def test_a_long_story_keeps_its_acts_and_both_ends() -> None:
    """Observations in the middle give way to one line that counts them; faults never do."""
    rows = [Row(0.0, "inject", "harm")]
    rows += [Row(float(n), "observe", f"pod {n}") for n in range(1, 41)]
    rows += [Row(60.0, "deadline", "over")]
    short = shortened(rows, limit=10)
    assert len(short) == 10
    assert [row.text for row in short][:2] == ["harm", "pod 1"]
    assert [row.text for row in short][-2:] == ["pod 40", "over"]
    assert any("more observations" in row.text for row in short)


def a_long_day(*, decisive: int) -> list[Row]:
    """Forty observations after the fault, and the one that decides."""
    rows = [Row(0.0, "inject", "harm")]
    rows += [Row(float(n), "observe", f"pod {n}") for n in range(1, 41)]
    rows[decisive] = Row(float(decisive), DECISIVE, "too many")
    return [*rows, Row(41.0, "verdict", "BROKEN")]


def test_what_stands_next_to_the_decisive_row_stays() -> None:
    """Two rows on either side, whatever gives way."""
    short = shortened(a_long_day(decisive=20), limit=10)
    assert [row.text for row in short] == [
        "harm",
        "pod 1",
        "... and 16 more observations",
        "pod 18",
        "pod 19",
        "too many",
        "pod 21",
        "pod 22",
        "... and 17 more observations",
        "pod 40",
        "BROKEN",
    ][:10]


@pytest.mark.parametrize("decisive", [1, 2, 39, 40])
def test_a_decisive_row_at_either_end(decisive: int) -> None:
    """It is never among those that give way."""
    short = shortened(a_long_day(decisive=decisive), limit=12)
    assert len(short) <= 12
    assert [row.text for row in short if row.word == DECISIVE] == ["too many"]
    assert short[-1].text == "BROKEN"


def test_the_first_violation_is_shown_where_it_stands() -> None:
    """The entry that settled the matter has a word of its own; others of its kind have not."""
    story = a_lost_pod()
    first = story.at(2.0).pod("kubia-5", "added", ready=False, phase="Pending")
    story.at(3.0).pod("kubia-6", "added", ready=False, phase="Pending")
    text = failure_text(story.timeline, finding(evidence=(first.index,)))
    assert "     2.0 s  decides   kubia-5 created, Pending" in text.splitlines()
    assert "     3.0 s  observe   kubia-6 created, Pending" in text.splitlines()


def test_a_decisive_entry_that_is_no_news_is_named() -> None:
    """An object that the excerpt says nothing of is still there to look up."""
    story = a_lost_pod()
    first = story.at(2.0).workload("deleted")
    text = failure_text(story.timeline, finding(evidence=(first.index,)))
    assert "decides   ReplicationController kubia deleted" in text


def test_what_held_has_no_decisive_row() -> None:
    """The event that made a steady state true is no violation."""
    story = a_lost_pod()
    first = story.at(2.0).pod("kubia-4")
    text = failure_text(story.timeline, finding(Verdict.HELD, evidence=(first.index,)))
    assert DECISIVE not in text


def test_a_touched_node_in_the_excerpt() -> None:
    """What was done to see whether our own watch is live is told as such."""
    story = a_lost_pod()
    story.challenged("sentinel", Ref("Node", "", "worker", "worker"), version=9)
    text = failure_text(story.timeline, finding())
    assert 'challenge Node "worker" was touched, which our own watch must show' in text


def test_the_text_is_never_wider_than_asked() -> None:
    """A long reason is folded and a long row is cut, so that nothing wraps in a terminal."""
    story = a_lost_pod()
    text = failure_text(story.timeline, finding(why="word " * 100), width=80)
    assert max(len(line) for line in text.splitlines()) <= 80


def test_an_invariant_names_no_deadline() -> None:
    """A promise about every observation has no time in which it must come true."""
    story = a_lost_pod()
    text = failure_text(story.timeline, finding(promise='"kubia" never has more than 3 pods'))
    assert text.splitlines()[0].startswith('BROKEN   "kubia" never has more than 3 pods  ')


def test_a_summary_gives_verdict_title_promise_and_reason() -> None:
    """Two lines a scenario: enough to know whether to read on."""
    text = brief("A lost pod is replaced", finding(Verdict.UNKNOWN, why="the watch was silent"))
    assert text.splitlines() == [
        "UNKNOWN  A lost pod is replaced",
        '         "kubia" converges to 3 ready pods: the watch was silent',
    ]


def test_the_tally_leaves_out_what_did_not_occur() -> None:
    """A green run says how many held, and no zeros."""
    assert tally([Verdict.HELD, Verdict.HELD]) == "2 HELD"
    assert tally([Verdict.BROKEN, Verdict.HELD]) == "1 HELD · 1 BROKEN"


BOUND = Bound(
    (
        Term("node-monitor-grace-period", 12, "flag of kube-controller-manager on cp"),
        Term("2 x node-monitor-period", 2, "flag of kube-controller-manager on cp"),
        Term("start", 45, "allowance of reconverge"),
        Term("since then", -10),
    )
)


def bounded(*, is_stated: bool, bound: Bound = BOUND) -> str:
    """The text of a red promise that has a bound."""
    story = a_lost_pod()
    story.append(
        lambda at_s: Promised(
            at_s=at_s,
            id="bounded",
            promise=msgspec.Raw(msgspec.json.encode(PROMISE)),
            sentence=PROMISE.sentence(),
            deadline_s=at_s + 49,
            bound=bound,
            is_stated=is_stated,
        )
    )
    return failure_text(story.timeline, finding(decided_s=99.0))


def test_a_red_promise_shows_its_deadline_term_by_term() -> None:
    """The sum, its addends, and who set each of them."""
    assert """\
  why         a reason
  deadline    <= 49 s = node-monitor-grace-period 12 + 2 x node-monitor-period 2 + start 45 -
              since then 10
  set by      flag of kube-controller-manager on cp: node-monitor-grace-period, 2 x
              node-monitor-period
              allowance of reconverge: start
""" in bounded(is_stated=False)


def test_a_stated_deadline_is_shown_beside_the_settings() -> None:
    """A reader sees whether the scenario promised more than the cluster does."""
    text = " ".join(bounded(is_stated=True).split())
    assert "deadline 49 s, as the scenario states; by the cluster's settings <= 49 s =" in text


def test_what_nothing_bounds_says_why() -> None:
    """The obstacle stands where the deadline would."""
    never = Bound(BOUND.terms, "no eviction: none of the 4 nodes of the cluster is Ready")
    text = " ".join(bounded(is_stated=False, bound=never).split())
    assert "deadline unbounded: no eviction: none of the 4 nodes of the cluster is Ready; else" in (
        text
    )


def test_a_promise_that_held_says_how_long_it_took() -> None:
    """The steady state before the fault, and how much of its time it used."""
    story = Story()
    name = story.promise(PROMISE, deadline_s=30.0)
    held = finding(Verdict.HELD, why="3 of 3 ready", instant_s=6.5, last_seen="3 of 3 ready")
    story.at(8.0).judged(name, held)
    assert "8.0 s  steady    3 of 3 ready, after 6.5 s of 30 s" in failure_text(
        story.timeline, finding()
    )
