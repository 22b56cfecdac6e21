"""Every fault there is, so that one written to a journal or a timeline can be read again."""

from __future__ import annotations

import msgspec

from reconverge.faults.applications import WearOut
from reconverge.faults.batch import DeleteEndedPods, MissRuns
from reconverge.faults.commands import RunInside
from reconverge.faults.containers import FreezeContainers, KillContainers
from reconverge.faults.control_plane import (
    FreezeController,
    KeepEndedPods,
    KillController,
    RestartApiServer,
    StopController,
    SwitchOffController,
)
from reconverge.faults.costs import CheapenPod
from reconverge.faults.deletions import DeleteCollection, DeleteOwner
from reconverge.faults.drains import DrainNode
from reconverge.faults.kubelets import (
    DeregisterNode,
    FreezeKubelet,
    KillProxy,
    RestartKubelet,
    StopKubelet,
)
from reconverge.faults.labels import LabelByHand, RelabelPod
from reconverge.faults.lone_pods import CreateLonePods, DeletePod, LabelPod
from reconverge.faults.networks import CutNetwork, LosePackets
from reconverge.faults.node_marks import CordonNode, LabelNode, TaintNode
from reconverge.faults.nodes import PauseNode, RemoveNode, RestartNode, StopNode
from reconverge.faults.ownership import AddFinalizer, Disown, StripFinalizer
from reconverge.faults.pods import CreateSurplusPod, DeletePods, EvictPods, FailPods
from reconverge.faults.pressure import BurnProcessor, ExhaustMemory
from reconverge.faults.quotas import SetQuota
from reconverge.faults.runtimes import RestartRuntime
from reconverge.faults.silence import Silence
from reconverge.faults.specs import ChangeSpec
from reconverge.faults.statuses import OverwriteStatus
from reconverge.faults.workloads import ScaleWorkload

AnyFault = (
    DeletePods
    | EvictPods
    | FailPods
    | DeleteEndedPods
    | CreateSurplusPod
    | RelabelPod
    | LabelByHand
    | ScaleWorkload
    | DeleteOwner
    | DeleteCollection
    | ChangeSpec
    | SetQuota
    | MissRuns
    | OverwriteStatus
    | CreateLonePods
    | LabelPod
    | DeletePod
    | CheapenPod
    | LabelNode
    | CordonNode
    | TaintNode
    | KillContainers
    | FreezeContainers
    | ExhaustMemory
    | BurnProcessor
    | DrainNode
    | Disown
    | AddFinalizer
    | StripFinalizer
    | StopNode
    | PauseNode
    | CutNetwork
    | LosePackets
    | RestartRuntime
    | RestartNode
    | RemoveNode
    | StopKubelet
    | FreezeKubelet
    | RestartKubelet
    | KillProxy
    | DeregisterNode
    | FreezeController
    | KillController
    | StopController
    | SwitchOffController
    | KeepEndedPods
    | RestartApiServer
    | WearOut
    | RunInside
    | Silence
)


def decode_fault(raw: msgspec.Raw) -> AnyFault:
    """The fault that a timeline's `Injected` record holds."""
    fault: AnyFault = msgspec.json.decode(raw, type=AnyFault)
    return fault
