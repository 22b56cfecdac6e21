"""Views decoded from the wire, label selectors, and the snapshot against a plain dict."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconverge.model import (
    Pod,
    Ref,
    ReplicaSet,
    ReplicationController,
    Requirement,
    Selector,
    Snapshot,
    decode,
)
from tests.builders import KUBIA, NAMESPACE, node, pod, workload

KEYS = st.sampled_from(["app", "tier", "env"])
VALUES = st.sampled_from(["", "a", "b"])
LABELS = st.dictionaries(KEYS, VALUES)


def wire(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


@pytest.mark.parametrize(
    ("operator", "labels", "matches"),
    [
        ("In", {"app": "a"}, True),
        ("In", {"app": "c"}, False),
        ("In", {}, False),
        ("NotIn", {"app": "a"}, False),
        ("NotIn", {"app": "c"}, True),
        ("NotIn", {}, True),
        ("Exists", {"app": ""}, True),
        ("Exists", {}, False),
        ("DoesNotExist", {"app": ""}, False),
        ("DoesNotExist", {}, True),
    ],
)
def test_requirement(operator: str, labels: dict[str, str], matches: bool) -> None:
    """Each operator means what labels.Requirement.Matches in apimachinery means."""
    values = ["a", "b"] if operator in ("In", "NotIn") else []
    row = msgspec.convert({"key": "app", "operator": operator, "values": values}, Requirement)
    assert row.matches(labels) is matches


def naive_matches(selector: Selector, labels: dict[str, str]) -> bool:
    """The same rules, spelled out case by case."""
    rows = [labels.get(key) == value for key, value in selector.match_labels.items()]
    for row in selector.match_expressions:
        match row.operator:
            case "In":
                rows.append(any(labels.get(row.key) == value for value in row.values))
            case "NotIn":
                rows.append(all(labels.get(row.key) != value for value in row.values))
            case "Exists":
                rows.append(row.key in labels)
            case "DoesNotExist":
                rows.append(row.key not in labels)
    return bool(rows) and all(rows)


REQUIREMENTS = st.builds(
    Requirement,
    key=KEYS,
    operator=st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist"]),
    values=st.lists(VALUES, max_size=2).map(tuple),
)


@given(LABELS, st.lists(REQUIREMENTS, max_size=2), LABELS)
def test_selector_against_the_rules(
    match_labels: dict[str, str], rows: list[Requirement], labels: dict[str, str]
) -> None:
    """A selector is the conjunction of its rows, and an empty one selects nothing."""
    selector = Selector(match_labels=match_labels, match_expressions=tuple(rows))
    assert selector.matches(labels) is naive_matches(selector, labels)
    if not labels.keys() & selector.keys() and selector.match_labels:
        assert not selector.matches(labels)


def test_selector_in_words() -> None:
    """A selector reads as kubectl would write it."""
    rows = (Requirement(key="env", operator="In", values=("x", "y")),)
    assert str(Selector(match_labels={"app": "a"}, match_expressions=rows)) == (
        "app=a, env In (x,y)"
    )
    assert str(Selector(match_expressions=(Requirement(key="a", operator="Exists"),))) == "a Exists"
    assert str(Selector()) == "<nothing>"


def test_workloads_have_one_shape() -> None:
    """Selectors of both kinds of workload become the same view."""
    replica_set = Ref("ReplicaSet", NAMESPACE, "kubia", "rs-1")
    one = decode("ReplicationController", wire(workload(7)))
    two = decode("ReplicaSet", wire(workload(7, ref=replica_set)))
    assert isinstance(one, ReplicationController)
    assert isinstance(two, ReplicaSet)
    assert one.selector == two.selector == Selector(match_labels={"app": "kubia"})
    assert (one.replicas, two.replicas, one.resource_version) == (3, 3, 7)


def test_nulls_of_the_wire() -> None:
    """The API server writes null where a Go pointer is nil."""
    view = workload(1)
    view["spec"] = {"template": {"metadata": {"creationTimestamp": None}}}
    assert isinstance(decode("ReplicationController", wire(view)), ReplicationController)


def test_unlisted_kind_keeps_its_metadata() -> None:
    """An object of any kind can be recorded."""
    assert decode("ConfigMap", wire(pod("a", 3))).uid == "a"


def test_what_is_no_object_is_refused() -> None:
    """Bytes that are no pod raise, and do not become an empty pod."""
    with pytest.raises(msgspec.DecodeError):
        decode("Pod", b'{"kind": "Status"}')


UIDS = st.sampled_from(["p1", "p2", "p3", "p4"])
OWNERS = st.sampled_from(["o1", "o2", None])
STEPS = st.lists(
    st.tuples(UIDS, OWNERS, st.integers(min_value=1, max_value=9), st.booleans()), max_size=30
)


@settings(max_examples=200)
@given(STEPS)
def test_snapshot_against_a_plain_dict(steps: list[tuple[str, str | None, int, bool]]) -> None:
    """Whatever the order of versions, owners and deletions, indexes agree with a full search."""
    snapshot, known, gone = Snapshot(), dict[str, tuple[int, str | None]](), set[str]()
    for uid, owner, version, is_deletion in steps:
        if is_deletion:
            snapshot = snapshot.without_object("Pod", uid)
            gone.add(uid)
            known.pop(uid, None)
        else:
            ref = Ref("ReplicaSet", NAMESPACE, owner, owner) if owner is not None else None
            before = snapshot
            snapshot = snapshot.with_object(
                "Pod", decode("Pod", wire(pod(uid, version, owner=ref)))
            )
            if uid not in gone and version >= known.get(uid, (0, None))[0]:
                known[uid] = (version, owner)
            else:
                assert snapshot is before
        assert {one.uid: one.resource_version for one in snapshot.pods()} == {
            uid: version for uid, (version, _) in known.items()
        }
        for owner in ("o1", "o2"):
            mine = [uid for uid, (_, its) in sorted(known.items()) if its == owner]
            assert [one.uid for one in snapshot.owned_pods(owner)] == mine
        assert all(snapshot.is_gone(uid) for uid in gone)
        assert not any(snapshot.is_gone(uid) for uid in known)


def test_snapshots_do_not_change() -> None:
    """An older snapshot keeps what it knew."""
    old = Snapshot().with_object("Pod", decode("Pod", wire(pod("a", 1))))
    old.with_object("Pod", decode("Pod", wire(pod("a", 2, owner=None))))
    old.without_object("Pod", "a")
    assert [one.resource_version for one in old.owned_pods(KUBIA.uid)] == [1]
    assert not old.is_gone("a")


def test_look_ups() -> None:
    """Objects are found by UID, by name in a namespace, and nodes by name in order."""
    snapshot = Snapshot().with_object("Pod", decode("Pod", wire(pod("a", 1))))
    snapshot = snapshot.with_object("Pod", decode("Pod", wire(pod("z", 1, namespace="other"))))
    for name in ("worker2", "worker"):
        snapshot = snapshot.with_object("Node", decode("Node", wire(node(name, 1))))
    assert [one.name for one in snapshot.nodes()] == ["worker", "worker2"]
    assert snapshot.node("worker") is not None
    assert snapshot.node("worker3") is None
    assert snapshot.named("Pod", "a", namespace=NAMESPACE) is snapshot.pod("a")
    assert snapshot.named("Pod", "a", namespace="other") is None
    assert [one.uid for one in snapshot.pods(namespace="other")] == ["z"]
    assert snapshot.pod("worker") is None
    assert snapshot.workload(KUBIA) is None


def test_pods_in_the_order_of_their_creation() -> None:
    """The order of pods does not depend on their random names."""
    late, early = pod("a", 1), pod("b", 1)
    late["metadata"] = {**_metadata(late), "creationTimestamp": "2026-01-01T00:00:09Z"}
    snapshot = Snapshot()
    for one in (late, early):
        snapshot = snapshot.with_object("Pod", decode("Pod", wire(one)))
    assert [one.uid for one in snapshot.pods()] == ["b", "a"]


def _metadata(wire_pod: dict[str, object]) -> dict[str, object]:
    metadata = wire_pod["metadata"]
    assert isinstance(metadata, dict)
    return metadata


def test_state_of_a_pod() -> None:
    """Terminating and finished pods are not active; Ready is a condition and not a phase."""
    view = decode("Pod", wire(pod("a", 1, phase="Succeeded", restarts=2)))
    assert isinstance(view, Pod)
    assert (view.is_active, view.is_ready, view.restart_count) == (False, True, 2)
    assert view.container("main") is not None
    assert view.container("other") is None


def test_state_of_a_node() -> None:
    """Its taints by key, and no Ready condition is not Ready."""
    snapshot = Snapshot()
    wires = [node("a", 1, taints=("k",)), node("b", 1, ready=None)]
    for one in wires:
        snapshot = snapshot.with_object("Node", decode("Node", wire(one)))
    a, b = snapshot.nodes()
    assert a.taint("k") is not None
    assert a.taint("other") is None
    assert (a.is_ready, b.is_ready, b.ready) == (True, False, None)
