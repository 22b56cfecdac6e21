"""One scenario on one cluster: its namespace, seed, timeline, faults and promises.

The steps call nothing else. It keeps the order that makes a verdict worth something: record before
anything happens, write down the undo before the harm, judge from the record alone, and leave the
cluster as it was found, whatever happened in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from reconverge import namespaces
from reconverge.blast import Pick
from reconverge.clock import Clock
from reconverge.cluster import manifests, placement
from reconverge.cluster.door import Cluster, JsonObject
from reconverge.cluster.guard import Guard, Spent
from reconverge.cluster.manifests import Manifest
from reconverge.errors import ReconvergeError
from reconverge.faults import Fault
from reconverge.faults.injector import Boundary, Injection, Injector, ignore
from reconverge.faults.journal import Journal
from reconverge.faults.plans import AnyPlan
from reconverge.judges.converges import Converges
from reconverge.judges.promise import Promise
from reconverge.judges.steady import AnySteadyState, ReadyPods
from reconverge.judges.timing import Deadline, deadline_of, scene_of
from reconverge.lookup import node_named, pod_named, workload_named
from reconverge.model import Ref, Snapshot
from reconverge.model.settings import ClusterSettings
from reconverge.namespaces import WORKLOADS, Home, Lodging
from reconverge.performing import Performance, parts_of, perform
from reconverge.promised import await_finding
from reconverge.recording import Recording, has_seen, new_timeline
from reconverge.refusals import Refusals
from reconverge.rehearsal import Foreseen
from reconverge.report.console import failure_text
from reconverge.turns import Turn, set_aside, spared
from reconverge.verdict import Finding, PromiseBroken, Verdict
from reconverge.waiting import Acts

__all__ = ["Experiment", "Injection", "Performance", "PromiseBroken"]


class Experiment(Refusals):
    """One scenario. Use it as a context manager, or call `open` and, in any case, `close`.

    `folder` receives `timeline.jsonl`. `turn` says which nodes are the scenario's to harm,
    `lane` which of those set aside is. With `faults_off` everything is recorded and nothing is
    done: a scenario that still passes could not have failed. In a dry run a fault is raised as
    Foreseen instead of being done. Without `await_deletion` the namespace is still going when
    `close` returns; `namespaces.wait_until_gone` waits for many at once. With a `lodging` it is
    played in that namespace, of which nothing is made or deleted; `is_fenced`: in one for manifests
    of strangers (fences.py). `spent` counts what the run hit.
    """

    def __init__(
        self,
        cluster: Cluster,
        *,
        clock: Clock,
        scenario: str,
        seed: int,
        folder: Path,
        guard: Guard,
        journal: Journal,
        namespace: str | None = None,
        lodging: Lodging | None = None,
        keep_namespace: bool = False,
        await_deletion: bool = True,
        is_fenced: bool = False,
        offline_images: bool = False,
        faults_off: bool = False,
        is_dry_run: bool = False,
        settings: ClusterSettings | None = None,
        turn: Turn = Turn.ALONE,
        lane: str = "",
        spent: Spent | None = None,
        at: Callable[[Boundary], None] = ignore,
    ) -> None:
        self.cluster = cluster
        self.scenario = scenario
        self.seed = seed
        lodging_name = lodging.name if lodging is not None else ""
        self.namespace = lodging_name or namespace or namespaces.unique_name(seed)
        self.findings: list[Finding] = []
        self._clock = clock
        self.folder = folder
        self._guard = guard
        self._journal = journal
        self._lodging = lodging
        self._home = lodging or Home(
            cluster, journal, self.namespace, clock=clock, scenario=scenario, is_fenced=is_fenced
        )
        self._keep_namespace = keep_namespace
        self._await_deletion = await_deletion
        self._offline_images = offline_images
        self._settings = settings
        self._turn, self._lane = turn, lane
        self._faults_off = faults_off
        self._is_dry_run = is_dry_run
        self._spent = spent
        self._at = at
        self._injections: list[Injection] = []
        self._begun = 0  # the timeline's length just before what was done last
        self._converged = 0
        self._asked_at = 0
        self._is_closed = False

    @property
    def kept(self) -> str:
        """What of it stays on the cluster, for whoever wants to look; empty where nothing does."""
        return self._home.kept

    @property
    def going(self) -> str:
        """Its namespace while nobody has waited for its end; empty otherwise."""
        return self.namespace if self._home.is_going else ""

    @property
    def injections(self) -> tuple[Injection, ...]:
        """The faults that were done, in that order."""
        return tuple(self._injections)

    @property
    def standing(self) -> tuple[Injection, ...]:
        """Those of them that are not taken back yet."""
        return self._injector.standing if hasattr(self, "_injector") else ()

    @property
    def home(self) -> Ref:
        """The scenario's own namespace. Raises BadInput before `open`."""
        return self._home.ref

    def __enter__(self) -> Experiment:
        try:
            self.open()
        except BaseException:
            self.close(failed=True)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.close(failed=kind is not None)

    def open(self) -> None:
        """Make the namespace and record it; on return everything in it is on the timeline.

        Raises Refused on a cluster that may not be harmed, Conflict, Unavailable, and BadInput when
        `folder` holds a timeline already.
        """
        self._guard.admit_cluster(self.scenario)
        self.timeline = new_timeline(
            self.folder,
            self._clock,
            scenario=self.scenario,
            seed=self.seed,
            namespace=self.namespace,
            settings=self._settings,
        )
        for told in self._settings.unread if self._settings is not None else ():
            self.timeline.note(told)
        self._injector = Injector(
            self.cluster, self.timeline, self._journal, is_off=self._faults_off, at=self._at
        )
        self._home.create(is_kept=self._keep_namespace)
        self._guard = msgspec.structs.replace(
            self._guard,
            own_namespaces=self._guard.own_namespaces | {self.namespace},
            is_guest=self._lodging is not None,
        )
        self._acts = Acts(self.cluster, self.timeline, namespace=self.namespace)
        self._recording = Recording(self.cluster, self.timeline, namespace=self.namespace)
        self._recording.open()
        for kind in WORKLOADS if self._lodging is not None else ():
            self._recording.watch_for(kind)

    def apply(
        self, source: Path | Manifest | JsonObject, *, name: str = "", replicas: int | None = None
    ) -> tuple[Ref, ...]:
        """Create what a manifest declares, under another name or with other replicas if given.

        What had to be changed for this cluster is noted on the timeline. On return the objects are
        on the timeline. Raises BadInput, Conflict, Rejected.
        """
        if isinstance(source, dict):
            source = Manifest(object=source, where=self.scenario)
        found = (source,) if isinstance(source, Manifest) else manifests.load(source)
        return tuple(self._create(one, name=name, replicas=replicas) for one in found)

    def refusal(self, manifest: JsonObject) -> str:
        """Why the API server does not take `manifest`, in its own words; empty when it would.

        It is asked with a dry run, exactly as written: nothing is migrated, adapted or stored.
        """
        ask = self.cluster.create
        return self.refused(lambda: ask(manifest, namespace=self.namespace, is_dry_run=True))

    def workload(self, name: str) -> Ref:
        """The workload of that name, of whatever kind; BadInput names those there are."""
        return workload_named(self.timeline.latest(), name, namespace=self.namespace)

    def pod(self, name: str) -> Ref:
        """The pod of that name; BadInput names those there are."""
        return pod_named(self.timeline.latest(), name, namespace=self.namespace)

    def node(self, name: str) -> Ref:
        """The node of that name; BadInput names those there are."""
        return node_named(self.timeline.latest(), name)

    def plan(self, fault: Fault, *, after: Sequence[Injection] = ()) -> Injection:
        """What `inject` would do now, `after` others: targets and undo. Touches nothing."""
        draw = len(self._injections) + len(after)
        others = spared(self._turn, self.timeline.latest(), lane=self._lane)
        return self._injector.choose(
            fault.sparing(others) if self._turn.has_lane else fault,
            guard=msgspec.structs.replace(self._guard, spared_nodes=others),
            pick=Pick(seed=self.seed, draw=draw),
            injection_id=f"{self.namespace}/{draw}",
            after=after,
        )

    def inject(self, fault: Fault) -> Injection:
        """Choose targets, write down the undo, do it, record it.

        Raises NothingToHit, Refused, NotOfThisCluster before anything is harmed, Unavailable when
        the undo cannot be written down or the cluster does not answer.
        """
        [injection] = self.inject_all((fault,))
        return injection

    def inject_all(
        self, faults: Sequence[Fault], *, upon: int | None = None
    ) -> tuple[Injection, ...]:
        """The same of several, which all choose before any is done; `upon` the entry so named."""
        chosen: list[Injection] = []
        for fault in faults:
            chosen.append(self.plan(fault, after=chosen))
        if self._is_dry_run:
            for one in chosen:
                self._guard.spend(one.sentence, len(one.targets), self._spent)
            raise Foreseen(chosen)
        return tuple(self._inject(msgspec.structs.replace(one, upon=upon)) for one in chosen)

    def _inject(self, chosen: Injection) -> Injection:
        self._guard.spend(chosen.sentence, len(chosen.targets), self._spent)
        try:
            injection = self._injector.inject(chosen)
        except BaseException:
            # Half done, it is awaited like the others; not written down, it never was.
            self._injections += [one for one in self._injector.standing if one.id == chosen.id]
            raise
        self._injections.append(injection)
        self._begun = injection.start
        return injection

    def perform(self, plan: AnyPlan) -> Performance:
        """Do several faults as `plan` says; promises about the last fault begin before its first.

        Raises what `inject` raises, and PromiseBroken where what it waits for does not happen.
        """
        performance = perform(self, plan)
        self._begun = performance.start
        return performance

    def roll_back(self, injection: Injection | Performance) -> int:
        """Take it back as part of the scenario; returns the timeline's length just before."""
        start = len(self.timeline)
        for part in reversed(parts_of(injection)):
            self._injector.roll_back(part)
        return start

    def before(self) -> Snapshot:
        """The world just before the last injection, or plan; without one, as it is now."""
        if not self._injections:
            return self.timeline.latest()
        return self.timeline.snapshot_at(self._begun - 1)

    def expect(self, promise: Promise, *, within_s: float | None = None) -> Finding:
        """Wait until `promise` is judged, at most about `within_s` seconds from now.

        Without them, as long as the cluster's own settings let it take. Raises PromiseBroken unless
        it HELD. A promise that names injections is judged from the first of them on, any other
        from now.
        """
        starts = [one.start - 1 for one in self._injections if one.id in promise.begins_with]
        start = max(0, min([len(self.timeline) - 1, *starts]))
        scene = scene_of(self.timeline, since=self._asked_at)
        return self._judge(promise, start=start, deadline=deadline_of(promise, scene, within_s))

    def expect_each(self, promises: Iterable[Promise]) -> None:
        """Expect each of them, one after the other."""
        for promise in promises:
            self.expect(promise)

    def converge(
        self, workload: Ref, *, replicas: int, within_s: float | None = None, settle_s: float = 1.0
    ) -> Finding:
        """Expect `workload` to keep that many ready pods, as `converge_to` does."""
        steady = ReadyPods(count=replicas)
        return self.converge_to(workload, steady, within_s=within_s, settle_s=settle_s)

    def converge_to(
        self,
        workload: Ref,
        steady: AnySteadyState,
        *,
        within_s: float | None = None,
        settle_s: float = 1.0,
    ) -> Finding:
        """Expect `workload` to converge after every injection since it was last asked for."""
        pending = tuple(one.id for one in self._injections[self._converged :])
        promise = Converges(
            workload=workload,
            steady=steady,
            injections=pending,
            settle_s=settle_s,
            asks_kubelets=True,
        )
        asked, asked_at = len(self._injections), len(self.timeline)
        finding = self.expect(promise, within_s=within_s)
        self._converged, self._asked_at = asked, asked_at
        return finding

    def hold(self, promise: Promise, *, start: int | None = None) -> Finding:
        """Judge an invariant from just before the last injection, or timeline entry `start`."""
        if start is None:
            start = self._begun
        deadline = Deadline(self.timeline.now_s())
        return self._judge(promise, start=max(0, start - 1), deadline=deadline)

    def close(self, *, failed: bool = False) -> None:
        """Take back what stands, delete the namespace, stop recording. Idempotent.

        Every part is tried; raises the first error at the end. Interrupted, it can be called again.
        """
        if self._is_closed:
            return
        errors: list[ReconvergeError] = []
        if hasattr(self, "_injector"):
            errors += [*self._injector.roll_back_all(), *self._injector.heal()]
        errors += self._leave_namespace(failed=failed)
        self._is_closed = True
        if hasattr(self, "_recording"):
            self._recording.wait_until_back(self._injections)
            self._recording.stop()
        if hasattr(self, "timeline"):
            self.timeline.close()
        if errors:
            raise errors[0]

    def _create(self, manifest: Manifest, *, name: str, replicas: int | None) -> Ref:
        adapted = manifests.adapt(manifest, offline=self._offline_images)
        if self._turn.is_admitted and set_aside(self.timeline.latest().nodes()):
            lane = self._lane if self._turn is Turn.OUTAGE else None
            adapted = placement.admitted(adapted, lane=lane)
        for note in adapted.notes:
            self.timeline.note(note)
        self._recording.watch_for(manifest.kind)
        body = manifests.altered(adapted.object, name=name, replicas=replicas)
        made, _ = self.cluster.create(body, namespace=self.namespace)
        if self._recording.is_watched(made.kind):
            self._recording.wait_until_shown(lambda entry: has_seen(entry, made), what=str(made))
        return made

    def _judge(self, promise: Promise, *, start: int, deadline: Deadline) -> Finding:
        finding = await_finding(
            self.timeline,
            promise,
            promise_id=str(len(self.findings)),
            start=start,
            deadline=deadline,
            act=self._acts.perform,
        )
        self.findings.append(finding)
        if finding.verdict is not Verdict.HELD:
            raise PromiseBroken(finding, failure_text(self.timeline, finding))
        return finding

    def _leave_namespace(self, *, failed: bool) -> list[ReconvergeError]:
        """Delete it, or say that it is kept; what goes wrong is returned."""
        try:
            if not (self._keep_namespace and failed):
                contents = self.timeline.latest() if hasattr(self, "timeline") else Snapshot()
                self._home.leave(contents, is_awaited=self._await_deletion)
            elif said := self._home.keep():
                self.timeline.note(said)
        except ReconvergeError as error:
            return [error]
        return []
