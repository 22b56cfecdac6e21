"""What the faults of networks, container runtimes and pauses rely on, on the fake and on kind.

On kind each test is alone on the cluster, and leaves it whole.
"""

from __future__ import annotations

import pytest

from reconverge.cluster.door import Cut, JsonObject
from reconverge.cluster.errors import Conflict, NotFound
from reconverge.model import Pod, Ref
from reconverge.timeline import Entry
from tests.contract.conftest import Door, control_plane, inside, worker

EVERYBODY, A_THIRD = Cut(), Cut(percent=33)
PORT = 8080


def served(door: Door, node: str, name: str = "served") -> Pod:
    """A pod of kubia on that node, once it is ready."""
    container = {"name": "main", "image": "luksa/kubia", "imagePullPolicy": "IfNotPresent"}
    spec = {"nodeName": node, "terminationGracePeriodSeconds": 0, "containers": [container]}
    manifest: JsonObject = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}}
    made = door.create({**manifest, "spec": spec})
    entry = door.see(lambda entry: _ready(entry, made) is not None)
    found = _ready(entry, made)
    assert found is not None
    return found


def _ready(entry: Entry, one: Ref) -> Pod | None:
    pod = entry.snapshot.pod(one.uid)
    return pod if pod is not None and pod.is_ready and pod.status.pod_ip else None


def other_worker(door: Door) -> str:
    nodes = door.timeline.latest().nodes()
    return next(one.name for one in nodes if not one.is_control_plane and one.name != worker(door))


def test_a_cut_is_known_and_mended_alone(alone: Door) -> None:
    """Two cuts stand beside each other; the same one twice is a Conflict; mending is idempotent."""
    cluster, node = inside(alone), worker(alone)
    planes = [one for one in alone.timeline.latest().nodes() if one.is_control_plane]
    off_planes = Cut(peers=tuple(one.internal_ip for one in planes), direction="out")
    try:
        cluster.cut_network(node, off_planes)
        cluster.cut_network(node, A_THIRD)
        with pytest.raises(Conflict):
            cluster.cut_network(node, off_planes)
        assert cluster.is_cut(node, off_planes)
        assert not cluster.is_cut(node, EVERYBODY)
    finally:
        for cut in (off_planes, off_planes, A_THIRD):
            cluster.mend_network(node, cut)
    assert not cluster.is_cut(node, off_planes)
    assert not cluster.is_cut(node, A_THIRD)


def test_who_is_cut_off_from_the_control_plane_alone_serves_the_others(alone: Door) -> None:
    """Asked from another node it answers, and not once it is cut off from everybody."""
    cluster, node = inside(alone), worker(alone)
    address = served(alone, node).status.pod_ip
    planes = [one for one in alone.timeline.latest().nodes() if one.is_control_plane]
    off_planes = Cut(peers=tuple(one.internal_ip for one in planes))
    try:
        cluster.cut_network(node, off_planes)
        answer = cluster.ask_from(other_worker(alone), address, port=PORT)
        assert answer.ok, answer.text
        assert "served" in answer.text
        cluster.cut_network(node, EVERYBODY)
        assert not cluster.ask_from(other_worker(alone), address, port=PORT, timeout_s=1.0).ok
    finally:
        for cut in (off_planes, EVERYBODY):
            cluster.mend_network(node, cut)
    assert cluster.ask_from(other_worker(alone), address, port=PORT).ok


def test_a_node_is_paused_and_runs_on(alone: Door) -> None:
    """Its container is known to be paused, and to run once it is started."""
    cluster, node = inside(alone), worker(alone)
    try:
        cluster.pause_node(node)
        cluster.pause_node(node)
        assert cluster.node_container(node).state == "paused"
    finally:
        cluster.start_node(node)
    assert cluster.node_container(node).state == "running"
    assert cluster.is_kubelet_running(node)


def test_a_container_is_signalled_from_outside(alone: Door) -> None:
    """It is the one that the pod tells of; killed, another follows in the same pod."""
    cluster, node = inside(alone), worker(alone)
    pod = served(alone, node)
    made = Ref("Pod", alone.namespace, pod.name, pod.uid)
    [status] = pod.status.container_statuses
    for signal in ("STOP", "CONT", "KILL"):
        uid = cluster.signal_container(node, made, "main", signal)  # type: ignore[arg-type]
        assert status.container_id == f"containerd://{uid}"
    entry = alone.see(lambda entry: _restarts(entry, made) == 1)
    assert entry.snapshot.pod(made.uid) is not None


def _restarts(entry: Entry, one: Ref) -> int:
    pod = entry.snapshot.pod(one.uid)
    return pod.restart_count if pod is not None and pod.is_ready else 0


def test_a_container_that_does_not_run_is_not_found(alone: Door) -> None:
    """Neither of another name, nor of a namesake of the pod."""
    cluster, node = inside(alone), worker(alone)
    pod = served(alone, node)
    made = Ref("Pod", alone.namespace, pod.name, pod.uid)
    namesake = Ref("Pod", alone.namespace, pod.name, "11111111-2222-3333-4444-555555555555")
    for one, name in ((made, "other"), (namesake, "main")):
        with pytest.raises(NotFound):
            cluster.signal_container(node, one, name, "STOP")


def test_a_runtime_that_restarts_keeps_its_containers(alone: Door) -> None:
    """It is active again, and the pod is in the same container and answers."""
    cluster, node = inside(alone), worker(alone)
    pod = served(alone, node)
    cluster.restart_runtime(node)
    cluster.start_runtime(node)
    assert cluster.is_runtime_running(node)
    assert cluster.ask_from(control_plane(alone), pod.status.pod_ip, port=PORT).ok
    view = cluster.read("Pod", pod.name, namespace=alone.namespace)
    assert isinstance(view, Pod)
    assert view.status.container_statuses[0].container_id == _id_of(pod)


def _id_of(pod: Pod) -> str:
    return pod.status.container_statuses[0].container_id
