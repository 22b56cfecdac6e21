"""What a learner's kubectl may do: look at one namespace, and change what the exercise is about.

The verbs are those of the chapter's commands. Nothing cluster-wide is granted, not even to look at:
on a shared cluster a label on a node is everybody's (docs/decisions/a-lab-is-one-namespace.md).
"""

from __future__ import annotations

from collections.abc import Iterable

from reconverge.cluster.door import JsonObject

ACCOUNT = "learner"
# A class, and the rest of the day; `study start` renews it. An API server may cap it.
LIFETIME_S = 8 * 3600
_LOOK = ["get", "list", "watch"]
_CHANGE = ["create", "update", "patch", "delete"]
# Group and plural of each kind that a lab may let its learner change.
CHANGEABLE: dict[str, tuple[str, str]] = {
    "Pod": ("", "pods"),
    "ReplicationController": ("", "replicationcontrollers"),
    "Service": ("", "services"),
    "ReplicaSet": ("apps", "replicasets"),
    "DaemonSet": ("apps", "daemonsets"),
    "Job": ("batch", "jobs"),
    "CronJob": ("batch", "cronjobs"),
}
_SCALED = frozenset({"ReplicationController", "ReplicaSet"})
# `kubectl get all` asks for the last four as well, and `describe` for events.
_SEEN = (
    *CHANGEABLE.values(),
    ("", "pods/log"),
    ("", "events"),
    ("events.k8s.io", "events"),
    ("apps", "deployments"),
    ("apps", "statefulsets"),
    ("autoscaling", "horizontalpodautoscalers"),
)


def objects(changes: Iterable[str]) -> tuple[JsonObject, ...]:
    """The account, its role and what binds them, for a namespace; `changes` are kinds."""
    return (
        _object("v1", "ServiceAccount"),
        _object(_RBAC, "Role") | {"rules": _rules(changes)},
        _object(_RBAC, "RoleBinding")
        | {
            "roleRef": {"apiGroup": _GROUP, "kind": "Role", "name": ACCOUNT},
            "subjects": [{"kind": "ServiceAccount", "name": ACCOUNT}],
        },
    )


def user_in(namespace: str) -> str:
    """The account as the API server's audit log names it."""
    return f"system:serviceaccount:{namespace}:{ACCOUNT}"


_GROUP = "rbac.authorization.k8s.io"
_RBAC = f"{_GROUP}/v1"


def _object(api_version: str, kind: str) -> JsonObject:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": ACCOUNT}}


def _rules(changes: Iterable[str]) -> list[JsonObject]:
    rules = [_rule(group, resource, _LOOK) for group, resource in _SEEN]
    for kind in changes:
        group, resource = CHANGEABLE[kind]
        rules.append(_rule(group, resource, _CHANGE))
        if kind in _SCALED:
            rules.append(_rule(group, f"{resource}/scale", ["get", "update", "patch"]))
    return rules


def _rule(group: str, resource: str, verbs: list[str]) -> JsonObject:
    return {"apiGroups": [group], "resources": [resource], "verbs": verbs}
