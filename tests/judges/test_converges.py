"""When a workload may be said to have converged, and when it may not."""

from __future__ import annotations

import pytest

from reconverge.judges.converges import Converges
from reconverge.judges.effects import AnyEffect, LabelsChanged, NodeLost, PodAppeared, PodsLost
from reconverge.judges.judge import WantKnock, WantSentinel
from reconverge.judges.liveliness import ANSWER_S
from reconverge.judges.steady import ReadyPods
from reconverge.model import Ref
from reconverge.timeline import Gap, Observed
from reconverge.verdict import Verdict
from tests.builders import KUBIA, NAMESPACE, Audience, Responder, Story, pod
from tests.judges.test_audited import Log

DEADLINE_S = 60.0
UNMADE = "2 active pods of 3: replication-controller has not made the rest yet"
A = Ref("Pod", NAMESPACE, "a", "a")


class Scene:
    """Three ready pods, a promise of three, and a deadline at second 60."""

    def __init__(
        self,
        *,
        effect: AnyEffect | None = None,
        replicas: int = 3,
        settle_s: float = 1.0,
        workload: Ref = KUBIA,
        story: Story | None = None,
    ) -> None:
        self.story = story or Story()
        self.story.steady("a", "b", "c", version_of=workload)
        self.start = len(self.story.timeline)
        self.story.at(10.0)
        injections = (self.story.inject(effect),) if effect is not None else ()
        self.story.note("the promise is made")
        self.promise = Converges(
            workload=workload,
            steady=ReadyPods(count=replicas),
            injections=injections,
            settle_s=settle_s,
        )
        judge = self.promise.judge(deadline_s=DEADLINE_S)
        self.audience = Audience(self.story, judge, start=self.start)
        self.controller = Responder(self.audience, subject=workload)

    def lose_a(self) -> None:
        """The pod `a` is deleted and its owner's status says so."""
        self.story.pod("a", terminating=True)
        self.story.pod("a", "deleted")
        self.story.workload(current=2, ready=2)

    def replace_a(self, uid: str = "d") -> None:
        """A new pod becomes ready and the status follows."""
        self.story.pod(uid, "added", ready=False, phase="Pending")
        self.story.pod(uid)
        self.story.workload()

    def end(self, until_s: float = 100.0) -> tuple[Verdict, str]:
        """Serve and wait for the finding."""
        self.controller.run(until_s)
        finding = self.audience.verdict()
        return finding.verdict, finding.why


def lost_a(story: Story | None = None) -> Scene:
    return Scene(effect=PodsLost(pods=(A,)), story=story)


def test_held_after_a_replacement() -> None:
    """HELD reports the event that made the steady state true, not the end of the hold."""
    scene = lost_a()
    scene.story.at(11.0)
    scene.lose_a()
    scene.story.at(14.0)
    scene.replace_a()
    assert scene.end() == (Verdict.HELD, "3 of 3 ready")
    finding = scene.audience.verdict()
    assert finding.promise == '"kubia" converges to 3 ready pods'
    assert finding.instant_s == 14.0
    assert finding.decided_s == 15.0


def test_three_steps_are_asked_in_order() -> None:
    """The barrier is sentinel, knock, and after the settling time an echo."""
    scene = lost_a()
    scene.lose_a()
    scene.replace_a()
    scene.controller.serve()
    assert scene.audience.wanted == [WantSentinel("ReplicationController"), WantKnock(KUBIA)]
    scene.end()
    assert scene.audience.wanted[2:] == [WantSentinel("ReplicationController")]


def test_effect_never_seen() -> None:
    """A fault that hit nothing is UNKNOWN, however steady the state."""
    scene = lost_a()
    assert scene.end() == (
        Verdict.UNKNOWN,
        "nothing was hit: it was never seen that a is deleted",
    )


def test_effects_never_seen_are_all_named() -> None:
    """Each missing effect is named with the others."""
    scene = Scene(effect=LabelsChanged(objects=(A,), labels={"app": None, "tier": ""}))
    other = scene.story.inject(PodsLost(pods=(A,)))
    scene.promise = Converges(
        workload=KUBIA, steady=ReadyPods(count=3), injections=("fault-1", other)
    )
    scene.audience.judge = scene.promise.judge(deadline_s=DEADLINE_S)
    assert scene.end() == (
        Verdict.UNKNOWN,
        "nothing was hit: it was never seen that a is labelled no app, tier= and a is deleted",
    )


