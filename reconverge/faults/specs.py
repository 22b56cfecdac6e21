"""Harm to what an object asks for: a field of its specification is changed.

One fault for all such changes, since they differ only in the field: the change and what takes it
back are both patches. What each change is called in the features is said where it is made.
"""

from __future__ import annotations

from collections.abc import Sequence

from reconverge.blast import Pick
from reconverge.cluster.door import Cluster, JsonObject
from reconverge.errors import BadInput
from reconverge.faults.fault import Fault
from reconverge.faults.undo import AnyUndo, RestoreFields
from reconverge.judges.effects import AnyEffect, SpecChanged
from reconverge.model import (
    CronJob,
    DaemonSet,
    Deployment,
    Job,
    Named,
    PodTemplate,
    Ref,
    ReplicaSet,
    ReplicationController,
    Snapshot,
    StatefulSet,
)


class ChangeSpec(Fault, frozen=True, kw_only=True):
    """Patch the specification of one object; `former` is the patch that restores it.

    Both are strategic merge patches: lists whose members have names are merged by name. `what` says
    it in the words of the features, such as "given the image luksa/kubia:v2".
    """

    of: Ref
    change: JsonObject
    former: JsonObject
    generation: int
    what: str

    def sentence(self, targets: Sequence[Ref]) -> str:
        del targets
        return f"{self.of} {self.what}"

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        del pick
        return (self.of,) if snapshot.get(self.of.kind, self.of.uid) is not None else ()

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del targets, snapshot
        return RestoreFields(of=self.of, fields=self.former, what=self.what)

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            cluster.patch(target, self.change, is_strategic=True)
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del targets, created
        return SpecChanged(object=self.of, after_generation=self.generation)


def change_image(of: Ref, snapshot: Snapshot, *, image: str) -> ChangeSpec:
    """Another image for the only container of the template. Running pods keep theirs, or not."""
    [container] = _template(of, snapshot).spec.containers
    return _changed(
        of,
        snapshot,
        change=_in_template({"containers": [{"name": container.name, "image": image}]}),
        former=_in_template({"containers": [{"name": container.name, "image": container.image}]}),
        what=f"given the image {image}",
    )


def suspend(of: Ref, snapshot: Snapshot, *, is_suspended: bool = True) -> ChangeSpec:
    """A Job or CronJob is suspended, or resumed."""
    view = _present(of, snapshot)
    if not isinstance(view, Job | CronJob):
        raise BadInput(f"{of} cannot be suspended", cure="only a Job or a CronJob can")
    return _changed(
        of,
        snapshot,
        change={"spec": {"suspend": is_suspended}},
        former={"spec": {"suspend": view.spec.suspend}},
        what="suspended" if is_suspended else "resumed",
    )


def set_parallelism(of: Ref, snapshot: Snapshot, *, parallelism: int) -> ChangeSpec:
    """A Job may run another number of pods at once."""
    view = _present(of, snapshot)
    if not isinstance(view, Job):
        raise BadInput(f"{of} has no parallelism", cure="only a Job has")
    return _changed(
        of,
        snapshot,
        change={"spec": {"parallelism": parallelism}},
        former={"spec": {"parallelism": view.spec.parallelism}},
        what=f"allowed {parallelism} pods at once",
    )


def _changed(
    of: Ref, snapshot: Snapshot, *, change: JsonObject, former: JsonObject, what: str
) -> ChangeSpec:
    generation = _present(of, snapshot).metadata.generation
    return ChangeSpec(of=of, change=change, former=former, generation=generation, what=what)


def _present(of: Ref, snapshot: Snapshot) -> Named:
    view = snapshot.get(of.kind, of.uid)
    if view is None:
        raise BadInput(f"{of} does not exist", where=of.namespace)
    return view


def _template(of: Ref, snapshot: Snapshot) -> PodTemplate:
    view = _present(of, snapshot)
    found: PodTemplate | None = None
    if isinstance(
        view, ReplicationController | ReplicaSet | Deployment | StatefulSet | DaemonSet | Job
    ):
        found = view.spec.template
    if found is None or len(found.spec.containers) != 1:
        raise BadInput(f"{of} has no pod template with exactly one container", where=of.namespace)
    return found


def _in_template(spec: JsonObject) -> JsonObject:
    return {"spec": {"template": {"spec": spec}}}
