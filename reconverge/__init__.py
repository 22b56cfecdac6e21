"""reconverge: chaos testing of real Kubernetes clusters, with verdicts that need no second look.

What is named here is the interface for steps, faults and predicates of one's own, and stays as it
is within a major version; every other module may change. A name is imported when it is first used,
so that the command line stays quick. docs/how-to/own-fault.md works through an example.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconverge.blast import ALL, MAJORITY, MINORITY, ONE, BlastRadius, Pick, ranked
    from reconverge.cluster.door import Cluster
    from reconverge.errors import BadInput, ExitCode, ReconvergeError, Refused, Unavailable
    from reconverge.experiment import Experiment, Injection, PromiseBroken
    from reconverge.faults.fault import Fault
    from reconverge.faults.rollbacks import AnyUndo
    from reconverge.faults.undo import (
        NothingToUndo,
        RemoveCreated,
        RestoreFields,
        RestoreLabels,
        RestoreReplicas,
    )
    from reconverge.judges.effects import (
        AnyEffect,
        Deleted,
        LabelsChanged,
        PodAppeared,
        PodsLost,
        SpecChanged,
    )
    from reconverge.judges.own import Question, always, eventually, never, then_stays
    from reconverge.judges.promise import Promise
    from reconverge.model import Node, Pod, Ref, Snapshot, ref
    from reconverge.verdict import Finding, Verdict

__version__ = "0.1.0"

_HOMES = {
    "reconverge.blast": ("ALL", "MAJORITY", "MINORITY", "ONE", "BlastRadius", "Pick", "ranked"),
    "reconverge.cluster.door": ("Cluster",),
    "reconverge.errors": ("BadInput", "ExitCode", "ReconvergeError", "Refused", "Unavailable"),
    "reconverge.experiment": ("Experiment", "Injection", "PromiseBroken"),
    "reconverge.faults.fault": ("Fault",),
    "reconverge.faults.rollbacks": ("AnyUndo",),
    "reconverge.faults.undo": (
        "NothingToUndo",
        "RemoveCreated",
        "RestoreFields",
        "RestoreLabels",
        "RestoreReplicas",
    ),
    "reconverge.judges.effects": (
        "AnyEffect",
        "Deleted",
        "LabelsChanged",
        "PodAppeared",
        "PodsLost",
        "SpecChanged",
    ),
    "reconverge.judges.own": ("Question", "always", "eventually", "never", "then_stays"),
    "reconverge.judges.promise": ("Promise",),
    "reconverge.model": ("Node", "Pod", "Ref", "Snapshot", "ref"),
    "reconverge.verdict": ("Finding", "Verdict"),
}

__all__ = [
    "ALL",
    "MAJORITY",
    "MINORITY",
    "ONE",
    "AnyEffect",
    "AnyUndo",
    "BadInput",
    "BlastRadius",
    "Cluster",
    "Deleted",
    "ExitCode",
    "Experiment",
    "Fault",
    "Finding",
    "Injection",
    "LabelsChanged",
    "Node",
    "NothingToUndo",
    "Pick",
    "Pod",
    "PodAppeared",
    "PodsLost",
    "Promise",
    "PromiseBroken",
    "Question",
    "ReconvergeError",
    "Ref",
    "Refused",
    "RemoveCreated",
    "RestoreFields",
    "RestoreLabels",
    "RestoreReplicas",
    "Snapshot",
    "SpecChanged",
    "Unavailable",
    "Verdict",
    "always",
    "eventually",
    "never",
    "ranked",
    "ref",
    "then_stays",
]


def __getattr__(name: str) -> object:
    """Import what is first asked for."""
    from importlib import import_module

    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
