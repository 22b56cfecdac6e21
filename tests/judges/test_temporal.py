"""Promises about the order of things, each told stories in which a careless judge would err."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from reconverge.judges.effects import PodsLost
from reconverge.judges.judge import WantSentinel, WantTouch
from reconverge.judges.liveliness import ANSWER_S
from reconverge.judges.predicates import (
    AllOf,
    AnyOf,
    HasLabel,
    HasPods,
    InPhase,
    NodeReady,
    Not,
    OwnedBy,
    PodDeleted,
    PodExists,
    Predicate,
)
from reconverge.judges.promise import Promise
from reconverge.judges.promises import decode_promise
from reconverge.judges.replay import replay
from reconverge.judges.temporal import Always, Eventually, Never, ThenStays, Until
from reconverge.model import Ref
from reconverge.timeline import read_timeline
from reconverge.verdict import Finding, Verdict
from tests.builders import KUBIA, NAMESPACE, Audience, FakeClock, Responder, Story, node, pod
from tests.judges.test_audited import Log

END_S = 60.0
A, B, D = (Ref("Pod", NAMESPACE, uid, uid) for uid in "abd")
WORKER = Ref("Node", "", "worker", "worker")
THREE = HasPods(workload=KUBIA, least=3, most=3)
FEW = HasPods(workload=KUBIA, state="active", most=3)
GAP = "the watch of Pod had a gap: too old resource version"
DEAF = "our own watch of pods delivers nothing"


class Scene:
    """Two ready pods of kubia, and a span from second 10 to 60; of a fault if one is named."""

    def __init__(
        self, promise: Promise, *uids: str, path: Path | None = None, story: Story | None = None
    ) -> None:
        self.story = story or Story(path=path)
        self.story.steady(*(uids or ("a", "b")))
        self.start = len(self.story.timeline)
        self.story.at(10.0).note()
        self.name = self.story.promise(promise, deadline_s=END_S, start=self.start)
        self.audience = Audience(self.story, promise.judge(deadline_s=END_S), start=self.start)
        self.harness = Responder(self.audience)

    def begin(self) -> Story:
        """Let the judge plant what it wants, and go on at second 20."""
        self.harness.serve()
        return self.story.at(20.0)

    def end(self) -> Finding:
        self.harness.run(100.0)
        return self.audience.verdict()

    def told(self) -> tuple[Verdict, str]:
        finding = self.end()
        return finding.verdict, finding.why


def test_eventually_names_the_first_instant() -> None:
    """HELD at once, by the delivery that made it so."""
    scene = Scene(Eventually(of=THREE))
    first = scene.begin().pod("c", "added")
    finding = scene.end()
    assert (finding.verdict, finding.why) == (Verdict.HELD, "so it is")
    assert (finding.instant_s, finding.evidence) == (20.0, (first.index,))
    assert finding.decided_s == 20.0


def test_eventually_never() -> None:
    """BROKEN at the deadline, by a watch that is proven live, with what was seen last."""
    scene = Scene(Eventually(of=THREE))
    assert scene.told() == (Verdict.BROKEN, '"kubia" has 2 ready pods')
    assert scene.audience.wanted == [WantSentinel("ReplicationController")] * 2


@pytest.mark.parametrize("refusal", ["", "exceeded quota"])
def test_a_deaf_watch_breaks_no_promise(refusal: str) -> None:
    """Whoever hears nothing does not know that nothing came."""
    scene = Scene(Eventually(of=THREE))
    scene.harness.delivers_pods = False
    scene.harness.refuses = refusal
    assert scene.told() == (Verdict.UNKNOWN, refusal or DEAF)
    limit_s = END_S if refusal else END_S + ANSWER_S
    assert scene.audience.verdict().decided_s == limit_s


def test_a_state_that_stood_before_counts_once_the_watch_is_proven() -> None:
    """What is shown as the span begins may be old: it counts when a sentinel has come back."""
    scene = Scene(Eventually(of=THREE), "a", "b", "c")
    scene.audience.hear()
    assert scene.audience.finding is None
    assert scene.end().verdict is Verdict.HELD


def test_an_old_state_is_not_taken_for_a_new_one() -> None:
    """The watch was behind: the pod was lost before the span began, and never came again."""
    scene = Scene(Eventually(of=THREE), "a", "b", "c")
    scene.audience.hear()
    scene.story.pod("c", "deleted")
    verdict, why = scene.told()
    assert verdict is Verdict.UNKNOWN
    assert why == "it was seen, but whether it lasted, and when it began, is not known"


def test_a_state_of_before_the_fault_does_not_count() -> None:
    """Three ready pods before the loss are not three ready pods after it."""
    story = Scene(Eventually(of=THREE), "a", "b", "c").story
    start = len(story.timeline)
    story.at(20.0).note()
    fault = story.inject(PodsLost(pods=(A,)))
    promise = Eventually(of=THREE, injections=(fault,))
    audience = Audience(story, promise.judge(deadline_s=END_S), start=start)
    audience.hear()
    story.at(21.0).pod("a", terminating=True)
    assert audience.hear() is None
    story.at(25.0).pod("d", "added")
    finding = audience.hear()
    assert finding is not None
    assert (finding.verdict, finding.instant_s) == (Verdict.HELD, 25.0)


def test_what_was_so_before_the_fault_is_no_excuse() -> None:
    """That it was so until the loss leaves no doubt that it never was so again."""
    story = Scene(STAYS, "a", "b", "c").story
    start = len(story.timeline)
    story.at(20.0).note()
    fault = story.inject(PodsLost(pods=(A,)))
    promise = ThenStays(of=THREE, for_s=5.0, injections=(fault,))
    audience = Audience(story, promise.judge(deadline_s=END_S), start=start)
    story.at(30.0).pod("a", terminating=True)
    Responder(audience).run(100.0)
    finding = audience.verdict()
    assert (finding.verdict, finding.why) == (Verdict.BROKEN, '"kubia" has 2 ready pods')


@pytest.mark.parametrize("is_injected", [True, False])
def test_a_fault_that_hit_nothing(is_injected: bool) -> None:
    """Without its effect nothing was tested, however fine everything is."""
    story = Scene(Eventually(of=THREE), "a", "b", "c").story
    start = len(story.timeline)
    fault = story.inject(PodsLost(pods=(A,))) if is_injected else "fault-1"
    story.note()
    promise = Eventually(of=THREE, injections=(fault,))
    audience = Audience(story, promise.judge(deadline_s=END_S), start=start)
    Responder(audience).run(100.0)
    finding = audience.verdict()
    missing = "nothing was hit: it was never seen that a is deleted"
    assert finding.verdict is Verdict.UNKNOWN
    assert finding.why == (missing if is_injected else "the fault was not injected")


def test_eventually_in_spite_of_a_gap() -> None:
    """Whatever was missed, it came."""
    scene = Scene(Eventually(of=THREE))
    scene.begin().gap()
    scene.story.synced()
    scene.story.at(30.0).pod("c", "added")
    assert scene.end().verdict is Verdict.HELD


def test_what_stands_as_a_gap_ends() -> None:
    """The list that ends a gap shows it: the instant is the end of the list."""
    scene = Scene(Eventually(of=THREE))
    scene.begin().gap()
    scene.story.pod("c", "listed")
    assert scene.harness.serve() is None
    last = scene.story.at(21.0).synced()
    assert scene.end().evidence == (last.index,)


@pytest.mark.parametrize("is_closed", [True, False])
def test_it_may_have_come_and_gone_in_a_gap(is_closed: bool) -> None:
    """Not seen is not absent where something was missed."""
    scene = Scene(Eventually(of=THREE))
    scene.begin().gap()
    if is_closed:
        scene.story.synced()
    assert scene.told() == (Verdict.UNKNOWN, GAP)


@pytest.mark.parametrize("since_s", [59.0, 60.5])
def test_a_gap_between_the_deadline_and_its_proof(since_s: float) -> None:
    """What was written in time, and not delivered in time, is lost even in one that began later."""
    scene = Scene(Eventually(of=THREE))
    scene.begin()
    scene.audience.wait(END_S)
    scene.story.at(60.5).gap(since_s=since_s)
    scene.story.synced()
    assert scene.told() == (Verdict.UNKNOWN, GAP)


@pytest.mark.parametrize("is_late_written", [True, False])
def test_it_comes_after_the_deadline(is_late_written: bool) -> None:
    """Written after the closing sentinel it is late; written before, it cannot be dated."""
    scene = Scene(Eventually(of=THREE))
    scene.begin()
    scene.audience.wait(END_S)
    early, planted, late = (scene.story.next_version() for _ in range(3))
    scene.story.at(61.0).challenged("sentinel", D, version=planted)
    wire = pod("c", late if is_late_written else early)
    scene.story.see("Pod", "added", wire)
    scene.story.see("Pod", "added", pod("d", planted, owner=None))
    finding = scene.end()
    assert finding.verdict is (Verdict.BROKEN if is_late_written else Verdict.UNKNOWN)
    assert finding.why == "so it is, but 1.0 s after the deadline"


STAYS = ThenStays(of=THREE, for_s=10.0)


def test_it_comes_and_stays() -> None:
    """HELD once the time is over and a sentinel shows that nothing was missed in it."""
    scene = Scene(STAYS)
    first = scene.begin().pod("c", "added")
    assert scene.harness.run(29.9) is None
    finding = scene.end()
    assert (finding.verdict, finding.why) == (Verdict.HELD, "so it is, and so it was for 10 s")
    assert (finding.instant_s, finding.decided_s) == (20.0, 30.0)
    assert finding.evidence == (first.index,)


def test_a_stay_that_begins_in_time_is_followed_beyond_the_deadline() -> None:
    """The deadline is for its beginning."""
    scene = Scene(STAYS)
    scene.begin().at(59.0).pod("c", "added")
    finding = scene.end()
    assert (finding.verdict, finding.decided_s) == (Verdict.HELD, 69.0)


def test_a_short_stay_does_not_count_against_a_long_one() -> None:
    """Up, down, and up again: what counts is the one that lasts."""
    scene = Scene(STAYS)
    scene.begin().pod("c", "added")
    scene.story.at(25.0).pod("c", ready=False)
    scene.story.at(30.0).pod("c")
    finding = scene.end()
    assert (finding.verdict, finding.instant_s) == (Verdict.HELD, 30.0)


@pytest.mark.parametrize("fall_s", [25.0, 62.0])
def test_it_comes_and_does_not_stay(fall_s: float) -> None:
    """The fall is named, whether it comes before the deadline or after."""
    scene = Scene(STAYS)
    scene.begin().at(fall_s - 5.0).pod("c", "added")
    last = scene.story.at(fall_s).pod("c", ready=False)
    finding = scene.end()
    why = 'it was so for 5.0 s only: "kubia" has 2 ready pods'
    assert (finding.verdict, finding.why) == (Verdict.BROKEN, why)
    assert finding.evidence == (last.index,)


def test_a_fall_that_may_belong_to_the_stay() -> None:
    """Delivered before the closing sentinel is back, it may have happened within the time."""
    scene = Scene(STAYS)
    scene.begin().pod("c", "added")
    scene.harness.serve()
    scene.audience.wait(30.0)
    scene.story.at(30.1).pod("c", ready=False)
    verdict, _ = scene.told()
    assert verdict is Verdict.UNKNOWN


def test_after_such_a_fall_another_stay_may_be_proved() -> None:
    """What is not known of the first does not matter then."""
    scene = Scene(STAYS)
    scene.begin().pod("c", "added")
    scene.harness.serve()
    scene.audience.wait(30.0)
    scene.story.at(30.1).pod("c", ready=False)
    scene.story.at(40.0).pod("c")
    finding = scene.end()
    assert (finding.verdict, finding.instant_s) == (Verdict.HELD, 40.0)


@pytest.mark.parametrize(("gap_s", "begins_s"), [(22.0, 23.0), (29.9, 31.0)])
def test_a_stay_that_a_gap_interrupts_begins_anew(gap_s: float, begins_s: float) -> None:
    """Nobody knows whether it was so in the gap."""
    scene = Scene(STAYS)
    scene.begin().pod("c", "added")
    scene.story.at(gap_s).gap()
    scene.story.at(begins_s).synced()
    finding = scene.end()
    assert (finding.verdict, finding.instant_s) == (Verdict.HELD, begins_s)


def test_a_gap_as_long_as_the_stay_may_hide_one() -> None:
    """It may have been so all the time."""
    scene = Scene(STAYS)
    scene.begin().gap()
    scene.story.at(30.0).synced()
    assert scene.told() == (Verdict.UNKNOWN, GAP)


def test_a_gap_that_reaches_back_before_what_was_seen() -> None:
    """What may have been so begins where the gap does, not where it was first seen."""
    scene = Scene(STAYS)
    scene.begin().pod("c", "added")
    scene.story.at(21.0).gap(since_s=16.0)
    scene.story.pod("c", "listed", ready=False)
    scene.story.at(27.0).synced()
    assert scene.told() == (Verdict.UNKNOWN, GAP)


def test_a_gap_that_is_open_at_the_deadline() -> None:
    """A stay may have begun in it, in time."""
    scene = Scene(STAYS)
    scene.begin().at(55.0).gap()
    finding = scene.end()
    assert (finding.verdict, finding.why, finding.decided_s) == (Verdict.UNKNOWN, GAP, END_S)


def test_a_gap_shorter_than_the_stay_hides_none() -> None:
    """It cannot have been so for long enough."""
    scene = Scene(STAYS)
    scene.begin().gap()
    scene.story.at(29.0).synced()
    assert scene.told() == (Verdict.BROKEN, '"kubia" has 2 ready pods')


@pytest.mark.parametrize("since_s", [29.0, 30.5])
def test_a_gap_reported_after_the_stay(since_s: float) -> None:
    """What ended the stay may be lost in it, even if it began later: the stay is not proved."""
    scene = Scene(STAYS)
    scene.begin().pod("c", "added")
    scene.harness.serve()
    scene.audience.wait(30.0)
    scene.story.at(31.0).gap(since_s=since_s)
    scene.story.at(32.0).synced()
    finding = scene.end()
    assert (finding.verdict, finding.instant_s) == (Verdict.HELD, 32.0)


def test_a_deaf_watch_shows_no_stay() -> None:
    """A state that nobody contradicts may be one that nobody hears of."""
    scene = Scene(STAYS)
    scene.begin().pod("c", "added")
    scene.harness.serve()
    scene.harness.delivers_pods = False
    finding = scene.end()
    assert (finding.verdict, finding.why) == (Verdict.UNKNOWN, DEAF)
    assert finding.decided_s == END_S + ANSWER_S


def test_a_stay_that_is_asked_about_when_it_is_long_over() -> None:
    """What has to be proved is proved late: nobody could plant anything before being asked."""
    story = Scene(STAYS).story
    start = len(story.timeline)
    story.at(20.0).note()
    fault = story.inject(PodsLost(pods=(A,)))
    promise = ThenStays(of=FEW, for_s=5.0, injections=(fault,))
    audience = Audience(story, promise.judge(deadline_s=END_S), start=start)
    story.at(21.0).pod("a", terminating=True)
    story.at(40.0).note()
    Responder(audience).run(100.0)
    finding = audience.verdict()
    assert (finding.verdict, finding.instant_s) == (Verdict.HELD, 21.0)


UNTIL = Until(of=FEW, until=PodDeleted(pod=A))


def test_until_it_comes() -> None:
    """Once it has come, what was promised until then may end."""
    scene = Scene(UNTIL)
    first = scene.begin().pod("a", terminating=True)
    for uid in "cdef":
        scene.story.pod(uid, "added")
    finding = scene.end()
    assert (finding.verdict, finding.why) == (Verdict.HELD, "so it is, and not before")
    assert finding.evidence == (first.index,)


def test_too_early() -> None:
    """What was promised until then ended before."""
    scene = Scene(UNTIL)
    scene.begin().pod("c", "added")
    first = scene.story.pod("d", "added")
    scene.story.pod("a", terminating=True)
    finding = scene.end()
    assert (finding.verdict, finding.why) == (Verdict.BROKEN, '"kubia" has 4 active pods')
    assert finding.evidence == (first.index,)


def test_until_what_never_comes() -> None:
    """It must come: promising something until doomsday is what Always does."""
    assert Scene(UNTIL).told() == (Verdict.BROKEN, "a is not deleted")


def test_what_comes_too_late_need_not_be_preceded() -> None:
    """After the deadline nothing is promised any more: what was missed is what is told."""
    scene = Scene(UNTIL)
    scene.begin()
    scene.audience.wait(END_S)
    for uid in "cd":
        scene.story.at(60.5).pod(uid, "added")
    assert scene.told() == (Verdict.BROKEN, "a is not deleted")


def test_both_at_one_instant() -> None:
    """As it comes, the promise ends."""
    scene = Scene(Until(of=Not(of=PodDeleted(pod=A)), until=PodDeleted(pod=A)))
    scene.begin().pod("a", terminating=True)
    assert scene.end().verdict is Verdict.HELD


@pytest.mark.parametrize("is_before", [True, False])
def test_until_over_a_gap(is_before: bool) -> None:
    """A gap before it came may hide that the promise was broken.

    One after it may not: what came was delivered after all that the same watch had to tell before.
    """
    scene = Scene(UNTIL)
    story = scene.begin()
    if is_before:
        story.gap()
        story.synced()
    story.pod("a", terminating=True)
    if not is_before:
        story.at(20.5).gap()
        story.synced()
    assert scene.end().verdict is (Verdict.UNKNOWN if is_before else Verdict.HELD)


def test_until_over_a_gap_of_another_watch() -> None:
    """What broke the promise before its end may be lost in it, though the end was seen before."""
    promise = Until(of=NodeReady(node=WORKER), until=PodDeleted(pod=A))
    story = Scene(promise).story
    story.node("worker", "added")
    audience = Audience(story, promise.judge(deadline_s=END_S), start=len(story.timeline) - 1)
    harness = Responder(audience)
    harness.serve()
    story.at(20.0).pod("a", terminating=True)
    story.at(20.5).gap("Node")
    story.synced("Node")
    harness.run(100.0)
    assert audience.verdict().verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("written_s", "verdict"),
    [
        (25.0, Verdict.UNKNOWN),
        (23.0, Verdict.UNKNOWN),  # before the last delivery, and perhaps delivered by none
        (22.0, Verdict.HELD),
        (15.0, Verdict.HELD),
    ],
)
def test_until_over_a_gap_of_which_the_log_tells(written_s: float, verdict: Verdict) -> None:
    """Nobody wrote in it, so nothing broke the promise there; or somebody did."""
    log = Log()
    scene = Scene(UNTIL, story=log)
    scene.begin()
    log.wrote(written_s, written_s + 0.01, read_s=24.0 if written_s < 24.0 else 25.1)
    log.gap(since_s=24.5, namespace=NAMESPACE)
    log.at(26.0).synced(namespace=NAMESPACE)
    log.at(30.0).pod("a", terminating=True)
    log.wrote(30.0, 30.01, kind="ReplicaSet")
    assert scene.end().verdict is verdict


def test_a_gap_may_hide_that_the_promise_had_ended() -> None:
    """Then what came after it broke nothing."""
    scene = Scene(Until(of=FEW, until=HasPods(workload=KUBIA, most=0)))
    scene.begin().gap()
    scene.story.synced()
    for uid in "cd":
        scene.story.pod(uid, "added")
    verdict, why = scene.told()
    assert (verdict, why) == (Verdict.UNKNOWN, f'{GAP}; later "kubia" has 4 active pods')


@pytest.mark.parametrize("is_older", [True, False])
def test_a_breach_that_is_delivered_late(is_older: bool) -> None:
    """Another watch may bring later what happened before: its version tells."""
    promise = Until(of=NodeReady(node=WORKER), until=PodDeleted(pod=A))
    story = Scene(promise).story
    story.node("worker", "added")
    start = len(story.timeline)
    story.note()
    audience = Audience(story, promise.judge(deadline_s=END_S), start=start)
    harness = Responder(audience)
    harness.serve()
    before = story.next_version()
    story.at(20.0).pod("a", terminating=True)
    after = story.next_version()
    story.see("Node", "modified", node("worker", before if is_older else after, ready="Unknown"))
    harness.run(100.0)
    verdict = audience.verdict().verdict
    assert verdict is (Verdict.UNKNOWN if is_older else Verdict.HELD)
    assert WantTouch(WORKER) in audience.wanted


def test_always_and_never() -> None:
    """One is the other's opposite, and both name the first violation."""
    for promise in (Always(of=FEW), Never(of=HasPods(workload=KUBIA, state="active", least=4))):
        scene = Scene(promise)
        scene.begin().pod("c", "added")
        first = scene.story.pod("d", "added")
        scene.story.pod("d", "deleted")
        finding = scene.end()
        assert (finding.verdict, finding.evidence) == (Verdict.BROKEN, (first.index,))
        assert Scene(promise).end().verdict is Verdict.HELD


