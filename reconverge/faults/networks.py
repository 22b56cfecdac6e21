"""Harm to the network of a node: packets to it, or from it, are dropped; all of them, or some.

A node that is cut off works on: its containers run, and its kubelet restarts them. Only nobody
hears of it. Who is cut off from the control plane alone is still reached by everybody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from reconverge.cluster.door import Cluster, Cut, Networks
from reconverge.errors import BadInput
from reconverge.faults.fault import NotOfThisCluster, listed
from reconverge.faults.node_undos import MendNetwork
from reconverge.faults.nodes import WorkerFault
from reconverge.faults.rollbacks import AnyUndo
from reconverge.judges.effects import AnyEffect, Attested, NodeLost
from reconverge.model import Ref, Snapshot

_WAYS = {"both": "", "in": ", only what comes in", "out": ", only what goes out"}


class NetworkFault(WorkerFault, frozen=True, kw_only=True):
    """Base of what drops packets of one worker: which, says `_cut`."""

    @property
    def _cut(self) -> Cut:
        raise NotImplementedError

    def suit(self, cluster: Cluster) -> None:
        _networks(cluster)

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del snapshot
        return MendNetwork(node=targets[0].name, cut=self._cut)

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            _networks(cluster).cut_network(target.name, self._cut)
        return ()


class CutNetwork(NetworkFault, frozen=True, kw_only=True):
    """Cut one worker off from everybody, or `off` from the control plane alone.

    `direction` as the node sees it. TCP needs both ways, so a cut in one direction ends every
    conversation too; what it leaves is that the one side still hears the other. IPv4 only.
    """

    off: Literal["everybody", "the control plane"] = "everybody"
    direction: Literal["both", "in", "out"] = "both"
    peers: tuple[str, ...] = ()

    @classmethod
    def off_control_plane(
        cls,
        snapshot: Snapshot,
        *,
        node: str = "",
        running: Ref | None = None,
        direction: Literal["both", "in", "out"] = "both",
    ) -> CutNetwork:
        """Cut off from the nodes of the control plane, wherever they are."""
        planes = (node for node in snapshot.nodes() if node.is_control_plane)
        peers = tuple(node.internal_ip for node in planes)
        if not peers:
            raise BadInput("the cluster shows no control plane to be cut off from")
        return cls(
            node=node, running=running, off="the control plane", direction=direction, peers=peers
        )

    @property
    def _cut(self) -> Cut:
        return Cut(peers=self.peers, direction=self.direction)

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"node {listed(targets)} cut off from {self.off}{_WAYS[self.direction]}"

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del created
        return NodeLost(node=targets[0])


class LosePackets(NetworkFault, frozen=True, kw_only=True):
    """Let so many percent of one worker's packets be lost, each by its own chance, both ways.

    By netfilter's statistic match. TCP makes up for a loss at the cost of time, so nothing need
    show; a delay or a bound on the rate would take netem.
    """

    percent: int

    @property
    def _cut(self) -> Cut:
        return Cut(percent=self.percent)

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"node {listed(targets)} loses {self.percent} percent of its packets"

    def suit(self, cluster: Cluster) -> None:
        super().suit(cluster)
        if not 0 < self.percent < 100:
            raise BadInput(f"{self.percent} percent is no loss", cure="name one from 1 to 99")

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        super().inject(cluster, targets)
        return tuple(Ref("Network", "", "netfilter", one.name) for one in targets)

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del targets
        return Attested(hit=tuple(created))


def _networks(cluster: Cluster) -> Networks:
    if isinstance(cluster, Networks):
        return cluster
    raise NotOfThisCluster("the networks of its nodes are out of reach", where=cluster.name)
