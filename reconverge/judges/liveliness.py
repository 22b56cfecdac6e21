"""Proof that a controller is alive, and that its silence means consent.

A status proves nothing about a live controller, and "nothing happened" is also what a frozen one
shows. So before a steady state is believed, its controller is challenged, in two steps that
together form a causal barrier:

1. *Sentinel.* A pod is created that the controllers of this kind must delete (it belongs to a
   workload of ours that asks for none). All pods reach a controller through one informer, in the
   order of their resourceVersions; a reaction to the sentinel proves that every pod event before
   it has been delivered to the controller.
2. *Knock.* Then the workload's own `status.observedGeneration` is spoiled. Whoever writes it anew
   ran a synchronisation of exactly this workload, with a pod cache at least as new as step 1.

If the steady state still stands after that, the controller has seen everything and wants nothing
more. Both writes also come back through our own watches, which shows that these are alive.
Sources: pkg/controller/replicaset/replica_set.go (syncReplicaSet) and replica_set_utils.go
(updateReplicaSetStatus writes when observedGeneration differs), Kubernetes 1.34.
"""

from __future__ import annotations

from reconverge.judges.judge import Want, WantKnock, WantSentinel
from reconverge.judges.steady import is_observed
from reconverge.model import Pod, Ref
from reconverge.timeline import Challenged, Entry, Observed

# A live controller answered within 20 ms on an idle cluster; its client retries for seconds only
# when the API server restarts. Silence for this long is called silence.
ANSWER_S = 5.0

# Names the controller of each kind as Kubernetes' own events do (event source component).
CONTROLLERS = {
    "ReplicationController": "replication-controller",
    "ReplicaSet": "replicaset-controller",
}


class Challenge:
    """One run of the barrier for one workload: feed it entries, ask what it wants and knows."""

    def __init__(self, workload: Ref) -> None:
        self.workload = workload
        self.error = ""
        self.is_answered = False
        self.is_pod_watch_live = False
        self.is_workload_watch_live = False
        self._asked: set[type[Want]] = set()
        self._seen: set[str] = set()
        self._lost: set[str] = set()
        self._sentinel: str | None = None
        self._sentinel_removed = False
        self._knock: int | None = None

    def wants(self) -> tuple[Want, ...]:
        """The next act, once."""
        want: Want | None = None
        if self._sentinel is None:
            want = WantSentinel(self.workload.kind)
        elif self._sentinel_removed and self._knock is None:
            want = WantKnock(self.workload)
        if want is None or self.error or type(want) in self._asked:
            return ()
        self._asked.add(type(want))
        return (want,)

    def feed(self, entry: Entry) -> None:
        """Take one entry into account; deliveries may come before the record of the act."""
        record = entry.record
        if isinstance(record, Challenged):
            self._begin(record)
        elif isinstance(record, Observed) and isinstance(entry.view, Pod):
            self._seen.add(record.uid)
            if record.change == "deleted" or entry.view.is_terminating:
                self._lost.add(record.uid)
        self._conclude(entry)

    def _begin(self, record: Challenged) -> None:
        is_mine = record.subject.kind == "Pod" or record.subject == self.workload
        if not is_mine:
            return
        if record.error:
            self.error = record.error
        elif record.step == "sentinel" and self._sentinel is None:
            self._sentinel = record.subject.uid
        elif record.step == "knock" and self._sentinel_removed and self._knock is None:
            self._knock = record.resource_version

    def _conclude(self, entry: Entry) -> None:
        if self._sentinel is not None:
            self.is_pod_watch_live |= self._sentinel in self._seen
            self._sentinel_removed |= self._sentinel in self._lost
        view = entry.snapshot.workload(self.workload)
        if self._knock is not None and view is not None:
            self.is_workload_watch_live |= view.resource_version >= self._knock
            self.is_answered |= view.resource_version > self._knock and is_observed(view)

    @property
    def silence(self) -> str:
        """Why there is no answer yet, as the end of a sentence."""
        controller = CONTROLLERS.get(self.workload.kind, f"the {self.workload.kind} controller")
        if self.error:
            return f"the controller could not be challenged: {self.error}"
        if self._sentinel is None:
            return "the controller was not challenged"
        if not self.is_pod_watch_live:
            return "our own watch of pods delivers nothing"
        if not self._sentinel_removed:
            return f"{controller} is silent: it left a surplus pod alone for {ANSWER_S:g} s"
        if self._knock is not None and not self.is_workload_watch_live:
            return f"our own watch of {self.workload.kind} delivers nothing"
        return f"{controller} is silent: it left a spoiled status alone for {ANSWER_S:g} s"
