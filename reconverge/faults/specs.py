"""Harm to what an object asks for: a field of its specification is changed.

One fault for all such changes, since they differ only in the field: the change and what takes it
back are both patches. What each change is called in the features is said where it is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from reconverge.blast import Pick
from reconverge.cluster.door import Cluster, JsonObject
from reconverge.errors import BadInput
from reconverge.faults.fault import Fault, present
from reconverge.faults.rollbacks import AnyUndo
from reconverge.faults.undo import RestoreFields
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


Illness = Literal["cannot be pulled", "ends at once", "is never ready"]
# RFC 2606: nobody can ever serve a registry there.
NO_IMAGE = "registry.invalid/no-such-image:1"


def sicken(of: Ref, snapshot: Snapshot, *, illness: Illness) -> ChangeSpec:
    """A template whose pods can never be well, each illness in its own way."""
    [container] = _template(of, snapshot).spec.containers
    if container.readiness_probe is not None and illness == "is never ready":
        raise BadInput(f"{of} has a readiness probe, which could not be restored in full")
    never = {"exec": {"command": ["false"]}, "periodSeconds": 1, "failureThreshold": 1}
    ways: dict[Illness, tuple[JsonObject, JsonObject]] = {
        "cannot be pulled": ({"image": NO_IMAGE}, {"image": container.image}),
        "ends at once": ({"command": ["false"]}, {"command": list(container.command) or None}),
        "is never ready": ({"readinessProbe": never}, {"readinessProbe": None}),
    }
    change, former = ({"name": container.name, **way} for way in ways[illness])
    return _changed(
        of,
        snapshot,
        change=_in_template({"containers": [change]}),
        former=_in_template({"containers": [former]}),
        what=f"given a container that {illness}",
    )


def retime_probe(
    of: Ref, snapshot: Snapshot, *, probe: Literal["liveness", "readiness"], period_s: int
) -> ChangeSpec:
    """Another period for a probe that the only container of the template has."""
    [container] = _template(of, snapshot).spec.containers
    known = container.liveness_probe if probe == "liveness" else container.readiness_probe
    if known is None:
        raise BadInput(f"{of} has no {probe} probe")

    def with_period(seconds: int) -> JsonObject:
        part = {"name": container.name, f"{probe}Probe": {"periodSeconds": seconds}}
        return _in_template({"containers": [part]})

    return _changed(
        of,
        snapshot,
        change=with_period(period_s),
        former=with_period(known.period_seconds),
        what=f"given a {probe} probe every {period_s} s",
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


def ask_for(of: Ref, snapshot: Snapshot, *, replicas: int) -> ChangeSpec:
    """Another number of pods, written into the specification itself and not by way of its scale."""
    return _changed(
        of,
        snapshot,
        change={"spec": {"replicas": replicas}},
        former={"spec": {"replicas": present(snapshot, of).replicas}},
        what=f"edited to ask for {replicas} pods",
    )


def label_template(of: Ref, snapshot: Snapshot, *, labels: dict[str, str]) -> ChangeSpec:
    """More labels for the pods that are made from now on."""
    before = _template(of, snapshot).metadata.labels
    return _changed(
        of,
        snapshot,
        change={"spec": _template_labels({**before, **labels})},
        former={"spec": _template_labels(_swapped({**before, **labels}, before))},
        what=f"given a template labelled {_worded(labels)}",
    )


def select(
    of: Ref, snapshot: Snapshot, *, labels: dict[str, str], is_template_too: bool = True
) -> ChangeSpec:
    """Another selector, which asks for exactly these labels; the template's labels go with it.

    A selector that does not match the template is refused, so the two can only change together.
    """
    selector, template = present(snapshot, of).selector, _template(of, snapshot)
    before = template.metadata.labels
    change = [_selecting(of, _swapped(selector.match_labels, labels))]
    former = [_selecting(of, _swapped(labels, selector.match_labels))]
    if is_template_too:
        change.append(_template_labels(_swapped(before, labels)))
        former.append(_template_labels(_swapped(labels, before)))
    return _changed(
        of,
        snapshot,
        change={"spec": _united(change)},
        former={"spec": _united(former)},
        what=f"given the selector {_worded(labels)}",
    )


def redefine(
    of: Ref, snapshot: Snapshot, *, replicas: int, labels: dict[str, str], image: str
) -> ChangeSpec:
    """Number, selector and template at once: another workload in all but its name."""
    parts = (
        ask_for(of, snapshot, replicas=replicas),
        select(of, snapshot, labels=labels),
        change_image(of, snapshot, image=image),
    )
    return _changed(
        of,
        snapshot,
        change=_united([one.change for one in parts]),
        former=_united([one.former for one in parts]),
        what=f"redefined as {replicas} pods of {image} labelled {_worded(labels)}",
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


def _template_labels(labels: Mapping[str, str | None]) -> JsonObject:
    return {"template": {"metadata": {"labels": dict(labels)}}}


def _selecting(of: Ref, labels: Mapping[str, str | None]) -> JsonObject:
    """A ReplicationController's selector is a map of labels, every other kind's has one in it."""
    is_map = of.kind == "ReplicationController"
    return {"selector": dict(labels) if is_map else {"matchLabels": dict(labels)}}


def _swapped(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str | None]:
    """The merge patch from one map of labels to another: what is not named would stay."""
    gone: dict[str, str | None] = {key: None for key in before if key not in after}
    return gone | dict(after)


def _united(patches: Iterable[JsonObject]) -> JsonObject:
    """One merge patch that does what each of these does."""
    whole: JsonObject = {}
    for patch in patches:
        for key, value in patch.items():
            known = whole.get(key)
            if isinstance(known, dict) and isinstance(value, dict):
                value = _united((known, value))
            whole[key] = value
    return whole


def _worded(labels: Mapping[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in labels.items())
