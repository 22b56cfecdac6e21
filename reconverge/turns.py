"""How much of its cluster a scenario has to itself, and which nodes it may harm therefore.

A scenario that needs a node's outage has the node that is set aside for it (model/nodes.py), where
no other scenario has pods. So outages come one after another, but beside everything else.
"""

from __future__ import annotations

from enum import StrEnum

from reconverge.model import Node, Snapshot


class Turn(StrEnum):
    """What a scenario is alone with."""

    SHARED = "shared"
    LABELS = "labels"
    OUTAGE = "outage"
    ALONE = "alone"

    @property
    def lane(self) -> str:
        """Turns of one lane are taken one after another; empty for those of no lane."""
        return self.value if self in (Turn.LABELS, Turn.OUTAGE) else ""

    @property
    def is_admitted(self) -> bool:
        """Whether its pods may be on the node that is set aside."""
        return self in (Turn.OUTAGE, Turn.ALONE)


def has_node_set_aside(nodes: tuple[Node, ...]) -> bool:
    """Whether outages can be had beside other scenarios on the cluster of these nodes."""
    return any(node.is_for_outages for node in nodes)


def spared(turn: Turn, snapshot: Snapshot) -> frozenset[str]:
    """The workers that a scenario of that turn must leave alone, since others use them."""
    workers = [node for node in snapshot.nodes() if not node.is_control_plane]
    aside = frozenset(node.name for node in workers if node.is_for_outages)
    everyone = frozenset(node.name for node in workers)
    match turn:
        case Turn.ALONE:
            return frozenset()
        case Turn.SHARED:
            return everyone
        case Turn.LABELS:
            return aside
        case Turn.OUTAGE:
            return everyone - aside
