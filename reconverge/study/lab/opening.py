"""A lab's beginning and its end: what `study start` makes, and `study reset` takes back."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

import msgspec

from reconverge.clock import RealClock
from reconverge.cluster.challenge import SENTINEL_LABEL
from reconverge.cluster.door import Tokens
from reconverge.cluster.errors import NotFound
from reconverge.cluster.finalizers import remove_finalizer
from reconverge.errors import BadInput, Unavailable
from reconverge.experiment import Experiment
from reconverge.faults.journal import Journal
from reconverge.judges.learning import Beginning
from reconverge.model import Named, Ref, Snapshot, ref
from reconverge.namespaces import WORKLOADS, Home, wait_until_gone
from reconverge.namespaces import delete as delete_namespace
from reconverge.provision.kubeconfig import restricted
from reconverge.pytest_plugin.clusters import Ground
from reconverge.pytest_plugin.halves import perform, steps_in
from reconverge.pytest_plugin.manifests import Manifests
from reconverge.study.exercises import Exercise
from reconverge.study.lab import access
from reconverge.study.lab.ground import Place, found_in, guest
from reconverge.study.lab.shelf import Lab, Shelf
from reconverge.verdict import PromiseBroken


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What a learner is told: where, with which kubeconfig, until when; `is_new` or found again."""

    namespace: str
    kubeconfig: Path
    until: datetime
    is_new: bool


def start(
    exercise: Exercise, place: Place, shelf: Shelf, *, on_make: Callable[[], None] = lambda: None
) -> Opened:
    """Make the lab of that exercise, or find the one that stands, with a new token.

    `on_make` is called before it is made, which takes its time. Raises Unavailable where there is
    no cluster, or what it begins with does not come to stand.
    """
    standing = shelf.find(exercise.id)
    if standing is not None:
        place = Place.of(standing)
    ground = place.ground()
    if standing is not None and _is_there(ground, standing.namespace):
        return _opened(exercise, ground, standing, shelf, is_new=False)
    on_make()
    lab = _made(exercise, place, ground, shelf)
    return _opened(exercise, ground, lab, shelf, is_new=True)


def take_back(exercise: Exercise, shelf: Shelf) -> str:
    """Delete the lab's namespace, and with it all that was in it; returns its name.

    Empty where there is no lab. Raises Unavailable where its cluster does not answer.
    """
    lab = shelf.find(exercise.id)
    if lab is None:
        return ""
    ground, clock = Place.of(lab).ground(), RealClock()
    if _is_there(ground, lab.namespace):
        _let_go(ground, lab.namespace.name)
        contents = _contents(ground, lab.namespace.name)
        with closing(Journal(ground.journal, clock=clock)) as journal:
            delete_namespace(ground.cluster, journal, lab.namespace, contents=contents)
        wait_until_gone(ground.cluster, clock=clock, names={lab.namespace.name}, contents=contents)
    shelf.forget(exercise.id)
    return lab.namespace.name


def _made(exercise: Exercise, place: Place, ground: Ground, shelf: Shelf) -> Lab:
    """Until it is whole, a watchdog would remove it; from then on it is the learner's."""
    assert exercise.lab is not None
    name, clock = f"lab-{exercise.id}-{secrets.token_hex(3)}", RealClock()
    scenario = f"lab::{exercise.id}"
    with ground.watched(), closing(Journal(ground.journal, clock=clock)) as journal:
        home = Home(ground.cluster, journal, name, clock=clock, scenario=scenario, is_fenced=True)
        try:
            home.create()
            folder = shelf.folder(exercise.id) / name
            with guest(ground, name, folder, scenario=scenario) as experiment:
                begun = _begin(exercise, experiment)
            for one in access.objects(exercise.lab.changes):
                ground.cluster.create(one, namespace=name)
            lab = Lab(
                cluster_name=place.cluster_name,
                kube_context=place.kube_context,
                kubeconfig=place.described_in(),
                namespace=home.ref,
                begun=begun,
            )
            shelf.put(exercise.id, lab)
        except BaseException:
            home.leave(Snapshot(), is_awaited=False)
            raise
        home.keep()
    return lab


def _begin(exercise: Exercise, experiment: Experiment) -> Beginning:
    """Play what is given; the pods that stand then are those that the learner begins with."""
    assert exercise.lab_feature is not None
    manifests = Manifests(exercise.lab_world, root=exercise.folder)
    fixtures: dict[str, object] = {"experiment": experiment, "manifests": manifests}
    for step in steps_in(exercise.lab_feature):
        if step.kind == "given":
            try:
                perform(step, fixtures)
            except PromiseBroken as error:
                what = f"the lab does not come to stand: {error.finding.why}"
                raise Unavailable(what, where=step.text) from error
    world = experiment.timeline.latest()
    pods = (one for one in world.pods(namespace=experiment.namespace) if one.is_active)
    return Beginning(
        pods=tuple(ref("Pod", one) for one in pods if _is_given(one, experiment)),
        workloads=tuple(
            ref(kind, one)
            for kind in WORKLOADS
            for one in world.objects(kind)
            if _is_given(one, experiment)
        ),
        account=access.user_in(experiment.namespace),
    )


def _is_given(one: Named, experiment: Experiment) -> bool:
    """Of that namespace, and none of those that were planted to ask for a sign of life."""
    is_here = one.metadata.namespace == experiment.namespace
    return is_here and SENTINEL_LABEL not in one.metadata.labels


def _opened(exercise: Exercise, ground: Ground, lab: Lab, shelf: Shelf, *, is_new: bool) -> Opened:
    name = lab.namespace.name
    if not isinstance(ground.cluster, Tokens) or ground.reach is None:
        raise Unavailable("this cluster gives out no tokens", where=ground.cluster.name)
    account = Ref("ServiceAccount", name, access.ACCOUNT, "")
    token = ground.cluster.token(account, lifetime_s=access.LIFETIME_S)
    text = restricted(
        Path(ground.reach.kubeconfig),
        ground.reach.context,
        namespace=name,
        user=access.ACCOUNT,
        token=token.text,
    )
    path = shelf.put_kubeconfig(exercise.id, text)
    return Opened(namespace=name, kubeconfig=path, until=token.until, is_new=is_new)


def _is_there(ground: Ground, namespace: Ref) -> bool:
    """Whether it is that very namespace, and not going."""
    with suppress(NotFound):
        found = ground.cluster.read("Namespace", namespace.name)
        return found.uid == namespace.uid and found.metadata.deletion_timestamp is None
    return False


def _let_go(ground: Ground, namespace: str) -> None:
    """Strike what a learner's own finalizers hold there, since nobody else will."""
    kinds = (*WORKLOADS, "Service", "Pod")
    for kind, view in found_in(ground.cluster, namespace, kinds=kinds):
        for finalizer in view.metadata.foreign_finalizers:
            with suppress(NotFound):
                remove_finalizer(ground.cluster, ref(kind, view), finalizer)


def _contents(ground: Ground, namespace: str) -> Snapshot:
    snapshot = Snapshot()
    for kind, view in found_in(ground.cluster, namespace):
        snapshot = snapshot.with_object(kind, view)
    return snapshot


def standing_lab(exercise: Exercise, shelf: Shelf) -> Lab:
    """The lab of that exercise. Raises BadInput where it was not begun."""
    lab = shelf.find(exercise.id)
    if lab is None:
        cure = f"reconverge study start {exercise.id}"
        raise BadInput("its lab has not begun", where=exercise.id, cure=cure)
    return lab
