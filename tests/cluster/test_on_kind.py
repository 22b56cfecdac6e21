"""What the fake server cannot vouch for: UID guards, challenges and recording on a real cluster."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from reconverge.clock import RealClock
from reconverge.cluster.challenge import knock, plant_sentinel
from reconverge.cluster.door import JsonObject
from reconverge.cluster.errors import Conflict, NotFound, Rejected
from reconverge.cluster.nodes import KindCluster
from reconverge.errors import Refused
from reconverge.model import Pod, Ref, ReplicaSet, ReplicationController
from reconverge.timeline import Challenged, Entry, Observed, Timeline
from tests.cluster.conftest import stays_absent, transport_to, wait_for

pytestmark = pytest.mark.cluster

WATCHED = ("Pod", "ReplicationController", "ReplicaSet", "ServiceAccount", "Node")
ANSWER_S = 5.0
SILENCE_S = 2.0  # a hundred times what a live controller needs


class Stage:
    """A namespace of the test's own, and a timeline that watches it."""

    def __init__(self, cluster: KindCluster, namespace: Ref) -> None:
        self.cluster, self.namespace = cluster, namespace
        self.timeline = Timeline(RealClock())
        self.recorder = cluster.record(self.timeline, kinds=WATCHED, namespaces=[namespace.name])
        self.recorder.wait_until_synced(deadline_s=30)
        wait_for(self.timeline, _is_service_account, within_s=30)

    def create(self, kind: str, api_version: str) -> Ref:
        """A workload of that kind that asks for no pods, with its first status written."""
        labels = {"app": kind.lower()}
        selector = labels if kind == "ReplicationController" else {"matchLabels": labels}
        spec = {"containers": [{"name": "none", "image": "reconverge.dev/none"}]}
        template = {"metadata": {"labels": labels}, "spec": spec}
        manifest: JsonObject = {
            "apiVersion": api_version,
            "kind": kind,
            "metadata": {"name": kind.lower()},
            "spec": {"replicas": 0, "selector": selector, "template": template},
        }
        ref, _ = self.cluster.create(manifest, namespace=self.namespace.name)
        wait_for(self.timeline, lambda entry: _observed_generation(entry, ref) == 1, within_s=30)
        return ref

    def challenged(self) -> Entry:
        return [one for one in self.timeline.entries() if isinstance(one.record, Challenged)][-1]


def _is_service_account(entry: Entry) -> bool:
    return isinstance(entry.record, Observed) and entry.record.kind == "ServiceAccount"


def _observed_generation(entry: Entry, ref: Ref) -> int:
    view = entry.view
    if isinstance(view, ReplicationController | ReplicaSet) and view.uid == ref.uid:
        return view.status.observed_generation
    return -1


@pytest.fixture(scope="module")
def stage(cluster: KindCluster) -> Iterator[Stage]:
    manifest: JsonObject = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"generateName": "reconverge-test-"},
    }
    namespace, _ = cluster.create(manifest, namespace="")
    stage = Stage(cluster, namespace)
    yield stage
    stage.recorder.stop()
    cluster.delete(namespace)


WORKLOADS = [("ReplicationController", "v1"), ("ReplicaSet", "apps/v1")]


@pytest.fixture(scope="module", params=WORKLOADS, ids=[kind for kind, _ in WORKLOADS])
def workload(request: pytest.FixtureRequest, stage: Stage) -> Ref:
    return stage.create(*request.param)


def test_a_live_controller_removes_the_sentinel(stage: Stage, workload: Ref) -> None:
    """The surplus pod goes, and its going reaches the timeline, within the time of an answer."""
    plant_sentinel(
        stage.cluster,
        stage.timeline,
        workload_kind=workload.kind,
        namespace=stage.namespace.name,
    )
    record = stage.challenged().record
    assert isinstance(record, Challenged)
    assert record.error == ""
    wait_for(stage.timeline, lambda entry: _is_removal(entry, record.subject), within_s=ANSWER_S)


def test_a_live_controller_answers_a_knock(stage: Stage, workload: Ref) -> None:
    """The status is restored by a later write, and nothing but the status was ever touched."""
    before = stage.cluster.read(workload.kind, workload.name, namespace=workload.namespace)
    knock(stage.cluster, stage.timeline, workload)
    record = stage.challenged().record
    assert isinstance(record, Challenged)
    assert record.error == ""
    answer = wait_for(
        stage.timeline,
        lambda entry: (
            _observed_generation(entry, workload) == 1
            and isinstance(entry.record, Observed)
            and entry.record.resource_version > record.resource_version
        ),
        within_s=ANSWER_S,
    )
    assert _but_version(answer.view) == _but_version(before)


