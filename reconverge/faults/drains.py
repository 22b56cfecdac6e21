"""A node is emptied by hand: closed to new pods, and those that run there are asked to go."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from reconverge.blast import Pick
from reconverge.cluster.door import Cluster
from reconverge.cluster.errors import NotFound, OverBudget
from reconverge.errors import BadInput
from reconverge.faults.fault import listed
from reconverge.faults.node_marks import CordonNode
from reconverge.faults.pods import active_on
from reconverge.judges.effects import AnyEffect, PodsLost
from reconverge.model import Ref, Snapshot, ref

# Each asks for a few seconds by itself (transport.PATIENT). kubectl asks for ever by default.
_ASKED_MAX = 30


class DrainNode(CordonNode, frozen=True, kw_only=True):
    """Cordon one worker and evict the pods of `running` there, one after another.

    An eviction that a disruption budget forbids is asked for again until it is allowed, for about
    two minutes. Pods of others stay: they are no business of the scenario's.
    """

    running: Ref

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"node {listed(targets[:1])} drained of {listed(targets[1:])}"

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        nodes = super().targets(snapshot, pick)
        pods = [pod for node in nodes for pod in active_on(snapshot, self.running, node.name)]
        if nodes and not pods:
            raise BadInput(f"no pod of {self.running} is on {nodes[0].name}")
        return (*nodes, *(ref("Pod", pod) for pod in pods))

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        super().inject(cluster, targets[:1])
        for pod in targets[1:]:
            with suppress(NotFound):  # somebody else was faster
                _evict(cluster, pod)
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del created
        return PodsLost(pods=tuple(targets[1:]))


def _evict(cluster: Cluster, pod: Ref) -> None:
    for asked in range(1, _ASKED_MAX + 1):
        try:
            cluster.evict(pod)
        except OverBudget:
            if asked == _ASKED_MAX:
                raise
        else:
            return
