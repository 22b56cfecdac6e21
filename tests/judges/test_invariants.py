"""What must be true at every observation of a span."""

from __future__ import annotations

import pytest

from reconverge.judges.invariants import Instance, NeverFewer, NeverMore, SamePods, Untouched
from reconverge.judges.judge import WantSentinel
from reconverge.judges.promise import Promise
from reconverge.model import Ref
from reconverge.verdict import Finding, Verdict
from tests.builders import KUBIA, NAMESPACE, Audience, Json, Responder, Story, pod

END_S = 60.0


def ref(uid: str) -> Ref:
    return Ref("Pod", NAMESPACE, uid, uid)


class Scene:
    """Three ready pods of kubia, and a span from second 10 to 60."""

    def __init__(self, promise: Promise) -> None:
        self.story = Story()
        self.story.steady("a", "b", "c")
        start = len(self.story.timeline)
        self.story.at(10.0).note()
        judge = promise.judge(deadline_s=END_S)
        self.audience = Audience(self.story, judge, start=start)
        self.harness = Responder(self.audience)

    def end(self) -> Finding:
        self.harness.run(100.0)
        return self.audience.verdict()


SAME = SamePods(workload=KUBIA, pods=(ref("a"), ref("b"), ref("c")))
UNTOUCHED = Untouched(
    instances=(
        Instance(pod=ref("a"), containers={"main": "containerd://a-0"}, restarts={"main": 0}),
        Instance(pod=ref("b"), containers={"main": "containerd://b-0"}, restarts={"main": 0}),
    )
)
NEVER_MORE = NeverMore(workload=KUBIA, pods=3)
NEVER_FEWER = NeverFewer(workload=KUBIA, pods=3)


@pytest.mark.parametrize("promise", [SAME, UNTOUCHED, NEVER_MORE, NEVER_FEWER])
def test_held_over_the_whole_span(promise: Promise) -> None:
    """An invariant holds when no entry violates it and the watch is proven live at the end."""
    scene = Scene(promise)
    scene.story.at(30.0).pod("a")
    finding = scene.end()
    assert (finding.verdict, finding.why) == (Verdict.HELD, "at each of 2 entries")
    assert finding.decided_s == END_S
    assert scene.audience.wanted == [WantSentinel("ReplicationController")]


@pytest.mark.parametrize(
    ("promise", "uid", "more", "why"),
    [
        (SAME, "d", {}, "d is new"),
        (SAME, "a", {"owner": None}, "a is no longer its own"),
        (SAME, "a", {"terminating": True}, "a is no longer its own"),
        (UNTOUCHED, "a", {"terminating": True}, "a is being deleted"),
        (UNTOUCHED, "b", {"phase": "Succeeded"}, "b is Succeeded"),
        (UNTOUCHED, "a", {"restarts": 1}, "container main of a is another instance"),
        (
            UNTOUCHED,
            "a",
            {"restarts": 1, "container_id": "containerd://a-0"},
            "container main of a was restarted",
        ),
        (NEVER_MORE, "d", {"ready": False}, "it has 4 active pods"),
        (NEVER_FEWER, "a", {"ready": False}, "it has 2 ready pods"),
        (NEVER_FEWER, "a", {"terminating": True}, "it has 2 ready pods"),
    ],
)
def test_first_violation_is_named(promise: Promise, uid: str, more: Json, why: str) -> None:
    """The first entry that violates the invariant ends the matter, though it heals at once."""
    scene = Scene(promise)
    scene.story.at(20.0).pod("c")
    first = scene.story.at(21.0).pod(uid, **more)
    scene.story.at(21.1).pod(uid, "deleted" if uid == "d" else "modified")
    finding = scene.end()
    assert (finding.verdict, finding.why) == (Verdict.BROKEN, why)
    assert (finding.instant_s, finding.evidence) == (21.0, (first.index,))


def test_deleted_pods() -> None:
    """A pod that is gone is neither untouched nor the same."""
    for promise, why in ((UNTOUCHED, "a is gone"), (SAME, "a is no longer its own")):
        scene = Scene(promise)
        scene.story.pod("a", "deleted")
        assert scene.end().why == why


def test_same_pods_names_both_sides() -> None:
    """A replacement is reported as what is new and what is gone."""
    scene = Scene(SAME)
    scene.story.gap()
    scene.story.pod("a", "deleted")
    scene.story.pod("d", "added")
    scene.story.synced()
    assert scene.end().why == "d is new and a is no longer its own"


@pytest.mark.parametrize(
    ("promise", "uid", "more"),
    [
        (NEVER_MORE, "d", {"terminating": True}),
        (NEVER_MORE, "d", {"phase": "Failed"}),
        (NEVER_MORE, "d", {"owner": None}),
        (UNTOUCHED, "c", {"terminating": True}),
        (UNTOUCHED, "a", {"labels": {"app": "other"}, "owner": None}),
    ],
)
def test_what_does_not_violate(promise: Promise, uid: str, more: Json) -> None:
    """Terminating, finished and foreign pods are none of the workload's; others may change."""
    scene = Scene(promise)
    scene.story.pod(uid, **more)
    assert scene.end().verdict is Verdict.HELD


def test_container_that_had_not_started() -> None:
    """A container without an ID before the fault may start later without being touched."""
    promise = Untouched(instances=(Instance(pod=ref("a"), containers={"main": ""}),))
    scene = Scene(promise)
    scene.story.pod("a")
    assert scene.end().verdict is Verdict.HELD


def test_entry_exactly_at_the_end_of_the_span() -> None:
    """The end belongs to the span."""
    scene = Scene(NEVER_MORE)
    scene.story.at(END_S).pod("d", "added")
    assert scene.end().verdict is Verdict.BROKEN


