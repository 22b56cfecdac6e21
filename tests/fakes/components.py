"""The fake's control plane as its API shows it: command lines of static pods, and kubelets."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.fakes.store import Object, Store

# The fast profile, and the figures by which the fake's nodes are given up.
FLAGS: dict[str, tuple[str, ...]] = {
    "kube-controller-manager": (
        "--leader-elect=true",
        "--node-monitor-grace-period=12s",
        "--node-monitor-period=1s",
    ),
    "kube-apiserver": (
        "--default-not-ready-toleration-seconds=5",
        "--default-unreachable-toleration-seconds=5",
    ),
    "kube-scheduler": ("--leader-elect=true",),
}
KUBELET: Object = {"nodeStatusUpdateFrequency": "4s", "featureGates": {}}


def add_static_pods(store: Store, *, node: str) -> None:
    """One pod for each component, as kubeadm labels them, running from the start."""
    for component, flags in FLAGS.items():
        container = {"name": component, "command": [component, *flags]}
        labels = {"component": component, "tier": "control-plane"}
        status: dict[str, Any] = {"phase": "Running", "containerStatuses": []}
        pod: Object = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": f"{component}-{node}", "labels": labels},
            "spec": {"nodeName": node, "containers": [container]},
            "status": status,
        }
        store.add(pod, namespace="kube-system")


def configz(configuration: Object) -> str:
    """What a kubelet with that configuration answers."""
    return msgspec.json.encode({"kubeletconfig": configuration}).decode()