def test_always_over_a_gap() -> None:
    """It may not have been so in it."""
    scene = Scene(Always(of=FEW))
    scene.begin().gap()
    scene.story.synced()
    assert scene.told() == (Verdict.UNKNOWN, GAP)


def test_a_node_that_is_always_ready() -> None:
    """The watch of nodes is proven live by a touch, where no pod is asked about."""
    promise = Always(of=NodeReady(node=WORKER))
    story = Scene(promise).story
    story.node("worker", "added")
    start = len(story.timeline)
    story.note()
    audience = Audience(story, promise.judge(deadline_s=END_S), start=start)
    Responder(audience).run(100.0)
    assert audience.verdict().verdict is Verdict.HELD
    assert audience.wanted == [WantTouch(WORKER)]


def test_without_a_node_there_is_none_to_touch() -> None:
    """What cannot be proved is UNKNOWN."""
    scene = Scene(Always(of=Not(of=NodeReady(node=WORKER))))
    assert scene.told() == (Verdict.UNKNOWN, "there is no node to touch")


def test_nothing_fed() -> None:
    """A judge that was fed nothing knows nothing."""
    scene = Scene(STAYS)
    scene.audience.index = 1000
    scene.audience.wait(100.0)
    finding = scene.audience.verdict()
    assert (finding.verdict, finding.why) == (Verdict.UNKNOWN, "nothing was observed")


