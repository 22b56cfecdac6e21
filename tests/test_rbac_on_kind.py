"""The permissions that `reconverge rbac` prints: enough for a scenario, and for nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from reconverge import faults
from reconverge.blast import MAJORITY
from reconverge.clock import RealClock
from reconverge.cluster.api import KubernetesCluster
from reconverge.cluster.claims import Claim
from reconverge.cluster.door import JsonObject
from reconverge.cluster.errors import Forbidden, NotFound, Rejected
from reconverge.cluster.guard import Guard
from reconverge.cluster.leased_turns import LeasedTurn, Registry
from reconverge.cluster.nodes import KindCluster
from reconverge.commands.rbac import rbac
from reconverge.errors import Refused
from reconverge.experiment import Experiment
from reconverge.faults import Fault, specs
from reconverge.faults.fault import NotOfThisCluster
from reconverge.faults.journal import Journal
from reconverge.judges.owners import AllGone
from reconverge.model import Ref, ref
from reconverge.timeline import Entry
from reconverge.waiting import wait_until_seen
from tests.conftest import found_kubeconfig
from tests.kind_stage import job, workload
from tests.test_attached_on_kind import CONTEXT, FEATURE, SHOP, attached

pytestmark = pytest.mark.cluster

QUOTA: JsonObject = {
    "apiVersion": "v1",
    "kind": "ResourceQuota",
    "metadata": {"name": "quota"},
    "spec": {"hard": {"pods": "20"}},
}
BUDGET: JsonObject = {
    "apiVersion": "policy/v1",
    "kind": "PodDisruptionBudget",
    "metadata": {"name": "budget"},
    "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "kubia"}}},
}


def printed() -> list[JsonObject]:
    """What the command prints, object by object."""
    return list(yaml.safe_load_all(CliRunner().invoke(rbac).output))


@pytest.fixture(scope="module")
def folder(cluster: KindCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the kubeconfig of the ServiceAccount, which is there as long as the tests."""
    made = []
    for one in printed():
        metadata = one["metadata"]
        assert isinstance(metadata, dict)
        made.append(cluster.create(one, namespace=metadata.get("namespace", ""))[0])
    plane = next(one.name for one in cluster.node_containers() if one.role == "control-plane")
    token = cluster.kubectl(plane, ["create", "token", "reconverge", "--namespace", "reconverge"])
    assert token.ok, token.text
    config = yaml.safe_load(found_kubeconfig()[0].read_text())
    config["contexts"][0]["name"] = CONTEXT
    config["users"][0]["user"] = {"token": token.text.strip()}
    place = tmp_path_factory.mktemp("attached")
    (place / "config").write_text(yaml.safe_dump(config))
    (place / "shop.yaml").write_text(SHOP)
    yield place
    for gone in reversed(made):
        with suppress(NotFound):
            cluster.delete(gone)


@pytest.fixture(scope="module")
def experiment(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Experiment]:
    """A scenario of that account's, with a workload of two ready pods and what else is harmed."""
    cluster = KubernetesCluster.open(folder / "config", context=CONTEXT)
    place = tmp_path_factory.mktemp("record")
    with Experiment(
        cluster,
        clock=RealClock(),
        scenario="least privilege",
        seed=4711,
        folder=place / "run",
        guard=Guard(context=CONTEXT, allowed_contexts=frozenset({CONTEXT})),
        journal=Journal(place / "journal", clock=RealClock()),
        await_deletion=False,
    ) as experiment:
        for one in (workload("ReplicationController"), QUOTA, BUDGET, job(seconds=60)):
            experiment.apply(one)
        experiment.converge(experiment.workload("kubia"), replicas=2, within_s=60)
        yield experiment


def await_two(experiment: Experiment) -> None:
    """The next fault finds the workload as this one did."""
    timeline, kubia = experiment.timeline, experiment.workload("kubia")

    def are_two(entry: Entry) -> bool:
        pods = [one for one in entry.snapshot.pods_of(kubia) if one.is_active]
        return len(pods) == 2 and all(one.is_ready for one in pods)

    seen = wait_until_seen(timeline, are_two, start=len(timeline) - 1, within_s=90)
    assert seen is not None, "the workload has not two ready pods again"


def pod_of(experiment: Experiment) -> Ref:
    """One of the workload's that is still there."""
    found = experiment.timeline.latest().pods_of(experiment.workload("kubia"))
    return ref("Pod", next(one for one in found if one.is_active))


def fault_of(name: str, experiment: Experiment) -> Fault:
    kubia, world = experiment.workload("kubia"), experiment.timeline.latest()
    pod = pod_of(experiment)
    view = world.pod(pod.uid)
    assert view is not None
    quota = next(ref("ResourceQuota", one) for one in world.objects("ResourceQuota"))
    return {
        "DeletePods": faults.DeletePods(of=kubia, blast_radius=MAJORITY),
        "EvictPods": faults.EvictPods(of=kubia, node=view.spec.node_name),
        "FailPods": faults.FailPods(of=kubia),
        "CreateSurplusPod": faults.CreateSurplusPod(of=kubia),
        "CreateLonePods": faults.CreateLonePods(beside=kubia, labels=({"app": "other"},)),
        "RelabelPod": faults.RelabelPod.out_of_selector(kubia, world),
        "LabelPod": faults.LabelPod(pod=pod, labels={"colour": "red"}),
        "Disown": faults.Disown(of=kubia),
        "AddFinalizer": faults.AddFinalizer(of=kubia),
        "CheapenPod": faults.CheapenPod(of=kubia),
        "RunInside": faults.RunInside(pod=pod, command=("true",), harm="nothing done"),
        "ScaleWorkload": faults.ScaleWorkload(of=kubia, replicas=3),
        "ChangeSpec": specs.change_image(kubia, world, image="luksa/kubia:v2"),
        "SetQuota": faults.SetQuota(of=quota, hard={"pods": "19"}),
        "DeleteOwner": faults.DeleteOwner(
            of=experiment.workload("batch"), propagation="Background"
        ),
        "OverwriteStatus": faults.OverwriteStatus(of=kubia, field="availableReplicas", number=0),
    }[name]


