"""Is harm refused wherever it is not clearly allowed?"""

from __future__ import annotations

import msgspec
import pytest

from reconverge.cluster.guard import Guard, NothingToHit
from reconverge.errors import Refused
from reconverge.model import Meta, Node, Ref, Snapshot

CONTROL_PLANE = "node-role.kubernetes.io/control-plane"
OURS = Guard(context="kind-reconverge", is_ours=True, own_namespaces=frozenset({"exp-1"}))
TRUSTED = msgspec.structs.replace(OURS, may_harm_control_plane=True)
FOREIGN = msgspec.structs.replace(OURS, is_ours=False)
NAMED = msgspec.structs.replace(FOREIGN, allowed_contexts=frozenset({"kind-reconverge"}))

POD = Ref("Pod", "exp-1", "a", "uid-a")
SYSTEM_POD = Ref("Pod", "kube-system", "etcd", "uid-e")
MASTER, WORKER = Ref("Node", "", "cp", "uid-cp"), Ref("Node", "", "w", "uid-w")


def world() -> Snapshot:
    master = Node(metadata=Meta(name="cp", uid="uid-cp", labels={CONTROL_PLANE: ""}))
    worker = Node(metadata=Meta(name="w", uid="uid-w"))
    return Snapshot().with_object("Node", master).with_object("Node", worker)


@pytest.mark.parametrize(
    ("guard", "target"),
    [
        (OURS, POD),
        (NAMED, POD),
        (OURS, WORKER),
        (OURS, Ref("Namespace", "", "exp-1", "uid-n")),
        (TRUSTED, MASTER),
        (TRUSTED, SYSTEM_POD),
    ],
)
def test_what_may_be_harmed(guard: Guard, target: Ref) -> None:
    """Own objects and workers; the control plane where the scenario is tagged for it."""
    guard.admit("a fault", [target], world())


@pytest.mark.parametrize(
    ("guard", "target", "reason"),
    [
        (FOREIGN, POD, "neither a cluster we made nor named"),
        (OURS, Ref("Pod", "default", "a", "u"), 'namespace "default" is not this scenario'),
        (OURS, SYSTEM_POD, "cluster's own"),
        (OURS, MASTER, "control plane"),
        (msgspec.structs.replace(NAMED, may_harm_control_plane=True), MASTER, "control plane"),
        (msgspec.structs.replace(NAMED, may_harm_control_plane=True), SYSTEM_POD, "own"),
        (OURS, Ref("Node", "", "w", "an-older-uid"), "no such node"),
        (OURS, Ref("Namespace", "", "default", "u"), "not this scenario's own"),
        (TRUSTED, Ref("PersistentVolume", "", "pv", "u"), "whole cluster"),
    ],
)
def test_what_may_not_be_harmed(guard: Guard, target: Ref, reason: str) -> None:
    """One target that may not be hit refuses the whole fault, with the reason."""
    with pytest.raises(Refused, match=reason):
        guard.admit("a fault", [POD, target] if guard is OURS else [target], world())


def test_a_fault_without_targets_is_an_error() -> None:
    """What hits nothing tests nothing."""
    with pytest.raises(NothingToHit, match="DeletePods"):
        OURS.admit("DeletePods ONE of app=kubia", [], world())