def test_injection_never_recorded() -> None:
    """A promise about a fault that was not injected is UNKNOWN."""
    scene = Scene()
    promise = Converges(workload=KUBIA, steady=ReadyPods(count=3), injections=("fault-9",))
    scene.audience.judge = promise.judge(deadline_s=DEADLINE_S)
    assert scene.end() == (Verdict.UNKNOWN, "the fault was not injected")


def test_a_pod_never_known_was_not_lost() -> None:
    """The absence of a pod that the timeline never showed is no effect of a fault."""
    scene = Scene(effect=PodsLost(pods=(Ref("Pod", NAMESPACE, "x", "x"),)))
    scene.story.pod("a")
    assert scene.end()[0] is Verdict.UNKNOWN


def test_a_node_never_known_was_not_lost() -> None:
    """The absence of a node that the timeline never showed is no effect of a fault."""
    scene = Scene(effect=NodeLost(node=Ref("Node", "", "worker", "worker")))
    scene.story.pod("a")
    assert scene.end() == (
        Verdict.UNKNOWN,
        'nothing was hit: it was never seen that node "worker" is not Ready',
    )


def test_surplus_pod_came_and_went_before_its_record() -> None:
    """An effect that is over when its injection is recorded was still seen."""
    story = Story()
    story.steady("a", "b", "c")
    start = len(story.timeline)
    story.pod("x", "added")
    story.pod("x", "deleted")
    fault = story.inject(PodAppeared(pod=Ref("Pod", NAMESPACE, "x", "x")))
    promise = Converges(workload=KUBIA, steady=ReadyPods(count=3), injections=(fault,))
    audience = Audience(story, promise.judge(deadline_s=DEADLINE_S), start=start)
    finding = Responder(audience).run(100.0)
    assert finding is not None
    assert finding.verdict is Verdict.HELD


def test_status_alone_does_not_converge() -> None:
    """A status that still says three of three does not hide a missing pod."""
    scene = lost_a()
    scene.story.pod("a", "deleted")
    scene.controller.removes = False
    scene.story.at(59.0)
    assert scene.end() == (
        Verdict.BROKEN,
        "replication-controller is silent: it left a surplus pod alone for 5 s",
    )


def test_live_controller_that_fails() -> None:
    """With a live controller the reason is what is lacking, and what is last seen is told."""
    scene = lost_a()
    scene.lose_a()
    scene.story.pod("d", "added", ready=False, phase="Pending")
    scene.story.workload(current=3, ready=2)
    scene.controller.state = {"current": 3, "ready": 2}
    assert scene.end() == (Verdict.BROKEN, "d is Pending")
    assert scene.audience.verdict().last_seen == "2 of 3 ready; d Pending"


def test_terminating_pod_that_is_ready_does_not_count() -> None:
    """A pod that is being deleted is not one of the three, even while it is Ready."""
    scene = lost_a()
    scene.story.pod("a", terminating=True, ready=True)
    scene.story.workload()
    assert scene.end() == (Verdict.BROKEN, UNMADE)


def test_finished_pod_does_not_count() -> None:
    """A Failed pod is not one of the three (controller.IsPodActive)."""
    scene = Scene()
    scene.story.pod("a", phase="Failed", ready=True)
    assert scene.end() == (Verdict.BROKEN, UNMADE)


def test_foreign_pod_with_matching_labels() -> None:
    """A pod of another owner with the same labels and name pattern does not count."""
    other = Ref("ReplicaSet", NAMESPACE, "kubia", "rs-9")
    scene = lost_a()
    scene.lose_a()
    scene.story.pod("d", "added", owner=other)
    scene.story.workload()
    assert scene.end() == (Verdict.BROKEN, UNMADE)


def test_pod_of_another_namespace_does_not_count() -> None:
    """An owner's UID in another namespace is not ownership."""
    scene = lost_a()
    scene.lose_a()
    scene.story.pod("d", "added", namespace="elsewhere")
    scene.story.workload()
    assert scene.end() == (Verdict.BROKEN, UNMADE)


def test_namesake_created_anew() -> None:
    """A workload of the same name with another UID is another workload: the first is gone."""
    scene = lost_a()
    scene.story.at(20.0)
    gone = scene.story.workload("deleted")
    scene.story.workload("added", ref=Ref("ReplicationController", NAMESPACE, "kubia", "rc-2"))
    assert scene.end() == (Verdict.BROKEN, 'ReplicationController "kubia" was deleted')
    assert scene.audience.verdict().instant_s == gone.at_s == 20.0


