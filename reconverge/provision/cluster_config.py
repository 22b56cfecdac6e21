"""What kind and kubeadm are told: pure functions from a specification to configuration text.

extraArgs are written as maps without an apiVersion, which kind merges into every version of
kubeadm's configuration that it generates (v1beta3 up to Kubernetes 1.35, v1beta4 after).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from reconverge.errors import BadInput
from reconverge.model import OUTAGES
from reconverge.provision.profiles import Profile, profile_named
from reconverge.provision.state import Egress, valid_name
from reconverge.provision.versions import versions

Source = Literal["auto", "build", "pull"]

AUDIT_FOLDER = "/var/log/kubernetes/audit"
POLICY_PATH = "/etc/kubernetes/audit-policy.yaml"
# So many workers are left to scenarios that need no outage; of those beyond, some are set aside.
SHARED_WORKERS = 2
# With two nodes of five down, evictions go on; with more, the zone guard may stop them.
SET_ASIDE_MAX = 2
WORKERS = SHARED_WORKERS + SET_ASIDE_MAX
MAX_WORKERS = 20  # a bridge and one machine's memory carry no more in practice


@dataclass(frozen=True, kw_only=True)
class ClusterSpec:
    """The cluster one wants. `image` names a node image; otherwise `image_source` chooses one."""

    name: str = "reconverge"
    workers: int = WORKERS
    profile: str = "fast"
    minor: str = "1.34"
    image: str = ""
    image_source: Source = "auto"
    workloads: Source = "auto"
    egress: Egress = "closed"
    api_port: int = 0

    def validated(self) -> ClusterSpec:
        """This specification, if a cluster can be made of it; BadInput otherwise."""
        valid_name(self.name)
        profile_named(self.profile)
        versions().minor(self.minor)
        if not 1 <= self.workers <= MAX_WORKERS:
            raise BadInput(f"{self.workers} workers", cure=f"choose 1 to {MAX_WORKERS}")
        return self


@dataclass(frozen=True, kw_only=True)
class Mounts:
    """Host paths the control plane sees: the audit policy, and the folder its log goes to."""

    policy: Path
    audit: Path


@dataclass(frozen=True, kw_only=True)
class NodeImage:
    """The node image, and the tags of etcd and CoreDNS in it where kubeadm's own would be wrong."""

    reference: str
    tags: Mapping[str, str] = field(default_factory=dict)


def kind_config(spec: ClusterSpec, image: NodeImage, mounts: Mounts) -> str:
    """kind's configuration file (YAML)."""
    profile = profile_named(spec.profile)
    control_plane = {
        "role": "control-plane",
        "image": image.reference,
        "extraMounts": [
            {"hostPath": str(mounts.policy), "containerPath": POLICY_PATH, "readOnly": True},
            {"hostPath": str(mounts.audit), "containerPath": AUDIT_FOLDER},
        ],
    }
    workers: list[dict[str, Any]] = [
        {"role": "worker", "image": image.reference} for _ in range(spec.workers)
    ]
    beyond = workers[SHARED_WORKERS:][-SET_ASIDE_MAX:]
    for lane, worker in enumerate(beyond, start=1):
        worker |= _set_aside(str(lane))
    patches = [_cluster_patch(profile, image)]
    if profile.kubelet:
        patches.append({"kind": "KubeletConfiguration", **profile.kubelet})
    config = {
        "kind": "Cluster",
        "apiVersion": "kind.x-k8s.io/v1alpha4",
        "name": spec.name,
        "networking": {
            "apiServerAddress": "127.0.0.1",
            "apiServerPort": spec.api_port,
            "ipFamily": "ipv4",
        },
        "kubeadmConfigPatches": [yaml.safe_dump(patch, sort_keys=False) for patch in patches],
        "nodes": [control_plane, *workers],
    }
    return yaml.safe_dump(config, sort_keys=False)


def _set_aside(lane: str) -> dict[str, Any]:
    """What makes a worker one for outages, by its kubelet: registered anew it is so again."""
    taint = {"key": OUTAGES.key, "value": lane, "effect": OUTAGES.effect}
    patch = {"kind": "JoinConfiguration", "nodeRegistration": {"taints": [taint]}}
    return {
        "labels": {OUTAGES.key: lane},
        "kubeadmConfigPatches": [yaml.safe_dump(patch, sort_keys=False)],
    }


def _cluster_patch(profile: Profile, image: NodeImage) -> dict[str, Any]:
    patch: dict[str, Any] = {
        "kind": "ClusterConfiguration",
        "apiServer": {
            "extraArgs": {
                "audit-policy-file": POLICY_PATH,
                "audit-log-path": f"{AUDIT_FOLDER}/audit.log",
                "audit-log-maxsize": "100",  # MiB, about 200 000 writes
                "audit-log-maxbackup": "2",
                **profile.api_server,
            },
            "extraVolumes": [
                _volume("audit-policy", POLICY_PATH, "File", read_only=True),
                _volume("audit-log", AUDIT_FOLDER, "DirectoryOrCreate", read_only=False),
            ],
        },
    }
    if profile.controller_manager:
        patch["controllerManager"] = {"extraArgs": profile.controller_manager}
    if "etcd" in image.tags:
        patch["etcd"] = {"local": {"imageTag": image.tags["etcd"]}}
    if "coredns" in image.tags:
        patch["dns"] = {"imageTag": image.tags["coredns"]}
    return patch


def _volume(name: str, path: str, path_type: str, *, read_only: bool) -> dict[str, Any]:
    return {
        "name": name,
        "hostPath": path,
        "mountPath": path,
        "readOnly": read_only,
        "pathType": path_type,
    }


def audit_policy() -> str:
    """Who wrote what and when, at Metadata level; reads, leases and events would drown it.

    Objects are in the timeline already. What only the audit log knows is the author of a write.
    """
    policy = {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived", "ResponseStarted"],
        "omitManagedFields": True,
        "rules": [
            {
                "level": "None",
                "resources": [
                    {"group": "coordination.k8s.io", "resources": ["leases"]},
                    {"group": "", "resources": ["events"]},
                    {"group": "events.k8s.io", "resources": ["events"]},
                    {"group": "authentication.k8s.io"},
                    {"group": "authorization.k8s.io"},
                ],
            },
            {
                "level": "Metadata",
                "verbs": ["create", "update", "patch", "delete", "deletecollection"],
            },
            {"level": "None"},
        ],
    }
    return yaml.safe_dump(policy, sort_keys=False)
