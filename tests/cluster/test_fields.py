"""The fields that we know are those that the API server serves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconverge.cluster.fields import FILE, misfits
from reconverge.cluster.nodes import KindCluster
from tests.cluster.gather_fields import gathered


def test_a_field_is_looked_for_in_its_own_kind() -> None:
    """A misspelt one has those near it, a displaced one has its place."""
    pod: dict[str, object] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "spec": {"containers": [{"name": "a", "imagee": "b"}], "livenessProbe": {}},
    }
    found = {one.name: (one.near, one.belongs) for one in misfits(pod)}
    assert found == {"imagee": (("image",), ""), "livenessProbe": ((), "spec.containers[]")}


def test_a_kind_that_is_not_known_is_left_alone() -> None:
    """The API server knows it."""
    assert list(misfits({"apiVersion": "example.com/v1", "kind": "Shop", "any": 1})) == []


@pytest.mark.cluster
def test_the_fields_are_those_of_the_cluster(cluster: KindCluster) -> None:
    """A server of the release that is in versions.toml describes the very same types."""
    served: dict[str, Any] = json.loads(cluster._transport.request("GET", "/openapi/v2").body)
    assert gathered(served) == json.loads(FILE.read_text())