def test_workload_never_seen() -> None:
    """A workload that no watch showed is neither converged nor broken."""
    story = Story()
    promise = Converges(workload=KUBIA, steady=ReadyPods(count=0))
    audience = Audience(story, promise.judge(deadline_s=DEADLINE_S))
    controller = Responder(audience)
    controller.delivers_workload = False
    finding = controller.run(100.0)
    assert finding is not None
    assert finding.verdict is Verdict.UNKNOWN
    assert 'ReplicationController "kubia" was never seen' in finding.why


def test_orphan_left_unadopted() -> None:
    """A matching pod without an owner is still to be adopted, and then to be removed."""
    scene = Scene()
    scene.story.pod("x", "added", owner=None)
    assert scene.end() == (
        Verdict.BROKEN,
        "x matches its selector (app=kubia) and is not adopted yet",
    )


def test_owned_pod_that_no_longer_matches() -> None:
    """A pod relabelled out of the selector is still to be released."""
    scene = Scene()
    scene.story.pod("a", labels={"app": "other"})
    assert scene.end() == (
        Verdict.BROKEN,
        "a no longer matches its selector (app=kubia) and is not released yet",
    )


def test_status_that_lags() -> None:
    """Three ready pods with a status that says two is not yet the steady state."""
    scene = Scene()
    scene.story.workload(ready=2)
    scene.controller.state = {"ready": 2}
    assert scene.end() == (Verdict.BROKEN, "its status says 2 ready of 3")


def test_replicas_changed_by_somebody_else() -> None:
    """Who changes the number meanwhile has broken the promise, and is told so."""
    scene = lost_a()
    scene.lose_a()
    scene.story.workload(replicas=2, generation=2)
    scene.controller.state = {"replicas": 2, "generation": 2}
    assert scene.end() == (
        Verdict.BROKEN,
        "it asks for 2 pods, not 3; 2 active pods of 3; its status says 2 ready of 2",
    )


def test_observed_generation_that_lags() -> None:
    """A status for an older specification does not begin the steady state."""
    scene = Scene()
    scene.story.workload(generation=2, observed=1, ready=2)
    scene.audience.hear()
    scene.audience.wanted.clear()
    scene.story.workload(generation=2, observed=1)
    scene.controller.state = {"generation": 2}
    scene.controller.run(20.0)
    assert scene.audience.wanted == []
    assert scene.audience.finding is None
    scene.story.workload(generation=2)
    assert scene.end() == (Verdict.HELD, "3 of 3 ready")


def test_relapse_inside_the_settling_time() -> None:
    """A steady state that does not stand is not believed; the next one is dated anew."""
    scene = lost_a()
    scene.lose_a()
    scene.story.at(20.0)
    scene.replace_a()
    scene.controller.serve()
    scene.story.at(20.5).pod("d", ready=False)
    scene.controller.serve()
    scene.story.at(30.0).pod("d")
    assert scene.end()[0] is Verdict.HELD
    assert scene.audience.verdict().instant_s == 30.0


def test_relapse_after_the_deadline_is_given_a_challenge() -> None:
    """When the hold breaks after the deadline, the controller is still asked before BROKEN."""
    scene = Scene(settle_s=10.0)
    scene.story.at(58.0).pod("a", ready=False)
    scene.story.at(59.0).pod("a")
    scene.controller.run(67.0)
    assert scene.audience.finding is None
    scene.story.at(68.0).pod("a", ready=False)
    assert scene.end() == (Verdict.BROKEN, "a is Running, not ready")


def test_converged_exactly_at_the_deadline() -> None:
    """The deadline itself is still in time."""
    scene = lost_a()
    scene.lose_a()
    scene.story.at(DEADLINE_S)
    scene.replace_a()
    assert scene.end() == (Verdict.HELD, "3 of 3 ready")
    assert scene.audience.verdict().instant_s == DEADLINE_S
    assert scene.audience.verdict().decided_s == DEADLINE_S + 1.0


def test_converged_after_the_deadline() -> None:
    """A steady state that comes while the last call is open is late, and its lateness is told."""
    scene = lost_a()
    scene.lose_a()
    scene.controller.answers = False
    scene.controller.run(62.0)
    scene.story.at(62.5)
    scene.replace_a()
    assert scene.end() == (Verdict.BROKEN, "the steady state came 2.5 s after the deadline")
    assert scene.audience.verdict().instant_s == 62.5


