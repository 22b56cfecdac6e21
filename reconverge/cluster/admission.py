"""Refusing writes before they are stored: an admission policy of ours, and when it is in force.

Needs Kubernetes 1.30, in which ValidatingAdmissionPolicy became stable:
https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
"""

from __future__ import annotations

import tenacity

from reconverge.cluster.door import Cluster, JsonObject
from reconverge.cluster.errors import Forbidden, Rejected
from reconverge.errors import Unavailable
from reconverge.model import Ref

API = "admissionregistration.k8s.io/v1"
POLICY, BINDING = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"
# An object of this name is refused to everybody, which shows that the policy is in force.
TOUCHSTONE = "reconverge-silence"
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
        "validations": [{"expression": "false", "message": "silenced by a chaos experiment"}],
    }


def _wait_until_in_force(cluster: Cluster, name: str, namespace: str) -> None:
    """The API server learns of a policy by a watch of its own, which nobody can see."""
    attempts = tenacity.Retrying(
        retry=tenacity.retry_if_result(bool),
        wait=tenacity.wait_fixed(0.05),
        stop=tenacity.stop_after_delay(IN_FORCE_WITHIN_S),
    )
    try:
        attempts(_is_admitted, cluster, namespace)
    except tenacity.RetryError as error:
        what = f"its policy is not in force after {IN_FORCE_WITHIN_S:g} s"
        raise Unavailable(what, where=name) from error


def _is_admitted(cluster: Cluster, namespace: str) -> bool:
    one: JsonObject = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": TOUCHSTONE}}
    try:
        cluster.create(one, namespace=namespace, is_dry_run=True)
    except (Rejected, Forbidden):
        return False
    return True
