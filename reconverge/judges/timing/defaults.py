"""What Kubernetes does where nobody said otherwise, by version.

Each number names the file of k8s.io/kubernetes that sets it. Where versions differ, the table says
since when; a cluster that does not show its flags is judged by this table, and its report says so.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import TypeVar

from reconverge.model.settings import ClusterSettings, KubeletSettings, Setting

Minor = tuple[int, int]
Value = TypeVar("Value")

# pkg/controller/nodelifecycle/config/v1alpha1/defaults.go: 50 s leave a kubelet time to notice a
# dead connection (HTTP/2 read idle 30 s and ping 15 s); older releases did not.
NODE_MONITOR_GRACE_S: tuple[tuple[Minor, float], ...] = (((0, 0), 40.0), ((1, 32), 50.0))

# Feature gates of the kubelet that change its back-off, with their defaults since each minor
# (pkg/features/kube_features.go).
_GATES: dict[str, tuple[tuple[Minor, bool], ...]] = {
    "KubeletCrashLoopBackOffMax": (((0, 0), False), ((1, 35), True)),
    "ReduceDefaultCrashLoopBackOffDecay": (((0, 0), False),),
}
_MINOR = re.compile(r"v?(\d+)\.(\d+)")
_NEWEST: Minor = (sys.maxsize, 0)


def minor_of(version: str) -> Minor:
    """`v1.34.4`, `v1.29.3+k3s1` or `v1.30.2-eks-15` as (1, 34), (1, 29), (1, 30).

    An unreadable version is taken for the newest: its defaults are the more patient ones.
    """
    found = _MINOR.match(version)
    return (int(found[1]), int(found[2])) if found else _NEWEST


def default_settings(version: str) -> ClusterSettings:
    """The settings of an untouched cluster of that version."""
    minor, origin = minor_of(version), _origin(version)

    def setting(name: str, value: float) -> Setting:
        return Setting(name, value, origin)

    return ClusterSettings(
        version=version,
        node_monitor_grace_s=setting(
            "node-monitor-grace-period", _since(NODE_MONITOR_GRACE_S, minor)
        ),
        # k8s.io/cloud-provider/config/v1alpha1/defaults.go, and for the rest
        # cmd/kube-controller-manager/app/options/nodelifecyclecontroller.go
        node_monitor_period_s=setting("node-monitor-period", 5.0),
        node_eviction_rate=setting("node-eviction-rate", 0.1),
        secondary_eviction_rate=setting("secondary-node-eviction-rate", 0.01),
        large_cluster_nodes=setting("large-cluster-size-threshold", 50),
        unhealthy_zone_share=setting("unhealthy-zone-threshold", 0.55),
        # component-base/config/v1alpha1/defaults.go
        leader_lease_s=setting("leader-elect-lease-duration", 15.0),
        leader_retry_s=setting("leader-elect-retry-period", 2.0),
        # pkg/controller/apis/config/v1alpha1/defaults.go
        controller_qps=setting("kube-api-qps", 20.0),
        controller_burst=setting("kube-api-burst", 30),
        # plugin/pkg/admission/defaulttolerationseconds/admission.go
        not_ready_toleration_s=setting("default-not-ready-toleration-seconds", 300.0),
        unreachable_toleration_s=setting("default-unreachable-toleration-seconds", 300.0),
        # pkg/scheduler/apis/config/v1/defaults.go
        scheduler_backoff_max_s=setting("podMaxBackoffSeconds", 10.0),
        kubelet=default_kubelet(version),
    )


def default_kubelet(version: str, *, gates: Mapping[str, bool] | None = None) -> KubeletSettings:
    """An untouched kubelet of that version, but for the feature gates that are set.

    Numbers: pkg/kubelet/apis/config/v1beta1/defaults.go and newCrashLoopBackOff in
    pkg/kubelet/kubelet.go; under ReduceDefaultCrashLoopBackOffDecay the back-off begins with 1 s
    and ends with 60 s.
    """
    origin = _origin(version)
    is_reduced = is_enabled("ReduceDefaultCrashLoopBackOffDecay", version, gates or {})
    first_s, max_s = (1.0, 60.0) if is_reduced else (10.0, 300.0)
    return KubeletSettings(
        status_frequency_s=Setting("nodeStatusUpdateFrequency", 10.0, origin),
        crash_backoff_first_s=Setting("first crash back-off", first_s, origin),
        crash_backoff_max_s=Setting("maxContainerRestartPeriod", max_s, origin),
    )


def is_enabled(gate: str, version: str, gates: Mapping[str, bool]) -> bool:
    """Whether a kubelet of that version, with these gates set, has the feature."""
    return gates.get(gate, _since(_GATES[gate], minor_of(version)))


def _origin(version: str) -> str:
    found = _MINOR.match(version)
    return f"default of Kubernetes {found[1]}.{found[2]}" if found else "default of Kubernetes"


def _since(table: tuple[tuple[Minor, Value], ...], minor: Minor) -> Value:
    return [value for since, value in table if since <= minor][-1]