def test_late_steady_state_heard_before_the_deadline_was_told() -> None:
    """An entry stamped after the deadline wakes the judge first: the verdict is not lost."""
    scene = lost_a()
    scene.lose_a()
    scene.controller.serve()
    scene.story.at(60.25)
    scene.replace_a()
    verdict, why = scene.end()
    assert verdict is Verdict.UNKNOWN
    assert why == "the steady state was delivered 0.2 s after the deadline, too late"


def test_controller_that_leaves_the_sentinel_alone() -> None:
    """A steady state in front of a frozen controller is UNKNOWN."""
    scene = lost_a()
    scene.lose_a()
    scene.replace_a()
    scene.controller.removes = False
    assert scene.end() == (
        Verdict.UNKNOWN,
        "the steady state is seen, but replication-controller is silent: "
        "it left a surplus pod alone for 5 s",
    )


def test_controller_that_does_not_answer_the_knock() -> None:
    """A controller whose workers of this workload stand still is silent too."""
    scene = lost_a()
    scene.lose_a()
    scene.replace_a()
    scene.controller.answers = False
    assert scene.end() == (
        Verdict.UNKNOWN,
        "the steady state is seen, but replication-controller is silent: "
        "it left a spoiled status alone for 5 s",
    )


def test_own_watch_of_pods_is_deaf() -> None:
    """A sentinel that does not come back shows that we hear nothing."""
    scene = lost_a()
    scene.lose_a()
    scene.replace_a()
    scene.controller.delivers_pods = False
    assert scene.end() == (
        Verdict.UNKNOWN,
        "the steady state is seen, but our own watch of pods delivers nothing",
    )


def test_own_watch_of_pods_falls_deaf_after_the_answer() -> None:
    """The answer came, but what the controller did to pods before it may be missing."""
    scene = lost_a()
    scene.lose_a()
    scene.replace_a()
    scene.controller.serve()
    scene.controller.delivers_pods = False
    assert scene.end() == (
        Verdict.UNKNOWN,
        "the steady state is seen, but our own watch of pods delivers nothing",
    )


def test_surplus_pod_that_arrives_after_the_answer() -> None:
    """A pod created before the answer, but delivered after it, is a relapse and not HELD."""
    scene = lost_a()
    scene.lose_a()
    scene.replace_a()
    surplus = scene.story.next_version()
    scene.controller.serve()
    scene.story.at(11.5).see("Pod", "added", pod("x", surplus))
    scene.controller.run(30.0)
    assert scene.audience.finding is None


def test_own_watch_of_the_workload_is_deaf() -> None:
    """A knock that does not come back shows that the status we see may be stale."""
    scene = Scene()
    scene.story.workload(ready=2)
    scene.controller.delivers_workload = False
    assert scene.end() == (
        Verdict.UNKNOWN,
        "our own watch of ReplicationController delivers nothing",
    )


def test_missing_pod_counts_even_if_the_workload_watch_is_deaf() -> None:
    """Pods seen by a live watch break the promise, whatever the status would say."""
    scene = lost_a()
    scene.lose_a()
    scene.controller.delivers_workload = False
    assert scene.end() == (Verdict.BROKEN, UNMADE)


def test_stale_status_before_a_frozen_controller() -> None:
    """Three ready pods, a status nobody updates: nobody can say what the controller wants."""
    scene = Scene()
    scene.story.workload(ready=2)
    scene.controller.removes = False
    assert scene.end() == (
        Verdict.UNKNOWN,
        "replication-controller is silent: it left a surplus pod alone for 5 s",
    )


@pytest.mark.parametrize("is_steady", [True, False])
def test_challenge_refused(is_steady: bool) -> None:
    """Where no challenge can be made, nothing is known, and the refusal is passed on."""
    scene = lost_a()
    scene.lose_a()
    if is_steady:
        scene.replace_a()
    scene.controller.refuses = "exceeded quota: pods"
    verdict, why = scene.end()
    assert verdict is Verdict.UNKNOWN
    assert why.endswith("the controller could not be challenged: exceeded quota: pods")


