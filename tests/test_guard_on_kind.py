"""Forbidden things, tried in earnest on a real cluster: each is refused, and nothing is touched.

The witness is the API server's audit log, and for what no API server sees, the node containers and
the undo journal.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from reconverge import cli, faults
from reconverge.blast import ALL
from reconverge.clock import RealClock
from reconverge.cluster.door import JsonObject
from reconverge.cluster.guard import Guard
from reconverge.cluster.nodes import KindCluster
from reconverge.errors import ExitCode, Refused
from reconverge.experiment import Experiment
from reconverge.faults import Fault
from reconverge.faults.journal import Journal
from reconverge.model import Ref, ReplicationController, ref
from reconverge.namespaces import Lodging
from reconverge.pytest_plugin.spending import SpentInFile
from reconverge.timeline import Timeline
from reconverge.waiting import wait_until_seen
from tests.kind_stage import workload
from tests.witness import witnessed

pytestmark = pytest.mark.cluster

NAMESPACE, OTHER = "guarded", "guarded-others"
ALL_DELETED = 'all of the pods of "kubia" are deleted'
NODE_STOPPED = 'a node that runs a pod of "kubia" is stopped'
FEATURE = f"""\
Feature: The shop
  Scenario: Lost pods are replaced
    Given the ReplicationController "kubia" is in its steady state of 2 ready pods
    When {ALL_DELETED}
    Then "kubia" converges to 2 ready pods
