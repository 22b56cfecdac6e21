"""The state of a cluster as one comparable value: what a fault may have left shows as a difference.

It is made of rows, a path and a text each, so that comparing is pure and its outcome can be read.
What lives by itself is not in it: versions, times, status but Ready, and which pods there are; of
those only how many of each owner are Ready and how they are labelled.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from reconverge.cluster.door import NodeContainer

Json = Mapping[str, Any]
# Written by controllers and clients as they go, and no part of what an object is to be.
_PASSING = ("deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration")
_PASSING_TAINTS = ("node.kubernetes.io/",)


class Difference(msgspec.Struct, frozen=True):
    """One row that is not as it was; an absent one is empty."""

    path: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.path}: {self.before or '<nothing>'} -> {self.after or '<nothing>'}"


class ClusterState(msgspec.Struct, frozen=True):
    """Every row that could be read, by its path, such as `Node/kind-worker/taints`."""

    rows: dict[str, str]

    def differences(self, after: ClusterState) -> list[Difference]:
        """What is not in `after` as it is here, in the order of the paths."""
        paths = sorted(self.rows.keys() | after.rows.keys())
        pairs = ((path, self.rows.get(path, ""), after.rows.get(path, "")) for path in paths)
        return [Difference(*one) for one in pairs if one[1] != one[2]]


def state_of(
    objects: Sequence[Json], containers: Iterable[NodeContainer], insides: Mapping[str, str]
) -> ClusterState:
    """The state that these facts describe.

    `objects`: as the API server tells them. `containers`: the nodes, as Docker tells them.
    `insides`: by node, lines `path=text` that the node itself tells.
    """
    rows = dict(_pod_rows(one for one in objects if one["kind"] == "Pod"))
    for one in objects:
        if one["kind"] != "Pod":
            rows.update(_object_rows(one))
    for container in containers:
        rows[f"Node/{container.name}/container"] = container.state
        # Docker gives a started container the lowest free address: another one will do, if the
        # node tells it.
        told = _address_told(container.name, objects)
        is_own = told in container.addresses
        rows[f"Node/{container.name}/address"] = "its own" if is_own else f"another's: {told}"
    for node, told in insides.items():
        for line in told.splitlines():
            path, _, text = line.partition("=")
            rows[f"Node/{node}/inside/{path}"] = text
    return ClusterState(rows)


def _object_rows(one: Json) -> Iterator[tuple[str, str]]:
    metadata = one["metadata"]
    if metadata.get("deletionTimestamp"):
        return  # on its way out
    place = "/".join(filter(None, (one["kind"], metadata.get("namespace"), metadata["name"])))
    yield f"{place}/labels", _text(metadata.get("labels", {}))
    annotations = metadata.get("annotations", {}).items()
    yield f"{place}/annotations", _text({k: v for k, v in annotations if k not in _PASSING})
    yield f"{place}/finalizers", _text(metadata.get("finalizers", []))
    owners = metadata.get("ownerReferences", [])
    yield f"{place}/owners", _text([f"{row['kind']}/{row['name']}" for row in owners])
    if one["kind"] == "Node":
        yield from _node_rows(place, one)
    elif one["kind"] != "Namespace":
        for key, value in one.get("spec", {}).items():
            yield f"{place}/{key}", _text(value)


def _node_rows(place: str, node: Json) -> Iterator[tuple[str, str]]:
    spec, status = node.get("spec", {}), node.get("status", {})
    taints = [
        f"{row['key']}={row.get('value', '')}:{row['effect']}" for row in spec.get("taints", ())
    ]
    yield f"{place}/taints", _text(sorted(taints))
    yield f"{place}/unschedulable", _text(spec.get("unschedulable", False))
    yield f"{place}/pod-network", _text(spec.get("podCIDR", ""))
    ready = [row["status"] for row in status.get("conditions", ()) if row["type"] == "Ready"]
    yield f"{place}/ready", _text(ready)


def _address_told(name: str, objects: Iterable[Json]) -> str:
    """The address that the node of that name says it has; empty where it says none."""
    nodes = (one for one in objects if one["kind"] == "Node" and one["metadata"]["name"] == name)
    rows = (row for one in nodes for row in one.get("status", {}).get("addresses", ()))
    return next((str(row["address"]) for row in rows if row["type"] == "InternalIP"), "")


def _pod_rows(pods: Iterable[Json]) -> Iterator[tuple[str, str]]:
    """How many pods of each owner are Ready, with which labels; lone ones go by their name."""
    found: dict[str, Counter[str]] = {}
    for pod in pods:
        metadata = pod["metadata"]
        owners = [row for row in metadata.get("ownerReferences", ()) if row.get("controller")]
        owner = f"{owners[0]['kind']}/{owners[0]['name']}" if owners else metadata["name"]
        labels = dict(metadata.get("labels", {}))
        for passing in ("controller-revision-hash", "pod-template-generation"):
            labels.pop(passing, None)
        phase = pod.get("status", {}).get("phase", "")
        state = "on its way out" if metadata.get("deletionTimestamp") else phase
        conditions = pod.get("status", {}).get("conditions", ())
        is_ready = any(row["type"] == "Ready" and row["status"] == "True" for row in conditions)
        row = f"{state}, {'ready' if is_ready else 'not ready'}, {_text(labels)}"
        place = f"Pods/{metadata.get('namespace', '')}/{owner}"
        found.setdefault(place, Counter())[row] += 1
    for place, rows in found.items():
        yield place, "; ".join(f"{count} x {row}" for row, count in sorted(rows.items()))


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)
