"""Labels are set, changed or removed: of pods, which may leave their selector, or of a node.

By way of the API a label is set whatever it was; a person at a terminal has to say that it may be
overwritten.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reconverge.blast import ONE, BlastRadius, Pick, ranked
from reconverge.cluster.door import Cluster, Typed
from reconverge.cluster.errors import Rejected
from reconverge.cluster.guard import NothingToHit
from reconverge.errors import BadInput
from reconverge.faults.fault import Fault, NotOfThisCluster, listed
from reconverge.faults.rollbacks import AnyUndo
from reconverge.faults.undo import Labelled, RestoreLabels
from reconverge.judges.effects import AnyEffect, LabelsChanged
from reconverge.judges.steady.values import holder
from reconverge.model import Ref, Requirement, Selector, Snapshot, ref

# Of the node at which kubectl and its credentials are.
CONTROL_PLANE = "node-role.kubernetes.io/control-plane="


class Labelling:
    """What all faults that set labels of their targets have in common; None removes a label."""

    __slots__ = ()
    labels: dict[str, str | None]

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        return RestoreLabels(rows=tuple(former(one, snapshot, self.labels) for one in targets))

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            cluster.patch(target, {"metadata": {"labels": self.labels}})
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del created
        return LabelsChanged(objects=tuple(targets), labels=self.labels)


class RelabelPod(Labelling, Fault, frozen=True, kw_only=True):
    """Set labels of a workload's pods; None removes one. By default of one pod.

    `leaves_selector` says what the labels are meant to do; where they do otherwise, `targets`
    raises BadInput, since the scenario would then test something else than it says.
    """

    of: Ref
    labels: dict[str, str | None]
    leaves_selector: bool
    blast_radius: BlastRadius = ONE

    @classmethod
    def out_of_selector(
        cls, of: Ref, snapshot: Snapshot, *, blast_radius: BlastRadius = ONE
    ) -> RelabelPod:
        """The labels that take a pod of `of` out of its selector, whatever that selector is."""
        selector = _selector_of(snapshot, of)
        labels: dict[str, str | None] = dict.fromkeys(selector.match_labels, "released")
        if not labels:
            labels = {row.key: _outside(row) for row in selector.match_expressions}
        return cls(of=of, labels=labels, leaves_selector=True, blast_radius=blast_radius)

    def sentence(self, targets: Sequence[Ref]) -> str:
        rows = ", ".join(
            f"{key}={value}" if value is not None else f"{key} removed"
            for key, value in self.labels.items()
        )
        where = "out of" if self.leaves_selector else "outside"
        return f'{listed(targets)} of "{self.of.name}" relabelled {where} its selector: {rows}'

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        selector = _selector_of(snapshot, self.of)
        pods = ranked(pod for pod in snapshot.pods_of(self.of) if pod.is_active)
        chosen = pick.some(pods, self.blast_radius)
        for pod in chosen:
            self._refuse_other_meaning(selector, pod.metadata.labels)
        return tuple(ref("Pod", pod) for pod in chosen)

    def _refuse_other_meaning(self, selector: Selector, labels: dict[str, str]) -> None:
        after = {**labels, **self.labels}
        still_matches = selector.matches(
            {key: value for key, value in after.items() if value is not None}
        )
        if still_matches is self.leaves_selector:
            does = "still matches" if still_matches else "no longer matches"
            raise BadInput(
                f"a pod so relabelled {does} the selector {selector}",
                where=str(self.of),
                cure="name labels that do what the scenario says",
            )


class LabelByHand(Fault, frozen=True, kw_only=True):
    """Label one pod of a workload with kubectl, which keeps a label that has a value.

    Only with `is_overwriting` does it change one; the API server itself never minds. Its refusal is
    raised as Rejected, in its own words.
    """

    of: Ref
    labels: dict[str, str]
    is_overwriting: bool = False

    def sentence(self, targets: Sequence[Ref]) -> str:
        rows = ", ".join(f"{key}={value}" for key, value in self.labels.items())
        how = ", overwriting" if self.is_overwriting else ""
        return f'{listed(targets)} of "{self.of.name}" labelled by hand{how}: {rows}'

    def suit(self, cluster: Cluster) -> None:
        _typed(cluster)

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        pods = ranked(pod for pod in snapshot.pods_of(self.of) if pod.is_active)
        return tuple(ref("Pod", pod) for pod in pick.some(pods, ONE))

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        return RestoreLabels(rows=tuple(former(one, snapshot, self.labels) for one in targets))

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        [node, *_] = cluster.find("Node", labels=CONTROL_PLANE)
        rows = [f"{key}={value}" for key, value in self.labels.items()]
        how = ["--overwrite"] if self.is_overwriting else []
        for target in targets:
            words = ["label", "pod", target.name, "--namespace", target.namespace, *rows, *how]
            answer = _typed(cluster).kubectl(node.name, words)
            if not answer.ok:
                raise Rejected(answer.text, where=target.name)
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del created
        return LabelsChanged(objects=tuple(targets), labels=dict(self.labels))


def former(target: Ref, snapshot: Snapshot, labels: Iterable[str]) -> Labelled:
    """What `target` has under these labels; None where it has none."""
    view = snapshot.get(target.kind, target.uid)
    before = view.metadata.labels if view is not None else {}
    return Labelled(target, {key: before.get(key) for key in labels})


def _typed(cluster: Cluster) -> Typed:
    if isinstance(cluster, Typed):
        return cluster
    raise NotOfThisCluster("nobody can type at its control plane", where=cluster.name)


def _selector_of(snapshot: Snapshot, workload: Ref) -> Selector:
    """By which labels the pods of `workload` are known; NothingToHit when it is gone."""
    found = holder(snapshot, workload)
    if found is None:
        raise NothingToHit(f"{workload} does not exist", where=workload.namespace)
    return found[1]


def _outside(row: Requirement) -> str | None:
    """A value with which a label does not meet `row`; None where it must be absent."""
    if row.operator == "NotIn":
        return row.values[0]
    return "released" if row.operator in ("In", "DoesNotExist") else None
