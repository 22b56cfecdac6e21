"""What a fault is: a value that can be written down before anything happens.

The order of an injection is always: choose the targets, compute the undo, write both to the
journal, and only then act. All but the last are pure functions of a snapshot.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

import msgspec

from reconverge.blast import Pick
from reconverge.cluster.door import Cluster
from reconverge.cluster.guard import NothingToHit
from reconverge.errors import BadInput
from reconverge.faults.rollbacks import AnyUndo
from reconverge.judges.effects import AnyEffect
from reconverge.model import Ref, Replicated, Snapshot


class Fault(msgspec.Struct, frozen=True, kw_only=True, tag_field="is", tag=True):
    """Base of every harm that a scenario can do."""

    def sentence(self, targets: Sequence[Ref]) -> str:
        """What is done to whom, in the words of the features."""
        raise NotImplementedError

    def suit(self, cluster: Cluster) -> None:
        """Raise NotOfThisCluster where the cluster cannot be harmed in this way."""
        del cluster

    def sparing(self, nodes: Set[str]) -> Fault:
        """This fault, choosing none of `nodes`, which others use; most hit no node at all."""
        del nodes
        return self

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        """The objects to hit; empty where nothing is eligible."""
        raise NotImplementedError

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        """How to take it back, computed while the world is still whole."""
        raise NotImplementedError

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        """Do it. Returns what only the doing can tell: objects created, containers ended."""
        raise NotImplementedError

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        """The mark that this must leave on the cluster."""
        raise NotImplementedError


class NotOfThisCluster(BadInput):
    """The fault needs something that this cluster does not offer, such as nodes to stop."""


def present(snapshot: Snapshot, workload: Ref) -> Replicated:
    """The workload as it is; NothingToHit when it is gone."""
    view = snapshot.workload(workload)
    if view is None:
        raise NothingToHit(f"{workload} does not exist", where=workload.namespace)
    return view


def listed(targets: Sequence[Ref]) -> str:
    return ", ".join(target.name for target in targets) or "nothing"
