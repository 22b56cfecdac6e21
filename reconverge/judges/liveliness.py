"""Proof that a controller is alive, that its silence means consent, and that we hear of it all.

A status proves nothing about a live controller, and "nothing happened" is also what a frozen one
shows. So before a steady state is believed, its controller is challenged, in three steps that
together form a causal barrier:

1. *Sentinel.* An object is created that the controllers of this kind must claim or delete: it
   matches a workload of ours that asks for none. All pods reach a controller through one informer,
   in the order of their resourceVersions; a reaction to the sentinel proves that every pod event
   before it is in the controller's cache. (For Deployments the same, with ReplicaSets for pods.)
2. *Knock.* Then a field of the workload's own status is spoiled that only its controller writes.
   Whoever writes it anew has finished a synchronisation of exactly this workload. It may have
   begun before the knock (a status update that meets a conflict is tried once more), with an older
   cache; but then what it decided was done before it wrote, and the next one starts from step 1's
   cache or a newer one.
3. *Echo.* Watches of different kinds are not ordered among each other: what that synchronisation
   did to pods may reach us after its answer. So another sentinel is planted; when it comes back,
   our own watch of pods is past the answer, and has shown the steady state all the while.

If the steady state still stands after that, the controller has seen everything, wants nothing
more, and has nothing under way. `controllers` says what each kind's sentinel and knock are.
"""

from __future__ import annotations

from reconverge.judges.controllers import CONTROLLERS, is_spoiled, name_of
from reconverge.judges.judge import Want, WantKnock, WantSentinel
from reconverge.model import Named, Ref, Snapshot
from reconverge.timeline import Challenged, Entry, Observed

# A live controller answered within 20 ms on an idle cluster (a Job's within 1 s, by its own
# batching); its client retries for seconds only when the API server restarts. Silence for this
# long is called silence.
ANSWER_S = 5.0

# Sentinels that only have to come back are planted for this kind: every cluster has it.
SENTINEL_KIND = "ReplicationController"


def deaf(kind: str) -> str:
    """What is said where our own watch is the silent one."""
    return f"our own watch of {kind.lower()}s delivers nothing"


DEAF = deaf("Pod")


class Echo:
    """Proof that our own watch is up to date: what is planted now comes back through it.

    `kind` is that of the controllers for which it is planted; what is planted is a pod, or what
    else those controllers watch. `after` is the highest resourceVersion known before: a sentinel
    that an earlier judge asked for may be recorded late, and proves nothing about what came after.
    """

    def __init__(self, kind: str, *, after: int) -> None:
        self.kind = kind
        self.watched = CONTROLLERS[kind].sentinel
        self.planted: dict[str, int] = {}
        self._after = after
        self._error = ""
        self._is_unreached = False
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
            self._take_planting(record)
        elif isinstance(record, Observed) and record.kind == self.watched:
            if entry.view is None:
                return
            self._heard.add(record.uid)
            if self._is_reaction(record, entry.view):
                self._removed.setdefault(record.uid, record.resource_version)

    def _take_planting(self, record: Challenged) -> None:
        if record.subject.kind != self.watched:
            return
        if record.error:
            self._error, self._is_unreached = record.error, record.is_unreached
        elif record.resource_version > self._after:
            self.planted[record.subject.uid] = record.resource_version

    def _is_reaction(self, record: Observed, view: Named) -> bool:
        """Whether controllers of this kind claimed or removed it; others' acts do not count."""
        owner = view.metadata.controller
        if CONTROLLERS[self.kind].reaction == "claims":
            return owner is not None and owner.kind == self.kind
        is_gone = record.change == "deleted" or view.is_terminating
        return is_gone and (owner is None or owner.kind == self.kind)

    @property
    def error(self) -> str:
        """Why nothing could be planted."""
        return "" if self.planted else self._error

    @property
    def is_refused(self) -> bool:
        """Whether there was an answer, and it was no."""
        return bool(self.error) and not self._is_unreached

    @property
    def is_heard(self) -> bool:
        return not self._heard.isdisjoint(self.planted)

    @property
    def removed_at(self) -> int | None:
        """The resourceVersion at which a controller reacted to the sentinel."""
        removed = self._removed.keys() & self.planted.keys()
        return min((self._removed[uid] for uid in removed), default=None)

    def is_older(self, entry: Entry) -> bool:
        """Whether `entry` is a change from before the sentinel: it may have been delivered late."""
        record = entry.record
        written = min(self.planted.values(), default=0)
        return isinstance(record, Observed) and record.resource_version < written


