"""Plans: several faults at once, in sequence, again and again, for a while, or when seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from reconverge.blast import ALL, Count
from reconverge.cluster.guard import NothingToHit
from reconverge.errors import BadInput
from reconverge.faults import (
    DeletePods,
    FreezeController,
    KillController,
    ScaleWorkload,
    StopController,
    StopNode,
)
from reconverge.faults.injector import encoded
from reconverge.faults.plans import (
    AnyPlan,
    AtOnce,
    Held,
    InSequence,
    Repeated,
    Scheduled,
    When,
    decode_plan,
)
from reconverge.judges import baselines
from reconverge.judges.occurrences import (
    Becomes,
    ContainerRestarts,
    NodeFalls,
    Occurs,
    PodGoes,
    PodMade,
    PodTurnsReady,
)
from reconverge.judges.predicates import HasPods
from reconverge.recovery.recover import recover
from reconverge.timeline import Injected, RolledBack, Timeline
from reconverge.verdict import PromiseBroken, Verdict
from tests.fakes import FakeCluster, SteppedClock
from tests.fakes.insides import CONTROL_PLANE, CONTROLLERS
from tests.stage import MANIFESTS, Stage, die, experiment_on, staged

SCHEDULER = "kube-scheduler"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as stage:
        yield stage


def injected(timeline: Timeline) -> list[Injected]:
    return [one.record for one in timeline.entries() if isinstance(one.record, Injected)]


def some_plan(stage: Stage) -> AnyPlan:
    lost = DeletePods(of=stage.kubia)
    crash = When(sees=PodMade(of=stage.kubia), nth=2, then=KillController(), within_s=20)
    ready = Becomes(of=HasPods(workload=stage.kubia, least=3))
    parts = (
        AtOnce(faults=(lost, StopNode())),
        Repeated(fault=lost, every_s=2, for_s=6),
        Scheduled(fault=lost, due_s=(0, 5)),
        Held(fault=FreezeController(), for_s=3),
        crash,
        When(sees=ready, then=lost),
    )
    return InSequence(parts=parts)


def test_a_plan_is_written_down_and_read_again(stage: Stage) -> None:
    """However deep it goes."""
    plan = some_plan(stage)
    assert isinstance(plan, InSequence)
    assert decode_plan(encoded(plan)) == plan


def test_all_targets_are_chosen_before_anything_is_done(stage: Stage) -> None:
    """The second fault knows the world as it was before the first, and draws for itself."""
    lost = DeletePods(of=stage.kubia, blast_radius=Count(2))
    done = stage.experiment.perform(
        AtOnce(faults=(lost, ScaleWorkload(of=stage.kubia, replicas=5)))
    )
    assert len({part.start for part in done.parts}) == 1
    assert [len(part.targets) for part in done.parts] == [2, 1]
    assert stage.converge(replicas=5).verdict is Verdict.HELD


def test_a_sequence_goes_on_once_the_effect_was_seen(stage: Stage) -> None:
    """The second deletion does not hit what the first has hit already."""
    lost = DeletePods(of=stage.kubia)
    done = stage.experiment.perform(InSequence(parts=(lost, lost, lost)))
    hit = [part.targets[0].uid for part in done.parts]
    assert len(set(hit)) == 3
    assert len(done.targets) == 3
    assert stage.converge().verdict is Verdict.HELD


def test_a_fault_is_repeated_on_time(stage: Stage) -> None:
    """Three times in six seconds, the first at once; each choice is a draw of its own."""
    begin_s = stage.experiment.timeline.now_s()
    stage.experiment.perform(Repeated(fault=DeletePods(of=stage.kubia), every_s=2, for_s=6))
    at_s = [one.at_s - begin_s for one in injected(stage.experiment.timeline)]
    assert at_s == pytest.approx([0, 2, 4], abs=0.1)
    assert stage.converge().verdict is Verdict.HELD


def test_a_fault_has_a_schedule(stage: Stage) -> None:
    """At these seconds after the beginning."""
    begin_s = stage.experiment.timeline.now_s()
    lost = DeletePods(of=stage.kubia)
    stage.experiment.perform(Scheduled(fault=lost, due_s=(1, 4)))
    at_s = [one.at_s - begin_s for one in injected(stage.experiment.timeline)]
    assert at_s == pytest.approx([1, 4], abs=0.1)


def test_a_round_waits_until_there_is_something_to_hit_again(stage: Stage) -> None:
    """Those before it may have hit all there was, which is no flaw of a busy controller's."""
    stage.cluster.freeze_process(CONTROL_PLANE, CONTROLLERS)
    stage.cluster.clock.after(10, lambda: stage.cluster.thaw_process(CONTROL_PLANE, CONTROLLERS))
    begin_s = stage.experiment.timeline.now_s()
    lost = DeletePods(of=stage.kubia, blast_radius=ALL)
    done = stage.experiment.perform(Repeated(fault=lost, every_s=1, for_s=2))
    at_s = [one.at_s - begin_s for one in injected(stage.experiment.timeline)]
    assert at_s == pytest.approx([0, 10], abs=0.5)
    assert len(done.targets) == 3 + len(done.parts[-1].targets)
    assert stage.converge().verdict is Verdict.HELD


