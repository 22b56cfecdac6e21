"""Every scenario of the first features, played on the fake cluster by the whole engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconverge import blast, namespaces
from reconverge.blast import BlastRadius
from reconverge.clock import RealClock
from reconverge.cluster.door import JsonObject
from reconverge.cluster.errors import Conflict, Forbidden, Rejected
from reconverge.cluster.guard import Guard, NothingToHit
from reconverge.cluster.manifests import load
from reconverge.errors import BadInput, Refused, Unavailable
from reconverge.faults import (
    CordonNode,
    CreateSurplusPod,
    DeletePods,
    FreezeController,
    LabelNode,
    RelabelPod,
    ScaleWorkload,
    StopNode,
    specs,
)
from reconverge.faults.injector import Boundary
from reconverge.faults.journal import left_in, pending
from reconverge.faults.undo import RollbackFailed
from reconverge.judges import baselines
from reconverge.judges.converges import Converges
from reconverge.judges.invariants import NeverMore
from reconverge.judges.promises import decode_promise
from reconverge.judges.replay import reviews
from reconverge.judges.states import NodeGone, NodeWhole, Released
from reconverge.lookup import node_named, node_of
from reconverge.model import Named, Ref, ref
from reconverge.recovery.recover import recover
from reconverge.timeline import Injected, Judged, Promised, RolledBack, read_timeline
from reconverge.verdict import Verdict
from tests.fakes import FakeCluster, SteppedClock
from tests.stage import MANIFESTS, Stage, die, experiment_on, staged


@pytest.fixture(params=["kubia-rc.yaml", "kubia-replicaset.yaml"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path, manifest=request.param) as stage:
        yield stage


@pytest.mark.parametrize("radius", [blast.ONE, blast.Count(2), blast.MAJORITY, blast.ALL], ids=str)
def test_deleted_pods_are_replaced(stage: Stage, radius: BlastRadius) -> None:
    """Whatever share of the pods is deleted, as many new ones come, and no survivor is touched."""
    injection = stage.experiment.inject(DeletePods(of=stage.kubia, blast_radius=radius))
    assert stage.converge().verdict is Verdict.HELD
    hit = {target.uid for target in injection.targets}
    assert hit.isdisjoint(pod.uid for pod in stage.pods() if pod.is_active)
    if radius is not blast.ALL:
        untouched = baselines.survivors(
            stage.experiment.before(), stage.kubia, hit=injection.targets
        )
        assert stage.hold(untouched).verdict is Verdict.HELD


def test_a_pod_relabelled_out_is_replaced_and_runs_on(stage: Stage) -> None:
    """The relabelled pod loses its owner and nothing else."""
    world = stage.experiment.timeline.latest()
    injection = stage.experiment.inject(RelabelPod.out_of_selector(stage.kubia, world))
    assert stage.converge().verdict is Verdict.HELD
    assert stage.expect(Released(pod=injection.targets[0])).verdict is Verdict.HELD
    untouched = baselines.these(stage.experiment.before(), injection.targets)
    assert stage.hold(untouched).verdict is Verdict.HELD


@pytest.mark.parametrize("latency_s", [0.001, 0.5])
def test_a_surplus_pod_is_removed(stage: Stage, latency_s: float) -> None:
    """Also when it has come and gone before the injection could be recorded."""
    stage.cluster.latency_s = latency_s
    stage.experiment.inject(CreateSurplusPod(of=stage.kubia))
    assert stage.converge().verdict is Verdict.HELD
    assert stage.hold(NeverMore(workload=stage.kubia, pods=4)).verdict is Verdict.HELD


def test_scaling_up_and_down(stage: Stage) -> None:
    """Each new number is reached, and the workload of the manifest is as it was afterwards."""
    stage.experiment.inject(ScaleWorkload(of=stage.kubia, replicas=10))
    assert stage.converge(replicas=10).verdict is Verdict.HELD
    stage.experiment.inject(ScaleWorkload(of=stage.kubia, replicas=3))
    assert stage.converge(replicas=3).verdict is Verdict.HELD


def test_each_convergence_is_about_the_faults_since_the_last(stage: Stage) -> None:
    """A fault that was judged already is not awaited again."""
    for replicas in (4, 5):
        injection = stage.experiment.inject(ScaleWorkload(of=stage.kubia, replicas=replicas))
        stage.converge(replicas=replicas)
        records = [one.record for one in stage.experiment.timeline.entries()]
        promised = [one for one in records if isinstance(one, Promised)][-1]
        promise = decode_promise(promised.promise)
        assert isinstance(promise, Converges)
        assert promise.injections == (injection.id,)


def test_a_label_outside_the_selector_changes_nothing(stage: Stage) -> None:
    """The very same pods stay."""
    labels: dict[str, str | None] = {"type": "special"}
    stage.experiment.inject(RelabelPod(of=stage.kubia, labels=labels, leaves_selector=False))
    assert stage.converge().verdict is Verdict.HELD
    same = baselines.same_pods(stage.experiment.before(), stage.kubia)
    assert stage.hold(same).verdict is Verdict.HELD


def test_a_stopped_node_is_replaced_and_comes_back_whole(stage: Stage) -> None:
    """Its pods run elsewhere meanwhile, and it serves pods again afterwards."""
    injection = stage.experiment.inject(StopNode(running=stage.kubia))
    [node] = injection.targets
    assert stage.expect(NodeGone(node=node)).verdict is Verdict.HELD
    assert stage.converge().verdict is Verdict.HELD
    assert all(pod.spec.node_name != node.name for pod in stage.pods() if pod.is_active)
    stage.experiment.roll_back(injection)
    assert stage.expect(NodeWhole(node=node)).verdict is Verdict.HELD
    assert stage.converge().verdict is Verdict.HELD


def test_a_node_that_came_back_with_another_address_is_not_whole(stage: Stage) -> None:
    """Ready is not enough: the address that it claims must be its own."""
    injection = stage.experiment.inject(StopNode(running=stage.kubia))
    [node] = injection.targets
    assert stage.expect(NodeGone(node=node)).verdict is Verdict.HELD
    stage.cluster.machines.addresses[node.name] = "10.0.0.99"
    stage.experiment.roll_back(injection)
    finding = stage.expect(NodeWhole(node=node))
    assert finding.verdict is Verdict.BROKEN
    assert "its container has 10.0.0.99" in finding.why
    with pytest.raises(RollbackFailed, match="which its container has not"):
        stage.experiment.close()


def test_a_restarted_container_is_seen_in_the_same_pod(stage: Stage) -> None:
    """Another container ID, one more restart, and the exit code of the former."""
    pod = stage.pods()[0]
    promise = baselines.restart_of(
        stage.experiment.timeline.latest(), stage.experiment.pod(pod.name)
    )
    stage.cluster.machines.kill_container(stage.cluster.store.objects[pod.uid])
    finding = stage.expect(promise)
    assert finding.verdict is Verdict.HELD
    assert "exit code 137" in finding.why


def test_a_restart_that_does_not_come_is_broken(stage: Stage) -> None:
    """The promise of a restart is not kept by the container that runs anyway."""
    pod = stage.pods()[0]
    promise = baselines.restart_of(
        stage.experiment.timeline.latest(), stage.experiment.pod(pod.name)
    )
    assert stage.expect(promise, within_s=30).verdict is Verdict.BROKEN


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    """After a scenario the cluster has the objects that it had before."""
    cluster = FakeCluster(SteppedClock())
    before = set(cluster.store.objects)
    with experiment_on(cluster, tmp_path) as experiment:
        experiment.apply(MANIFESTS / "kubia-rc.yaml")
    assert set(cluster.store.objects) == before
    die(tmp_path / "journal")
    assert pending(tmp_path / "journal") == ()


def test_a_failing_scenario_heals_in_reverse_order(tmp_path: Path) -> None:
    """What stands is taken back newest first, also after Ctrl-C, and the namespace goes."""
    stages = []

    def interrupted() -> None:
        with staged(tmp_path) as stage:
            stages.append(stage)
            stage.experiment.inject(FreezeController())
            stage.experiment.inject(StopNode(running=stage.kubia))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    [stage] = stages
    records = [one.record for one in stage.experiment.timeline.entries()]
    undone = [one.sentence for one in records if isinstance(one, RolledBack)]
    assert ["started" in sentence for sentence in undone] == [True, False]
    assert not stage.cluster.controllers.is_frozen
    assert set(stage.cluster.machines.state.values()) == {"running"}
    spaces = [one["metadata"]["name"] for one in stage.cluster.store.of("Namespace")]
    assert spaces == ["kube-system"]


def test_a_failed_scenario_may_keep_its_namespace(tmp_path: Path) -> None:
    """Asked to, a failure leaves the namespace for a look, and says its name."""
    with pytest.raises(ZeroDivisionError), staged(tmp_path, keep_namespace=True) as stage:
        raise ZeroDivisionError
    assert stage.experiment.kept == f"namespace {stage.experiment.namespace}"
    assert stage.cluster.store.named("Namespace", stage.experiment.namespace, "") is not None


def test_a_killed_run_leaves_no_namespace_for_good(tmp_path: Path) -> None:
    """The next process removes the namespace of a dead one; a namesake it leaves alone."""
    cluster = FakeCluster(SteppedClock())
    experiment_on(cluster, tmp_path, namespace="left").open()
    die(tmp_path / "journal")
    [path] = (tmp_path / "journal").glob("*.jsonl")
    whole = path.read_text()
    for text, is_left in ((whole.replace('"mark":"', '"mark":"not-'), True), (whole, False)):
        path.write_text(text)
        recover(cluster, tmp_path / "journal", clock=cluster.clock)
        cluster.clock.pass_s(5)
        assert (cluster.store.named("Namespace", "left", "") is not None) is is_left


def test_a_killed_run_keeps_its_namespace_where_a_red_one_would(tmp_path: Path) -> None:
    """Whoever asked for a look at it gets it."""
    cluster = FakeCluster(SteppedClock())
    experiment_on(cluster, tmp_path, namespace="left", keep_namespace=True).open()
    die(tmp_path / "journal")
    assert recover(cluster, tmp_path / "journal", clock=cluster.clock) == ()
    assert cluster.store.named("Namespace", "left", "") is not None


def test_many_namespaces_are_awaited_at_once(tmp_path: Path) -> None:
    """Closing need not wait; the end of the run does, for ours alone, and only those that go."""
    cluster = FakeCluster(SteppedClock())
    for run in ("1", "2"):
        with experiment_on(cluster, tmp_path / run, namespace=f"exp-{run}", await_deletion=False):
            pass
        assert cluster.store.named("Namespace", f"exp-{run}", "") is not None
    stamp = {"deletionTimestamp": "2026-01-01T00:00:00Z"}
    cluster.store.add({"kind": "Namespace", "metadata": {"name": "foreign", **stamp}})
    running = experiment_on(cluster, tmp_path / "3", namespace="exp-3")
    running.open()
    namespaces.wait_until_gone(cluster, clock=cluster.clock)
    left = [one["metadata"]["name"] for one in cluster.store.of("Namespace")]
    assert left == ["kube-system", "foreign", "exp-3"]


def test_a_namespace_that_stays_is_unavailable_and_named(tmp_path: Path) -> None:
    """The wait ends, and says for what it waited."""
    cluster = FakeCluster(SteppedClock())
    experiment = experiment_on(cluster, tmp_path, namespace="exp-1", await_deletion=False)
    experiment.open()
    experiment.close()
    with pytest.raises(Unavailable, match=r"after 0.1 s: namespace exp-1, .* not said why"):
        namespaces.wait_until_gone(cluster, clock=cluster.clock, within_s=0.1)


def test_a_namespace_that_stays_says_what_it_waits_for(tmp_path: Path) -> None:
    """In the words of its controller, so that nobody has to look it up."""
    cluster = FakeCluster(SteppedClock())
    with experiment_on(cluster, tmp_path, namespace="exp-1", await_deletion=False):
        pass
    found = cluster.store.named("Namespace", "exp-1", "")
    assert found is not None
    words = "Some resources are remaining: pods. has 1 resource instances"
    row = {"type": "NamespaceContentRemaining", "status": "True", "message": words}
    fine = {"type": "NamespaceDeletionContentFailure", "status": "False", "message": "all deleted"}
    found["status"] = {"conditions": [row, fine]}
    cluster.store.write(found)
    with pytest.raises(Unavailable, match=r"namespace exp-1, .* \(Some resources .* instances\)"):
        namespaces.wait_until_gone(cluster, clock=cluster.clock, within_s=0.1)


def test_an_interrupted_close_goes_on_when_called_again(tmp_path: Path) -> None:
    """Ctrl-C during a rollback: the next call takes back what still stands."""
    interruptions = [KeyboardInterrupt()]

    def interrupt_once(boundary: Boundary) -> None:
        if boundary is Boundary.CLOSED and interruptions:
            raise interruptions.pop()

    cluster = FakeCluster(SteppedClock())
    experiment = experiment_on(cluster, tmp_path, at=interrupt_once)
    experiment.open()
    for node in ("fake-worker", "fake-worker1"):
        experiment.inject(StopNode(node=node))
    with pytest.raises(KeyboardInterrupt):
        experiment.close(failed=True)
    assert cluster.machines.state["fake-worker"] == "exited"
    experiment.close(failed=True)
    assert set(cluster.machines.state.values()) == {"running"}
    assert cluster.store.named("Namespace", experiment.namespace, "") is None


def test_an_interrupted_wait_ends_on_record(tmp_path: Path) -> None:
    """What the clean-up does next is not read as the cluster's doing when it is judged again."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    cluster = FakeCluster(SteppedClock())
    with experiment_on(cluster, tmp_path) as experiment:
        [kubia] = experiment.apply(MANIFESTS / "kubia-rc.yaml")
        cluster.clock.after(5.0, interrupt)
        with pytest.raises(KeyboardInterrupt):
            experiment.converge(kubia, replicas=4, within_s=60)
    (review,) = reviews(read_timeline(tmp_path / "run" / "timeline.jsonl", RealClock()))
    assert review.recorded is not None
    assert (review.recorded.verdict, review.now.verdict) == (Verdict.UNKNOWN, Verdict.UNKNOWN)
    assert review.recorded.why == "interrupted before a verdict"


