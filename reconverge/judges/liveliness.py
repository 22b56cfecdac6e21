"""Proof that a controller is alive, that its silence means consent, and that we hear of it all.

A status proves nothing about a live controller, and "nothing happened" is also what a frozen one
shows. So before a steady state is believed, its controller is challenged, in three steps that
together form a causal barrier:

1. *Sentinel.* A pod is created that the controllers of this kind must delete (it belongs to a
   workload of ours that asks for none). All pods reach a controller through one informer, in the
   order of their resourceVersions; a reaction to the sentinel proves that every pod event before
   it is in the controller's cache.
2. *Knock.* Then the workload's own `status.observedGeneration` is spoiled. Whoever writes it anew
   has finished a synchronisation of exactly this workload. It may have begun before the knock (a
   status update that meets a conflict is tried once more), with an older cache; but then what it
   decided was done before it wrote, and the next one starts from step 1's cache or a newer one.
3. *Echo.* Watches of different kinds are not ordered among each other: what that synchronisation
   did to pods may reach us after its answer. So another sentinel is planted; when it comes back,
   our own watch of pods is past the answer, and has shown the steady state all the while.

If the steady state still stands after that, the controller has seen everything, wants nothing
more, and has nothing under way.
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
# Sentinels that only have to come back are planted for this kind: every cluster has it.
SENTINEL_KIND = "ReplicationController"
DEAF = "our own watch of pods delivers nothing"


class Echo:
    """Proof that our own watch of pods is up to date: a pod planted now comes back through it.

    `after` is the highest resourceVersion known before: a sentinel that an earlier judge asked for
    may be recorded late, and proves nothing about what came after it.
    """

    def __init__(self, kind: str, *, after: int) -> None:
        self.kind = kind
        self.planted: dict[str, int] = {}
        self._after = after
        self._error = ""
        self._is_asked = False
        self._heard: set[str] = set()
        self._removed: dict[str, int] = {}

    def wants(self) -> tuple[Want, ...]:
        """The sentinel, once."""
        if self._is_asked or self.error:
            return ()
        self._is_asked = True
        return (WantSentinel(self.kind),)

    def feed(self, entry: Entry) -> None:
        """Take one entry into account; deliveries may come before the record of the act."""
        record = entry.record
        if isinstance(record, Challenged) and record.step == "sentinel":
            if record.error:
                self._error = record.error
            elif record.resource_version > self._after:
                self.planted[record.subject.uid] = record.resource_version
        elif isinstance(record, Observed) and isinstance(entry.view, Pod):
            self._heard.add(record.uid)
            if (record.change == "deleted" or entry.view.is_terminating) and self._is_mine(entry):
                self._removed.setdefault(record.uid, record.resource_version)

    def _is_mine(self, entry: Entry) -> bool:
        """Whether controllers of this kind are the ones to remove that pod."""
        owner = entry.view.metadata.controller if entry.view is not None else None
        return owner is None or owner.kind == self.kind

    @property
    def error(self) -> str:
        """Why nothing could be planted."""
        return "" if self.planted else self._error

    @property
    def is_heard(self) -> bool:
        return not self._heard.isdisjoint(self.planted)

    @property
    def removed_at(self) -> int | None:
        """The resourceVersion at which a controller removed the sentinel."""
        removed = self._removed.keys() & self.planted.keys()
        return min((self._removed[uid] for uid in removed), default=None)

    def is_older(self, entry: Entry) -> bool:
        """Whether `entry` is a change from before the sentinel: it may have been delivered late."""
        record = entry.record
        written = min(self.planted.values(), default=0)
        return isinstance(record, Observed) and record.resource_version < written


class Challenge:
    """One run of the barrier for one workload: feed it entries, ask what it wants and knows."""

    def __init__(self, workload: Ref, *, after: int) -> None:
        self.workload = workload
        self.sentinel = Echo(workload.kind, after=after)
        self.is_workload_watch_live = False
        self._knock_error = ""
        self._is_knock_asked = False
        self._knocked_at: int | None = None
        self._answered_at: int | None = None
        self._echo: Echo | None = None

    def wants(self) -> tuple[Want, ...]:
        """The next act, once."""
        if self.error:
            return ()
        if self._echo is not None:
            return self._echo.wants()
        if self.sentinel.removed_at is None:
            return self.sentinel.wants()
        if self._is_knock_asked or self._knocked_at is not None:
            return ()
        self._is_knock_asked = True
        return (WantKnock(self.workload),)

    def close(self) -> None:
        """Ask for the last step, once there is an answer; what comes after it counts no more."""
        if self._answered_at is not None and self._echo is None:
            self._echo = Echo(self.workload.kind, after=self._answered_at)

    def feed(self, entry: Entry) -> None:
        """Take one entry into account; deliveries may come before the record of the act."""
        record = entry.record
        if self._echo is not None:
            self._echo.feed(entry)
        self.sentinel.feed(entry)
        if isinstance(record, Challenged) and record.step == "knock":
            self._take_knock(record, entry)
        view = entry.snapshot.workload(self.workload)
        if self._knocked_at is None or view is None:
            return
        self.is_workload_watch_live |= view.resource_version >= self._knocked_at
        since = max(self._knocked_at, self.sentinel.removed_at or 0)
        if view.resource_version > since and is_observed(view) and self._answered_at is None:
            self._answered_at = view.resource_version

    def _take_knock(self, record: Challenged, entry: Entry) -> None:
        """A knock of an earlier challenge, recorded late, came before this one's sentinel fell.

        It counts only where it still stands: then a later answer is an answer to this one too.
        """
        removed_at = self.sentinel.removed_at
        if removed_at is None or self._knocked_at is not None or record.subject != self.workload:
            return
        if record.error:
            self._knock_error = record.error
        elif record.resource_version > removed_at or self._is_spoiled(entry):
            self._knocked_at = record.resource_version

    def _is_spoiled(self, entry: Entry) -> bool:
        view = entry.snapshot.workload(self.workload)
        return view is not None and not is_observed(view)

    @property
    def is_answered(self) -> bool:
        return self._answered_at is not None

    @property
    def is_closing(self) -> bool:
        return self._echo is not None

    @property
    def is_closed(self) -> bool:
        """Whether all three steps are done: nothing of before can reach us any more."""
        return self._echo is not None and self._echo.is_heard

    @property
    def is_pod_watch_live(self) -> bool:
        return self.sentinel.is_heard

    @property
    def is_ignored(self) -> bool:
        """Whether the controller left undone what a live one does at once."""
        is_untouched = self.sentinel.is_heard and self.sentinel.removed_at is None
        return is_untouched or (self.is_workload_watch_live and not self.is_answered)

    @property
    def error(self) -> str:
        closing = self._echo.error if self._echo is not None else ""
        return self.sentinel.error or self._knock_error or closing

    @property
    def silence(self) -> str:
        """Why there is no answer yet, as the end of a sentence."""
        controller = CONTROLLERS.get(self.workload.kind, f"the {self.workload.kind} controller")
        if self.error:
            return f"the controller could not be challenged: {self.error}"
        if not self.sentinel.planted:
            return "the controller was not challenged"
        if not self.sentinel.is_heard or self.is_answered:
            return DEAF
        if self.sentinel.removed_at is None:
            return f"{controller} is silent: it left a surplus pod alone for {ANSWER_S:g} s"
        if self._knocked_at is None:
            return "the controller's challenge was not finished"
        if not self.is_workload_watch_live:
            return f"our own watch of {self.workload.kind} delivers nothing"
        return f"{controller} is silent: it left a spoiled status alone for {ANSWER_S:g} s"
