"""What the faults of the control plane and of kubelets rely on, on the fake and on kind.

On kind each test is alone on the cluster, and leaves it whole.
"""

from __future__ import annotations

import pytest

from reconverge.cluster.door import JsonObject
from reconverge.cluster.errors import Conflict, NotFound
from tests.contract.conftest import (
    CONTROLLERS,
    LED_S,
    SCHEDULER,
    Door,
    control_plane,
    inside,
    worker,
)
from tests.contract.test_door import GATED, controller, owned

API_SERVER = "kube-apiserver"


def replica_set() -> JsonObject:
    labels = {"app": "other"}
    template = {"metadata": {"labels": labels}, "spec": GATED}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    metadata = {"name": "other"}
    return {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata, "spec": spec}


def test_a_frozen_process_is_known_as_such(alone: Door) -> None:
    """Frozen is seen, thawed is seen, and thawing twice is no error."""
    cluster, node = inside(alone), control_plane(alone)
    cluster.freeze_process(node, CONTROLLERS)
    assert cluster.is_frozen(node, CONTROLLERS)
    cluster.thaw_process(node, CONTROLLERS)
    cluster.thaw_process(node, CONTROLLERS)
    assert not cluster.is_frozen(node, CONTROLLERS)
    cluster.wait_until_led(CONTROLLERS, deadline_s=LED_S)


def test_a_killed_process_is_followed_by_another(alone: Door) -> None:
    """The kubelet starts it, and it leads under another name."""
    cluster, node = inside(alone), control_plane(alone)
    before = cluster.leader(SCHEDULER)
    cluster.kill_process(node, SCHEDULER, signal="KILL")
    cluster.wait_until_led(SCHEDULER, not_by=before, deadline_s=LED_S)
    assert cluster.leader(SCHEDULER) != before
    assert not cluster.is_frozen(node, SCHEDULER)


def test_a_withdrawn_process_is_gone_until_it_is_restored(alone: Door) -> None:
    """Nobody restarts it; restored, it leads; to restore it once more changes nothing."""
    cluster, node = inside(alone), control_plane(alone)
    before = cluster.leader(CONTROLLERS)
    cluster.withdraw_static_pod(node, CONTROLLERS)
    for act in (cluster.is_frozen, cluster.freeze_process):
        with pytest.raises(NotFound):
            act(node, CONTROLLERS)
    with pytest.raises(Conflict):
        cluster.withdraw_static_pod(node, CONTROLLERS)
    assert cluster.restore_static_pod(node, CONTROLLERS)
    assert not cluster.restore_static_pod(node, CONTROLLERS)
    cluster.wait_until_led(CONTROLLERS, not_by=before, deadline_s=LED_S)


def test_a_controller_can_be_switched_off_alone(alone: Door) -> None:
    """The others work on, ReplicationControllers get no pods; restored, they do."""
    cluster, node = inside(alone), control_plane(alone)
    before = cluster.leader(CONTROLLERS)
    word = "-replicationcontroller-controller"
    cluster.extend_static_pod(node, CONTROLLERS, flag="controllers", word=word)
    cluster.wait_until_led(CONTROLLERS, not_by=before, deadline_s=LED_S)
    with pytest.raises(Conflict):
        cluster.extend_static_pod(node, CONTROLLERS, flag="controllers", word=word)
    workload, other = alone.create(controller(1)), alone.create(replica_set())
    alone.see(lambda _: len(owned(alone, other)) == 1)
    assert not owned(alone, workload)
    before = cluster.leader(CONTROLLERS)
    assert cluster.restore_static_pod(node, CONTROLLERS)
    cluster.wait_until_led(CONTROLLERS, not_by=before, deadline_s=LED_S)
    alone.see(lambda _: len(owned(alone, workload)) == 1)


def test_an_option_is_given_to_a_process_and_taken_from_it(alone: Door) -> None:
    """Another leads with it; altered once, it is not altered again; restored, it is as before."""
    cluster, node = inside(alone), control_plane(alone)
    before = cluster.leader(CONTROLLERS)
    flag, value = "terminated-pod-gc-threshold", "12000"
    cluster.set_static_pod_option(node, CONTROLLERS, flag=flag, value=value)
    cluster.wait_until_led(CONTROLLERS, not_by=before, deadline_s=LED_S)
    with pytest.raises(Conflict):
        cluster.set_static_pod_option(node, CONTROLLERS, flag=flag, value=value)
    before = cluster.leader(CONTROLLERS)
    assert cluster.restore_static_pod(node, CONTROLLERS)
    cluster.wait_until_led(CONTROLLERS, not_by=before, deadline_s=LED_S)


def test_what_is_not_there_cannot_be_changed(alone: Door) -> None:
    """A misspelt pod or option, or a worker, has nothing to change."""
    cluster, node = inside(alone), control_plane(alone)
    with pytest.raises(NotFound, match="no-such-pod"):
        cluster.withdraw_static_pod(node, "no-such-pod")
    with pytest.raises(NotFound, match="no option --no-such-option"):
        cluster.extend_static_pod(node, CONTROLLERS, flag="no-such-option", word="x")
    with pytest.raises(NotFound):
        cluster.withdraw_static_pod(worker(alone), CONTROLLERS)
    assert not cluster.restore_static_pod(node, CONTROLLERS)


def test_an_api_server_that_was_killed_serves_again(alone: Door) -> None:
    """Once the leaders renew their leases, it answers, and nothing was lost."""
    cluster, node = inside(alone), control_plane(alone)
    workload = alone.create(controller(1))
    cluster.kill_process(node, API_SERVER, signal="KILL")
    cluster.wait_until_led(CONTROLLERS, deadline_s=LED_S)
    assert cluster.read(workload.kind, workload.name, namespace=alone.namespace).uid == workload.uid
    alone.see(lambda _: len(owned(alone, workload)) == 1)


def test_a_kubelet_is_stopped_frozen_and_started(alone: Door) -> None:
    """Whichever way it stopped working, the same act brings it back."""
    cluster, node = inside(alone), worker(alone)
    assert cluster.is_kubelet_running(node)
    assert not cluster.ask_kubelet(node, path="healthz").is_unreached
    cluster.stop_kubelet(node)
    assert not cluster.is_kubelet_running(node)
    assert cluster.ask_kubelet(node, path="healthz").is_unreached
    cluster.start_kubelet(node)
    assert cluster.is_kubelet_running(node)
    cluster.freeze_process(node, "kubelet")
    assert not cluster.is_kubelet_running(node)
    cluster.start_kubelet(node)
    assert cluster.is_kubelet_running(node)
    cluster.restart_kubelet(node)
    assert cluster.is_kubelet_running(node)