def test_violation_after_the_end_of_the_span() -> None:
    """What was written after the closing sentinel is not judged."""
    scene = Scene(NEVER_MORE)
    scene.audience.wait(END_S)
    planted = scene.story.next_version()
    scene.story.at(61.0).challenged("sentinel", ref("s"), version=planted)
    scene.story.pod("d", "added")
    scene.story.see("Pod", "added", pod("s", planted, owner=None))
    assert scene.end().verdict is Verdict.HELD


def test_violation_delivered_late() -> None:
    """What was written before the closing sentinel and delivered after the end cannot be dated."""
    scene = Scene(NEVER_MORE)
    late = scene.story.next_version()
    scene.audience.wait(END_S)
    planted = scene.story.next_version()
    scene.story.at(61.0).challenged("sentinel", ref("s"), version=planted)
    scene.story.see("Pod", "added", pod("d", late))
    scene.story.see("Pod", "added", pod("s", planted, owner=None))
    finding = scene.end()
    assert finding.verdict is Verdict.UNKNOWN
    assert finding.why == (
        "delivered after the end of the span, too late to tell: it has 4 active pods"
    )


@pytest.mark.parametrize("is_closed", [True, False])
def test_gap_inside_the_span(is_closed: bool) -> None:
    """What happened in a gap is not known."""
    scene = Scene(NEVER_MORE)
    scene.story.at(20.0).gap()
    if is_closed:
        scene.story.at(21.0).synced()
    finding = scene.end()
    assert finding.verdict is Verdict.UNKNOWN
    assert finding.why == "the watch of Pod had a gap: too old resource version"


def test_gap_that_was_open_before_the_span() -> None:
    """A span that begins inside a gap has the gap."""
    story = Story()
    story.steady("a", "b", "c")
    story.gap()
    audience = Audience(story, NEVER_MORE.judge(deadline_s=END_S), start=len(story.timeline))
    story.note()
    finding = Responder(audience).run(100.0)
    assert finding is not None
    assert finding.verdict is Verdict.UNKNOWN


def test_list_in_progress_is_no_violation() -> None:
    """While a list is read, old pods stand beside new ones; only its end is judged."""
    scene = Scene(NEVER_MORE)
    scene.story.at(20.0).gap()
    scene.story.pod("d", "listed")
    scene.story.pod("a", "deleted")
    scene.story.synced()
    assert scene.end().verdict is Verdict.UNKNOWN


def test_violation_after_a_gap_is_still_one() -> None:
    """A gap does not excuse what is seen after it."""
    scene = Scene(NEVER_MORE)
    scene.story.at(20.0).gap()
    scene.story.synced()
    scene.story.at(30.0).pod("d", "added")
    assert scene.end().verdict is Verdict.BROKEN


def test_gaps_elsewhere() -> None:
    """Other kinds' gaps do not matter."""
    scene = Scene(NEVER_MORE)
    scene.story.gap("Node")
    assert scene.end().verdict is Verdict.HELD


def test_gap_between_the_end_and_the_proof() -> None:
    """What was written in the span, and not delivered by its end, is lost in a gap soon after."""
    scene = Scene(NEVER_MORE)
    scene.harness.delivers_pods = False
    scene.audience.wait(END_S + 0.1)
    scene.story.at(END_S + 0.5).gap()
    scene.harness.delivers_pods = True
    scene.story.at(END_S + 0.6).synced("Pod")
    finding = scene.end()
    assert finding.verdict is Verdict.UNKNOWN
    assert finding.why == "the watch of Pod had a gap: too old resource version"


@pytest.mark.parametrize("refusal", ["", "exceeded quota"])
def test_deaf_to_pods(refusal: str) -> None:
    """Whoever hears nothing sees no violation either."""
    scene = Scene(NEVER_MORE)
    scene.harness.delivers_pods = False
    scene.harness.refuses = refusal
    finding = scene.end()
    assert finding.verdict is Verdict.UNKNOWN
    assert finding.why == (refusal or "our own watch of pods delivers nothing")


def test_empty_span() -> None:
    """Nothing observed is nothing known."""
    scene = Scene(NEVER_MORE)
    scene.audience.index = 1000
    scene.audience.wait(100.0)
    finding = scene.audience.verdict()
    assert (finding.verdict, finding.why) == (Verdict.UNKNOWN, "nothing was observed")


def test_promise_about_no_pod() -> None:
    """A promise that cannot be broken is not kept either."""
    finding = Scene(Untouched(instances=())).end()
    assert (finding.verdict, finding.why) == (Verdict.UNKNOWN, "there is no pod to watch over")
    assert finding.promise == "no pod is never touched"


def test_sentences_and_progress() -> None:
    """Each promise reads as a sentence, and says how far it has come."""
    assert SAME.sentence() == '"kubia" keeps exactly its 3 pods'
    assert UNTOUCHED.sentence() == "a, b is never touched"
    assert NEVER_MORE.sentence() == '"kubia" never has more than 3 pods'
    assert NEVER_FEWER.sentence() == '"kubia" never has fewer than 3 ready pods'
    scene = Scene(NEVER_MORE)
    scene.audience.hear()
    assert scene.audience.judge.progress().seen == "held at 1 entries"


def test_instance_of_a_pod() -> None:
    """An instance remembers the pod's UID and the containers that ran in it."""
    story = Story()
    story.pod("a", "added")
    view = story.timeline.latest().pod("a")
    assert view is not None
    assert Instance.of(view) == UNTOUCHED.instances[0]
