"""Control plane and kubelets as targets: is the harm real, does its undo prove itself?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconverge.cluster.errors import Conflict, Forbidden, NotFound, Unreachable
from reconverge.cluster.leases import holder, wait_until_renewed
from reconverge.cluster.static_pods import extended, with_option
from reconverge.errors import BadInput, Unavailable
from reconverge.faults import (
    DeletePods,
    Fault,
    FreezeController,
    FreezeKubelet,
    KeepEndedPods,
    KillController,
    RestartApiServer,
    RestartKubelet,
    ScaleWorkload,
    StopController,
    StopKubelet,
    SwitchOffController,
)
from reconverge.faults.control_plane_undos import AwaitLeaders, RestoreStaticPod, ThawProcess
from reconverge.faults.undo import RollbackFailed
from reconverge.judges import baselines
from reconverge.judges.states import NodeGone, NodeWhole
from reconverge.recovery.recover import recover
from reconverge.verdict import Verdict
from tests.fakes import FakeCluster, SteppedClock
from tests.fakes.watches import FakeRecorder
from tests.stage import Stage, die, experiment_on, staged

CONTROLLERS, SCHEDULER, API_SERVER = "kube-controller-manager", "kube-scheduler", "kube-apiserver"
NODE = "fake-control-plane"
RC_OFF = SwitchOffController(controller="replicationcontroller-controller")
RS_OFF = SwitchOffController(controller="replicaset-controller")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as stage:
        yield stage


@pytest.mark.parametrize("fault", [FreezeController(), StopController(), RC_OFF], ids=repr)
def test_without_its_controller_nothing_converges(stage: Stage, fault: Fault) -> None:
    """Frozen, stopped or switched off: it is silent, and named; taken back, it does its work."""
    injection = stage.experiment.inject(fault)
    stage.experiment.inject(DeletePods(of=stage.kubia))
    finding = stage.converge(within_s=20)
    assert finding.verdict is Verdict.BROKEN
    assert "replication-controller is silent" in finding.why
    stage.experiment.roll_back(injection)
    stage.experiment.inject(DeletePods(of=stage.kubia))
    assert stage.converge().verdict is Verdict.HELD


def test_another_controller_switched_off_is_no_excuse(stage: Stage) -> None:
    """The one that counts works on."""
    stage.experiment.inject(RS_OFF)
    stage.experiment.inject(DeletePods(of=stage.kubia))
    assert stage.converge().verdict is Verdict.HELD


@pytest.mark.parametrize("signal", ["KILL", "TERM"])
def test_a_killed_controller_is_followed_by_another(stage: Stage, signal: str) -> None:
    """With time for an election it converges, and not one pod too many is made."""
    fault = KillController(signal=signal)  # type: ignore[arg-type]
    stage.experiment.inject(DeletePods(of=stage.kubia))
    stage.experiment.inject(fault)
    assert stage.converge().verdict is Verdict.HELD
    assert "leader 1" in stage.cluster.leaders.values()


ENDED = [KillController(), RestartApiServer(), StopController(), RC_OFF, KeepEndedPods(count=3)]


@pytest.mark.parametrize("fault", ENDED, ids=lambda fault: type(fault).__name__)
def test_an_end_that_is_taken_back_is_forgotten(stage: Stage, fault: Fault) -> None:
    """Else the kubelet would let the next start wait, whoever's it is."""
    injection = stage.experiment.inject(fault)
    assert "restart kubelet" not in stage.cluster.calls
    stage.experiment.roll_back(injection)
    assert "restart kubelet" in stage.cluster.calls


def test_a_manifest_that_is_there_needs_no_kubelet(stage: Stage) -> None:
    """The undo of what was planned and not done, or taken back already, ends nothing."""
    injection = stage.experiment.inject(StopController())
    injection.undo.rollback(stage.cluster)
    calls = len(stage.cluster.calls)
    injection.undo.rollback(stage.cluster)
    assert "restart kubelet" not in stage.cluster.calls[calls:]


def test_without_a_scheduler_pods_stay_pending(stage: Stage) -> None:
    """Those that run are left alone; new ones wait for it."""
    injection = stage.experiment.inject(StopController(process=SCHEDULER))
    stage.experiment.inject(ScaleWorkload(of=stage.kubia, replicas=5))
    finding = stage.converge(replicas=5, within_s=20)
    assert finding.verdict is Verdict.BROKEN
    assert finding.last_seen.startswith("3 of 5")
    stage.experiment.roll_back(injection)
    assert stage.converge(replicas=5).verdict is Verdict.HELD


