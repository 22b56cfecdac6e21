"""A scenario's own namespace: made for it, empty of others, and gone after it.

Deleting a namespace takes as long as its slowest pod: the namespace controller waits out half of
the longest grace period before it looks again (pkg/controller/namespace, Kubernetes 1.34). So the
workloads go first and their pods without grace; then the namespace takes about six seconds.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress

import msgspec

from reconverge import fences
from reconverge.bound import Bound, latest
from reconverge.clock import Clock
from reconverge.cluster.door import Cluster, JsonObject
from reconverge.cluster.errors import Conflict, NotFound
from reconverge.errors import BadInput, Unavailable
from reconverge.faults.journal import Journal, Planned
from reconverge.faults.undo import MARK, RemoveCreated
from reconverge.judges.timing import namespace_gone
from reconverge.model import Named, Namespace, Ref, Snapshot, ref
from reconverge.timeline import Timeline
from reconverge.waiting import wait_until_seen

# How a later run, or a person, tells our namespaces from others'.
OWNER_LABEL, OWNER = "app.kubernetes.io/managed-by", "reconverge"
SCENARIO_LABEL = "reconverge.dev/scenario"
GONE_WITHIN_S = 60.0
WORKLOADS = (
    "CronJob",
    "Job",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
)


class Home:
    """One scenario's namespace, from `create` until it is left.

    `kept` says so when it stays; `is_going` when its deletion was requested and not waited for.
    One that `is_fenced` is for manifests of strangers (fences.py).
    """

    def __init__(
        self,
        cluster: Cluster,
        journal: Journal,
        name: str,
        *,
        clock: Clock,
        scenario: str,
        is_fenced: bool = False,
    ) -> None:
        self.name = name
        self.kept = ""
        self.is_going = False
        self._cluster = cluster
        self._journal = journal
        self._clock = clock
        self._scenario = scenario
        self._is_fenced = is_fenced
        self._made: Ref | None = None

    @property
    def ref(self) -> Ref:
        """The namespace itself. Raises BadInput before `create`."""
        if self._made is None:
            raise BadInput("it has not been made yet", where=f"namespace {self.name}")
        return self._made

    def create(self, *, is_kept: bool = False) -> None:
        """Make it; Conflict when there is one of that name. `is_kept`: also if we are killed."""
        self._made = create(
            self._cluster,
            self._journal,
            self.name,
            scenario=self._scenario,
            is_kept=is_kept,
            labels=fences.LABELS if self._is_fenced else {},
        )
        if self._is_fenced:
            fences.put_up(self._cluster, self.name, clock=self._clock)

    def keep(self) -> str:
        """Leave it to its reader; returns how to delete it, empty where it was never made."""
        if self._made is None:
            return ""
        keep(self._journal, self._made)
        self.kept = f"namespace {self.name}"
        return f"{self.kept} is kept: kubectl delete namespace {self.name}"

    def leave(self, contents: Snapshot, *, is_awaited: bool) -> None:
        """Delete it with its `contents`, and with `is_awaited` return when it is gone."""
        if self._made is None:
            return
        delete(self._cluster, self._journal, self._made, contents=contents)
        self.is_going = not is_awaited
        if is_awaited:
            names = {self.name}
            wait_until_gone(self._cluster, clock=self._clock, names=names, contents=contents)


class Lodging:
    """A namespace of somebody else's, for a fault by hand: never made, and never deleted."""

    kept, is_going = "", False

    def __init__(self, cluster: Cluster, name: str) -> None:
        self.name = name
        self._cluster = cluster

    @property
    def ref(self) -> Ref:
        """The namespace itself. Raises NotFound."""
        return ref("Namespace", self._cluster.read("Namespace", self.name))

    def create(self, *, is_kept: bool = False) -> None:
        """Find it; it is kept in any case. Raises BadInput where there is none."""
        del is_kept
        try:
            self._cluster.read("Namespace", self.name)
        except NotFound as error:
            cure = "kubectl get namespaces"
            raise BadInput(f'there is no namespace "{self.name}"', cure=cure) from error

    def keep(self) -> str:
        """It stays in any case, so there is nothing to say."""
        return ""

    def leave(self, contents: Snapshot, *, is_awaited: bool) -> None:
        """Leave it as it is."""
        del contents, is_awaited


def unique_name(seed: int) -> str:
    """`exp-SEED-SHORT`: the seed for a reader; the rest lets runs with one seed share a cluster."""
    return f"exp-{abs(seed)}-{secrets.token_hex(3)}"


