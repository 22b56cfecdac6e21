"""Writes that depend on what was read: tied to that version, and read anew where others wrote."""

from __future__ import annotations

from collections.abc import Callable

from reconverge.cluster.door import Cluster, JsonObject
from reconverge.cluster.errors import Conflict
from reconverge.model import Named, Ref

# A pod is written a few times a second at most, while it starts.
_ATTEMPTS_MAX = 5


def patch_as_read(cluster: Cluster, one: Ref, change: Callable[[Named], JsonObject | None]) -> None:
    """Patch the metadata of `one` by what `change` makes of it as it is; None leaves it alone.

    Raises NotFound; Conflict for a namesake, or where others wrote it five times in between.
    """
    for attempt in range(1, _ATTEMPTS_MAX + 1):
        view = cluster.read(one.kind, one.name, namespace=one.namespace)
        metadata = change(view)
        if view.uid == one.uid and metadata is None:
            return
        version = view.metadata.resource_version
        try:
            cluster.patch(one, {"metadata": {"resourceVersion": version, **(metadata or {})}})
        except Conflict:
            if view.uid != one.uid or attempt == _ATTEMPTS_MAX:
                raise
        else:
            return
