"""Every undo there is, so that one written to a journal can be read again."""

from __future__ import annotations

from reconverge.faults.node_undos import MendNetwork, StartRuntime, ThawContainers
from reconverge.faults.object_undos import RemoveFinalizer, RestoreFinalizer, RestoreOwners
from reconverge.faults.undo import AnyUndo as Elementary

AnyUndo = (
    Elementary
    | MendNetwork
    | StartRuntime
    | ThawContainers
    | RestoreOwners
    | RemoveFinalizer
    | RestoreFinalizer
)
