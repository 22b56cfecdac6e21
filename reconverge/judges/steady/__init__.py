"""Steady states: what "converged" means for each kind of object, one definition a module.

Each definition lists what is lacking, in words, so that a verdict and the live progress say the
same thing; an empty list is the steady state. They read UIDs and owner references, never name
prefixes, and they never believe a status alone.
"""

from __future__ import annotations

from reconverge.judges.steady.census import Census
from reconverge.judges.steady.nodes import LOST_NODE_TAINTS, node_whole
from reconverge.judges.steady.values import (
    AnySteadyState,
    JobComplete,
    JobFailed,
    JobRunning,
    OnEachNode,
    ReadyPods,
    SteadyState,
)
from reconverge.judges.steady.words import Steadiness, readiness, state

__all__ = [
    "LOST_NODE_TAINTS",
    "AnySteadyState",
    "Census",
    "JobComplete",
    "JobFailed",
    "JobRunning",
    "OnEachNode",
    "ReadyPods",
    "Steadiness",
    "SteadyState",
    "node_whole",
    "readiness",
    "state",
]
