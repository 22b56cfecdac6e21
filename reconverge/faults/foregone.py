"""A fault that would change nothing, since what it writes is written there already.

Its effect would be seen at once, and what stood before it would pass for a recovery.
"""

from __future__ import annotations

from collections.abc import Sequence

from reconverge.cluster.door import Cluster
from reconverge.judges.effects import (
    AnyEffect,
    Cordoned,
    FinalizersChanged,
    LabelsChanged,
    QuotaSet,
    ReplicasSet,
    Tainted,
    is_so,
)
from reconverge.model import Ref, Snapshot


def is_foregone(effect: AnyEffect, snapshot: Snapshot, cluster: Cluster) -> bool:
    """Whether all of `effect` is so before anything is done.

    `snapshot` may lag behind the last write, so the API server is asked before that is believed.
    Raises what reading raises.
    """
    written = _written(effect)
    if not written or not is_so(effect, snapshot):
        return False
    for one in written:
        view = cluster.read(one.kind, one.name, namespace=one.namespace)
        snapshot = snapshot.with_object(one.kind, view)
    return is_so(effect, snapshot)


def _written(effect: AnyEffect) -> Sequence[Ref]:
    """Whose own fields the effect speaks of; none where it is what others do about the fault."""
    match effect:
        case LabelsChanged() | FinalizersChanged():
            return effect.objects
        case ReplicasSet():
            return (effect.workload,)
        case QuotaSet():
            return (effect.quota,)
        case Cordoned() | Tainted():
            return (effect.node,)
        case _:
            return ()
