"""How a state is put into words, the same for a verdict, the live progress and the report."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import msgspec

from reconverge.model import Node, Pod

# Of many pods that lack the same thing a few are named: enough to look one up.
NAMED_MAX = 4


class Steadiness(msgspec.Struct, frozen=True):
    """What is lacking for the steady state, and what is seen; steady when nothing is lacking.

    `do_pods_differ` tells a lack that the pods alone show, whatever their owner's status says.
    """

    lacking: tuple[str, ...]
    seen: str
    do_pods_differ: bool = False

    @property
    def is_steady(self) -> bool:
        return not self.lacking


def listed(names: Iterable[str], total: int) -> str:
    """The first few of `total` names, and how many more there are."""
    few = list(islice(names, NAMED_MAX))
    rest = f" and {total - len(few)} more" if total > len(few) else ""
    return ", ".join(few) + rest


def counted(number: int, what: str) -> str:
    """`1 ready pod`, `3 ready pods`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def state(pod: Pod) -> str:
    """A pod's state as kubectl would abbreviate it, from the most specific fact there is."""
    for status in pod.status.container_statuses:
        if status.state.waiting is not None and status.state.waiting.reason:
            return status.state.waiting.reason
        if status.state.terminated is not None:
            return f"{status.state.terminated.reason} ({status.state.terminated.exit_code})"
    unmet = [row for row in pod.status.conditions if row.status != "True" and row.reason]
    if pod.status.phase == "Pending" and unmet:
        return f"Pending, {unmet[0].reason}"
    if pod.status.phase == "Running" and not pod.is_ready:
        return "Running, not ready"
    return pod.status.phase


def readiness(node: Node) -> str:
    """Ready, NotReady or Unknown, with the reason that the control plane gives."""
    row = node.ready
    if row is None:
        return "without a Ready condition"
    word = {"True": "Ready", "False": "NotReady", "Unknown": "NotReady (Unknown)"}[row.status]
    return f"{word}: {row.reason}" if row.reason else word