def create(
    cluster: Cluster,
    journal: Journal,
    name: str,
    *,
    scenario: str,
    is_kept: bool = False,
    labels: Mapping[str, str] | None = None,
) -> Ref:
    """Make the namespace; Conflict when there is one of that name.

    Its removal is in the journal first: a killed run leaves no namespace behind for good, unless
    its reader wants to look at it (`is_kept`).
    """
    mark = secrets.token_hex(8)
    if not is_kept:
        journal.plan(_plan(name, mark))
    own = {OWNER_LABEL: OWNER, SCENARIO_LABEL: _label(scenario)}
    manifest: JsonObject = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": name,
            "labels": {**(labels or {}), **own},
            "annotations": {SCENARIO_LABEL: scenario, MARK: mark},
        },
    }
    try:
        made, _ = cluster.create(manifest, namespace="")
    except Conflict:
        journal.rolled_back(_id(name))  # it is somebody else's
        raise
    return made


def keep(journal: Journal, namespace: Ref) -> None:
    """From now on the namespace is its reader's to delete."""
    journal.rolled_back(_id(namespace.name))


def _plan(name: str, mark: str) -> Planned:
    return Planned(
        id=_id(name),
        fault=msgspec.Raw(b"null"),
        sentence=f"namespace {name} made",
        targets=(),
        undo=RemoveCreated(objects=(Ref("Namespace", "", name, ""),), mark=mark),
    )


def _id(name: str) -> str:
    return f"{name}/namespace"


def delete(cluster: Cluster, journal: Journal, namespace: Ref, *, contents: Snapshot) -> None:
    """Request the deletion of the namespace of exactly that UID; it is gone seconds later.

    `contents` is what was last seen in it; more may be there, and only makes it slower.
    """
    for one in _contents(contents, namespace.name):
        with suppress(NotFound, Conflict):
            _delete_quickly(cluster, one)
    with suppress(NotFound, Conflict):
        cluster.delete(namespace)
    journal.rolled_back(_id(namespace.name))


def wait_until_gone(
    cluster: Cluster,
    *,
    clock: Clock,
    within_s: float = GONE_WITHIN_S,
    names: Collection[str] = (),
    contents: Snapshot | None = None,
) -> None:
    """Block until those of our namespaces that are being deleted are gone, or of `names` only.

    `contents`, what was last seen in them, can lengthen the wait: pods are given their grace.

    The namespace controller lets 5 s pass before it begins (namespaceDeletionGracePeriod,
    pkg/controller/namespace/namespace_controller.go), so a run of many scenarios waits once, at its
    end. Raises Unavailable when one is still there after `within_s` seconds.
    """
    bound = Bound()
    if contents is not None:
        bound = latest(namespace_gone(contents, name) for name in names)
    within_s = max(within_s, bound.finite_s)
    timeline = Timeline(clock)
    recorder = cluster.record(timeline, kinds=("Namespace",), namespaces=())
    try:
        recorder.wait_until_synced(deadline_s=within_s)
        gone = wait_until_seen(
            timeline,
            lambda entry: not _departing(entry.snapshot, names),
            start=max(0, len(timeline) - 1),
            within_s=within_s,
        )
    finally:
        recorder.stop()
    if gone is None:
        left = "; ".join(map(_departure, _departing(timeline.latest(), names)))
        raise Unavailable(
            f"still there after {within_s:g} s: {left}"
            + (f": {bound.obstacle}" if bound.obstacle else ""),
            where=cluster.name,
            cure="kubectl get namespace NAME -o yaml shows what it waits for",
        )


def _departing(snapshot: Snapshot, names: Collection[str]) -> list[Namespace]:
    return [
        one
        for one in snapshot.objects("Namespace")
        if isinstance(one, Namespace)
        and one.is_terminating
        and (one.name in names if names else _is_ours(one))
    ]


def _departure(namespace: Namespace) -> str:
    """What its controller says of it, or that it says nothing."""
    asked = namespace.metadata.deletion_timestamp
    since = f", whose deletion was asked for at {asked:%H:%M:%S}" if asked else ""
    says = ", ".join(namespace.remains) or "its controller has not said why"
    return f"namespace {namespace.name}{since} ({says})"


def _is_ours(namespace: Named) -> bool:
    return namespace.metadata.labels.get(OWNER_LABEL) == OWNER


def _contents(snapshot: Snapshot, namespace: str) -> Iterator[Ref]:
    """Workloads first, so that nothing replaces the pods."""
    for kind in WORKLOADS:
        views = snapshot.objects(kind)
        yield from (ref(kind, view) for view in views if view.metadata.namespace == namespace)
    yield from (ref("Pod", pod) for pod in snapshot.pods(namespace=namespace))


def _delete_quickly(cluster: Cluster, one: Ref) -> None:
    if one.kind == "Pod":
        cluster.delete(one, grace_s=0)
    else:
        cluster.delete(one, propagation="Background")


def _label(text: str) -> str:
    """`text` as a label's value: 63 of the allowed characters, alphanumeric at both ends."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text)[:63].strip("-_.") or "scenario"
