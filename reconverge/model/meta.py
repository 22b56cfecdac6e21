"""What is true of every Kubernetes object: identity, labels, owners, conditions; and selectors.

Views have the API's own structure and names, so that msgspec decodes the wire straight into them.
Field meanings and defaults: https://kubernetes.io/docs/reference/kubernetes-api/ (v1.34).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

# On each pod of a Job until the Job has counted its end (batch/v1 JobTrackingFinalizer).
JOB_TRACKING = "batch.kubernetes.io/job-tracking"
# What Kubernetes' own controllers strike: its garbage collector (metav1.FinalizerDeleteDependents,
# FinalizerOrphanDependents) and its Job controller.
_OWN_FINALIZERS = ("foregroundDeletion", "orphan", JOB_TRACKING)


class View(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, gc=False):
    """Base of every view: immutable, keyword-only, camelCase on the wire.

    A view is a tree, so the garbage collector need not look for cycles in it.
    """


class OwnerReference(View, frozen=True):
    kind: str
    name: str
    uid: str
    controller: bool = False
    api_version: str = ""
    block_owner_deletion: bool = False


class Meta(View, frozen=True):
    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    owner_references: tuple[OwnerReference, ...] = ()
    finalizers: tuple[str, ...] = ()
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None
    deletion_grace_period_seconds: int | None = None

    @property
    def controller(self) -> OwnerReference | None:
        """The one owner that manages this object, if any (ownerReference with controller: true)."""
        return next((owner for owner in self.owner_references if owner.controller), None)

    @property
    def foreign_finalizers(self) -> tuple[str, ...]:
        """Those that nobody in Kubernetes itself takes away."""
        return tuple(one for one in self.finalizers if one not in _OWN_FINALIZERS)


class Requirement(View, frozen=True):
    """One row of `matchExpressions`; several are ANDed."""

    key: str
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """NotIn also holds for a missing key (labels.Requirement.Matches in apimachinery)."""
        present = self.key in labels
        if self.operator == "Exists":
            return present
        if self.operator == "DoesNotExist":
            return not present
        is_in = present and labels[self.key] in self.values
        return is_in if self.operator == "In" else not is_in


class NodeRequirement(View, frozen=True):
    """One row of a node selector term; Gt and Lt compare whole numbers."""

    key: str
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """As component-helpers/scheduling/corev1/nodeaffinity reads it."""
        if self.operator == "Gt" or self.operator == "Lt":
            try:
                has, bound = int(labels[self.key]), int(self.values[0])
            except (KeyError, IndexError, ValueError):
                return False
            return has > bound if self.operator == "Gt" else has < bound
        return Requirement(key=self.key, operator=self.operator, values=self.values).matches(labels)


class NodeSelectorTerm(View, frozen=True):
    """Rows that must all match; a term without any matches no node."""

    match_expressions: tuple[NodeRequirement, ...] = ()
    match_fields: tuple[NodeRequirement, ...] = ()

    def matches(self, labels: Mapping[str, str], *, name: str) -> bool:
        """Of a node with these labels and this name, the only field that terms may ask about."""
        if not self.match_expressions and not self.match_fields:
            return False
        fields = {"metadata.name": name}
        return all(row.matches(labels) for row in self.match_expressions) and all(
            row.matches(fields) for row in self.match_fields
        )


class Selector(View, frozen=True):
    """A label selector. An empty one matches nothing: no controller acts on an empty selector."""

    match_labels: dict[str, str] = {}
    match_expressions: tuple[Requirement, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        if not self.match_labels and not self.match_expressions:
            return False
        return all(labels.get(key) == value for key, value in self.match_labels.items()) and all(
            requirement.matches(labels) for requirement in self.match_expressions
        )

    def keys(self) -> frozenset[str]:
        """Every label key that takes part in the decision."""
        return frozenset(self.match_labels) | {row.key for row in self.match_expressions}

    def __str__(self) -> str:
        rows = [f"{key}={value}" for key, value in self.match_labels.items()]
        rows += [
            f"{row.key} {row.operator}" + (f" ({','.join(row.values)})" if row.values else "")
            for row in self.match_expressions
        ]
        return ", ".join(rows) or "<nothing>"


class Condition(View, frozen=True):
    type: str
    status: Literal["True", "False", "Unknown"]
    reason: str = ""
    message: str = ""
    last_transition_time: datetime | None = None
    last_heartbeat_time: datetime | None = None


class Named(View, frozen=True):
    """An object of any kind: what is true of all of them."""

    metadata: Meta

    @property
    def uid(self) -> str:
        return self.metadata.uid

    @property
    def name(self) -> str:
        return self.metadata.name

    @property
    def resource_version(self) -> int:
        """The write's place in etcd's order; comparable within one cluster (KEP-5504)."""
        return int(self.metadata.resource_version or 0)

    @property
    def is_terminating(self) -> bool:
        return self.metadata.deletion_timestamp is not None


def is_of(view: Named, owner: Ref) -> bool:
    """Whether exactly this owner, and not a namesake, controls the object."""
    controller = view.metadata.controller
    return controller is not None and controller.uid == owner.uid


def condition(conditions: tuple[Condition, ...], kind: str) -> Condition | None:
    return next((row for row in conditions if row.type == kind), None)


def is_true(row: Condition | None) -> bool:
    return row is not None and row.status == "True"


class Ref(msgspec.Struct, frozen=True):
    """An object named for good: the UID tells it from a namesake created later."""

    kind: str
    namespace: str
    name: str
    uid: str

    def __str__(self) -> str:
        return f'{self.kind} "{self.name}"'


def ref(kind: str, view: Named) -> Ref:
    return Ref(kind, view.metadata.namespace, view.name, view.uid)
