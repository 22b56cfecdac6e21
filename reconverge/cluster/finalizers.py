"""The finalizers of an object, added and removed one at a time.

A merge patch replaces their list as a whole, and others write into it. So what is written back is
tied to the version that was read.
"""

from __future__ import annotations

from collections.abc import Callable

from reconverge.cluster.door import Cluster, JsonObject
from reconverge.cluster.errors import Conflict
from reconverge.model import Ref

# A pod is written a few times a second at most, while it starts.
_ATTEMPTS_MAX = 5


def add_finalizer(cluster: Cluster, one: Ref, finalizer: str) -> None:
    """Hold `one` by it. Idempotent. Raises NotFound, Conflict; Rejected when it is deleted."""
    _change(cluster, one, lambda known: (*_without(known, finalizer), finalizer))


def remove_finalizer(cluster: Cluster, one: Ref, finalizer: str) -> None:
    """Let `one` go, as far as it is concerned. Idempotent. Raises NotFound, Conflict."""
    _change(cluster, one, lambda known: _without(known, finalizer))


def _change(
    cluster: Cluster, one: Ref, change: Callable[[tuple[str, ...]], tuple[str, ...]]
) -> None:
    for attempt in range(1, _ATTEMPTS_MAX + 1):
        view = cluster.read(one.kind, one.name, namespace=one.namespace)
        known = view.metadata.finalizers
        if view.uid == one.uid and set(known) == set(change(known)):
            return
        version, finalizers = view.metadata.resource_version, list(change(known))
        body: JsonObject = {"metadata": {"resourceVersion": version, "finalizers": finalizers}}
        try:
            cluster.patch(one, body)
        except Conflict:
            if view.uid != one.uid or attempt == _ATTEMPTS_MAX:
                raise
        else:
            return


def _without(known: tuple[str, ...], finalizer: str) -> tuple[str, ...]:
    return tuple(one for one in known if one != finalizer)