def test_nothing_is_hit_again_where_nothing_is_replaced(stage: Stage) -> None:
    """It is no matter of the selector then."""
    stage.cluster.freeze_process(CONTROL_PLANE, CONTROLLERS)
    lost = DeletePods(of=stage.kubia, blast_radius=ALL)
    with pytest.raises(NothingToHit, match=r"left to hit, for 120 s -> the times before hit all"):
        stage.experiment.perform(Repeated(fault=lost, every_s=1, for_s=2))
    assert len(injected(stage.experiment.timeline)) == 1


def test_the_first_round_has_to_hit_at_once(stage: Stage) -> None:
    """What is not there was never meant to appear."""
    begin_s = stage.experiment.timeline.now_s()
    none = DeletePods(of=stage.kubia, node="nowhere")
    with pytest.raises(NothingToHit, match="look at its selector"):
        stage.experiment.perform(Repeated(fault=none, every_s=1, for_s=2))
    assert stage.experiment.timeline.now_s() == begin_s


def test_what_is_written_already_is_not_waited_for(stage: Stage) -> None:
    """To scale to the same number again would never change anything."""
    begin_s = stage.experiment.timeline.now_s()
    fault = ScaleWorkload(of=stage.kubia, replicas=2)
    with pytest.raises(NothingToHit, match="nothing would be changed"):
        stage.experiment.perform(Repeated(fault=fault, every_s=1, for_s=2))
    assert stage.experiment.timeline.now_s() - begin_s < 2


@pytest.mark.parametrize(("every_s", "for_s"), [(0, 5), (1, 0)])
def test_no_fault_is_repeated_in_no_time(stage: Stage, every_s: float, for_s: float) -> None:
    """Endless and empty repetitions are refused before anything is done."""
    plan = Repeated(fault=DeletePods(of=stage.kubia), every_s=every_s, for_s=for_s)
    with pytest.raises(BadInput, match="in no time"):
        stage.experiment.perform(plan)
    assert injected(stage.experiment.timeline) == []


def test_a_fault_is_held_for_a_while(stage: Stage) -> None:
    """Then it is taken back by the plan itself."""
    plan = Held(fault=FreezeController(process=SCHEDULER), for_s=5)
    done = stage.experiment.perform(plan)
    back = next(
        one for one in stage.experiment.timeline.entries() if isinstance(one.record, RolledBack)
    )
    assert back.at_s - injected(stage.experiment.timeline)[0].at_s == pytest.approx(5, abs=1)
    assert stage.cluster.processes[SCHEDULER] == "running"
    assert stage.converge().verdict is Verdict.HELD
    assert [part.id for part in done.parts] == [done.id]


def test_a_fault_follows_what_is_seen_at_once(stage: Stage) -> None:
    """With the second replacement the controllers are killed; the record names the delivery."""
    lost = DeletePods(of=stage.kubia, blast_radius=ALL, grace_s=0)
    crash = When(sees=PodMade(of=stage.kubia), nth=2, then=KillController(), within_s=20)
    done = stage.experiment.perform(InSequence(parts=(lost, crash)))
    timeline = stage.experiment.timeline
    [_, killed] = injected(timeline)
    assert killed.upon is not None
    assert killed.upon == done.parts[1].upon
    trigger = timeline[killed.upon]
    made = PodMade(of=stage.kubia)
    seen = [
        entry.index
        for entry in timeline.entries(done.start)
        if made.is_at(entry, timeline.snapshot_at(entry.index - 1))
    ]
    assert seen[1] == trigger.index
    assert killed.at_s - trigger.at_s < 0.1
    assert stage.converge().verdict is Verdict.HELD
    within = baselines.turnover(stage.kubia, made=3, removed=0, hit=done.targets)
    assert stage.hold(within).verdict is Verdict.HELD


def test_what_never_happens_makes_the_scenario_red(tmp_path: Path) -> None:
    """Its fault was never done: that is no pass, and the undo of what was done still comes."""
    cluster = FakeCluster(SteppedClock())
    with experiment_on(cluster, tmp_path) as experiment:
        [kubia] = experiment.apply(MANIFESTS / "kubia-rc.yaml")
        experiment.converge(kubia, replicas=3, within_s=60)
        scaled = ScaleWorkload(of=kubia, replicas=4)
        crash = When(sees=PodMade(of=kubia), nth=2, then=KillController(), within_s=5)
        with pytest.raises(PromiseBroken, match="for the second time") as broken:
            experiment.perform(InSequence(parts=(scaled, crash)))
        assert broken.value.finding.verdict is Verdict.BROKEN
        assert "1 of 2 times" in broken.value.finding.last_seen
        assert cluster.leaders["kube-controller-manager"] == "leader 0"
    assert [type(one).__name__ for one in undone(experiment.timeline)] == ["RolledBack"]