def test_the_same_seed_hits_the_same_ranks(tmp_path: Path) -> None:
    """Two runs with one seed choose the same pods; another seed may choose others."""
    chosen = []
    for run, seed in enumerate([7, 7, 8, 9, 10]):
        with staged(tmp_path / str(run), seed=seed) as stage:
            plan = stage.experiment.plan(DeletePods(of=stage.kubia))
            ranks = [pod.uid for pod in blast.ranked(stage.pods())]
            chosen.append(ranks.index(plan.targets[0].uid))
    assert chosen[0] == chosen[1]
    assert len(set(chosen)) > 1


def test_a_fault_that_finds_nothing_is_refused(stage: Stage) -> None:
    """Nothing to hit is an error, and nothing of it is in the record."""
    stage.experiment.inject(ScaleWorkload(of=stage.kubia, replicas=0))
    assert stage.converge(replicas=0).verdict is Verdict.HELD
    with pytest.raises(NothingToHit):
        stage.experiment.inject(DeletePods(of=stage.kubia))
    entries = stage.experiment.timeline.entries()
    assert sum(isinstance(one.record, Injected) for one in entries) == 1


def test_on_a_foreign_cluster_not_even_a_namespace_is_made(tmp_path: Path) -> None:
    """It is refused before the first call."""
    cluster = FakeCluster(SteppedClock())
    with pytest.raises(Refused, match="neither a cluster we made nor named"):
        experiment_on(cluster, tmp_path, guard=Guard(context="prod")).open()
    assert cluster.calls == []