def test_an_api_server_that_restarts_touches_no_pod(stage: Stage) -> None:
    """When the fault is done, it serves again, and the workload is what it was."""
    stage.experiment.inject(RestartApiServer())
    assert not stage.cluster.is_down
    assert stage.converge().verdict is Verdict.HELD
    before = stage.experiment.before()
    assert stage.hold(baselines.same_pods(before, stage.kubia)).verdict is Verdict.HELD


@pytest.mark.parametrize("fault", [StopKubelet, FreezeKubelet])
def test_a_node_without_kubelet_is_given_up(stage: Stage, fault: type[StopKubelet]) -> None:
    """Its pods are replaced elsewhere; with its kubelet back it is whole."""
    injection = stage.experiment.inject(fault(running=stage.kubia))
    [node] = injection.targets
    assert stage.expect(NodeGone(node=node)).verdict is Verdict.HELD
    assert stage.converge().verdict is Verdict.HELD
    stage.experiment.roll_back(injection)
    assert stage.expect(NodeWhole(node=node)).verdict is Verdict.HELD


def test_a_kubelet_that_restarts_leaves_containers_alone(stage: Stage) -> None:
    """The same pods, in the same containers."""
    stage.experiment.inject(RestartKubelet(running=stage.kubia))
    assert stage.converge().verdict is Verdict.HELD
    kept = baselines.survivors(stage.experiment.before(), stage.kubia, hit=())
    assert stage.hold(kept).verdict is Verdict.HELD


def test_the_next_process_restores_what_a_dead_one_left(tmp_path: Path) -> None:
    """A withdrawn manifest and a switch are undone from the journal alone, newest first."""
    cluster = FakeCluster(SteppedClock())
    experiment = experiment_on(cluster, tmp_path)
    experiment.open()
    experiment.inject(StopController(process=SCHEDULER))
    experiment.inject(RC_OFF)
    die(tmp_path / "journal")
    rows = recover(cluster, tmp_path / "journal", clock=cluster.clock)
    assert [row.error for row in rows] == ["", "", ""]
    assert cluster.kept == {}
    assert set(cluster.processes.values()) == {"running"}
    assert cluster.controllers.off == set()


UNDOS = [
    ThawProcess(nodes=(NODE,), process=CONTROLLERS),
    AwaitLeaders(processes=(CONTROLLERS, SCHEDULER)),
    RestoreStaticPod(nodes=(NODE,), pod=CONTROLLERS),
]


@pytest.mark.parametrize("undo", UNDOS, ids=lambda undo: type(undo).__name__)
def test_an_undo_without_a_fault_changes_nothing(undo: AwaitLeaders) -> None:
    """What was planned and never done is taken back all the same."""
    cluster = FakeCluster(SteppedClock())
    undo.rollback(cluster)
    undo.rollback(cluster)
    assert cluster.leaders[CONTROLLERS] == "leader 0"


@pytest.mark.parametrize("undo", UNDOS, ids=lambda undo: type(undo).__name__)
def test_an_undo_that_brings_nobody_back_has_failed(undo: AwaitLeaders) -> None:
    """A process that does not lead is still harmed, whatever was done for it."""
    cluster = FakeCluster(SteppedClock())
    cluster.withdraw_static_pod(NODE, CONTROLLERS)
    cluster.kept.clear()  # somebody has lost the original
    with pytest.raises(RollbackFailed, match="kube-controller-manager does not lead after 345 s"):
        undo.rollback(cluster)


def test_a_kubelet_that_does_not_come_back_is_a_failed_rollback(stage: Stage) -> None:
    """Its node is stopped as well: no kubelet can run there."""
    injection = stage.experiment.inject(StopKubelet(running=stage.kubia))
    node = injection.targets[0].name
    stage.cluster.machines.stop(node)
    with pytest.raises(RollbackFailed, match="its kubelet does not run"):
        injection.undo.rollback(stage.cluster)
    stage.cluster.machines.start(node)


def test_two_faults_do_not_fight_over_one_manifest(stage: Stage) -> None:
    """The second is refused: its undo would put back what the first had altered."""
    stage.experiment.inject(RC_OFF)
    with pytest.raises(Conflict, match="withdrawn or altered already"):
        stage.experiment.inject(StopController())


