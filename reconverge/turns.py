"""How much of its cluster a scenario has to itself, and which nodes it may harm therefore.

A scenario that needs a node's outage has one of the nodes that are set aside for it
(model/nodes.py), where no other scenario has pods. So there are as many outages at once as such
nodes, beside everything else.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from reconverge.model import Node, Ref, Snapshot


class Turn(StrEnum):
    """What a scenario is alone with."""

    SHARED = "shared"
    LABELS = "labels"
    OUTAGE = "outage"
    ALONE = "alone"

    @property
    def has_lane(self) -> bool:
        """Whether turns of this kind come one after another, in one lane or several."""
        return self in (Turn.LABELS, Turn.OUTAGE)

    @property
    def is_admitted(self) -> bool:
        """Whether its pods may be on a node that is set aside."""
        return self in (Turn.OUTAGE, Turn.ALONE)

    def lanes(self, set_aside: Iterable[str]) -> dict[str, str]:
        """The lanes of this turn by name, where nodes are `set_aside` under these values.

        To each belongs the value of its node; it is empty where the turn has no node of its own.
        """
        if self is Turn.OUTAGE:
            return {f"{self}-{value}" if value else str(self): value for value in set_aside}
        return {str(self): ""} if self.has_lane else {}


def set_aside(nodes: Iterable[Node]) -> tuple[str, ...]:
    """The values of the nodes set aside, each a lane; empty where none is."""
    return tuple(sorted({node.outage_lane for node in nodes if node.is_for_outages}))


def touches_control_plane(targets: Iterable[Ref], snapshot: Snapshot) -> bool:
    """Whether harm to them may keep the API server from answering."""
    planes = {node.uid for node in snapshot.nodes() if node.is_control_plane}
    return any(one.uid in planes for one in targets)


def turn_for(targets: Iterable[Ref], snapshot: Snapshot, *, are_labelled: bool) -> Turn:
    """The turn that harm to `targets` takes, whoever does it: nodes are used by others.

    `are_labelled`: they only get labels, which is in nobody's way but that of who labels as well,
    and of who has a node that is set aside.
    """
    nodes = {one.name for one in targets if one.kind == "Node"}
    if not nodes:
        return Turn.SHARED
    aside = {node.name for node in snapshot.nodes() if node.is_for_outages}
    return Turn.LABELS if are_labelled and not nodes & aside else Turn.ALONE


def spared(turn: Turn, snapshot: Snapshot, *, lane: str = "") -> frozenset[str]:
    """The workers that a scenario of that turn must leave alone, since others use them.

    `lane`: the value of the node set aside that is its own.
    """
    workers = [node for node in snapshot.nodes() if not node.is_control_plane]
    aside = frozenset(node.name for node in workers if node.is_for_outages)
    own = {node.name for node in workers if node.is_for_outages and node.outage_lane == lane}
    everyone = frozenset(node.name for node in workers)
    match turn:
        case Turn.ALONE:
            return frozenset()
        case Turn.SHARED:
            return everyone
        case Turn.LABELS:
            return aside
        case Turn.OUTAGE:
            return everyone - own
