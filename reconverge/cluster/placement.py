"""Pods of a scenario that harms a node have to be where the harm is, and the others' not.

The node that is set aside for outages keeps out every pod that does not tolerate its taint. So
manifests stay as they are written; those of a scenario with an outage are told to tolerate it.
"""

from __future__ import annotations

import copy

import msgspec

from reconverge.cluster.door import JsonObject
from reconverge.cluster.manifests import Manifest, pod_spec
from reconverge.model import OUTAGES

_TOLERATION: JsonObject = {"key": OUTAGES.key, "operator": "Exists", "effect": OUTAGES.effect}
_PREFERENCE: JsonObject = {
    "weight": 100,
    "preference": {"matchExpressions": [{"key": OUTAGES.key, "operator": "Exists"}]},
}
# The scheduler spreads the pods of a controller over all nodes; a single pod it may put anywhere.
_SINGLE = ("Pod", "Job")


def admitted(manifest: Manifest, *, prefers: bool) -> Manifest:
    """The manifest with pods that the node for outages takes.

    With `prefers` what makes a single pod has it there, as long as that node takes pods at all.
    """
    changed = copy.deepcopy(manifest.object)
    spec = pod_spec(changed)
    if not spec:
        return manifest
    spec["tolerations"] = [*_rows(spec, "tolerations"), _TOLERATION]
    note = f"{manifest}: its pods tolerate {OUTAGES}, the taint of the node for outages"
    if prefers and manifest.kind in _SINGLE:
        affinity = _part(_part(spec, "affinity"), "nodeAffinity")
        key = "preferredDuringSchedulingIgnoredDuringExecution"
        affinity[key] = [*_rows(affinity, key), _PREFERENCE]
        note = f"{note}, and prefer that node"
    return msgspec.structs.replace(manifest, object=changed, notes=(*manifest.notes, note))


def _part(value: JsonObject, key: str) -> JsonObject:
    part = value.setdefault(key, {})
    assert isinstance(part, dict), f"{key} is no object"
    return part


def _rows(value: JsonObject, key: str) -> list[object]:
    rows = value.get(key)
    return rows if isinstance(rows, list) else []