def test_knock_refused() -> None:
    """A knock that the API server rejects leaves a steady state UNKNOWN at once."""
    scene = Scene()
    scene.controller.refuses_knock = "forbidden"
    assert scene.end() == (
        Verdict.UNKNOWN,
        "the steady state is seen, but the controller could not be challenged: forbidden",
    )
    assert scene.audience.verdict().decided_s == 10.0


def test_an_api_server_that_is_away_is_asked_again() -> None:
    """It was restarted: once it is back, the controller is challenged and the state believed."""
    scene = Scene()
    scene.controller.is_unreached_until_s = 14.5
    assert scene.end()[0] is Verdict.HELD
    finding = scene.audience.verdict()
    assert (finding.instant_s, finding.decided_s) == (10.0, 15.0)


def test_an_api_server_that_stays_away() -> None:
    """Asked until the deadline, nobody answered: the steady state is not believed."""
    scene = Scene()
    scene.controller.is_unreached_until_s = 1000.0
    assert scene.end() == (
        Verdict.UNKNOWN,
        "the steady state is seen, but the controller could not be challenged: no answer",
    )
    assert scene.audience.verdict().decided_s == DEADLINE_S


def test_knock_that_found_the_status_spoiled_already() -> None:
    """A knock that changes nothing is answered by whoever writes the status after the sentinel."""
    scene = lost_a()
    scene.lose_a()
    spoiled = scene.story.workload(current=2, ready=2, observed=0).record
    scene.audience.wait(61.0)
    scene.controller.plant("ReplicationController")
    assert isinstance(spoiled, Observed)
    scene.story.challenged("knock", KUBIA, version=spoiled.resource_version)
    scene.audience.hear()
    assert scene.audience.finding is None
    scene.story.workload(current=2, ready=2)
    assert scene.audience.hear() is not None
    assert scene.audience.verdict().why == UNMADE


def test_deliveries_before_the_record_of_the_act() -> None:
    """A watch may be faster than the call that caused the event."""
    scene = lost_a()
    scene.lose_a()
    scene.replace_a()
    scene.controller.late_record = True
    assert scene.end() == (Verdict.HELD, "3 of 3 ready")


def test_sentinel_of_an_earlier_challenge_is_no_proof() -> None:
    """A sentinel older than the steady state, recorded late, does not start the barrier."""
    scene = lost_a()
    old = scene.story.next_version()
    sentinel = Ref("Pod", NAMESPACE, "old", "old")
    scene.lose_a()
    scene.replace_a()
    scene.audience.hear()
    scene.story.challenged("sentinel", sentinel, version=old)
    scene.story.pod("old", "deleted", owner=None)
    scene.audience.hear()
    assert scene.audience.wanted == [WantSentinel("ReplicationController")]


def test_knock_of_an_earlier_challenge_is_no_proof() -> None:
    """A knock from before the sentinel fell, recorded late, cannot be answered for this one."""
    scene = lost_a()
    scene.lose_a()
    scene.replace_a()
    old = scene.story.version
    scene.audience.hear()
    scene.controller.plant("ReplicationController")
    scene.audience.hear()
    scene.story.challenged("knock", KUBIA, version=old)
    scene.story.workload()
    scene.controller.answers = False
    scene.controller.serve()
    assert scene.end()[0] is Verdict.UNKNOWN


def test_challenges_of_an_earlier_promise() -> None:
    """What answered an earlier promise on the same timeline answers nothing new."""
    scene = Scene()
    scene.end()
    now = len(scene.story.timeline)
    scene.story.note()
    second = Audience(scene.story, scene.promise.judge(deadline_s=DEADLINE_S), start=now)
    silent = Responder(second)
    silent.removes = False
    scene.audience, scene.controller = second, silent
    assert scene.end()[0] is Verdict.UNKNOWN


def test_sentinel_removed_by_another_controller() -> None:
    """A ReplicaSet's sentinel says nothing about the ReplicationController's workers."""
    scene = lost_a()
    scene.lose_a()
    scene.replace_a()
    scene.audience.hear()
    scene.controller.plant("ReplicaSet")
    scene.audience.hear()
    assert WantKnock(KUBIA) not in scene.audience.wanted


def test_gap_open_at_the_deadline() -> None:
    """A gap that is still open leaves it UNKNOWN."""
    scene = lost_a()
    scene.lose_a()
    scene.story.at(40.0).gap()
    assert scene.end() == (
        Verdict.UNKNOWN,
        "the watch of Pod had a gap at the deadline: too old resource version",
    )


