"""How long a Job waits after its pods fail, before it makes another.

It waits 10 s after the first failure and twice as long after each further one; releases that lost
this (1.24 to 1.26) made the next pod at once, and a task that fails at once failed a whole Job in
seconds.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from reconverge.judges.invariants.judge import Invariant
from reconverge.judges.tally import Tally
from reconverge.model import Pod, Ref, Snapshot
from reconverge.timeline import Entry

# DefaultJobPodFailureBackOff and MaxJobPodFailureBackOff, pkg/controller/job/job_controller.go.
FIRST_S, MAX_S = 10.0, 600.0
# Both stamps, of the end and of the creation, are whole seconds, cut off.
_GRAIN_S = 1.0


class BacksOff(Invariant, frozen=True, kw_only=True):
    """After n failures since its last success the Job waits 10 s x 2^(n-1) before the next pod.

    Counted from the end of the last pod that failed (getRemainingTimeForFailedPods,
    pkg/controller/job/backoff_utils.go, 1.34). A pod that is deleted before it ended has failed.
    """

    job: Ref

    def sentence(self) -> str:
        return f'"{self.job.name}" waits after each failure, twice as long as before'

    def tally(self) -> Tally:
        return _Waits(self.job)


class _Waits(Tally):
    """When the pods of a Job failed or succeeded, and whether one was made too soon after."""

    def __init__(self, job: Ref) -> None:
        self.namespace = job.namespace
        self._job = job
        self._seen: set[str] = set()
        self._failed: dict[str, datetime] = {}
        self._succeeded: dict[str, datetime] = {}
        self._followed = 0
        self._violation = ""

    @property
    def violation(self) -> str:
        return self._violation

    @property
    def doubt(self) -> str:
        return "" if self._followed else "none of its pods followed a failure"

    def begin(self, snapshot: Snapshot) -> None:
        self._seen, self._failed, self._succeeded, self._followed = set(), {}, {}, 0
        for pod in snapshot.owned_pods(self._job.uid):
            self._seen.add(pod.uid)
            self._put(pod)

    def note(self, entry: Entry) -> None:
        view = entry.view
        owner = view.metadata.controller if isinstance(view, Pod) else None
        if not isinstance(view, Pod) or owner is None or owner.uid != self._job.uid:
            return
        if view.uid not in self._seen:
            self._seen.add(view.uid)
            self._weigh(view)
        self._put(view)

    def _weigh(self, pod: Pod) -> None:
        created = pod.metadata.creation_timestamp
        since = max(self._succeeded.values(), default=None)
        failures = [at for at in self._failed.values() if since is None or at > since]
        if not failures or created is None:
            return
        self._followed += 1
        wanted_s = min(FIRST_S * 2 ** (len(failures) - 1), MAX_S)
        waited_s = (created - max(failures)) / timedelta(seconds=1)
        if waited_s < wanted_s - _GRAIN_S:
            waited = f"{waited_s:g} s after the last of {len(failures)} failures"
            text = f"{pod.name} was made {waited}, and not {wanted_s:g} s"
            self._violation = self._violation or text

    def _put(self, pod: Pod) -> None:
        ended = _ended(pod)
        if ended is None:
            return
        # One that is deleted has been counted as failed by the time it may still succeed.
        if pod.status.phase == "Succeeded" and pod.uid not in self._failed:
            self._succeeded[pod.uid] = ended
        else:
            self._failed.setdefault(pod.uid, ended)


def _ended(pod: Pod) -> datetime | None:
    """When its last container ended, or else when its deletion was asked for."""
    ends = [one.state.terminated for one in pod.status.container_statuses]
    stamps = [end.finished_at for end in ends if end is not None and end.finished_at is not None]
    if pod.status.phase in ("Succeeded", "Failed") and stamps:
        return max(stamps)
    gone = pod.metadata.deletion_timestamp
    if gone is None:
        return None
    return gone - timedelta(seconds=pod.metadata.deletion_grace_period_seconds or 0)