def test_progress() -> None:
    """Who waits is told what is lacking, or that it is so."""
    scene = Scene(STAYS)
    scene.begin()
    assert scene.audience.judge.progress().seen == '"kubia" has 2 ready pods'
    scene.story.pod("c", "added")
    scene.harness.serve()
    assert scene.audience.judge.progress().seen == "so it is"


SENTENCES: dict[str, Promise] = {
    '"kubia" has 3 ready pods and stays so for 10 s': STAYS,
    '"kubia" has at most 3 pods until pod "a" is deleted': UNTIL,
    '"kubia" eventually has at least 1 ready pod': Eventually(of=HasPods(workload=KUBIA, least=1)),
    '"kubia" never has at least 2 and at most 3 pods, terminating ones included': Never(
        of=HasPods(workload=KUBIA, state="standing", least=2, most=3)
    ),
    'pod "a" always exists': Always(of=PodExists(pod=A)),
    'pod "a" is never deleted': Always(of=Not(of=PodDeleted(pod=A))),
    'pod "a" is not deleted until "kubia" owns pod "a"': Until(
        of=Not(of=PodDeleted(pod=A)), until=OwnedBy(pod=A, owner=KUBIA)
    ),
    'pod "a" is eventually labelled "app"': Eventually(of=HasLabel(pod=A, key="app")),
    'pod "a" is never labelled "app=x"': Never(of=HasLabel(pod=A, key="app", value="x")),
    'pod "a" is never Failed': Never(of=InPhase(pod=A, phase="Failed")),
    'node "worker" is always Ready': Always(of=NodeReady(node=WORKER)),
    'eventually (pod "a" exists and pod "b" exists)': Eventually(
        of=AllOf(parts=(PodExists(pod=A), PodExists(pod=B)))
    ),
    'never (pod "a" exists or pod "b" exists)': Never(
        of=AnyOf(parts=(PodExists(pod=A), PodExists(pod=B)))
    ),
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_promises_read_as_sentences_and_from_disk(sentence: str) -> None:
    """In words for people, and as a value for whoever judges again."""
    promise = SENTENCES[sentence]
    assert promise.sentence() == sentence
    assert decode_promise(msgspec.Raw(msgspec.json.encode(promise))) == promise


@pytest.mark.parametrize(
    ("predicate", "lack"),
    [
        (PodExists(pod=D), "d does not exist"),
        (PodDeleted(pod=D), "d is not deleted"),
        (OwnedBy(pod=D, owner=KUBIA), "d does not exist"),
        (OwnedBy(pod=B, owner=KUBIA), "nobody owns b"),
        (OwnedBy(pod=A, owner=A), "ReplicationController kubia owns a"),
        (OwnedBy(pod=A, owner=KUBIA), ""),
        (HasLabel(pod=D, key="app"), "d does not exist"),
        (HasLabel(pod=A, key="app", value="x"), "a has app=kubia"),
        (HasLabel(pod=A, key="type"), "a has no type"),
        (HasLabel(pod=A, key="app", value="kubia"), ""),
        (InPhase(pod=A, phase="Failed"), "a is Running"),
        (InPhase(pod=D, phase="Failed"), "d is gone"),
        (NodeReady(node=WORKER), "node worker is NotReady: gone"),
        (NodeReady(node=Ref("Node", "", "w", "w")), "node w is not registered"),
        (Not(of=PodExists(pod=A)), 'pod "a" exists'),
        (AnyOf(parts=()), "there is nothing to choose from"),
        (
            AnyOf(parts=(PodExists(pod=D), PodDeleted(pod=D))),
            "d does not exist and d is not deleted",
        ),
    ],
)
def test_predicates_say_what_is_lacking(predicate: Predicate, lack: str) -> None:
    """Each in one clause, of exactly the object that was meant."""
    story = Story()
    story.pod("a", "added")
    story.pod("b", "added", owner=None)
    story.node("worker", "added", ready="False", reason="gone")
    assert predicate.lack(story.timeline.latest()) == lack


def test_replay_from_disk(tmp_path: Path) -> None:
    """The stored record gives the same finding again."""
    scene = Scene(STAYS, path=tmp_path / "t.jsonl")
    scene.begin().pod("c", "added")
    finding = scene.end()
    scene.story.judged(scene.name, finding)
    scene.story.timeline.close()
    assert replay(read_timeline(tmp_path / "t.jsonl", FakeClock())) == [(finding, finding)]
