"""What the pods of a workload have done: how they ended, how long they worked, how they are made.

These are states that the pods themselves tell. Whether the controller that made them is alive, and
wants no more of them, is what `converges` judges.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from reconverge.judges.headcount import PodState
from reconverge.judges.predicates import AllOf, HasPods
from reconverge.judges.promise import Promise
from reconverge.judges.states import StateJudge
from reconverge.judges.steady import Steadiness, state
from reconverge.judges.steady.words import counted, listed
from reconverge.judges.temporal import Eventually
from reconverge.model import (
    JOB_TRACKING,
    CronJob,
    Job,
    Pod,
    PodTemplate,
    Ref,
    Snapshot,
    Terminated,
    is_of,
)

# The labels that the API server gives a Job's pods (pkg/registry/batch/job/strategy.go, 1.34); the
# ones without a prefix are those of before 1.27, and still given.
CONTROLLER_UID = "batch.kubernetes.io/controller-uid"
_NAMES = ("batch.kubernetes.io/job-name", "job-name")
_UIDS = (CONTROLLER_UID, "controller-uid")
_CRASH_LOOP = "CrashLoopBackOff"
# How the generator of names fills up a name (k8s.io/apiserver/pkg/storage/names).
_SUFFIX_LENGTH = 5


class OfPods(Promise, frozen=True, kw_only=True):
    """Base of the promises about all the pods that a workload has by now."""

    workload: Ref

    def judge(self, *, deadline_s: float) -> StateJudge:
        kinds = ("Pod", self.workload.kind)
        return StateJudge(self, self.weigh, kinds=kinds, deadline_s=deadline_s)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        raise NotImplementedError


class EndedPods(OfPods, frozen=True, kw_only=True):
    """Exactly `count` pods of the workload have ended in that phase, and are still there.

    Each container of them ended with `exit_code` for `reason` (of the container runtime), and was
    restarted `restarts` times; None is any. `pod_reason` is what the kubelet says of the whole pod.
    """

    count: int
    phase: str
    exit_code: int | None = None
    reason: str = ""
    restarts: int | None = None
    pod_reason: str = ""

    def sentence(self) -> str:
        how = [f"exit code {self.exit_code}"] if self.exit_code is not None else []
        how += [one for one in (self.reason, self.pod_reason) if one]
        how += [counted(self.restarts, "restart")] if self.restarts is not None else []
        rest = f" ({', '.join(how)})" if how else ""
        return f'{counted(self.count, "pod")} of "{self.workload.name}" ended as {self.phase}{rest}'

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        pods = snapshot.pods_of(self.workload)
        so = [pod for pod in pods if self._is_so(pod)]
        seen = ", ".join(f"{pod.name} {pod.status.phase}, {state(pod)}" for pod in pods)
        lacking = () if len(so) == self.count else (f"{len(so)} such pods of {self.count}",)
        return Steadiness(lacking, seen or "it has no pods")

    def _is_so(self, pod: Pod) -> bool:
        ends = [one.state.terminated for one in pod.status.container_statuses]
        return (
            pod.status.phase == self.phase
            and self.pod_reason in ("", pod.status.reason)
            and self.restarts in (None, pod.restart_count)
            and all(self._is_end(end) for end in ends)
        )

    def _is_end(self, end: Terminated | None) -> bool:
        if end is None:
            return self.exit_code is None and not self.reason
        return self.exit_code in (None, end.exit_code) and self.reason in ("", end.reason)


class Worked(OfPods, frozen=True, kw_only=True):
    """Each pod of the workload that has ended worked for `least_s` to `most_s` seconds.

    The kubelet's stamps are whole seconds, cut off.
    """

    least_s: float
    most_s: float

    def sentence(self) -> str:
        return f'the pods of "{self.workload.name}" work for {self.least_s:g} s'

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        worked = {
            pod.name: (end.finished_at - end.started_at) / timedelta(seconds=1)
            for pod in snapshot.pods_of(self.workload)
            for one in pod.status.container_statuses
            if (end := one.state.terminated) and end.finished_at and end.started_at
        }
        seen = ", ".join(f"{name} worked for {lasted_s:g} s" for name, lasted_s in worked.items())
        odd = [name for name, s in worked.items() if not self.least_s <= s <= self.most_s]
        lacking = [f"{listed(odd, len(odd))} did not work for {self.least_s:g} s"] if odd else []
        return Steadiness(tuple(lacking) if worked else ("no pod has ended",), seen or "none yet")


class KeepsRestarting(OfPods, frozen=True, kw_only=True):
    """A pod of the workload waits to be restarted again, after it ended with `exit_code`.

    It was restarted `times` times already: the kubelet backs off before it does so once more.
    """

    exit_code: int
    times: int = 1

    def sentence(self) -> str:
        how = f"exit code {self.exit_code}"
        return f'the container of "{self.workload.name}" is restarted after {how}, ever more slowly'

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        pods = snapshot.pods_of(self.workload)
        seen = ", ".join(f"{pod.name} {state(pod)}, {pod.restart_count} restarts" for pod in pods)
        is_so = any(self._is_so(pod) for pod in pods)
        return Steadiness(() if is_so else ("none waits for a restart",), seen or "it has no pods")

    def _is_so(self, pod: Pod) -> bool:
        return pod.restart_count >= self.times and any(
            one.state.waiting is not None
            and one.state.waiting.reason == _CRASH_LOOP
            and one.last_state.terminated is not None
            and one.last_state.terminated.exit_code == self.exit_code
            for one in pod.status.container_statuses
        )


class MadeTogether(OfPods, frozen=True, kw_only=True):
    """The first `count` pods of the workload were created within `within_s` seconds.

    The API server's stamps are whole seconds, cut off.
    """

    count: int
    within_s: float

    def sentence(self) -> str:
        pods = counted(self.count, "pod")
        return f'the first {pods} of "{self.workload.name}" are created within {self.within_s:g} s'

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        stamps = [pod.metadata.creation_timestamp for pod in snapshot.pods_of(self.workload)]
        first = [stamp for stamp in stamps if stamp is not None][: self.count]
        if len(first) < self.count:
            return Steadiness((f"{len(first)} pods of {self.count}",), f"{len(first)} pods")
        apart_s = (first[-1] - first[0]) / timedelta(seconds=1)
        lacking = (f"not within {self.within_s:g} s",) if apart_s > self.within_s else ()
        return Steadiness(lacking, f"they were created {apart_s:g} s apart")


class SelectsByUid(OfPods, frozen=True, kw_only=True):
    """The selector that the Job was given asks for its own UID, which all its pods are labelled.

    Not for the labels of the template, although these are there as well: so it never counts pods
    of anybody else.
    """

    def sentence(self) -> str:
        return f'"{self.workload.name}" selects exactly the pods that carry its own UID'

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        job = snapshot.get("Job", self.workload.uid)
        if not isinstance(job, Job):
            return Steadiness((f"{self.workload} is gone",), f"{self.workload} does not exist")
        given = {**dict.fromkeys(_NAMES, job.name), **dict.fromkeys(_UIDS, job.uid)}
        labels = [job.spec.template.metadata.labels]
        labels += [pod.metadata.labels for pod in snapshot.pods_of(self.workload)]
        lacking = [] if len(labels) > 1 else ["it has no pods"]
        if job.spec.selector.match_labels != {CONTROLLER_UID: job.uid}:
            lacking.append("its selector asks for something else")
        if any(given.items() - one.items() for one in labels):
            lacking.append("a label that it gives is missing")
        return Steadiness(tuple(lacking), f"its selector is {job.spec.selector}")


class Tracked(OfPods, frozen=True, kw_only=True):
    """Each pod of the Job is named after it, and cannot go before the Job has counted its end."""

    def sentence(self) -> str:
        return f'the pods of "{self.workload.name}" bear its name, and are tracked by it'

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        pods = [pod for pod in snapshot.pods_of(self.workload) if pod.is_active]
        strange = [pod.name for pod in pods if not self._is_so(pod)]
        lacking = [f"{listed(strange, len(strange))} is not"] if strange else []
        seen = ", ".join(pod.name for pod in pods)
        return Steadiness(tuple(lacking) if pods else ("it has no pods",), seen or "none")

    def _is_so(self, pod: Pod) -> bool:
        prefix, _, suffix = pod.name.rpartition("-")
        is_named = prefix == self.workload.name and len(suffix) == _SUFFIX_LENGTH
        return is_named and JOB_TRACKING in pod.metadata.finalizers


class FromTemplate(OfPods, frozen=True, kw_only=True):
    """Each run of the CronJob is a Job of its own, whose pods are as its template says."""

    def sentence(self) -> str:
        return f'the Jobs of "{self.workload.name}" and their pods are as its template says'

    def judge(self, *, deadline_s: float) -> StateJudge:
        kinds = ("Pod", "Job", "CronJob")
        return StateJudge(self, self.weigh, kinds=kinds, deadline_s=deadline_s)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        cron = snapshot.get("CronJob", self.workload.uid)
        if not isinstance(cron, CronJob):
            return Steadiness((f"{self.workload} is gone",), f"{self.workload} does not exist")
        wanted = _made(cron.spec.job_template.spec.template)
        pods = snapshot.pods_of(self.workload)
        other = [pod.name for pod in pods if not wanted.is_in(_made(pod))]
        lacking = [f"{listed(other, len(other))} is of another template"] if other else []
        seen = f"{counted(len(pods), 'pod')} of labels {wanted.labels}, image {wanted.images}"
        return Steadiness(tuple(lacking) if pods else ("it has no pods",), seen)


class EndedJobs(OfPods, frozen=True, kw_only=True):
    """Exactly `count` Jobs of the CronJob have ended so (Complete, Failed), and none goes on."""

    end: str
    count: int

    def sentence(self) -> str:
        return f'"{self.workload.name}" keeps {counted(self.count, "Job")} that are {self.end}'

    def judge(self, *, deadline_s: float) -> StateJudge:
        return StateJudge(self, self.weigh, kinds=("Job",), deadline_s=deadline_s)

    def weigh(self, snapshot: Snapshot) -> Steadiness:
        found = (job for job in snapshot.objects("Job") if isinstance(job, Job))
        mine = [job for job in found if is_of(job, self.workload)]
        ended = [job for job in mine if job.end is not None and job.end.type == self.end]
        unended = [job.name for job in mine if job.end is None]
        lacking = [f"{listed(unended, len(unended))} goes on"] if unended else []
        lacking += [f"{len(ended)} of {self.count}"] if len(ended) != self.count else []
        return Steadiness(tuple(lacking), f"{len(ended)} of its {len(mine)} Jobs are {self.end}")


def no_pods(workload: Ref) -> Eventually:
    """The promise that nothing is left of its pods: none runs, is going, or has ended."""
    states: tuple[PodState, ...] = ("standing", "succeeded", "failed")
    parts = tuple(HasPods(workload=workload, state=state, most=0) for state in states)
    return Eventually(of=AllOf(parts=parts))


class _Made(msgspec.Struct, frozen=True):
    """What a template gives its pods; the API server adds labels of its own."""

    labels: dict[str, str]
    images: tuple[str, ...]
    restart_policy: str

    def is_in(self, pod: _Made) -> bool:
        is_same = (self.images, self.restart_policy) == (pod.images, pod.restart_policy)
        return is_same and self.labels.items() <= pod.labels.items()


def _made(one: PodTemplate | Pod) -> _Made:
    images = tuple(container.image for container in one.spec.containers)
    return _Made(one.metadata.labels, images, one.spec.restart_policy)
