"""Makes reconverge/cluster/fields.json out of the OpenAPI description that a cluster serves.

    python -m tests.cluster.gather_fields swagger.json

The same description is api/openapi-spec/swagger.json in the sources of Kubernetes, and /openapi/v2
of an API server.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from reconverge.cluster.fields import FILE

KINDS = {
    "v1": ("Pod", "ReplicationController", "Service", "ConfigMap", "Namespace"),
    "apps/v1": ("ReplicaSet", "Deployment", "DaemonSet", "StatefulSet"),
    "batch/v1": ("Job", "CronJob"),
}
_PLAIN = {
    "IntOrString": "int-or-string",
    "Quantity": "quantity",
    "Time": "string",
    "MicroTime": "string",
    "FieldsV1": "any",
    "RawExtension": "any",
}
# Said to be required, and yet filled in by the API server where they are left out.
_DEFAULTED = {("PodFailurePolicyOnPodConditionsPattern", "status")}
_GROUPS = {"v1": "io.k8s.api.core.v1", "apps/v1": "io.k8s.api.apps.v1"}
_BATCH = "io.k8s.api.batch.v1"


def gathered(swagger: dict[str, Any]) -> dict[str, Any]:
    """The fields of every type that the kinds above are made of."""
    definitions = swagger["definitions"]
    kinds, types, ahead = {}, {}, []
    for version, names in KINDS.items():
        for name in names:
            kinds[f"{version}/{name}"] = name
            ahead.append(f"{_GROUPS.get(version, _BATCH)}.{name}")
    while ahead:
        full = ahead.pop()
        short = full.rpartition(".")[2]
        if short in types:
            continue
        rows = definitions[full].get("properties", {})
        fields = {}
        for name, row in sorted(rows.items()):
            fields[name] = _type_of(row, ahead)
        types[short] = {"fields": fields}
        required = definitions[full].get("required", [])
        if lacking := sorted(one for one in required if (short, one) not in _DEFAULTED):
            types[short]["required"] = lacking
    return {"kinds": kinds, "types": dict(sorted(types.items()))}


def _type_of(row: dict[str, Any], ahead: list[str]) -> str:
    if "$ref" in row:
        full = row["$ref"].rpartition("/")[2]
        short = full.rpartition(".")[2]
        if short in _PLAIN:
            return _PLAIN[short]
        ahead.append(full)
        return str(short)
    if row.get("type") == "array":
        return f"[{_type_of(row['items'], ahead)}]"
    if "additionalProperties" in row:
        return f"{{{_type_of(row['additionalProperties'], ahead)}}}"
    return str(row.get("type", "any"))


if __name__ == "__main__":
    found = gathered(json.loads(Path(sys.argv[1]).read_text()))
    FILE.write_text(json.dumps(found, indent=1, sort_keys=False) + "\n")
