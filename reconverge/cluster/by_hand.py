"""A CronJob's run by hand: the Jobs that `kubectl create job --from` would make of its template."""

from __future__ import annotations

from typing import Any

import msgspec

from reconverge.cluster.door import JsonObject
from reconverge.errors import BadInput
from reconverge.judges.timetables import BY_HAND
from reconverge.model import Ref
from reconverge.timeline import Observed, Timeline


def jobs_by_hand(
    cron: Ref, timeline: Timeline, *, name: str, times: int = 1
) -> tuple[JsonObject, ...]:
    """So many Jobs of the template as it is now: `name`, `name`-2, and so on.

    Raises BadInput where the CronJob is not there.
    """
    index = timeline.latest().index_of(cron.uid)
    record = timeline[index].record if index is not None else None
    if not isinstance(record, Observed):
        raise BadInput(f"{cron} does not exist", where=cron.namespace)
    wire = msgspec.json.decode(bytes(record.object), type=dict[str, Any])
    names = [name, *(f"{name}-{number}" for number in range(2, times + 1))]
    return tuple(_job(cron, wire["spec"]["jobTemplate"], one) for one in names)


def _job(cron: Ref, template: dict[str, Any], name: str) -> JsonObject:
    owner = {"apiVersion": "batch/v1", "kind": cron.kind, "name": cron.name, "uid": cron.uid}
    known = template.get("metadata") or {}
    metadata = {
        "name": name,
        "labels": known.get("labels") or {},
        "annotations": {**(known.get("annotations") or {}), BY_HAND: "manual"},
        "ownerReferences": [{**owner, "controller": True, "blockOwnerDeletion": True}],
    }
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": template["spec"]}
