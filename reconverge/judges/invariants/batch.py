"""What Jobs and CronJobs must not do too often: make pods in vain, run twice, run at once."""

from __future__ import annotations

from reconverge.judges.invariants.judge import Invariant
from reconverge.judges.tally import Tally, left
from reconverge.model import Job, Named, Pod, Ref, Snapshot, is_of
from reconverge.timeline import Entry


class NoPodInVain(Invariant, frozen=True, kw_only=True):
    """A Job makes no more pods than its completions and its failures need.

    At every instant the pods that have succeeded and those that are active are at most
    `completions`: the controller asks for min(parallelism, completions - succeeded) more
    (manageJob, pkg/controller/job/job_controller.go, 1.34). One that succeeds although it is being
    deleted has been replaced by then, and is not counted.
    """

    job: Ref
    completions: int

    def sentence(self) -> str:
        needs = f"its {self.completions} completions and its failures need"
        return f'"{self.job.name}" makes no more pods than {needs}'

    def tally(self) -> Tally:
        return _Work(self.job, self.completions)


class _Work(Tally):
    """The pods of a Job that have done their work or are at it; a success is remembered."""

    def __init__(self, job: Ref, completions: int) -> None:
        self.namespace = job.namespace
        self._job = job
        self._completions = completions
        self._done: set[str] = set()
        self._active: set[str] = set()

    @property
    def violation(self) -> str:
        done, active = len(self._done), len(self._active)
        if done + active <= self._completions:
            return ""
        return f"{active} pods are active and {done} have succeeded, of {self._completions} wanted"

    def begin(self, snapshot: Snapshot) -> None:
        self._done, self._active = set(), set()
        for pod in snapshot.owned_pods(self._job.uid):
            self._put(pod)

    def note(self, entry: Entry) -> None:
        view = entry.view
        if not isinstance(view, Pod):
            return
        self._active.discard(view.uid)
        if left(entry) is not None:
            self._put(view)

    def _put(self, pod: Pod) -> None:
        owner = pod.metadata.controller
        if owner is None or owner.uid != self._job.uid or pod.is_terminating:
            return
        if pod.status.phase == "Succeeded":
            self._done.add(pod.uid)
        elif pod.is_active:
            self._active.add(pod.uid)


class MadeInAll(Invariant, frozen=True, kw_only=True):
    """The workload has made exactly so many pods in the span, those that are gone included."""

    workload: Ref
    pods: int

    def sentence(self) -> str:
        return f'"{self.workload.name}" makes exactly {self.pods} pods in all'

    def tally(self) -> Tally:
        return _Made(self.workload, self.pods)


class _Made(Tally):
    """The pods of a workload that were ever seen."""

    def __init__(self, workload: Ref, wanted: int) -> None:
        self.namespace = workload.namespace
        self._workload = workload
        self._wanted = wanted
        self._seen: set[str] = set()

    @property
    def violation(self) -> str:
        return self._told if len(self._seen) > self._wanted else ""

    @property
    def late_violation(self) -> str:
        return self._told if len(self._seen) < self._wanted else ""

    @property
    def _told(self) -> str:
        return f"it has made {len(self._seen)} pods, and not {self._wanted}"

    def begin(self, snapshot: Snapshot) -> None:
        self._seen = {pod.uid for pod in snapshot.owned_pods(self._workload.uid)}

    def note(self, entry: Entry) -> None:
        if entry.view is not None and is_of(entry.view, self._workload):
            self._seen.add(entry.view.uid)


class OnceAMinute(Invariant, frozen=True, kw_only=True):
    """A CronJob makes the Job of each due minute at most once.

    The Job's name is the CronJob's and the due time in minutes since 1970 (getJobName,
    pkg/controller/cronjob/cronjob_controllerv2.go, 1.34): a second Job of that name, when the first
    is deleted, would do the same work twice. Jobs that people made have other names.
    """

    cron_job: Ref

    def sentence(self) -> str:
        return f'"{self.cron_job.name}" runs at most once for each due minute'

    def tally(self) -> Tally:
        return _Minutes(self.cron_job)


class _Minutes(Tally):
    """Every Job of a CronJob that was ever seen, by name."""

    kinds = frozenset({"Job"})

    def __init__(self, cron_job: Ref) -> None:
        self.namespace = cron_job.namespace
        self._cron_job = cron_job
        self._seen: dict[str, str] = {}
        self._violation = ""

    @property
    def violation(self) -> str:
        return self._violation

    def begin(self, snapshot: Snapshot) -> None:
        for view in snapshot.objects("Job"):
            self._put(view)

    def note(self, entry: Entry) -> None:
        if entry.view is not None:
            self._put(entry.view)

    def _put(self, view: Named) -> None:
        prefix, _, minute = view.name.rpartition("-")
        if not is_of(view, self._cron_job) or prefix != self._cron_job.name:
            return
        if minute.isdecimal() and self._seen.setdefault(view.name, view.uid) != view.uid:
            self._violation = self._violation or f"{view.name} was made twice"


class OneAtATime(Invariant, frozen=True, kw_only=True):
    """A CronJob that forbids or replaces never has two Jobs that are neither ended nor deleted.

    With Forbid a due time is skipped while a Job is active, with Replace the Job is deleted first
    (syncCronJob). The pods of a Job that was replaced may run on for their grace period.
    """

    cron_job: Ref

    def sentence(self) -> str:
        return f'"{self.cron_job.name}" never has two Jobs at a time'

    def tally(self) -> Tally:
        return _Unended(self.cron_job)

    def violation(self, snapshot: Snapshot) -> str:
        """The definition: what the tally says, counted from nothing."""
        jobs = (view for view in snapshot.objects("Job") if _is_unended(view, self.cron_job))
        return _together([view.name for view in jobs])


class _Unended(Tally):
    """The Jobs of a CronJob that go on."""

    kinds = frozenset({"Job"})

    def __init__(self, cron_job: Ref) -> None:
        self.namespace = cron_job.namespace
        self._cron_job = cron_job
        self._names: dict[str, str] = {}

    @property
    def violation(self) -> str:
        return _together([*self._names.values()])

    def begin(self, snapshot: Snapshot) -> None:
        jobs = (view for view in snapshot.objects("Job") if _is_unended(view, self._cron_job))
        self._names = {view.uid: view.name for view in jobs}

    def note(self, entry: Entry) -> None:
        view = entry.view
        if view is None:
            return
        self._names.pop(view.uid, None)
        if left(entry) is not None and _is_unended(view, self._cron_job):
            self._names[view.uid] = view.name


def _is_unended(view: Named, owner: Ref) -> bool:
    is_over = view.is_terminating or not isinstance(view, Job) or view.end is not None
    return not is_over and is_of(view, owner)


def _together(names: list[str]) -> str:
    return f"{' and '.join(sorted(names))} go on together" if len(names) > 1 else ""
