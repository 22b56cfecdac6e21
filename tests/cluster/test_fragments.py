"""A fragment takes the place of the part that it replaces, or is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconverge.cluster.fragments import read_fragment, with_fragment
from reconverge.cluster.manifests import load
from reconverge.cluster.yamls import parse_documents
from reconverge.errors import BadInput
from tests.stage import MANIFESTS

REPLICA_SET = MANIFESTS / "kubia-replicaset.yaml"
EXPRESSIONS = MANIFESTS / "kubia-resplicaset-matchexpressions.yaml"


def test_the_chapters_selector_takes_the_place_of_the_labels() -> None:
    """Nothing is left of what it replaces, and the record says where it came from."""
    [manifest] = load(REPLICA_SET)
    whole = with_fragment(manifest, read_fragment(EXPRESSIONS))
    spec = whole.object["spec"]
    assert isinstance(spec, dict)
    row = {"key": "app", "operator": "In", "values": ["kubia"]}
    assert spec["selector"] == {"matchExpressions": [row]}
    assert spec["replicas"] == 3
    assert whole.notes[-1] == f'ReplicaSet "kubia": its selector is taken from {EXPRESSIONS}:1'
    assert manifest.object["spec"] != spec


def test_a_fragment_finds_its_place_in_a_container() -> None:
    """At whatever depth, in a list as well."""
    [manifest] = load(MANIFESTS / "kubia-liveness-probe.yaml")
    fragment = read_fragment(MANIFESTS / "kubia-liveness-probe-initial-delay.yaml")
    spec = with_fragment(manifest, fragment).object["spec"]
    assert isinstance(spec, dict)
    assert spec["containers"][0]["livenessProbe"]["initialDelaySeconds"] == 15


@pytest.mark.parametrize(("key", "places"), [("colour", 0), ("app", 2)])
def test_a_fragment_needs_exactly_one_place(key: str, places: int) -> None:
    """To guess one of several would change another manifest than was meant."""
    [manifest] = load(REPLICA_SET)
    [fragment] = parse_documents(f"{key}: red", source="a text")
    with pytest.raises(BadInput, match=f'has {places} places for "{key}"'):
        with_fragment(manifest, fragment)


def test_a_fragment_is_one_document(tmp_path: Path) -> None:
    """Which of several was meant is not said."""
    path = tmp_path / "two.yaml"
    path.write_text("a: 1\n---\nb: 2\n")
    with pytest.raises(BadInput, match="2 documents instead of one"):
        read_fragment(path)