class ReadOnlyNodes(FakeCluster):
    """Its nodes may be looked at, and no more; with `is_late` from the first write on."""

    is_late = False

    def patch(self, ref: Ref, body: JsonObject, **more: object) -> Named:
        if ref.kind == "Node" and self.is_late:
            super().patch(ref, body, **more)  # type: ignore[arg-type]
            self.is_late = False
        if ref.kind == "Node":
            raise Forbidden('User "guest" cannot patch resource "nodes"', where=str(ref))
        return super().patch(ref, body, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("is_done", [False, True])
def test_what_may_not_be_written_back(tmp_path: Path, is_done: bool) -> None:
    """Was it refused, nothing was harmed and nothing is left to undo; else the undo stays open."""
    cluster = ReadOnlyNodes(SteppedClock())
    cluster.is_late = is_done
    with pytest.raises(Forbidden), experiment_on(cluster, tmp_path) as experiment:
        experiment.inject(CordonNode(node="fake-worker"))
    journals = (tmp_path / "journal").glob("*.jsonl")
    left = [line.sentence for path in journals for line in left_in(path)]
    assert [one for one in left if "cordoned" in one] == (
        ["node fake-worker cordoned"] if is_done else []
    )


def test_foreign_pods_are_refused(stage: Stage) -> None:
    """A workload of another namespace is not harmed, whatever a step asks for."""
    stage.cluster.store.add({"kind": "Namespace", "metadata": {"name": "foreign"}})
    labels = {"app": "other"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "a"}]}}
    spec = {"replicas": 1, "selector": labels, "template": template}
    manifest = {
        "kind": "ReplicationController",
        "apiVersion": "v1",
        "metadata": {"name": "other"},
        "spec": spec,
    }
    other, view = stage.cluster.create(manifest, namespace="foreign")  # type: ignore[arg-type]
    world = stage.experiment.timeline.latest().with_object("ReplicationController", view)
    fault = ScaleWorkload(of=other, replicas=5)
    with pytest.raises(Refused, match="not this scenario's own"):
        stage.experiment._guard.admit("scale", fault.targets(world, blast.Pick(seed=1)), world)