def test_gap_opened_before_the_judge_began() -> None:
    """A judge that starts inside a gap knows of it, and waits for the new list."""
    story = Story()
    story.steady("a", "b", "c")
    story.gap()
    start = len(story.timeline)
    promise = Converges(workload=KUBIA, steady=ReadyPods(count=3))
    audience = Audience(story, promise.judge(deadline_s=DEADLINE_S), start=start)
    story.note()
    Responder(audience).run(20.0)
    assert audience.wanted == []
    story.at(20.0).synced()
    finding = Responder(audience).run(100.0)
    assert finding is not None
    assert (finding.verdict, finding.instant_s) == (Verdict.HELD, 20.0)


def test_gap_closed_by_a_new_list() -> None:
    """After the list the state is known again, and dated by the list."""
    scene = lost_a()
    scene.lose_a()
    scene.story.at(20.0).gap()
    scene.replace_a()
    scene.controller.run(29.0)
    assert scene.audience.wanted == []
    scene.story.at(30.0).synced()
    assert scene.end()[0] is Verdict.HELD
    assert scene.audience.verdict().instant_s == 30.0


def test_gap_over_the_deadline_that_closes_after_it() -> None:
    """The steady state may have come in time inside the gap: nobody knows."""
    scene = lost_a()
    scene.lose_a()
    scene.story.at(59.0).gap()
    scene.controller.answers = False
    scene.controller.run(61.0)
    scene.story.at(61.0)
    scene.replace_a()
    scene.story.synced()
    assert scene.end() == (
        Verdict.UNKNOWN,
        "the watch of Pod had a gap at the deadline: too old resource version",
    )


@pytest.fixture
def dark_at_the_deadline() -> tuple[Log, Scene]:
    """A pod was lost and not replaced; our watch has a gap from second 59 to 60.5."""
    log = Log()
    scene = lost_a(log)
    scene.lose_a()
    log.at(59.0).gap(namespace=NAMESPACE)
    scene.audience.wait(60.0)
    log.at(60.5).synced(namespace=NAMESPACE)
    return log, scene


def test_gap_over_the_deadline_that_the_audit_log_closes(
    dark_at_the_deadline: tuple[Log, Scene],
) -> None:
    """Nobody wrote from its beginning to the deadline: what was seen before still stood."""
    log, scene = dark_at_the_deadline
    scene.controller.run(61.5)
    assert scene.audience.finding is None, "the log has not come so far yet"
    log.wrote(62.0, 62.01, kind="ReplicaSet")
    assert scene.end()[0] is Verdict.BROKEN


def test_gap_over_the_deadline_in_which_somebody_wrote(
    dark_at_the_deadline: tuple[Log, Scene],
) -> None:
    """It may have been the replacement."""
    log, scene = dark_at_the_deadline
    log.wrote(59.5, 59.51, read_s=60.6)
    assert scene.end()[0] is Verdict.UNKNOWN
    assert scene.audience.verdict().decided_s < 61.0


def test_gap_over_the_deadline_that_the_audit_log_never_tells_of(
    dark_at_the_deadline: tuple[Log, Scene],
) -> None:
    """It is waited for as long as an answer would be."""
    _, scene = dark_at_the_deadline
    assert scene.end()[0] is Verdict.UNKNOWN
    assert scene.audience.verdict().decided_s == DEADLINE_S + ANSWER_S


def test_gap_that_closes_with_the_first_entry_after_the_deadline() -> None:
    """An outage is remembered from the deadline itself, before anything else is heard."""
    scene = lost_a()
    scene.lose_a()
    scene.story.at(59.0).gap()
    scene.audience.wait(61.0)
    scene.story.synced()
    scene.replace_a()
    assert scene.end()[1] == "the watch of Pod had a gap at the deadline: too old resource version"


def test_gap_reported_after_the_deadline_since_before_it() -> None:
    """A gap that is noticed late still began when it began."""
    scene = lost_a()
    scene.lose_a()
    scene.controller.answers = False
    scene.controller.run(61.0)
    scene.story.gap("ReplicationController", since_s=50.0)
    assert scene.end() == (
        Verdict.UNKNOWN,
        "the watch of ReplicationController had a gap at the deadline: too old resource version",
    )


