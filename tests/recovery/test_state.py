"""The state of a cluster as a value: what a fault leaves is a difference, what passes is none."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from reconverge.cluster.door import NodeContainer
from reconverge.recovery.state import ClusterState, Difference, state_of

NODE: dict[str, Any] = {
    "kind": "Node",
    "metadata": {"name": "w", "uid": "1", "resourceVersion": "7", "labels": {"os": "linux"}},
    "spec": {"podCIDR": "10.0.1.0/24"},
    "status": {
        "conditions": [{"type": "Ready", "status": "True", "lastHeartbeatTime": "now"}],
        "addresses": [{"type": "InternalIP", "address": "10.0.0.2"}],
    },
}
RC: dict[str, Any] = {
    "kind": "ReplicationController",
    "metadata": {"name": "kubia", "namespace": "exp", "resourceVersion": "9"},
    "spec": {"replicas": 2, "selector": {"app": "kubia"}},
    "status": {"replicas": 2},
}


def pod(name: str) -> dict[str, Any]:
    owner = {"kind": "ReplicationController", "name": "kubia", "controller": True}
    return {
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "exp",
            "labels": {"app": "kubia"},
            "ownerReferences": [owner],
        },
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    }


def state(*objects: dict[str, Any], container: str = "running", inside: str = "") -> ClusterState:
    node = NodeContainer("w", "id", container, addresses=("10.0.0.2",))  # type: ignore[arg-type]
    return state_of(objects, [node], {"w": inside})


def changed(one: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    copied = copy.deepcopy(one)
    *way, last = path.split(".")
    place = copied
    for key in way:
        place = place.setdefault(key, {})
    place[last] = value
    return copied


@pytest.mark.parametrize(
    ("one", "path", "value"),
    [
        (NODE, "metadata.resourceVersion", "8"),
        (NODE, "status.conditions", [{"type": "Ready", "status": "True", "reason": "later"}]),
        (RC, "metadata.resourceVersion", "10"),
        (RC, "status.replicas", 1),
    ],
)
def test_what_passes_is_no_difference(one: dict[str, Any], path: str, value: object) -> None:
    """Versions, heartbeats, and what a controller reports."""
    assert state(one).differences(state(changed(one, path, value))) == []


@pytest.mark.parametrize(
    ("one", "path", "value", "row"),
    [
        (NODE, "metadata.labels.disk", "ssd", "Node/w/labels"),
        (NODE, "spec.unschedulable", True, "Node/w/unschedulable"),
        (NODE, "spec.taints", [{"key": "a", "effect": "NoExecute"}], "Node/w/taints"),
        (NODE, "spec.podCIDR", "10.0.2.0/24", "Node/w/pod-network"),
        (NODE, "status.conditions", [{"type": "Ready", "status": "Unknown"}], "Node/w/ready"),
        (NODE, "status.addresses", [], "Node/w/address"),
        (RC, "spec.replicas", 3, "ReplicationController/exp/kubia/replicas"),
        (RC, "spec.selector.app", "x", "ReplicationController/exp/kubia/selector"),
        (RC, "metadata.finalizers", ["a/b"], "ReplicationController/exp/kubia/finalizers"),
    ],
)
def test_what_a_fault_leaves_is_one(
    one: dict[str, Any], path: str, value: object, row: str
) -> None:
    """Each in the row that names it."""
    found = state(one).differences(state(changed(one, path, value)))
    assert [difference.path for difference in found] == [row]


def test_a_replaced_pod_is_no_difference_and_a_lost_one_is() -> None:
    """Pods of one owner are interchangeable."""
    before = state(RC, pod("a"), pod("b"))
    assert before.differences(state(RC, pod("c"), pod("b"))) == []
    [lost] = before.differences(state(RC, pod("b")))
    assert lost.path == "Pods/exp/ReplicationController/kubia"
    assert lost.before.startswith("2 x Running, ready")
    assert lost.after.startswith("1 x Running, ready")


def test_a_namespace_more_or_an_object_less_is_a_difference() -> None:
    """In both directions."""
    more = {"kind": "Namespace", "metadata": {"name": "exp-1"}}
    assert state().differences(state(more))
    assert state(RC).differences(state())


def test_containers_and_the_insides_of_nodes_count() -> None:
    """A paused node, a suspended process, a rule of a packet filter."""
    before = state(inside="suspended=\niptables/filter=-P INPUT ACCEPT")
    after = state(container="paused", inside="suspended=kubelet\niptables/filter=-P INPUT DROP")
    assert [one.path for one in before.differences(after)] == [
        "Node/w/container",
        "Node/w/inside/iptables/filter",
        "Node/w/inside/suspended",
    ]


def test_a_difference_reads_as_a_sentence() -> None:
    """With what is absent named so."""
    assert str(Difference("Node/w/taints", "", "a:NoExecute")) == (
        "Node/w/taints: <nothing> -> a:NoExecute"
    )