def test_an_unknown_workload_is_named_with_those_there_are(stage: Stage) -> None:
    """The error is enough to correct the feature; our own sentinel is not offered."""
    with pytest.raises(BadInput, match=r'called "kubja".*there is: \w+ "kubia"$'):
        stage.experiment.workload("kubja")


def test_a_record_can_be_read_again(stage: Stage) -> None:
    """The file on disk holds every finding, and nothing of it is damaged."""
    stage.experiment.inject(DeletePods(of=stage.kubia))
    stage.converge()
    stored = read_timeline(stage.experiment.folder / "timeline.jsonl", RealClock())
    findings = [one.record.finding for one in stored.entries() if isinstance(one.record, Judged)]
    assert findings == stage.experiment.findings
    assert not stored.damage


def test_a_second_timeline_in_one_folder_is_refused(tmp_path: Path) -> None:
    """A record is never overwritten by another one."""
    cluster = FakeCluster(SteppedClock())
    with experiment_on(cluster, tmp_path):
        pass
    with pytest.raises(BadInput, match="timeline already"):
        experiment_on(cluster, tmp_path).open()


def test_a_taken_namespace_is_left_alone(tmp_path: Path) -> None:
    """A namespace that somebody else made is neither used nor deleted."""
    cluster = FakeCluster(SteppedClock())
    cluster.store.add({"kind": "Namespace", "metadata": {"name": "taken"}})
    with pytest.raises(Conflict), experiment_on(cluster, tmp_path, namespace="taken"):
        pass
    assert cluster.store.named("Namespace", "taken", "") is not None
    die(tmp_path / "journal")
    assert pending(tmp_path / "journal") == ()


