"""How harm inside a node is taken back: its network, its container runtime, its containers.

All of it is done inside the node, so that none of it needs an API server.
"""

from __future__ import annotations

from contextlib import suppress

import msgspec

from reconverge.cluster.door import Cluster, Cut, Networks, Runtimes, StoppableNodes
from reconverge.cluster.errors import NotFound
from reconverge.faults.undo import NodeUndo, RollbackFailed, Undo
from reconverge.model import Ref


class MendNetwork(NodeUndo, frozen=True, kw_only=True):
    """The node drops these packets no longer. A node that is down has no network to mend."""

    cut: Cut

    def sentence(self) -> str:
        return f"the network of {self.node} mended"

    def rollback(self, cluster: Cluster) -> None:
        if not isinstance(cluster, Networks):
            raise RollbackFailed("its network cannot be mended", where=self.node)
        if _is_up(cluster, self.node):
            cluster.mend_network(self.node, self.cut)
            if cluster.is_cut(self.node, self.cut):
                raise RollbackFailed(f"the network of {self.node} is still cut", where=self.node)

    def lacking(self, cluster: Cluster) -> str:
        if not isinstance(cluster, Networks) or not _is_up(cluster, self.node):
            return ""
        if cluster.is_cut(self.node, self.cut):
            return f"the network of {self.node} is still cut"
        return super().lacking(cluster)


class StartRuntime(NodeUndo, frozen=True, kw_only=True):
    """The node's container runtime runs."""

    def sentence(self) -> str:
        return f"the container runtime of {self.node} started"

    def rollback(self, cluster: Cluster) -> None:
        if not isinstance(cluster, Runtimes):
            raise RollbackFailed("its container runtime is out of reach", where=self.node)
        if _is_up(cluster, self.node):
            cluster.start_runtime(self.node)
            if not cluster.is_runtime_running(self.node):
                cure = f"docker exec {self.node} journalctl --unit containerd"
                raise RollbackFailed(self._at_rest(), where=self.node, cure=cure)

    def lacking(self, cluster: Cluster) -> str:
        if not isinstance(cluster, Runtimes) or not _is_up(cluster, self.node):
            return ""
        if not cluster.is_runtime_running(self.node):
            return self._at_rest()
        return super().lacking(cluster)

    def _at_rest(self) -> str:
        return f"the container runtime of {self.node} does not run"


class Lodged(msgspec.Struct, frozen=True):
    """A container by its name, with its pod, on its node."""

    node: str
    pod: Ref
    container: str


class ThawContainers(Undo, frozen=True, kw_only=True):
    """The processes of these containers run on. One that was killed meanwhile needs nothing."""

    rows: tuple[Lodged, ...]

    def sentence(self) -> str:
        names = (f"{row.container} of {row.pod.name}" for row in self.rows)
        return f"{', '.join(names) or 'nothing'} thawed"

    def rollback(self, cluster: Cluster) -> None:
        if not isinstance(cluster, Runtimes):
            raise RollbackFailed("its containers are out of reach", where=cluster.name)
        for row in self.rows:
            if _is_up(cluster, row.node):
                with suppress(NotFound):
                    cluster.signal_container(row.node, row.pod, row.container, "CONT")

    def lacking(self, cluster: Cluster) -> str:
        """The signal that lets a process go on cannot be refused, so it has been obeyed."""
        del cluster
        return ""


def _is_up(cluster: Cluster, node: str) -> bool:
    """Whether there is something to enter: what is done inside a node does not outlive its stop."""
    if not isinstance(cluster, StoppableNodes):
        return True
    try:
        return cluster.node_container(node).state in ("running", "paused")
    except NotFound:
        return False
