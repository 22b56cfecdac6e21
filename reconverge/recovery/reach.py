"""How another process reaches the same cluster: what a watchdog is told on its command line."""

from __future__ import annotations

from pathlib import Path

import msgspec

from reconverge.cluster.api import KubernetesCluster
from reconverge.cluster.door import Cluster
from reconverge.cluster.leased_turns import NAMESPACE, Registry
from reconverge.cluster.nodes import KindCluster
from reconverge.cluster.transport import PROMPT
from reconverge.faults.owner import Owner


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """One context of one kubeconfig; `kind_name` where its nodes are containers of this machine.

    `lease_namespace` is where turns on it are written down for other machines.
    """

    kubeconfig: str
    context: str
    kind_name: str = ""
    lease_namespace: str = NAMESPACE

    @classmethod
    def of(
        cls,
        kubeconfig: Path,
        *,
        context: str,
        kind_name: str = "",
        lease_namespace: str = NAMESPACE,
    ) -> Reach:
        """That of a cluster as this process knows it; the path is made absolute."""
        return cls(
            kubeconfig=str(kubeconfig.absolute()),
            context=context,
            kind_name=kind_name,
            lease_namespace=lease_namespace,
        )

    def open(self) -> Cluster:
        """The cluster; nothing is asked of it yet. Raises BadInput."""
        if self.kind_name:
            return KindCluster.of(Path(self.kubeconfig), kind_name=self.kind_name)
        return KubernetesCluster.open(Path(self.kubeconfig), context=self.context)

    def registry(self, owner: Owner) -> Registry:
        """Where `owner` writes down its turns: over connections on which no answer is awaited long.

        Nothing is asked yet. Raises BadInput.
        """
        path = Path(self.kubeconfig)
        cluster = KubernetesCluster.open(path, context=self.context, patience=PROMPT)
        return Registry(cluster=cluster, namespace=self.lease_namespace, process=str(owner))