def test_a_bygone_version_is_refused_as_printed_and_noted_as_applied(tmp_path: Path) -> None:
    """As printed it is not taken; what is applied in its stead is said in the record."""
    [kubia] = load(MANIFESTS / "kubia-replicaset.yaml")
    with experiment_on(FakeCluster(SteppedClock()), tmp_path) as experiment:
        refusal = experiment.refusal(kubia.as_written)
        assert 'does not serve apiVersion "apps/v1beta2"' in refusal
        assert experiment.timeline.notes() == (f"refused: {refusal}",)
        experiment.apply(kubia)
        assert "apps/v1 in its stead" in experiment.timeline.notes()[1]
        assert experiment.refusal(kubia.object | {"metadata": {"name": "other"}}) == ""


class Immutable(FakeCluster):
    """It lets nobody change a specification."""

    def patch(
        self, ref: Ref, body: JsonObject, *, subresource: str = "", is_strategic: bool = False
    ) -> Named:
        if "spec" in body:
            raise Rejected("field is immutable")
        return super().patch(ref, body, subresource=subresource, is_strategic=is_strategic)


@pytest.mark.parametrize(("faults_off", "expected"), [(False, "field is immutable"), (True, "")])
def test_a_change_that_is_not_let(tmp_path: Path, faults_off: bool, expected: str) -> None:
    """It is asked in earnest, its reason is noted, and no injection is left to be judged."""
    cluster = Immutable(SteppedClock())
    with experiment_on(cluster, tmp_path, faults_off=faults_off) as experiment:
        [kubia] = experiment.apply(MANIFESTS / "kubia-rc.yaml")
        world = experiment.timeline.latest()
        fault = specs.select(kubia, world, labels={"app": "x"})
        assert experiment.objection(fault) == expected
        is_noted = any("refused: field is immutable" in one for one in experiment.timeline.notes())
        assert is_noted is not faults_off
        experiment.converge(kubia, replicas=3, within_s=60)