class Challenge:
    """Sentinel and knock for one workload: feed it entries, ask what it wants and knows."""

    def __init__(self, workload: Ref, *, after: int) -> None:
        self.workload = workload
        self.controller = CONTROLLERS[workload.kind]
        self.sentinel = Echo(workload.kind, after=after)
        self.is_workload_watch_live = False
        self._knock_error = ""
        self._is_knock_unreached = False
        self._is_knock_asked = False
        self._knocked_at: int | None = None
        self.answered_at: int | None = None

    def wants(self) -> tuple[Want, ...]:
        """The next act, once."""
        if self.error or self.is_answered:
            return ()
        if self._reacted_at is None:
            return self.sentinel.wants()
        if self._is_knock_asked or self._knocked_at is not None:
            return ()
        self._is_knock_asked = True
        return (WantKnock(self.workload),)

    @property
    def _reacted_at(self) -> int | None:
        """When the controller reacted to the sentinel; at once where it need not."""
        return 0 if self.controller.reaction == "none" else self.sentinel.removed_at

    def feed(self, entry: Entry) -> None:
        """Take one entry into account; deliveries may come before the record of the act."""
        record = entry.record
        self.sentinel.feed(entry)
        if isinstance(record, Challenged) and record.step == "knock":
            self._take_knock(record, entry)
        view = entry.snapshot.get(self.workload.kind, self.workload.uid)
        if view is None or self.is_answered:
            return
        if self._knocked_at is None:
            self._take_silence_for_consent(view)
            return
        self.is_workload_watch_live |= view.resource_version >= self._knocked_at
        since = max(self._knocked_at, self._reacted_at or 0)
        if view.resource_version > since and not is_spoiled(view):
            self.answered_at = view.resource_version

    def _take_silence_for_consent(self, view: Named) -> None:
        """Where a controller owes no answer any more (an ended Job), the sentinel is enough."""
        if self._reacted_at is not None and not self.controller.owes_answer(view):
            self.answered_at = self._reacted_at

    def _take_knock(self, record: Challenged, entry: Entry) -> None:
        """A knock of an earlier challenge, recorded late, came before this one's sentinel fell.

        It counts only where it still stands: then a later answer is an answer to this one too.
        """
        reacted_at = self._reacted_at
        if reacted_at is None or self._knocked_at is not None or record.subject != self.workload:
            return
        if record.error:
            self._knock_error, self._is_knock_unreached = record.error, record.is_unreached
        elif record.resource_version > reacted_at or self._is_spoiled(entry.snapshot):
            self._knocked_at = record.resource_version

    def _is_spoiled(self, snapshot: Snapshot) -> bool:
        view = snapshot.get(self.workload.kind, self.workload.uid)
        return view is not None and is_spoiled(view)

    @property
    def is_answered(self) -> bool:
        return self.answered_at is not None

    @property
    def is_ignored(self) -> bool:
        """Whether the controller left undone what a live one does at once."""
        is_untouched = self.sentinel.is_heard and self.sentinel.removed_at is None
        return is_untouched or (self.is_workload_watch_live and not self.is_answered)

    @property
    def error(self) -> str:
        return self.sentinel.error or self._knock_error

    @property
    def is_refused(self) -> bool:
        """Whether the API server does not take it; asked again, it would say the same."""
        is_knock_refused = bool(self._knock_error) and not self._is_knock_unreached
        return self.sentinel.is_refused or is_knock_refused

    @property
    def silence(self) -> str:
        """Why there is no answer yet, as the end of a sentence; empty when there is one."""
        controller, watched = name_of(self.workload.kind), self.sentinel.watched
        if self.error:
            return f"the controller could not be challenged: {self.error}"
        if self.is_answered:
            return ""
        if self.controller.reaction != "none":
            if not self.sentinel.planted:
                return "the controller was not challenged"
            if not self.sentinel.is_heard:
                return deaf(watched)
        if self._reacted_at is None:
            surplus = f"a surplus {watched.lower()}" if watched == "Pod" else f"a stray {watched}"
            return f"{controller} is silent: it left {surplus} alone for {ANSWER_S:g} s"
        if self._knocked_at is None:
            return "the controller's challenge was not finished"
        if not self.is_workload_watch_live:
            return f"our own watch of {self.workload.kind} delivers nothing"
        return f"{controller} is silent: it left a spoiled status alone for {ANSWER_S:g} s"