def test_gap_between_the_deadline_and_the_proof() -> None:
    """What was written before the deadline, and not delivered by then, is lost in it."""
    scene = lost_a()
    scene.lose_a()
    scene.controller.answers = False
    scene.controller.run(61.0)
    scene.story.gap("ReplicationController", since_s=61.0)
    assert scene.end() == (
        Verdict.UNKNOWN,
        "the watch of ReplicationController had a gap at the deadline: too old resource version",
    )


def test_watch_lost_over_the_deadline() -> None:
    """A watch that was down at the deadline delivers late what may have been in time."""
    scene = lost_a()
    scene.lose_a()
    scene.story.at(59.0).lost()
    assert scene.end() == (
        Verdict.UNKNOWN,
        "the watch of Pod was lost at the deadline: connection refused",
    )


def test_watch_lost_and_resumed_in_time() -> None:
    """A watch that came back before the deadline has missed nothing."""
    scene = lost_a()
    scene.lose_a()
    scene.story.at(20.0).lost()
    scene.story.at(25.0).resumed()
    scene.replace_a()
    assert scene.end()[0] is Verdict.HELD


def test_outage_of_another_kind_or_namespace() -> None:
    """What another watch misses does not matter here."""
    scene = lost_a()
    scene.lose_a()
    scene.story.gap("ReplicaSet")
    scene.story.append(
        lambda at_s: Gap(at_s=at_s, kind="Pod", since_s=at_s, reason="x", namespace="kube-system")
    )
    scene.replace_a()
    assert scene.end()[0] is Verdict.HELD


def test_stale_and_repeated_deliveries() -> None:
    """An older version or a ghost of a deleted pod does not change what is known."""
    scene = lost_a()
    scene.lose_a()
    scene.replace_a()
    scene.story.see("Pod", "listed", pod("a", 1))
    scene.story.see("Pod", "modified", {**pod("d", 2)})
    scene.story.pod("d")
    scene.story.pod("d")
    assert scene.end() == (Verdict.HELD, "3 of 3 ready")


def test_two_workloads_on_one_timeline() -> None:
    """Each workload is judged by its own pods, its own status and its own controller."""
    luksa = Ref("ReplicaSet", NAMESPACE, "luksa", "rs-1")
    story = Story()
    story.steady("a", "b", "c")
    for uid in ("x", "y"):
        story.pod(uid, "listed", owner=luksa, labels={"app": "luksa"})
    story.workload("listed", ref=luksa, replicas=2, selector={"app": "luksa"})
    story.synced("ReplicaSet")
    one = Converges(workload=KUBIA, steady=ReadyPods(count=3)).judge(deadline_s=DEADLINE_S)
    two = Converges(workload=luksa, steady=ReadyPods(count=2)).judge(deadline_s=DEADLINE_S)
    first, second = Audience(story, one), Audience(story, two)
    alive, frozen = Responder(first), Responder(second, subject=luksa)
    frozen.state = {"replicas": 2, "selector": {"app": "luksa"}}
    frozen.answers = False
    alive.serve()
    frozen.serve()
    assert alive.run(100.0) is not None
    assert first.verdict().verdict is Verdict.HELD
    assert frozen.run(100.0) is not None
    assert second.verdict().verdict is Verdict.UNKNOWN
    assert "replicaset-controller is silent" in second.verdict().why


def test_quiet_cluster_that_was_steady_all_along() -> None:
    """Without a fault and without any event the first entry is judged as it stands."""
    scene = Scene()
    scene.story.note()
    assert scene.end() == (Verdict.HELD, "3 of 3 ready")
    assert scene.audience.verdict().instant_s == 10.0


def test_nothing_fed() -> None:
    """A judge that was fed nothing knows nothing."""
    scene = Scene()
    scene.audience.index = 10_000
    scene.audience.wait(100.0)
    assert scene.audience.verdict().verdict is Verdict.UNKNOWN


def test_answer_after_the_deadline_is_waited_for() -> None:
    """A steady state in time may settle and be proven after the deadline."""
    scene = Scene(settle_s=3.0)
    scene.story.at(50.0).pod("a", ready=False)
    scene.story.at(59.5).pod("a")
    assert scene.end()[0] is Verdict.HELD
    assert scene.audience.verdict().decided_s == 62.5


def test_answer_in_the_last_moment_leaves_time_for_the_echo() -> None:
    """Each step of the barrier has its own time to come back."""
    scene = lost_a()
    scene.lose_a()
    scene.replace_a()
    scene.controller.answers = False
    scene.controller.run(59.9)
    scene.story.at(59.9).workload()
    scene.audience.hear()
    scene.story.at(64.0)
    assert scene.end()[0] is Verdict.HELD


