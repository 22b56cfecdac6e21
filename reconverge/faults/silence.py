"""Harm to the right of the cluster's own agents to write: in one namespace they get nothing done.

The controllers, or the kubelets, run on and see everything; the API server refuses each of their
writes there. So many scenarios can be without controllers at the same time, each in its own
namespace, and those of everybody else go on. It is how scenarios are asked whether they can fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from reconverge.blast import Pick
from reconverge.cluster.admission import BINDING, POLICY, refuse_writes
from reconverge.cluster.door import Cluster
from reconverge.faults.fault import Fault
from reconverge.faults.object_undos import EndSilence
from reconverge.faults.rollbacks import AnyUndo
from reconverge.faults.undo import MARK
from reconverge.judges.effects import AnyEffect, Unmarked
from reconverge.model import Ref, Snapshot

Agents = Literal["controllers", "kubelets"]
# https://kubernetes.io/docs/reference/access-authn-authz/rbac/#controller-roles and node/
_USERS: dict[Agents, str] = {
    "controllers": (
        "request.userInfo.username.startsWith('system:serviceaccount:kube-system:') || "
        "request.userInfo.username == 'system:kube-controller-manager'"
    ),
    "kubelets": "request.userInfo.username.startsWith('system:node:')",
}


class Silence(Fault, frozen=True, kw_only=True):
    """Refuse every write of the controllers, or of the kubelets, in this scenario's namespace."""

    namespace: Ref
    agents: Agents = "controllers"

    @property
    def _name(self) -> str:
        return f"{self.namespace.name}-{self.agents}-silenced"

    def sentence(self, targets: Sequence[Ref]) -> str:
        del targets
        return f"the {self.agents} silenced in namespace {self.namespace.name}"

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        del snapshot, pick
        return (self.namespace,)

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del targets, snapshot
        objects = tuple(Ref(kind, "", self._name, "") for kind in (BINDING, POLICY))
        mark, name = self.namespace.uid, self.namespace.name
        return EndSilence(objects=objects, mark=mark, namespace=name)

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        del targets
        return refuse_writes(
            cluster,
            name=self._name,
            namespace=self.namespace.name,
            users=_USERS[self.agents],
            annotations={MARK: self.namespace.uid},
        )

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del targets, created
        return Unmarked()