class Barrier:
    """The challenges of all controllers that stand behind one workload, and the closing echoes.

    `links` are the workloads to challenge, in order: a Deployment's own, then its ReplicaSet.
    """

    def __init__(self, links: tuple[Ref, ...], *, after: int) -> None:
        self._links = [Challenge(link, after=after) for link in links]
        self._echoes: list[Echo] = []
        # Pods are what every steady state is made of: their echo is the one that counts first.
        among_pods = (one for one in self._links if one.sentinel.watched == "Pod")
        self._pods = next(among_pods, self._links[0])

    def wants(self) -> tuple[Want, ...]:
        """The next acts, each once; the links do not wait for each other."""
        if self.error:
            return ()
        if self._echoes:
            return tuple(want for echo in self._echoes for want in echo.wants())
        return tuple(want for link in self._links for want in link.wants())

    def close(self) -> None:
        """Ask for the last step, once there are answers; what comes after it counts no more."""
        if self.is_answered and not self._echoes:
            after = max(link.answered_at or 0 for link in self._links)
            kinds = {link.sentinel.watched: link.workload.kind for link in self._links}
            self._echoes = [Echo(kind, after=after) for kind in kinds.values()]

    def feed(self, entry: Entry) -> None:
        """Take one entry into account."""
        for echo in self._echoes:
            echo.feed(entry)
        for link in self._links:
            link.feed(entry)

    @property
    def sentinel(self) -> Echo:
        """The first sentinel among pods."""
        return self._pods.sentinel

    @property
    def is_answered(self) -> bool:
        return all(link.is_answered for link in self._links)

    @property
    def is_closing(self) -> bool:
        return bool(self._echoes)

    @property
    def is_closed(self) -> bool:
        """Whether all three steps are done: nothing of before can reach us any more."""
        return bool(self._echoes) and all(echo.is_heard for echo in self._echoes)

    @property
    def is_pod_watch_live(self) -> bool:
        return self.sentinel.is_heard

    @property
    def is_workload_watch_live(self) -> bool:
        return all(one.is_workload_watch_live or one.is_answered for one in self._links)

    @property
    def is_ignored(self) -> bool:
        """Whether some controller left undone what a live one does at once."""
        return any(link.is_ignored for link in self._links)

    @property
    def error(self) -> str:
        errors = [link.error for link in self._links] + [echo.error for echo in self._echoes]
        return next(filter(None, errors), "")

    @property
    def is_unreached(self) -> bool:
        """Whether some of it could not be asked, and might be by now: nobody answered."""
        refused = [link.is_refused for link in self._links]
        refused += [echo.is_refused for echo in self._echoes]
        return bool(self.error) and not any(refused)

    @property
    def silence(self) -> str:
        """Why the barrier does not stand yet, as the end of a sentence."""
        ignored = (link.silence for link in self._links if link.is_ignored)
        waiting = (link.silence for link in self._links if link.silence)
        echoes = (_echo_silence(echo) for echo in self._echoes if not echo.is_heard)
        return next((text for rows in (ignored, waiting, echoes) for text in rows if text), DEAF)


def _echo_silence(echo: Echo) -> str:
    if echo.error:
        return f"the controller could not be challenged: {echo.error}"
    return deaf(echo.watched)
