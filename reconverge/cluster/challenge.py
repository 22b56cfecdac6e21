"""The two acts that force a live controller to answer; what an answer proves is judged elsewhere.

Both are harmless: the sentinel pod is never scheduled and belongs to a workload of ours that wants
no pods; the knock spoils one field of a status that only the controller writes and that it
restores at its next synchronisation. Neither touches the workload's spec or its pods.
"""

from __future__ import annotations

import contextlib
from typing import Literal

from reconverge.cluster.door import Cluster, JsonObject
from reconverge.cluster.errors import Conflict
from reconverge.errors import ReconvergeError
from reconverge.model import Named, Ref, ReplicaSet, ReplicationController
from reconverge.timeline import Challenged, Timeline

SENTINEL_LABEL = "reconverge.dev/sentinel"
SENTINEL_GATE = "reconverge.dev/sentinel"
_API_VERSIONS = {"ReplicationController": "v1", "ReplicaSet": "apps/v1"}


def plant_sentinel(
    cluster: Cluster, timeline: Timeline, *, workload_kind: str, namespace: str
) -> None:
    """Create a pod that the controller of `workload_kind` must delete as surplus.

    It belongs to a workload of that kind that asks for none, which is made once per namespace.
    Appends Challenged, with the error where the API server would not have it. Kinds other than
    ReplicationController and ReplicaSet leave a surplus pod without a node alone.
    """
    unborn = Ref("Pod", namespace, "", "")
    try:
        _provide_owner(cluster, workload_kind, namespace)
        pod, view = cluster.create(_sentinel_pod(workload_kind), namespace=namespace)
    except ReconvergeError as error:
        _append(timeline, "sentinel", unborn, error=str(error))
    else:
        _append(timeline, "sentinel", pod, resource_version=view.resource_version)


def knock(cluster: Cluster, timeline: Timeline, workload: Ref) -> None:
    """Remove `observedGeneration` from the workload's status, which its controller must restore.

    Appends Challenged, with the error where the API server would not have it. That it was absent
    already is no error: whoever writes it later has answered all the same.
    """
    body: JsonObject = {"status": {"observedGeneration": None}}
    try:
        view = cluster.patch(workload, body, subresource="status")
    except ReconvergeError as error:
        _append(timeline, "knock", workload, error=str(error))
        return
    error_text = "" if _is_spoiled(view) else "the status kept its observedGeneration"
    version = view.resource_version
    _append(timeline, "knock", workload, resource_version=version, error=error_text)


def _provide_owner(cluster: Cluster, kind: str, namespace: str) -> None:
    labels = {SENTINEL_LABEL: kind}
    selector: JsonObject = (
        {**labels} if kind == "ReplicationController" else {"matchLabels": labels}
    )
    owner: JsonObject = {
        "apiVersion": _API_VERSIONS[kind],
        "kind": kind,
        "metadata": {"name": f"reconverge-sentinel-{kind.lower()}", "labels": labels},
        "spec": {
            "replicas": 0,
            "selector": selector,
            "template": {"metadata": {"labels": labels}, "spec": _pod_spec()},
        },
    }
    with contextlib.suppress(Conflict):  # it is there since the last sentinel
        cluster.create(owner, namespace=namespace)


def _sentinel_pod(kind: str) -> JsonObject:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"generateName": "reconverge-sentinel-", "labels": {SENTINEL_LABEL: kind}},
        "spec": _pod_spec(),
    }


def _pod_spec() -> JsonObject:
    """Gated, so that no scheduler, kubelet or image is involved."""
    return {
        "schedulingGates": [{"name": SENTINEL_GATE}],
        "containers": [{"name": "none", "image": "reconverge.dev/none"}],
    }


def _is_spoiled(view: Named) -> bool:
    """Other kinds than these have no status in the model; theirs is not looked at."""
    if isinstance(view, ReplicationController | ReplicaSet):
        return view.status.observed_generation == 0
    return True


def _append(
    timeline: Timeline,
    step: Literal["sentinel", "knock"],
    subject: Ref,
    *,
    resource_version: int = 0,
    error: str = "",
) -> None:
    timeline.append(
        lambda at_s: Challenged(
            at_s=at_s, step=step, subject=subject, resource_version=resource_version, error=error
        )
    )