def test_write_by_somebody_else_is_no_answer() -> None:
    """Whoever writes the workload without restoring its status has not answered the knock."""
    scene = lost_a()
    scene.lose_a()
    scene.replace_a()
    scene.controller.answers = False
    scene.controller.serve()
    scene.story.workload(observed=0)
    assert scene.end()[0] is Verdict.UNKNOWN


def test_knock_recorded_before_the_sentinel_fell() -> None:
    """A knock of an earlier challenge may be recorded at any time, and counts for nothing."""
    scene = lost_a()
    scene.lose_a()
    scene.replace_a()
    scene.audience.hear()
    scene.story.challenged("knock", KUBIA)
    assert scene.end() == (Verdict.HELD, "3 of 3 ready")


def test_refusal_of_another_challenge() -> None:
    """A sentinel that another judge did not get does not take this one away."""
    scene = lost_a()
    scene.lose_a()
    scene.replace_a()
    scene.controller.answers = False
    scene.controller.serve()
    scene.story.challenged("sentinel", Ref("Pod", NAMESPACE, "", ""), version=0, error="quota")
    scene.audience.hear()
    scene.story.workload()
    assert scene.end() == (Verdict.HELD, "3 of 3 ready")


def test_sentinel_of_before_the_answer_is_no_echo() -> None:
    """An echo must have been written after the answer, however late it is recorded."""
    scene = lost_a()
    scene.lose_a()
    scene.replace_a()
    scene.controller.answers = False
    scene.controller.serve()
    old = scene.story.next_version()
    scene.story.at(12.0).workload()
    scene.audience.hear()
    scene.story.challenged("sentinel", Ref("Pod", NAMESPACE, "old", "old"), version=old)
    scene.story.see("Pod", "added", pod("old", old, owner=None, labels={}))
    assert scene.audience.hear() is None
    assert scene.end() == (Verdict.HELD, "3 of 3 ready")


@pytest.mark.parametrize("settle_s", [0.0, 0.1, 0.3, 1.1, 7.7])
def test_settling_times_that_do_not_add_up(settle_s: float) -> None:
    """Rounding never makes a judge wait for a second that has passed."""
    scene = Scene(settle_s=settle_s)
    scene.story.at(10.1).pod("a", ready=False)
    scene.story.at(10.3).pod("a")
    assert scene.end()[0] is Verdict.HELD


def test_late_wake_up_changes_nothing() -> None:
    """A judge that is told an hour late comes to the same finding."""
    scene = lost_a()
    scene.lose_a()
    scene.controller.serve()
    scene.story.at(3600.0)
    judge = scene.audience.judge
    assert judge.at(3600.0) is None
    assert judge.due_s == DEADLINE_S + ANSWER_S
    finding = judge.at(3601.0)
    assert finding is not None
    assert (finding.verdict, finding.decided_s) == (Verdict.UNKNOWN, DEADLINE_S + ANSWER_S)
    assert finding.why == "the controller was not challenged"


def test_progress_says_what_is_awaited() -> None:
    """Whoever waits reads what is awaited and what is seen."""
    scene = lost_a()
    scene.audience.hear()
    progress = scene.audience.judge.progress()
    assert progress.awaited == '"kubia" converges to 3 ready pods'
    assert progress.seen == "waiting for the fault's effect: a is deleted"
    scene.lose_a()
    scene.audience.hear()
    assert scene.audience.judge.progress().seen == "2 of 3 ready"
    scene.replace_a()
    scene.audience.hear()
    seen = scene.audience.judge.progress().seen
    assert seen == "3 of 3 ready; waiting for the controller's answer"


def test_a_status_that_we_spoiled_ourselves_does_not_hide_the_steady_state() -> None:
    """A relapse between knock and answer: the state that comes back counts, mended or not."""
    scene = Scene()
    scene.controller.answers = False
    scene.story.pod("a")
    scene.controller.serve()
    scene.story.at(12.0).pod("d")
    scene.story.at(13.0).pod("a", "deleted")
    assert scene.end() == (
        Verdict.UNKNOWN,
        "the steady state is seen, but replication-controller is silent: "
        "it left a spoiled status alone for 5 s",
    )
    assert scene.audience.verdict().instant_s == 13.0
