"""The acts that force a live controller to answer; what an answer proves is judged elsewhere.

All are harmless: a sentinel is never scheduled and belongs to a workload of ours that wants
nothing; a knock spoils one field of a status that only the controller writes and that it restores
at its next synchronisation; a node that is touched carries an annotation for a moment.
"""

from __future__ import annotations

import contextlib
import secrets
from typing import Literal

from reconverge.cluster.door import Cluster, JsonObject
from reconverge.cluster.errors import Conflict, Unreachable
from reconverge.cluster.sentinels import SENTINEL_LABEL, owner_of, sentinel_of
from reconverge.errors import ReconvergeError
from reconverge.judges.controllers import CONTROLLERS, PHANTOM, is_spoiled
from reconverge.model import CronJob, Job, Named, Ref
from reconverge.timeline import Challenged, Timeline

__all__ = ["SENTINEL_LABEL", "knock", "plant_sentinel", "touch_node"]

TOUCH_ANNOTATION = "reconverge.dev/touched"
# The controller may write at the same moment; it never does so many times in a row.
_KNOCKS_MAX = 5


def plant_sentinel(
    cluster: Cluster,
    timeline: Timeline,
    *,
    workload_kind: str,
    namespace: str,
    has_owner: bool = False,
) -> None:
    """Create what the controller of `workload_kind` must react to.

    The workload of ours to which it belongs is made first, unless `has_owner` says that it is
    there. Appends Challenged, with the error where the API server would not have it.
    """
    unborn = Ref(CONTROLLERS[workload_kind].sentinel, namespace, "", "")
    try:
        if not has_owner:
            _provide_owner(cluster, workload_kind, namespace)
        planted, view = cluster.create(sentinel_of(workload_kind), namespace=namespace)
    except ReconvergeError as error:
        _append(timeline, "sentinel", unborn, error=error)
    else:
        _append(timeline, "sentinel", planted, resource_version=view.resource_version)


def knock(cluster: Cluster, timeline: Timeline, workload: Ref) -> None:
    """Spoil the field of the workload's status that its controller must restore.

    Appends Challenged, with the error where the API server would not have it. That it was spoiled
    already is no error: whoever writes it later has answered all the same.
    """
    try:
        view = _spoilt(cluster, workload)
    except ReconvergeError as error:
        _append(timeline, "knock", workload, error=error)
        return
    kept = None if is_spoiled(view) else f"the status kept its {_spoiled_field(workload)}"
    _append(timeline, "knock", workload, resource_version=view.resource_version, error=kept)


def touch_node(cluster: Cluster, timeline: Timeline, node: Ref) -> None:
    """Change a Node in a way that nobody reads, and change it back: our watch must show it.

    Appends Challenged with the resourceVersion of the first change.
    """
    try:
        view = cluster.patch(node, _annotated(secrets.token_hex(4)))
        cluster.patch(node, _annotated(None))
    except ReconvergeError as error:
        _append(timeline, "sentinel", node, error=error)
    else:
        _append(timeline, "sentinel", node, resource_version=view.resource_version)


def _annotated(value: str | None) -> JsonObject:
    return {"metadata": {"annotations": {TOUCH_ANNOTATION: value}}}


def _provide_owner(cluster: Cluster, kind: str, namespace: str) -> None:
    owner = owner_of(kind)
    if owner is not None:
        with contextlib.suppress(Conflict):  # it is there since an earlier sentinel
            cluster.create(owner, namespace=namespace)


def _spoilt(cluster: Cluster, workload: Ref) -> Named:
    if workload.kind != "CronJob":
        body: JsonObject = {"status": {_spoiled_field(workload): None}}
        return cluster.patch(workload, body, subresource="status")
    for attempt in range(_KNOCKS_MAX):
        try:
            return _haunted(cluster, workload)
        except Conflict:
            if attempt == _KNOCKS_MAX - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


def _haunted(cluster: Cluster, workload: Ref) -> Named:
    """A CronJob whose list of active Jobs has one more, which never was."""
    view = cluster.read("CronJob", workload.name, namespace=workload.namespace)
    known = view.status.active if isinstance(view, CronJob) else ()
    active = [_job_reference(workload, one.name, one.uid) for one in known]
    active.append(_job_reference(workload, PHANTOM, PHANTOM))
    body: JsonObject = {
        "metadata": {"resourceVersion": str(view.resource_version)},
        "status": {"active": active},
    }
    return cluster.patch(workload, body, subresource="status")


def _job_reference(workload: Ref, name: str, uid: str) -> JsonObject:
    kind = Job.__name__
    where = {"apiVersion": "batch/v1", "kind": kind, "namespace": workload.namespace}
    return {**where, "name": name, "uid": uid}


def _spoiled_field(workload: Ref) -> str:
    return "ready" if workload.kind == "Job" else "observedGeneration"


def _append(
    timeline: Timeline,
    step: Literal["sentinel", "knock"],
    subject: Ref,
    *,
    resource_version: int = 0,
    error: ReconvergeError | str | None = None,
) -> None:
    timeline.append(
        lambda at_s: Challenged(
            at_s=at_s,
            step=step,
            subject=subject,
            resource_version=resource_version,
            error=str(error or ""),
            is_unreached=isinstance(error, Unreachable),
        )
    )
