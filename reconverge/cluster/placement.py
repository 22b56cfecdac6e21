"""Pods of a scenario that harms a node have to be where the harm is, and the others' not.

A node that is set aside for outages keeps out every pod that does not tolerate its taint. So
manifests stay as they are written; those of a scenario with an outage are told to tolerate it.
"""

from __future__ import annotations

import copy

import msgspec

from reconverge.cluster.door import JsonObject
from reconverge.cluster.manifests import Manifest, pod_spec
from reconverge.model import OUTAGES

# The scheduler spreads the pods of a controller over all nodes; a single pod it may put anywhere.
_SINGLE = ("Pod", "Job")


def admitted(manifest: Manifest, *, lane: str | None) -> Manifest:
    """The manifest with pods that the node for outages of that `lane` takes; by None, all of them.

    What makes a single pod has it on the lane's node, as long as that takes pods at all.
    """
    changed = copy.deepcopy(manifest.object)
    spec = pod_spec(changed)
    if not spec:
        return manifest
    spec["tolerations"] = [*_rows(spec, "tolerations"), _toleration(lane)]
    taint = msgspec.structs.replace(OUTAGES, value=lane or "")
    note = f"{manifest}: its pods tolerate {taint}, the taint of the node for outages"
    if lane is not None and manifest.kind in _SINGLE:
        affinity = _part(_part(spec, "affinity"), "nodeAffinity")
        key = "preferredDuringSchedulingIgnoredDuringExecution"
        affinity[key] = [*_rows(affinity, key), _preference(lane)]
        note = f"{note}, and prefer that node"
    return msgspec.structs.replace(manifest, object=changed, notes=(*manifest.notes, note))


def _toleration(lane: str | None) -> JsonObject:
    tolerated: JsonObject = {"key": OUTAGES.key, "effect": OUTAGES.effect}
    if lane is None:
        return {**tolerated, "operator": "Exists"}
    return {**tolerated, "operator": "Equal", "value": lane}


def _preference(lane: str) -> JsonObject:
    labelled = {"key": OUTAGES.key, "operator": "In", "values": [lane]}
    return {"weight": 100, "preference": {"matchExpressions": [labelled]}}


def _part(value: JsonObject, key: str) -> JsonObject:
    part = value.setdefault(key, {})
    assert isinstance(part, dict), f"{key} is no object"
    return part


def _rows(value: JsonObject, key: str) -> list[object]:
    rows = value.get(key)
    return rows if isinstance(rows, list) else []
