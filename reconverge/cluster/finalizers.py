"""The finalizers of an object, added and removed one at a time.

A merge patch replaces their list as a whole, and others write into it. So what is written back is
tied to the version that was read.
"""

from __future__ import annotations

from collections.abc import Callable

from reconverge.cluster.door import Cluster, JsonObject
from reconverge.cluster.versioned import patch_as_read
from reconverge.model import Named, Ref


def add_finalizer(cluster: Cluster, one: Ref, finalizer: str) -> None:
    """Hold `one` by it. Idempotent. Raises NotFound, Conflict; Rejected when it is deleted."""
    _change(cluster, one, lambda known: (*_without(known, finalizer), finalizer))


def remove_finalizer(cluster: Cluster, one: Ref, finalizer: str) -> None:
    """Let `one` go, as far as it is concerned. Idempotent. Raises NotFound, Conflict."""
    _change(cluster, one, lambda known: _without(known, finalizer))


def _change(
    cluster: Cluster, one: Ref, change: Callable[[tuple[str, ...]], tuple[str, ...]]
) -> None:
    def changed(view: Named) -> JsonObject | None:
        known = view.metadata.finalizers
        wanted = change(known)
        return {"finalizers": list(wanted)} if set(known) != set(wanted) else None

    patch_as_read(cluster, one, changed)


def _without(known: tuple[str, ...], finalizer: str) -> tuple[str, ...]:
    return tuple(one for one in known if one != finalizer)
