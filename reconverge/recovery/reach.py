"""How another process reaches the same cluster: what a watchdog is told on its command line."""

from __future__ import annotations

from pathlib import Path

import msgspec

from reconverge.cluster.api import KubernetesCluster
from reconverge.cluster.door import Cluster
from reconverge.cluster.nodes import KindCluster


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """One context of one kubeconfig; `kind_name` where its nodes are containers of this machine."""

    kubeconfig: str
    context: str
    kind_name: str = ""

    @classmethod
    def of(cls, kubeconfig: Path, *, context: str, kind_name: str = "") -> Reach:
        """That of a cluster as this process knows it; the path is made absolute."""
        return cls(kubeconfig=str(kubeconfig.absolute()), context=context, kind_name=kind_name)

    def open(self) -> Cluster:
        """The cluster; nothing is asked of it yet. Raises BadInput."""
        if self.kind_name:
            return KindCluster.of(Path(self.kubeconfig), kind_name=self.kind_name)
        return KubernetesCluster.open(Path(self.kubeconfig), context=self.context)
