"""Agents whose writes are refused: nothing is repaired here, all is elsewhere, and it is undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from reconverge.cluster.admission import BINDING, POLICY, are_refused
from reconverge.cluster.errors import NotFound
from reconverge.cluster.nodes import KindCluster
from reconverge.experiment import Experiment, PromiseBroken
from reconverge.faults import DeletePods, Silence
from reconverge.faults.silence import Agents
from reconverge.judges.pods import PodReady
from reconverge.judges.steady import ReadyPods
from reconverge.verdict import Verdict
from tests.kind_stage import experiment_on_kind, workload

pytestmark = pytest.mark.cluster

STEADY = ReadyPods(count=2)


@pytest.fixture
def here(cluster: KindCluster, tmp_path: Path) -> Iterator[Experiment]:
    with experiment_on_kind(cluster, tmp_path / "here") as experiment:
        yield experiment


def test_only_one_namespace_loses_its_controllers(
    cluster: KindCluster, here: Experiment, tmp_path: Path
) -> None:
    """Its lost pod is not replaced and its controller called silent; taken back, it goes on."""
    [mine] = here.apply(workload("ReplicaSet"))
    here.converge_to(mine, STEADY)
    silence = here.inject(Silence(namespace=here.home))
    here.inject(DeletePods(of=mine))
    with ExitStack() as stack:
        there = stack.enter_context(experiment_on_kind(cluster, tmp_path / "there"))
        [other] = there.apply(workload("ReplicaSet"))
        assert there.converge_to(other, STEADY).verdict is Verdict.HELD
    with pytest.raises(PromiseBroken, match="replicaset-controller is silent") as broken:
        here.converge_to(mine, STEADY, within_s=1)
    assert broken.value.finding.verdict is not Verdict.HELD
    here.roll_back(silence)
    assert here.converge_to(mine, STEADY).verdict is Verdict.HELD


def test_a_kubelet_that_is_not_heard_makes_no_pod_ready(here: Experiment) -> None:
    """The pod is assigned and runs, and its status never says so."""
    here.inject(Silence(namespace=here.home, agents="kubelets"))
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "mute"},
        "spec": workload("ReplicaSet")["spec"]["template"]["spec"],  # type: ignore[index]
    }
    [mute] = here.apply(pod)
    with pytest.raises(PromiseBroken):
        here.expect(PodReady(pod=mute), within_s=10)
    seen = here.timeline.latest().pod(mute.uid)
    assert seen is not None
    assert (bool(seen.spec.node_name), seen.status.phase) == (True, "Pending")


@pytest.mark.parametrize(
    ("agents", "user"),
    [
        ("controllers", "system:serviceaccount:kube-system:node-controller"),
        ("kubelets", "system:node:{node}"),
    ],
)
def test_what_is_of_no_namespace_is_written_on(
    cluster: KindCluster, here: Experiment, agents: Agents, user: str
) -> None:
    """A Node is everybody's: its taints and its status are written while it lasts."""
    here.inject(Silence(namespace=here.home, agents=agents))
    plane = next(one.name for one in cluster.node_containers() if one.role == "control-plane")
    node = f"{plane.removesuffix('-control-plane')}-worker"
    patch = '{"metadata":{"annotations":{"written":"on"}}}'
    who = [f"--as={user.format(node=node)}", "--as-group=system:nodes"]
    words = [*who, "patch", "node", node, "--type=merge", f"--patch={patch}", "--dry-run=server"]
    answer = cluster.kubectl(plane, words)
    assert answer.ok, answer.text


def test_nothing_of_it_is_left(cluster: KindCluster, here: Experiment) -> None:
    """Policy and binding are gone, also when it is taken back twice."""
    silence = here.inject(Silence(namespace=here.home))
    for _ in range(2):
        here.roll_back(silence)
        silence.undo.rollback(cluster)
    for kind in (POLICY, BINDING):
        with pytest.raises(NotFound):
            cluster.read(kind, f"{here.namespace}-controllers-silenced")


def test_once_it_is_taken_back_nobody_is_refused(cluster: KindCluster, here: Experiment) -> None:
    """The policy outlives its objects a little, and who cleans up meanwhile may not ask again."""
    silence = here.inject(Silence(namespace=here.home))
    assert are_refused(cluster, here.namespace)
    here.roll_back(silence)
    assert not are_refused(cluster, here.namespace)
