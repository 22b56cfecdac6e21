"""What is cut out of an object's bytes, what is kept of it, and that nothing else changes."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconverge.cluster.watching import Stream
from reconverge.cluster.wire import lean_line, lean_object
from reconverge.timeline import Stamp, Writer
from tests.cluster.apiserver import compact, line, pod

Json = dict[str, object]


def managed(manager: str, second: int, **more: str) -> Json:
    """An entry of managedFields as the API server writes it."""
    stamp = f"2026-01-01T00:00:{second:02}Z"
    fields = {"f:status": {'k:{"type":"Ready"}': {".": {}}, 'v:[{"a":1}]': {}}}
    return {
        "manager": manager,
        "operation": "Update",
        "apiVersion": "v1",
        "time": stamp,
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
        **more,
    }


def at(second: int) -> datetime:
    return datetime(2026, 1, 1, second=second, tzinfo=UTC)


def with_managed(*entries: Json) -> Json:
    one = pod("a", 7)
    return {**one, "metadata": {**one["metadata"], "managedFields": list(entries)}, "spec": {}}  # type: ignore[dict-item]


KUBELET = managed("kubelet", 5, subresource="status")
MICRO = "2026-01-01T00:00:02.000007Z"
CONTROLLER = managed("kube-controller-manager", 3)


def test_the_bulk_goes_and_the_writers_stay() -> None:
    """Who, when and through which subresource is kept; every other byte is as it came."""
    kind, lean = lean_line(line("MODIFIED", with_managed(CONTROLLER, KUBELET)).rstrip())
    assert kind == "MODIFIED"
    assert lean.object == compact({**pod("a", 7), "spec": {}})
    assert lean.writers == (
        Writer("kube-controller-manager", at(3)),
        Writer("kubelet", at(5), "status"),
    )


@pytest.mark.parametrize(
    "spelling",
    [
        b'{"type":"ADDED","object":%s}',
        b'{"object":%s,"type":"ADDED"}',
        b'{ "type": "ADDED", "object": %s }',
        b'{"type":"ADDED","object":%s,"more":{}}',
        b'{"\\u0074ype":"ADDED","object":%s}',
    ],
)
def test_lines_in_any_spelling(spelling: bytes) -> None:
    """Only the API server's own spelling is cut up in one pass, and all give the same."""
    kind, lean = lean_line(spelling % compact(with_managed(KUBELET)))
    assert (kind, json.loads(lean.object)) == ("ADDED", {**pod("a", 7), "spec": {}})
    assert lean.writers == (Writer("kubelet", at(5), "status"),)


def test_a_field_of_the_same_name_elsewhere_is_left_alone() -> None:
    """A custom resource may have managedFields of its own; only the metadata's are cut."""
    one = with_managed(KUBELET)
    mine: Json = {"a": 1, "managedFields": [managed("x", 1)]}
    lean = lean_object(compact({"spec": mine, **one}))
    assert json.loads(lean.object) == {**pod("a", 7), "spec": {}} | {"spec": one["spec"]}
    lean = lean_object(compact({"first": mine, **one}))
    assert json.loads(lean.object)["first"] == mine
    assert "managedFields" not in json.loads(lean.object)["metadata"]
    quoted = {"annotations": {"last": json.dumps({"b": 1, "managedFields": []})}}
    lean = lean_object(compact({"template": quoted, **one}))
    assert json.loads(lean.object)["template"] == quoted


def test_metadata_that_begins_with_it() -> None:
    """Without a comma before it the object is written anew."""
    lean = lean_object(b'{"metadata":{"managedFields":[],"uid":"u"},"n":1.50}')
    assert json.loads(lean.object) == {"metadata": {"uid": "u"}, "n": 1.5}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@example({}, {"": None, "managedFields": []}, [])
@example({"uid": "u"}, {"": None, "managedFields": []}, [])
@given(
    st.dictionaries(st.text(), VALUES, max_size=4),
    st.dictionaries(st.text() | st.just("managedFields"), VALUES, max_size=4),
    st.lists(st.sampled_from([KUBELET, CONTROLLER]), max_size=3),
)
def test_nothing_but_the_managed_fields_is_lost(
    metadata: Json, rest: Json, who: list[Json]
) -> None:
    """Whatever else an object holds, it comes out as it went in."""
    metadata.pop("managedFields", None)
    rest.pop("metadata", None)
    whole = {**rest, "metadata": {**metadata, "managedFields": who}, "z": rest}
    lean = lean_object(json.dumps(whole, separators=(",", ":"), ensure_ascii=False).encode())
    assert json.loads(lean.object) == {**rest, "metadata": metadata, "z": rest}
    assert len(lean.writers) == len(who)


@pytest.mark.parametrize(
    "broken", [b"", b"7", b'{"type":"ADDED"}', b'{"type":"ADDED","object":{}', b"\xff"]
)
def test_lines_that_are_none(broken: bytes) -> None:
    """What is no watch event is an error and never half an object."""
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
        lean_line(broken)


def test_the_newest_second_names_the_writer() -> None:
    """Two managers of one second cannot be told apart, and the error of the stamp is stated."""
    stream = Stream("Pod")
    first = stream.take_line(line("ADDED", with_managed(CONTROLLER, KUBELET)).rstrip())
    assert first is not None
    seen = first.observed(1.0)
    assert seen.last_writers == (Writer("kubelet", at(5), "status"),)
    assert seen.stamp == Stamp(at(5), 1.0)
    both = with_managed(CONTROLLER, managed("kubectl", 3))
    two = Stream("Pod").take_line(line("ADDED", both).rstrip())
    assert two is not None
    assert [one.name for one in two.observed(1.0).last_writers] == [
        "kube-controller-manager",
        "kubectl",
    ]
    bare = Stream("Pod").take_line(line("ADDED", pod("b", 9)).rstrip())
    assert bare is not None
    assert (bare.observed(1.0).stamp, bare.observed(1.0).last_writers) == (None, ())


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("Event", {"eventTime": MICRO}),
        (
            "Event",
            {"eventTime": None, "series": {"lastObservedTime": "2026-01-01T00:00:02.000007Z"}},
        ),
        ("Lease", {"spec": {"renewTime": "2026-01-01T00:00:02.000007Z"}}),
    ],
)
def test_stamps_of_the_author_are_finer(kind: str, more: Json) -> None:
    """Events and leases carry microseconds, which beat the second of their managed fields."""
    wire = {**with_managed(managed("kubelet", 2)), **more}
    one = Stream(kind).take_line(line("ADDED", wire).rstrip())
    assert one is not None
    assert one.observed(1.0).stamp == Stamp(datetime(2026, 1, 1, 0, 0, 2, 7, tzinfo=UTC), 1e-6)


def test_versions_share_what_is_equal() -> None:
    """A new version holds the old one's equal parts, and its own in full."""
    stream = Stream("Pod")
    labels = {"app": "kubia"}
    one = stream.take_line(
        line("ADDED", {**pod("a", 7, **labels), "spec": {"nodeName": "n"}}).rstrip()
    )
    two = stream.take_line(
        line("MODIFIED", {**pod("a", 8, **labels), "spec": {"nodeName": "n"}}).rstrip()
    )
    assert one is not None
    assert two is not None
    assert two.view.metadata.labels is one.view.metadata.labels
    assert two.view.spec is one.view.spec  # type: ignore[attr-defined]
    assert (one.view.resource_version, two.view.resource_version) == (7, 8)
