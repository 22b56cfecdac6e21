"""The objects that are planted to see whether a controller is alive, for each kind of controller.

All are harmless: no sentinel is ever scheduled, each belongs to a workload of ours that asks for
nothing, and all go with the scenario's namespace. What a controller must do with them, and why
that proves something, stands in reconverge.judges.controllers.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from reconverge.cluster.door import JsonObject

SENTINEL_LABEL = "reconverge.dev/sentinel"
SENTINEL_GATE = "reconverge.dev/sentinel"
# The largest back-off limit there is: sentinels that were removed count as failures of their Job.
_NEVER_GIVE_UP = 2**31 - 1
_NOWHERE = "reconverge-nowhere"


def owner_name(kind: str) -> str:
    """The name of the workload of that kind that asks for nothing."""
    return f"reconverge-sentinel-{kind.lower()}"


def owner_of(kind: str) -> JsonObject | None:
    """The workload of that kind to which its sentinels belong; None where none is needed."""
    make = _OWNERS.get(kind)
    if make is None:
        return None
    api_version, spec = make(_labels(kind))
    metadata = {"name": owner_name(kind), "labels": _labels(kind)}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec}


def sentinel_of(kind: str) -> JsonObject:
    """One sentinel for the controllers of that kind; each call makes another."""
    if kind == "Deployment":
        return _stray_replica_set(secrets.token_hex(5))
    if kind == "CronJob":
        return _stray_job(secrets.token_hex(5))
    spec = pod_spec()
    metadata: JsonObject = {"generateName": "reconverge-sentinel-", "labels": _labels(kind)}
    if kind == "StatefulSet":  # it claims only pods that bear its own name and a number
        metadata = {
            "name": f"{owner_name(kind)}-{secrets.randbelow(10**8)}",
            "labels": _labels(kind),
        }
    if kind == "DaemonSet":  # it removes pods that are meant for a node that does not exist
        spec["affinity"] = _only_on(_NOWHERE)
    if kind == "Job":
        spec["restartPolicy"] = "Never"
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def pod_spec() -> JsonObject:
    """Gated, so that no scheduler, kubelet or image is involved."""
    return {
        "schedulingGates": [{"name": SENTINEL_GATE}],
        "containers": [{"name": "none", "image": "reconverge.dev/none"}],
    }


def _labels(kind: str) -> JsonObject:
    return {SENTINEL_LABEL: kind}


def _template(labels: JsonObject, **more: object) -> JsonObject:
    return {"metadata": {"labels": labels}, "spec": {**pod_spec(), **more}}


def _controller(labels: JsonObject) -> tuple[str, JsonObject]:
    return "v1", {"replicas": 0, "selector": labels, "template": _template(labels)}


def _set(labels: JsonObject) -> tuple[str, JsonObject]:
    selector = {"matchLabels": labels}
    return "apps/v1", {"replicas": 0, "selector": selector, "template": _template(labels)}


def _deployment(labels: JsonObject) -> tuple[str, JsonObject]:
    version, spec = _set(labels)
    return version, {**spec, "revisionHistoryLimit": 0}


def _stateful_set(labels: JsonObject) -> tuple[str, JsonObject]:
    version, spec = _set(labels)
    return version, {**spec, "serviceName": "none", "podManagementPolicy": "Parallel"}


def _daemon_set(labels: JsonObject) -> tuple[str, JsonObject]:
    selector, nowhere = {"matchLabels": labels}, {SENTINEL_LABEL: _NOWHERE}
    # The template has no gate: the API server allows one on pods only.
    template = {
        "metadata": {"labels": labels},
        "spec": {"nodeSelector": nowhere, "containers": pod_spec()["containers"]},
    }
    return "apps/v1", {"selector": selector, "template": template}


def _job(labels: JsonObject) -> tuple[str, JsonObject]:
    return "batch/v1", {
        "suspend": True,
        "manualSelector": True,
        "selector": {"matchLabels": labels},
        "backoffLimit": _NEVER_GIVE_UP,
        "template": _template(labels, restartPolicy="Never"),
    }


_OWNERS: dict[str, Callable[[JsonObject], tuple[str, JsonObject]]] = {
    "ReplicationController": _controller,
    "ReplicaSet": _set,
    "Deployment": _deployment,
    "StatefulSet": _stateful_set,
    "DaemonSet": _daemon_set,
    "Job": _job,
}


def _stray_replica_set(nonce: str) -> JsonObject:
    """A ReplicaSet of nobody's that matches the Deployment of ours, which must adopt it."""
    labels = {**_labels("Deployment"), "reconverge.dev/nonce": nonce}
    version, spec = _set(labels)
    metadata = {"name": f"reconverge-sentinel-{nonce}", "labels": labels}
    return {"apiVersion": version, "kind": "ReplicaSet", "metadata": metadata, "spec": spec}


def _stray_job(nonce: str) -> JsonObject:
    """A Job of nobody's that never runs."""
    metadata = {"name": f"reconverge-sentinel-{nonce}", "labels": _labels("CronJob")}
    spec = {"suspend": True, "template": {"spec": {**pod_spec(), "restartPolicy": "Never"}}}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec}


def _only_on(node: str) -> JsonObject:
    row = {"key": "metadata.name", "operator": "In", "values": [node]}
    terms = {"nodeSelectorTerms": [{"matchFields": [row]}]}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}
