"""Every undo there is, so that one written to a journal can be read again."""

from __future__ import annotations

from reconverge.faults.control_plane_undos import AwaitLeaders, RestoreStaticPod, ThawProcess
from reconverge.faults.node_undos import (
    AwaitProcess,
    MendNetwork,
    RegisterNode,
    ReturnNode,
    StartRuntime,
    ThawContainers,
)
from reconverge.faults.object_undos import (
    EndSilence,
    RemoveFailed,
    RemoveFinalizer,
    RestoreFinalizer,
    RestoreOwners,
)
from reconverge.faults.undo import (
    NothingToUndo,
    RemoveCreated,
    RemoveTaint,
    RestoreFields,
    RestoreLabels,
    RestoreReplicas,
    StartKubelet,
    StartNode,
)

AnyUndo = (
    NothingToUndo
    | RestoreLabels
    | RestoreFields
    | RemoveTaint
    | RestoreReplicas
    | RemoveCreated
    | StartNode
    | StartKubelet
    | ThawProcess
    | AwaitLeaders
    | RestoreStaticPod
    | MendNetwork
    | AwaitProcess
    | RegisterNode
    | ReturnNode
    | StartRuntime
    | ThawContainers
    | RestoreOwners
    | RemoveFinalizer
    | RestoreFinalizer
    | EndSilence
    | RemoveFailed
)