def test_a_manifest_is_extended_in_one_word() -> None:
    """All else stays; an option that is not there is named."""
    text = "spec:\n  containers:\n  - command: [kcm, '--a=1', '--controllers=*,x']\n"
    assert extended(text, flag="controllers", word="-y", where="w") == (
        "spec:\n  containers:\n  - command:\n    - kcm\n    - --a=1\n    - --controllers=*,x,-y\n"
    )
    with pytest.raises(NotFound, match="no option --b"):
        extended(text, flag="b", word="-y", where="w")


def test_an_option_of_a_manifest_is_set_whether_it_was_given_or_not() -> None:
    """In its place or at the end; all else stays."""
    text = "spec:\n  containers:\n  - command: [kcm, '--a=1', '--ab=2']\n"
    start = "spec:\n  containers:\n  - command:\n    - kcm\n    - --a="
    assert with_option(text, flag="a", value="7", where="w") == f"{start}7\n    - --ab=2\n"
    expected = f"{start}1\n    - --ab=2\n    - --b=0\n"
    assert with_option(text, flag="b", value="0", where="w") == expected
    with pytest.raises(NotFound, match="no command"):
        with_option("spec: {containers: [{image: x}]}", flag="b", value="0", where="w")


def test_a_cluster_told_to_keep_few_ended_pods_is_told_otherwise_again(stage: Stage) -> None:
    """The option is there under another leader, and afterwards the manifest is as before."""
    injection = stage.experiment.inject(KeepEndedPods(count=3))
    assert "--terminated-pod-gc-threshold=3" in stage.cluster.manifests[CONTROLLERS]
    assert stage.cluster.leaders[CONTROLLERS] == "leader 1"
    stage.experiment.roll_back(injection)
    assert "threshold" not in stage.cluster.manifests[CONTROLLERS]
    with pytest.raises(BadInput, match="-1 pods cannot be kept"):
        stage.experiment.inject(KeepEndedPods(count=-1))


class Leases:
    """A cluster that knows one lease, which its holder renews as a test says."""

    def __init__(self) -> None:
        self.clock = SteppedClock()
        self.cluster = FakeCluster(self.clock)
        self.lease = {"kind": "Lease", "metadata": {"name": SCHEDULER}, "spec": {}}
        self.renew("old", at_s=0)
        self.lease = self.cluster.store.add(self.lease, namespace="kube-system")

    def renew(self, by: str, *, at_s: int) -> None:
        at = f"2026-01-01T00:00:{at_s:02}.000000Z"
        self.lease["spec"] = {"holderIdentity": by, "renewTime": at}

    def plan(self, by: str, *, at_s: int) -> None:
        """At that second, the lease is renewed."""

        def renew() -> None:
            self.renew(by, at_s=at_s)
            self.cluster.store.write(self.lease)

        self.clock.after(at_s, renew)

    def wait(self, *, not_by: str = "") -> None:
        wait_until_renewed(self.cluster, self.clock, SCHEDULER, not_by=not_by, deadline_s=20)


def test_a_lease_that_is_renewed_has_a_leader() -> None:
    """By whom it was held is no matter, unless another is asked for."""
    leases = Leases()
    leases.plan("old", at_s=2)
    leases.plan("new", at_s=15)
    leases.wait()
    assert 2 <= leases.clock.monotonic_s() < 3
    leases.wait(not_by="old")
    assert 15 <= leases.clock.monotonic_s() < 16
    assert holder(leases.cluster, SCHEDULER) == "new"


def test_a_watch_that_is_refused_is_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """An API server that has just started says Forbidden before it knows who may do what."""
    leases = Leases()
    leases.plan("new", at_s=5)
    refusals = iter([Forbidden("leases is forbidden"), Unreachable("connection refused")])

    def refuse(self: FakeRecorder, *, deadline_s: float) -> None:
        del self, deadline_s
        for error in refusals:
            raise error

    monkeypatch.setattr(FakeRecorder, "wait_until_synced", refuse)
    leases.wait()
    assert 5 <= leases.clock.monotonic_s() < 6


def silent(leases: Leases) -> None:
    """Nobody renews it."""


def released(leases: Leases) -> None:
    """Its holder gives it up."""
    leases.plan("", at_s=2)


def renewed_by_the_old_one(leases: Leases) -> None:
    """It goes on as before."""
    leases.plan("old", at_s=2)


@pytest.mark.parametrize("story", [silent, released, renewed_by_the_old_one])
def test_a_lease_that_nobody_new_renews_has_no_leader(story: Callable[[Leases], None]) -> None:
    """That it is held, or was written, proves nothing."""
    leases = Leases()
    story(leases)
    with pytest.raises(Unavailable, match="kube-scheduler does not lead after 20 s: held by"):
        leases.wait(not_by="old")
