"""Faults: frozen descriptions of harm. Choosing targets is pure; only `inject` and an undo act."""

from __future__ import annotations

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
from reconverge.faults.fault import Fault
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

__all__ = [
    "AddFinalizer",
    "BurnProcessor",
    "ChangeSpec",
    "CheapenPod",
    "CordonNode",
    "CreateLonePods",
    "CreateSurplusPod",
    "CutNetwork",
    "DeleteCollection",
    "DeleteEndedPods",
    "DeleteOwner",
    "DeletePod",
    "DeletePods",
    "DeregisterNode",
    "Disown",
    "DrainNode",
    "EvictPods",
    "ExhaustMemory",
    "FailPods",
    "Fault",
    "FreezeContainers",
    "FreezeController",
    "FreezeKubelet",
    "KeepEndedPods",
    "KillContainers",
    "KillController",
    "KillProxy",
    "LabelByHand",
    "LabelNode",
    "LabelPod",
    "LosePackets",
    "MissRuns",
    "OverwriteStatus",
    "PauseNode",
    "RelabelPod",
    "RemoveNode",
    "RestartApiServer",
    "RestartKubelet",
    "RestartNode",
    "RestartRuntime",
    "RunInside",
    "ScaleWorkload",
    "SetQuota",
    "Silence",
    "StopController",
    "StopKubelet",
    "StopNode",
    "StripFinalizer",
    "SwitchOffController",
    "TaintNode",
    "WearOut",
]