def test_a_frozen_controller_answers_nothing(stage: Stage, workload: Ref) -> None:
    """With kube-controller-manager stopped neither challenge is answered; thawed, both are."""
    node = _control_plane(stage)
    stage.cluster.freeze_process(node, "kube-controller-manager")
    try:
        knock(stage.cluster, stage.timeline, workload)
        plant_sentinel(
            stage.cluster,
            stage.timeline,
            workload_kind=workload.kind,
            namespace=stage.namespace.name,
        )
        record = stage.challenged().record
        assert isinstance(record, Challenged)
        stays_absent(
            stage.timeline, lambda entry: _is_removal(entry, record.subject), for_s=SILENCE_S
        )
        spoiled = stage.timeline.latest().get(workload.kind, workload.uid)
        assert isinstance(spoiled, ReplicationController | ReplicaSet)
        assert spoiled.status.observed_generation == 0
    finally:
        stage.cluster.thaw_process(node, "kube-controller-manager")
    wait_for(stage.timeline, lambda entry: _is_removal(entry, record.subject), within_s=60)


def test_a_namesake_is_never_touched(stage: Stage, workload: Ref) -> None:
    """Every change that names another UID is refused by the API server itself."""
    namesake = msgspec.structs.replace(workload, uid="00000000-0000-0000-0000-000000000000")
    with pytest.raises(Conflict):
        stage.cluster.patch(namesake, {"metadata": {"labels": {"touched": "yes"}}})
    with pytest.raises(Conflict):
        stage.cluster.patch(
            namesake, {"status": {"observedGeneration": None}}, subresource="status"
        )
    with pytest.raises(Conflict):
        stage.cluster.scale(namesake, 1)
    with pytest.raises(NotFound):
        stage.cluster.delete(namesake)
    left = stage.cluster.read(workload.kind, workload.name, namespace=workload.namespace)
    assert "touched" not in left.metadata.labels
    assert isinstance(left, ReplicationController | ReplicaSet)
    assert left.replicas == 0


def test_a_misspelt_field_is_refused(stage: Stage) -> None:
    """The API server's own message says which field it is."""
    manifest: JsonObject = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "misspelt"},
        "daata": {},
    }
    with pytest.raises(Rejected, match='unknown field "daata"'):
        stage.cluster.create(manifest, namespace=stage.namespace.name)


def test_only_this_clusters_containers_are_nodes(stage: Stage) -> None:
    """A node has its container; what is no container is not found; nothing foreign is touched."""
    node = _control_plane(stage)
    container = stage.cluster.node_container(node)
    assert (container.name, container.state) == (node, "running")
    assert container.addresses
    with pytest.raises(NotFound):
        stage.cluster.node_container("reconverge-no-such-node")
    foreign = KindCluster(transport_to("http://127.0.0.1:1"), kind_name="somebody-elses")
    with pytest.raises(Refused, match="somebody-elses"):
        foreign.stop_node(node)


def _control_plane(stage: Stage) -> str:
    return next(one.name for one in stage.timeline.latest().nodes() if one.is_control_plane)


def _is_removal(entry: Entry, pod: Ref) -> bool:
    record = entry.record
    if not isinstance(record, Observed) or record.uid != pod.uid:
        return False
    return record.change == "deleted" or (isinstance(entry.view, Pod) and entry.view.is_terminating)


def _but_version(view: object) -> object:
    assert isinstance(view, ReplicationController | ReplicaSet)
    metadata = msgspec.structs.replace(view.metadata, resource_version="")
    return msgspec.structs.replace(view, metadata=metadata)


def test_a_kind_beyond_the_table_is_recorded(cluster: KindCluster) -> None:
    """It is found by its name alone, and each version says who wrote it and when."""
    timeline = Timeline(RealClock())
    recorder = cluster.record(timeline, kinds=["PriorityClass"], namespaces=[])
    recorder.wait_until_synced(deadline_s=30)
    recorder.stop()
    names = {one.name for one in timeline.latest().objects("PriorityClass")}
    assert "system-node-critical" in names
    seen = [one.record for one in timeline.entries() if isinstance(one.record, Observed)]
    assert all(one.last_writers and one.stamp and one.stamp.grain_s == 1.0 for one in seen)
    assert not any(b"managedFields" in bytes(one.object) for one in seen)