"""


@pytest.fixture(scope="module")
def namespace(cluster: KindCluster) -> Iterator[str]:
    """Somebody's namespace with a workload of two ready pods, and another's with one."""
    made = []
    for name, replicas in ((NAMESPACE, 2), (OTHER, 1)):
        one: JsonObject = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        made.append(cluster.create(one, namespace="")[0])
        rc = workload("ReplicationController", replicas=replicas)
        cluster.create(rc, namespace=name)
    idle = workload("ReplicationController", name="idle", replicas=0)
    cluster.create(idle, namespace=NAMESPACE)
    wait_until_ready(cluster)
    yield NAMESPACE
    for gone in made:
        cluster.delete(gone)


def wait_until_ready(cluster: KindCluster) -> None:
    """What a node fault is to hit has to run on a node."""
    timeline = Timeline(RealClock())
    recorder = cluster.record(
        timeline, kinds=["ReplicationController"], namespaces=[NAMESPACE, OTHER]
    )

    def ready() -> list[int]:
        found = timeline.latest().objects("ReplicationController")
        return sorted(
            one.status.ready_replicas for one in found if isinstance(one, ReplicationController)
        )

    try:
        seen = wait_until_seen(timeline, lambda _: ready() == [0, 1, 2], start=0, within_s=60)
        assert seen is not None, ready()
    finally:
        recorder.stop()


def containers(cluster: KindCluster) -> list[tuple[str, str]]:
    return [(one.name, one.state) for one in cluster.node_containers()]


def on(cluster: KindCluster) -> list[str]:
    return ["--cluster-name", cluster.kind_name]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((ALL_DELETED, "-n", "kube-system"), "is the cluster's own"),
        ((ALL_DELETED, "--max-targets", "1"), "it would hit 2 objects after 0"),
        ((ALL_DELETED, "--opt-in", "chaos"), "does not carry the label chaos"),
        ((NODE_STOPPED, "--opt-in", "chaos=yes"), "does not carry the label chaos=yes"),
        (('all of the pods of "idle" are deleted',), "finds nothing to hit"),
        (("the controller-manager is killed",), "it is the control plane"),
        (("kube-apiserver is restarted",), "it is the control plane"),
    ],
)
def test_a_command_is_refused(
    cluster: KindCluster,
    namespace: str,
    words: tuple[str, ...],
    why: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """As a person would type it: exit code 3, the reason, and not one write."""
    where = () if "-n" in words else ("-n", namespace)
    before = containers(cluster)
    with witnessed(cluster) as testimony:
        code = cli.run(
            ["inject", *words, *where, *on(cluster), "--report-dir", str(tmp_path / "record")]
        )
    assert why in capsys.readouterr().err
    assert code == ExitCode.REFUSED == 3
    assert testimony.by_us() == []
    assert containers(cluster) == before


def test_the_witness_sees_what_is_allowed(
    cluster: KindCluster, namespace: str, tmp_path: Path
) -> None:
    """The same command without the bound that refused it: two pods are deleted, and it says so."""
    with witnessed(cluster) as testimony:
        code = cli.run(
            [
                "inject",
                ALL_DELETED,
                "-n",
                namespace,
                *on(cluster),
                "--report-dir",
                str(tmp_path / "record"),
            ]
        )
    assert code == 0
    assert [one.partition(f"{namespace}/")[0] for one in testimony.by_us()] == ["delete Pod/ "] * 2
    wait_until_ready(cluster)


def fault_of(name: str, cluster: KindCluster) -> Fault:
    """What no command could ask for, in Python."""
    if name == "another namespace":
        return faults.ScaleWorkload(of=kubia(cluster, OTHER), replicas=0)
    if name == "kube-system":
        dns = cluster.find("Pod", namespace="kube-system", labels="k8s-app=kube-dns")[0]
        return faults.LabelPod(pod=ref("Pod", dns), labels={"colour": "red"})
    if name == "control plane":
        plane = next(one for one in cluster.node_containers() if one.role == "control-plane")
        return faults.StopNode(node=plane.name)
    return faults.DeletePods(of=kubia(cluster, NAMESPACE), blast_radius=ALL)


def kubia(cluster: KindCluster, namespace: str) -> Ref:
    kind = "ReplicationController"
    return ref(kind, cluster.read(kind, "kubia", namespace=namespace))


@pytest.mark.parametrize(
    ("what", "bounds", "why"),
    [
        ("another namespace", {}, "does not exist"),  # what is not its own it does not even see
        ("kube-system", {}, "is the cluster's own"),
        ("control plane", {}, "is the control plane, which is never stopped"),
        ("foreign", {"is_ours": False}, "neither a cluster we made nor named"),
        ("too many for the scenario", {"objects_max": 1}, "a scenario may hit 1"),
        ("too many for the run", {"objects_per_run_max": 1}, "hit more than 1 objects"),
    ],
)
def test_a_fault_is_refused(
    cluster: KindCluster,
    namespace: str,
    what: str,
    bounds: dict[str, object],
    why: str,
    tmp_path: Path,
) -> None:
    """Before its undo is written down, and before anything is asked of the API server."""
    fault, before = fault_of(what, cluster), containers(cluster)
    guard = msgspec.structs.replace(Guard(context=cluster.name, is_ours=True), **bounds)
    experiment = Experiment(
        cluster,
        clock=RealClock(),
        scenario="forbidden",
        seed=4711,
        folder=tmp_path / "run",
        guard=guard,
        journal=Journal(tmp_path / "journal", clock=RealClock()),
        lodging=Lodging(cluster, namespace),
        spent=SpentInFile(tmp_path / "hit"),
    )
    with (
        witnessed(cluster) as testimony,
        pytest.raises(Refused, match=why) as refused,
        experiment,
    ):
        experiment.inject(fault)
    assert refused.value.exit_code == 3
    assert testimony.by_us() == []
    assert containers(cluster) == before
    assert not list((tmp_path / "journal").glob("*.jsonl"))


@pytest.mark.parametrize("command", ["run", "inject"])
def test_a_cluster_that_is_not_ours_is_refused(
    cluster: KindCluster, namespace: str, command: str, tmp_path: Path
) -> None:
    """Another state folder knows nothing of our mark: to it this is somebody's kind cluster.

    Not even a namespace is made there.
    """
    (tmp_path / "shop.feature").write_text(FEATURE)
    words = ["shop.feature"] if command == "run" else [ALL_DELETED, "-n", namespace]
    before = containers(cluster)
    with witnessed(cluster) as testimony:
        ended = subprocess.run(
            [sys.executable, "-m", "reconverge", command, *words, *on(cluster)],
            cwd=tmp_path,
            env={**os.environ, "RECONVERGE_STATE_DIR": str(tmp_path / "state")},
            capture_output=True,
            text=True,
            check=False,
        )
    said = " ".join((ended.stdout + ended.stderr).split())
    assert "exists that reconverge did not make" in said
    assert ended.returncode == 3, said
    assert testimony.by_us() == []
    assert containers(cluster) == before
