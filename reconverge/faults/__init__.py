"""Faults: frozen descriptions of harm. Choosing targets is pure; only `inject` and an undo act."""

from __future__ import annotations

from reconverge.faults.applications import WearOut
from reconverge.faults.commands import RunInside
from reconverge.faults.control_plane import (
    FreezeController,
    KillController,
    RestartApiServer,
    StopController,
    SwitchOffController,
)
from reconverge.faults.costs import CheapenPod
from reconverge.faults.deletions import DeleteOwner
from reconverge.faults.fault import Fault
from reconverge.faults.kubelets import FreezeKubelet, KillProxy, RestartKubelet, StopKubelet
from reconverge.faults.labels import LabelByHand, RelabelPod
from reconverge.faults.lone_pods import CreateLonePods, DeletePod, LabelPod
from reconverge.faults.node_marks import CordonNode, LabelNode, TaintNode
from reconverge.faults.nodes import RemoveNode, RestartNode, StopNode
from reconverge.faults.pods import CreateSurplusPod, DeletePods, EvictPods, FailPods
from reconverge.faults.quotas import SetQuota
from reconverge.faults.silence import Silence
from reconverge.faults.specs import ChangeSpec
from reconverge.faults.workloads import ScaleWorkload

__all__ = [
    "ChangeSpec",
    "CheapenPod",
    "CordonNode",
    "CreateLonePods",
    "CreateSurplusPod",
    "DeleteOwner",
    "DeletePod",
    "DeletePods",
    "EvictPods",
    "FailPods",
    "Fault",
    "FreezeController",
    "FreezeKubelet",
    "KillController",
    "KillProxy",
    "LabelByHand",
    "LabelNode",
    "LabelPod",
    "RelabelPod",
    "RemoveNode",
    "RestartApiServer",
    "RestartKubelet",
    "RestartNode",
    "RunInside",
    "ScaleWorkload",
    "SetQuota",
    "Silence",
    "StopController",
    "StopKubelet",
    "StopNode",
    "SwitchOffController",
    "TaintNode",
    "WearOut",
]
