"""Refusing writes before they are stored: an admission policy of ours, and when it is in force.

Needs Kubernetes 1.30, in which ValidatingAdmissionPolicy became stable:
https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
"""

from __future__ import annotations

import tenacity

from reconverge.cluster.door import Cluster, JsonObject
from reconverge.cluster.errors import Forbidden, NotFound, Rejected
from reconverge.errors import Unavailable
from reconverge.model import Ref

API = "admissionregistration.k8s.io/v1"
POLICY, BINDING = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"
# An object of this name is refused to everybody, which shows that the policy is in force.
TOUCHSTONE = "reconverge-silence"
REFUSAL = "silenced by a chaos experiment"
IN_FORCE_WITHIN_S = 15.0


def refuse_writes(
    cluster: Cluster, *, name: str, namespace: str, users: str, annotations: dict[str, str]
) -> tuple[Ref, ...]:
    """From the return on, the API server refuses each write in `namespace` by one of `users`.

    `users` is a CEL expression over `request.userInfo`. Returns what was made under `name`. Raises
    Unavailable when the policy is not in force after IN_FORCE_WITHIN_S seconds.
    """
    policy = _policy(namespace, users)
    binding: JsonObject = {"policyName": name, "validationActions": ["Deny"]}
    made = []
    for kind, spec in ((POLICY, policy), (BINDING, binding)):
        metadata = {"name": name, "annotations": annotations}
        one: JsonObject = {"apiVersion": API, "kind": kind, "metadata": metadata, "spec": spec}
        made.append(cluster.create(one, namespace="")[0])
    _wait_until_in_force(cluster, name, namespace)
    return tuple(made)


def _policy(namespace: str, users: str) -> JsonObject:
    writes = {
        "apiGroups": ["*"],
        "apiVersions": ["*"],
        "operations": ["CREATE", "UPDATE", "DELETE"],
        "resources": ["*/*"],
        # What is of no namespace has no `request.namespace`: asking for it there is an error, and
        # refuses the write, to everybody's Nodes for one.
        "scope": "Namespaced",
    }
    # Nor has what deletes a whole collection a `request.name`.
    conditions = {
        "where": f"request.namespace == '{namespace}'",
        "who": f"has(request.name) && request.name == '{TOUCHSTONE}' || {users}",
    }
    return {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": [writes]},
        "matchConditions": [{"name": k, "expression": v} for k, v in conditions.items()],
        "validations": [{"expression": "false", "message": REFUSAL}],
    }


def wait_until_admitted(cluster: Cluster, namespace: str) -> None:
    """Block until writes in `namespace` are refused no more.

    A policy outlives its objects a little, and who is refused in that moment may not ask again for
    a long time. Raises Unavailable when they are refused after IN_FORCE_WITHIN_S seconds.
    """
    try:
        _asking(tenacity.retry_if_result(bool))(are_refused, cluster, namespace)
    except tenacity.RetryError as error:
        what = f"writes are still refused after {IN_FORCE_WITHIN_S:g} s"
        raise Unavailable(what, where=namespace) from error


def are_refused(cluster: Cluster, namespace: str) -> bool:
    """Whether our policy is in force there; nothing is refused in a namespace that is gone."""
    one: JsonObject = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": TOUCHSTONE}}
    try:
        cluster.create(one, namespace=namespace, is_dry_run=True)
    except NotFound:
        return False
    except (Rejected, Forbidden) as error:
        return REFUSAL in error.what
    return False


def _wait_until_in_force(cluster: Cluster, name: str, namespace: str) -> None:
    """The API server learns of a policy by a watch of its own, which nobody can see."""
    try:
        _asking(tenacity.retry_if_not_result(bool))(are_refused, cluster, namespace)
    except tenacity.RetryError as error:
        what = f"its policy is not in force after {IN_FORCE_WITHIN_S:g} s"
        raise Unavailable(what, where=name) from error


def _asking(retry: tenacity.retry_base) -> tenacity.Retrying:
    return tenacity.Retrying(
        retry=retry,
        wait=tenacity.wait_fixed(0.05),
        stop=tenacity.stop_after_delay(IN_FORCE_WITHIN_S),
    )
