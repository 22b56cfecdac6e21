"""What may be harmed: the last question before every injection, and it errs on the side of no.

A person's own cluster is one mistaken context away from ours. So a cluster is harmed only when we
made it or when its context was named; the control plane and namespaces that are not the
scenario's, never, unless a scenario tagged for it asks and the cluster is one of ours. A fault
that hits nothing is refused as well: what follows it would prove nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from reconverge.errors import Refused
from reconverge.model import Node, Ref, Snapshot

PROTECTED_NAMESPACES = frozenset(
    {"kube-system", "kube-public", "kube-node-lease", "local-path-storage"}
)


# A scenario that hits more is more likely a mistaken blast radius than an experiment.
OBJECTS_PER_SCENARIO_MAX, OBJECTS_PER_RUN_MAX = 100, 2000


class Spent(Protocol):
    """How many objects the whole run has hit, in all of its processes."""

    def add(self, objects: int, *, at_most: int) -> bool:
        """Count so many more; False, and none counted, where that were more than `at_most`."""


class NothingToHit(Refused):
    """A fault whose targets come out empty: an error of the scenario, never a pass."""


class Guard(msgspec.Struct, frozen=True, kw_only=True):
    """The rules for one scenario on one cluster. Pure: who made the cluster is told, not asked.

    `is_ours`: the harness made this cluster. `allowed_contexts`: named by the user.
    `own_namespaces`: made by this scenario, or with `is_guest` lent to it, as they are.
    `may_harm_control_plane`: the scenario is tagged so.
    `spared_nodes`: those that others use meanwhile.
    `opt_in`: a label that whatever the scenario has not made must carry, as `key` or `key=value`.
    `objects_max`: how many objects a scenario may hit, `objects_per_run_max` the whole run.
    """

    context: str
    is_ours: bool = False
    allowed_contexts: frozenset[str] = frozenset()
    own_namespaces: frozenset[str] = frozenset()
    is_guest: bool = False
    protected_namespaces: frozenset[str] = PROTECTED_NAMESPACES
    may_harm_control_plane: bool = False
    spared_nodes: frozenset[str] = frozenset()
    opt_in: str = ""
    objects_max: int = OBJECTS_PER_SCENARIO_MAX
    objects_per_run_max: int = OBJECTS_PER_RUN_MAX

    def admit_cluster(self, where: str) -> None:
        """Return if anything at all may be done on the cluster; else Refused."""
        if not self.is_ours and self.context not in self.allowed_contexts:
            raise Refused(
                f'the context "{self.context}" is neither a cluster we made nor named as allowed',
                where=where,
                cure=f"name it if you mean it: --kube-context {self.context}",
            )

    def admit(self, fault: str, targets: Sequence[Ref], snapshot: Snapshot) -> None:
        """Return if `fault` (a sentence) may hit `targets`; else say why not.

        Raises Refused for the first target that may not be hit, NothingToHit if there is none.
        """
        self.admit_cluster(fault)
        if not targets:
            raise NothingToHit(
                "the fault finds nothing to hit",
                where=fault,
                cure="a fault that hits nothing tests nothing: look at its selector",
            )
        for target in targets:
            reason = self._objection(target, snapshot)
            if reason:
                raise Refused(f"{target} may not be harmed: {reason}", where=fault)

    def limit(self, fault: str, targets: int, *, hit: int) -> None:
        """Return if a scenario that has hit `hit` objects may hit so many more; else Refused."""
        if hit + targets > self.objects_max:
            raise Refused(
                f"it would hit {targets} objects after {hit}; a scenario may hit "
                f"{self.objects_max}",
                where=fault,
                cure="raise --max-targets if so many are meant",
            )

    def spend(self, fault: str, targets: int, spent: Spent | None) -> None:
        """Count the targets of the whole run; Refused where it would hit more than it may."""
        if spent is not None and not spent.add(targets, at_most=self.objects_per_run_max):
            raise Refused(
                f"the run would hit more than {self.objects_per_run_max} objects",
                where=fault,
                cure="raise --max-targets-per-run if so many are meant",
            )

    def _objection(self, target: Ref, snapshot: Snapshot) -> str:
        """Why `target` may not be hit; empty when it may."""
        if target.kind == "Node":
            return self._node_objection(target, snapshot) or self._lacks_consent(target, snapshot)
        if target.kind == "Namespace":
            is_own = target.name in self.own_namespaces
            return "" if is_own else "it is not this scenario's own namespace"
        if not target.namespace:
            return "it belongs to the whole cluster"
        if target.namespace in self.protected_namespaces:
            is_asked = self.is_ours and self.may_harm_control_plane
            if is_asked:
                return self._lacks_consent(target, snapshot)
            return f'the namespace "{target.namespace}" is the cluster\'s own'
        if target.namespace in self.own_namespaces:
            return self._lacks_consent(target, snapshot) if self.is_guest else ""
        return f'the namespace "{target.namespace}" is not this scenario\'s own'

    def _node_objection(self, target: Ref, snapshot: Snapshot) -> str:
        node = snapshot.get("Node", target.uid)
        if not isinstance(node, Node):
            return "no such node is known"
        if node.is_control_plane and not (self.is_ours and self.may_harm_control_plane):
            return "it is the control plane"
        if node.name in self.spared_nodes:
            return (
                "other scenarios use it; one that harms a node is tagged @node_loss or @exclusive"
            )
        return ""

    def _lacks_consent(self, target: Ref, snapshot: Snapshot) -> str:
        """On a shared cluster whoever owns a thing says by a label that it may be harmed.

        What a scenario has made in its own namespace is its own.
        """
        if not self.opt_in:
            return ""
        key, _, value = self.opt_in.partition("=")
        view = snapshot.get(target.kind, target.uid)
        labels = view.metadata.labels if view is not None else {}
        is_given = key in labels and (not value or labels[key] == value)
        return "" if is_given else f"it does not carry the label {self.opt_in}"
