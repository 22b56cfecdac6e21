"""Where each kind lives in the API: its path, its plural, whether it belongs to a namespace.

The kinds that the scenarios use are in a table, so that nothing is asked of the API server for
them; any other kind is found by discovery from its apiVersion.
"""

from __future__ import annotations

from difflib import get_close_matches
from urllib.parse import quote

import msgspec


class Kind(msgspec.Struct, frozen=True):
    """One kind as the API serves it. `api` is the path of its group and version."""

    name: str
    api_version: str
    plural: str
    is_namespaced: bool = True

    @property
    def api(self) -> str:
        is_core = "/" not in self.api_version
        return f"/api/{self.api_version}" if is_core else f"/apis/{self.api_version}"

    def path(self, *, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """The URL path of one object (with `name`) or of the collection."""
        parts = [self.api]
        if self.is_namespaced and namespace:
            parts += ["namespaces", quote(namespace, safe="")]
        parts.append(self.plural)
        if name:
            parts.append(quote(name, safe=":"))  # RBAC names and `pod:port` have colons
        if subresource:
            parts.append(subresource)
        return "/".join(parts)


CORE: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("Namespace", "v1", "namespaces", is_namespaced=False),
        Kind("Node", "v1", "nodes", is_namespaced=False),
        Kind("PersistentVolume", "v1", "persistentvolumes", is_namespaced=False),
        Kind("Pod", "v1", "pods"),
        Kind("PodTemplate", "v1", "podtemplates"),
        Kind("Event", "v1", "events"),
        Kind("Service", "v1", "services"),
        Kind("Endpoints", "v1", "endpoints"),
        Kind("ConfigMap", "v1", "configmaps"),
        Kind("Secret", "v1", "secrets"),
        Kind("ServiceAccount", "v1", "serviceaccounts"),
        Kind("ResourceQuota", "v1", "resourcequotas"),
        Kind("LimitRange", "v1", "limitranges"),
        Kind("PersistentVolumeClaim", "v1", "persistentvolumeclaims"),
        Kind("ReplicationController", "v1", "replicationcontrollers"),
        Kind("ReplicaSet", "apps/v1", "replicasets"),
        Kind("DaemonSet", "apps/v1", "daemonsets"),
        Kind("Deployment", "apps/v1", "deployments"),
        Kind("StatefulSet", "apps/v1", "statefulsets"),
        Kind("ControllerRevision", "apps/v1", "controllerrevisions"),
        Kind("Job", "batch/v1", "jobs"),
        Kind("CronJob", "batch/v1", "cronjobs"),
        Kind("EndpointSlice", "discovery.k8s.io/v1", "endpointslices"),
        Kind("Lease", "coordination.k8s.io/v1", "leases"),
        Kind("PodDisruptionBudget", "policy/v1", "poddisruptionbudgets"),
        Kind("NetworkPolicy", "networking.k8s.io/v1", "networkpolicies"),
        Kind("Role", "rbac.authorization.k8s.io/v1", "roles"),
        Kind("RoleBinding", "rbac.authorization.k8s.io/v1", "rolebindings"),
        Kind(
            "ValidatingAdmissionPolicy",
            "admissionregistration.k8s.io/v1",
            "validatingadmissionpolicies",
            is_namespaced=False,
        ),
        Kind(
            "ValidatingAdmissionPolicyBinding",
            "admissionregistration.k8s.io/v1",
            "validatingadmissionpolicybindings",
            is_namespaced=False,
        ),
    )
}


def suggestion(word: str, known: dict[str, Kind]) -> str:
    """A cure that names the kinds nearest to a misspelt one."""
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), by_lower, n=3, cutoff=0.6)
    if near:
        return "did you mean " + " or ".join(by_lower[one] for one in near) + "?"
    return "kinds are written in the singular and in CamelCase, such as ReplicationController"


class _GroupVersion(msgspec.Struct, frozen=True, rename="camel"):
    group_version: str


class _Group(msgspec.Struct, frozen=True, rename="camel"):
    preferred_version: _GroupVersion


class _GroupList(msgspec.Struct, frozen=True):
    groups: tuple[_Group, ...] = ()


def served_versions(body: bytes) -> tuple[str, ...]:
    """The apiVersions in an APIGroupList, one for each group, in the server's order, v1 first."""
    listing = msgspec.json.decode(body, type=_GroupList)
    return ("v1", *(group.preferred_version.group_version for group in listing.groups))


class _Resource(msgspec.Struct, frozen=True):
    name: str
    kind: str
    namespaced: bool


class _ResourceList(msgspec.Struct, frozen=True):
    resources: tuple[_Resource, ...] = ()


def discovered(api_version: str, body: bytes) -> dict[str, Kind]:
    """The kinds in an APIResourceList; subresources (`pods/log`) are not kinds of their own."""
    listing = msgspec.json.decode(body, type=_ResourceList)
    return {
        row.kind: Kind(row.kind, api_version, row.name, row.namespaced)
        for row in listing.resources
        if "/" not in row.name
    }
