"""What a cluster's components are set to, as far as it decides how long their repairs take.

Each value carries its origin, since a deadline is only as good as the knowledge behind it: a flag
that was read, or a default where nobody would tell.
"""

from __future__ import annotations

import msgspec


class Setting(msgspec.Struct, frozen=True):
    """One setting under the name that Kubernetes gives it; durations are in seconds.

    `origin` is such as "flag of kube-apiserver on NODE" or "default of Kubernetes 1.34".
    """

    name: str
    value: float
    origin: str


class KubeletSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One node's kubelet: how often it reports, and its back-off before it restarts a container."""

    status_frequency_s: Setting
    crash_backoff_first_s: Setting
    crash_backoff_max_s: Setting


class ClusterSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one cluster; `kubelets` by node, `kubelet` for a node that is not listed.

    `unread` says what could not be read, and why: there the defaults of `version` stand.
    """

    version: str
    node_monitor_grace_s: Setting
    node_monitor_period_s: Setting
    node_eviction_rate: Setting
    secondary_eviction_rate: Setting
    large_cluster_nodes: Setting
    unhealthy_zone_share: Setting
    leader_lease_s: Setting
    leader_retry_s: Setting
    controller_qps: Setting
    controller_burst: Setting
    not_ready_toleration_s: Setting
    unreachable_toleration_s: Setting
    scheduler_backoff_max_s: Setting
    kubelet: KubeletSettings
    kubelets: dict[str, KubeletSettings] = {}
    unread: tuple[str, ...] = ()

    def kubelet_on(self, node: str) -> KubeletSettings:
        """The kubelet of that node."""
        return self.kubelets.get(node, self.kubelet)