def test_a_change_that_is_let_after_all(tmp_path: Path) -> None:
    """Nothing objects, which is what a scenario that expects a refusal must learn."""
    with staged(tmp_path) as stage:
        world = stage.experiment.timeline.latest()
        fault = specs.select(stage.kubia, world, labels={"app": "x"})
        assert stage.experiment.objection(fault) == ""


def test_with_faults_off_nothing_is_refused(tmp_path: Path) -> None:
    """So a scenario that expects a refusal turns red, as every scenario must."""
    [kubia] = load(MANIFESTS / "kubia-replicaset.yaml")
    cluster = FakeCluster(SteppedClock())
    with experiment_on(cluster, tmp_path, faults_off=True) as experiment:
        before = cluster.calls.count("create")
        assert experiment.refusal(kubia.as_written) == ""
        assert cluster.calls.count("create") == before


def test_what_there_is_not_is_refused_in_its_own_words(stage: Stage) -> None:
    """Whatever was asked; what is done is no refusal."""
    none = Ref("ReplicationController", stage.experiment.namespace, "none", "none")
    said = stage.experiment.refused(lambda: stage.cluster.scale(none, 2))
    assert said == 'ReplicationController "none" is not there'
    assert stage.experiment.timeline.notes()[-1] == f"refused: {said}"
    assert stage.experiment.refused(lambda: stage.cluster.scale(stage.kubia, 3)) == ""


def test_an_invariant_may_begin_with_a_rollback(stage: Stage) -> None:
    """What was so since the node came back need not have been so since it was lost."""
    injection = stage.experiment.inject(StopNode(running=stage.kubia))
    stage.converge()
    start = stage.experiment.roll_back(injection)
    standing = stage.experiment.timeline.snapshot_at(start - 1)
    stage.expect(NodeWhole(node=injection.targets[0]))
    same = baselines.same_pods(standing, stage.kubia)
    assert stage.hold(same).verdict is Verdict.BROKEN
    assert stage.experiment.hold(same, start=start).verdict is Verdict.HELD


def test_the_node_of_a_pod_is_known_once_it_has_one(stage: Stage) -> None:
    """A pod that has none is bad input."""
    world, pod = stage.experiment.timeline.latest(), stage.pods()[0]
    assert node_of(world, ref("Pod", pod)).name == pod.spec.node_name
    with pytest.raises(BadInput):
        node_of(world, Ref("Pod", "exp", "none", "none"))


def test_a_scenario_ends_with_the_nodes_that_it_began_with(tmp_path: Path) -> None:
    """The next one finds them Ready, though nobody judged whether this one's came back."""
    with staged(tmp_path) as stage:
        [node] = stage.experiment.inject(StopNode(running=stage.kubia)).targets
        stage.expect(NodeGone(node=node))
    assert node_named(stage.experiment.timeline.latest(), node.name) == node
    view = stage.experiment.timeline.latest().node(node.name)
    assert view is not None
    assert view.is_ready


def test_a_node_that_stays_away_is_noted(tmp_path: Path) -> None:
    """It is not waited for for ever."""
    with staged(tmp_path) as stage:
        [node] = stage.experiment.inject(LabelNode(labels={"disk": "ssd"})).targets
        stage.cluster.machines.stop_kubelet(node.name)
        stage.expect(NodeGone(node=node))
    assert f"not all of {node.name} are Ready 90 s later" in stage.experiment.timeline.notes()