def undone(timeline: Timeline) -> list[RolledBack]:
    return [one.record for one in timeline.entries() if isinstance(one.record, RolledBack)]


def test_with_the_faults_off_nothing_is_triggered(tmp_path: Path) -> None:
    """What would have made it happen was not done."""
    with staged(tmp_path, faults_off=True) as stage:
        lost = DeletePods(of=stage.kubia)
        crash = When(sees=PodMade(of=stage.kubia), then=KillController(), within_s=5)
        with pytest.raises(PromiseBroken):
            stage.experiment.perform(InSequence(parts=(lost, crash)))


def test_a_plan_is_taken_back_last_fault_first(stage: Stage) -> None:
    """By one call; and what was taken back is not taken back again at the end."""
    parts = (
        ScaleWorkload(of=stage.kubia, replicas=4),
        StopController(process=SCHEDULER),
        ScaleWorkload(of=stage.kubia, replicas=5),
    )
    done = stage.experiment.perform(InSequence(parts=parts))
    stage.experiment.roll_back(done)
    order = [one.id for one in undone(stage.experiment.timeline)]
    assert order == [part.id for part in reversed(done.parts)]
    assert stage.converge(replicas=3).verdict is Verdict.HELD
    assert stage.cluster.processes[SCHEDULER] == "running"


def test_promises_about_the_plan_begin_before_its_first_fault(stage: Stage) -> None:
    """An invariant sees what the first fault did, though another followed."""
    lost = DeletePods(of=stage.kubia, grace_s=0)
    later = When(sees=PodTurnsReady(of=stage.kubia), then=ScaleWorkload(of=stage.kubia, replicas=4))
    stage.experiment.perform(InSequence(parts=(lost, later)))
    world = stage.experiment.before()
    kept = baselines.same_pods(world, stage.kubia)
    assert len(world.owned_pods(stage.kubia.uid)) == 3
    assert stage.hold(kept).verdict is Verdict.BROKEN


def test_each_fault_of_a_plan_is_in_the_journal_before_it_is_done(tmp_path: Path) -> None:
    """A process that dies in the middle leaves what it did, and the next takes it back."""
    cluster = FakeCluster(SteppedClock())
    experiment = experiment_on(cluster, tmp_path)
    experiment.open()
    [kubia] = experiment.apply(MANIFESTS / "kubia-rc.yaml")
    experiment.converge(kubia, replicas=3, within_s=60)
    parts = (ScaleWorkload(of=kubia, replicas=4), StopController(process=SCHEDULER))
    experiment.perform(InSequence(parts=parts))
    die(tmp_path / "journal")
    rows = recover(cluster, tmp_path / "journal")
    assert [row.error for row in rows] == ["", "", ""]
    assert cluster.processes[SCHEDULER] == "running"


def happen(stage: Stage, of: object, *, times: int = 1) -> Verdict:
    promise = Occurs(of=of, times=times)  # type: ignore[arg-type]
    assert msgspec.json.decode(encoded(promise), type=Occurs) == promise
    return stage.expect(promise, within_s=30).verdict


def test_what_happens_is_a_change_and_no_state(stage: Stage) -> None:
    """Three pods are ready all the while, and none becomes so."""
    assert happen(stage, PodTurnsReady(of=stage.kubia)) is Verdict.BROKEN
    assert happen(stage, PodGoes(of=stage.kubia)) is Verdict.BROKEN
    three = HasPods(workload=stage.kubia, least=3, most=3)
    assert happen(stage, Becomes(of=three)) is Verdict.BROKEN


def test_each_occurrence_is_seen_when_it_comes(stage: Stage) -> None:
    """A pod goes, is made and becomes ready; a container is restarted; a node falls."""
    clock, cluster, machines = stage.cluster.clock, stage.cluster, stage.cluster.machines
    pod = stage.experiment.pod(stage.pods()[0].name)
    for of in (PodGoes(of=stage.kubia), PodMade(of=stage.kubia), PodTurnsReady(of=stage.kubia)):
        [one, *_] = [one for one in stage.pods() if one.is_active and one.is_ready]
        clock.after(1.0, lambda one=one: cluster.delete(stage.experiment.pod(one.name), grace_s=0))
        assert happen(stage, of) is Verdict.HELD
        assert stage.converge().verdict is Verdict.HELD
    whole = cluster.store.objects[stage.pods()[-1].uid]
    clock.after(1.0, lambda: machines.kill_container(whole))
    assert happen(stage, ContainerRestarts(of=stage.kubia)) is Verdict.HELD
    clock.after(1.0, lambda: machines.stop("fake-worker"))
    assert happen(stage, NodeFalls()) is Verdict.HELD
    machines.start("fake-worker")
    assert pod is not None
