"""Is harm refused wherever it is not clearly allowed?"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from reconverge.cluster.guard import Guard, NothingToHit
from reconverge.errors import Refused
from reconverge.model import Meta, Node, Pod, Ref, Snapshot
from reconverge.pytest_plugin.spending import SpentInFile

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


CONSENTING = msgspec.structs.replace(TRUSTED, opt_in="chaos=welcome")


@pytest.mark.parametrize("opt_in", ["chaos", "chaos=welcome"])
def test_what_carries_the_label_may_be_harmed(opt_in: str) -> None:
    """Its owner has said so; and what the scenario has made is its own."""
    guard = msgspec.structs.replace(OURS, opt_in=opt_in)
    labelled = Node(metadata=Meta(name="w", uid="uid-w", labels={"chaos": "welcome"}))
    guard.admit("a fault", [WORKER, POD], world().with_object("Node", labelled))


@pytest.mark.parametrize("target", [WORKER, MASTER, SYSTEM_POD])
def test_what_does_not_carry_the_label_is_refused(target: Ref) -> None:
    """Whatever else would allow it."""
    with pytest.raises(Refused, match="does not carry the label chaos=welcome"):
        CONSENTING.admit("a fault", [target], world())


def test_a_guest_needs_consent_for_what_it_found() -> None:
    """In a namespace that was lent it has made nothing."""
    guest = msgspec.structs.replace(OURS, is_guest=True, opt_in="chaos")
    with pytest.raises(Refused, match="does not carry the label chaos"):
        guest.admit("a fault", [POD], world())
    labelled = Pod(metadata=Meta(name="a", uid="uid-a", labels={"chaos": "welcome"}))
    guest.admit("a fault", [POD], world().with_object("Pod", labelled))


def test_a_refusal_has_its_exit_code() -> None:
    """Whatever the reason, also where there is nothing to hit."""
    assert issubclass(NothingToHit, Refused)
    assert Refused("no").exit_code == 3


def test_the_label_alone_is_no_permission() -> None:
    """It takes away, and gives nothing."""
    master = Node(
        metadata=Meta(name="cp", uid="uid-cp", labels={CONTROL_PLANE: "", "chaos": "welcome"})
    )
    guard = msgspec.structs.replace(OURS, opt_in="chaos")
    with pytest.raises(Refused, match="control plane"):
        guard.admit("a fault", [MASTER], world().with_object("Node", master))


def test_a_scenario_hits_only_so_many_objects() -> None:
    """Those of its earlier faults count."""
    guard = msgspec.structs.replace(OURS, objects_max=3)
    guard.limit("a fault", 2, hit=1)
    with pytest.raises(Refused, match="2 objects after 2; a scenario may hit 3"):
        guard.limit("a fault", 2, hit=2)


def test_a_run_hits_only_so_many_objects(tmp_path: Path) -> None:
    """All of its processes count in one file; what is refused is not counted."""
    guard = msgspec.structs.replace(OURS, objects_per_run_max=3)
    one, other = SpentInFile(tmp_path / "run" / ".hit"), SpentInFile(tmp_path / "run" / ".hit")
    guard.spend("a fault", 2, one)
    with pytest.raises(Refused, match="more than 3 objects"):
        guard.spend("a fault", 2, other)
    guard.spend("a fault", 1, other)


def test_a_fault_without_targets_is_an_error() -> None:
    """What hits nothing tests nothing."""
    with pytest.raises(NothingToHit, match="DeletePods"):
        OURS.admit("DeletePods ONE of app=kubia", [], world())