@pytest.mark.parametrize(
    "name",
    [
        "LabelPod",
        "CheapenPod",
        "RunInside",
        "SetQuota",
        "ScaleWorkload",
        "ChangeSpec",
        "AddFinalizer",
        "CreateLonePods",
        "RelabelPod",
        "CreateSurplusPod",
        "Disown",
        "EvictPods",
        "FailPods",
        "DeletePods",
        "OverwriteStatus",
        "DeleteOwner",
    ],
)
def test_a_fault_of_the_namespace_is_done_and_undone(experiment: Experiment, name: str) -> None:
    """Whatever it asks of the API server is granted, and so is what takes it back."""
    injection = experiment.inject(fault_of(name, experiment))
    experiment.roll_back(injection)
    await_two(experiment)


def test_a_collection_of_the_namespace_is_deleted(experiment: Experiment) -> None:
    """By its label alone: no object of it is named in the request."""
    labels = {"release": "old"}
    experiment.apply({**job(seconds=60), "metadata": {"name": "old", "labels": labels}})
    injection = experiment.inject(
        faults.DeleteCollection(kind="Job", labels=labels, namespace=experiment.home)
    )
    experiment.expect(AllGone(objects=injection.targets))


@pytest.mark.parametrize("is_alone", [True, False])
def test_it_takes_turns_with_other_machines(folder: Path, is_alone: bool) -> None:
    """Its Lease is made, renewed, looked for and given back, and that of the dead put away."""
    guest = KubernetesCluster.open(folder / "config", context=CONTEXT)
    clock = RealClock()
    mine = Registry(cluster=guest, run="guest")
    turn = LeasedTurn(mine, clock, is_alone=is_alone, say=lambda _: None)
    turn.take(on_taken=lambda: None)
    turn.claim.renew()
    assert turn.claim.name in [one.name for one in mine.turns()]
    turn.release()
    assert turn.claim.name not in [one.name for one in mine.turns()]


def test_of_the_leases_of_others_it_writes_none(folder: Path, cluster: KindCluster) -> None:
    """Neither in that namespace under another name, nor a node's sign of life."""
    guest = KubernetesCluster.open(folder / "config", context=CONTEXT)
    foreign = Claim(guest, RealClock(), "somebody-else", namespace="default", identity="guest")
    with pytest.raises((Rejected, Forbidden), match="only in namespaces that bear the label"):
        foreign.try_take()
    node = next(one.name for one in cluster.node_containers() if one.role == "worker")
    alive = Claim(guest, RealClock(), node, namespace="kube-node-lease", identity="guest")
    with pytest.raises(Forbidden):
        alive.try_take()


def test_a_scenario_holds_under_it(folder: Path) -> None:
    """From the namespace's making to the end of it, as a person would run it."""
    done = attached(folder, FEATURE)
    assert done.returncode == 0, done.stdout
    assert "1 HELD" in done.stdout


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (lambda node: faults.CordonNode(node=node), 'cannot patch resource "nodes"'),
        (lambda node: faults.StopNode(node=node), "none can be stopped"),
    ],
    ids=["CordonNode", "StopNode"],
)
def test_a_node_is_not_harmed(
    experiment: Experiment, cluster: KindCluster, fault: object, told: str
) -> None:
    """The API server's own words, or ours before anything is asked; nothing is left to undo."""
    node = next(one.name for one in cluster.node_containers() if one.role == "worker")
    with pytest.raises((Refused, NotOfThisCluster), match=told):
        experiment.inject(fault(node))
    for standing in experiment.injections:
        experiment.roll_back(standing)


CONFIG_MAP: JsonObject = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "intruder"},
}
UNLABELLED: JsonObject = {**CONFIG_MAP, "kind": "Namespace"}


@pytest.mark.parametrize(
    "intrude",
    [
        lambda guest, _: guest.create(CONFIG_MAP, namespace="default"),
        lambda guest, _: guest.create(CONFIG_MAP, namespace="kube-system"),
        lambda guest, _: guest.create(UNLABELLED, namespace=""),
        lambda guest, others: guest.delete(others),
    ],
    ids=["default", "kube-system", "a namespace without the label", "a namespace of others"],
)
def test_it_writes_nowhere_else(
    folder: Path, cluster: KindCluster, intrude: Callable[[KubernetesCluster, Ref], object]
) -> None:
    """The role alone would allow it: the admission policy keeps it at home."""
    guest = KubernetesCluster.open(folder / "config", context=CONTEXT)
    others = ref("Namespace", cluster.read("Namespace", "reconverge"))
    with pytest.raises((Rejected, Forbidden), match="only in namespaces that bear the label"):
        intrude(guest, others)


def test_secrets_are_not_read(folder: Path) -> None:
    """Nobody needs them for a scenario."""
    guest = KubernetesCluster.open(folder / "config", context=CONTEXT)
    with pytest.raises(Forbidden):
        guest.find("Secret", namespace="kube-system")
