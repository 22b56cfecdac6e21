"""What of a cluster is watched for one scenario: what everybody needs, and what it applies.

A watch costs the API server a little and the record a lot, so a kind is watched from just before
the first object of it is made; nothing of it can have been missed by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from pathlib import Path

from reconverge.clock import Clock
from reconverge.cluster.door import Audited, Cluster, Recorder
from reconverge.cluster.kinds import CORE
from reconverge.errors import BadInput, ReconvergeError, Unavailable
from reconverge.faults.injector import Injection
from reconverge.judges.steady import LOST_NODE_TAINTS
from reconverge.model import BETWEEN, Ref, Snapshot
from reconverge.model.settings import ClusterSettings
from reconverge.timeline import Entry, Opened, Timeline
from reconverge.waiting import wait_until_seen

KINDS = ("Pod", "Node", "Event", "ServiceAccount")
# Whether a node is whole shows in its daemon pods as well.
SYSTEM_NAMESPACE, SYSTEM_KINDS = "kube-system", ("Pod", "DaemonSet")
SYNCED_WITHIN_S = 30.0
AUDITED_WITHIN_S = 10.0
# What was just created is on the watch within milliseconds; a controller makes the account.
SHOWN_WITHIN_S = 15.0
# A machine boots, its kubelet reports, the taints go: 8 s on an idle machine, more on a full one.
BACK_WITHIN_S = 90.0


def new_timeline(
    folder: Path,
    clock: Clock,
    *,
    scenario: str,
    seed: int,
    namespace: str,
    settings: ClusterSettings | None,
) -> Timeline:
    """The timeline in `folder`, opened. Raises BadInput when there is one already, Unavailable."""
    path = folder / "timeline.jsonl"
    try:
        timeline = Timeline(clock, path=path)
    except FileExistsError as error:
        raise BadInput("there is a timeline already", where=str(path)) from error
    except OSError as error:
        what = f"the timeline cannot be written: {error.strerror}"
        raise Unavailable(what, where=str(path)) from error
    timeline.append(
        lambda at_s: Opened(
            at_s=at_s,
            scenario=scenario,
            seed=seed,
            namespace=namespace,
            started=clock.wall(),
            cluster=settings,
        )
    )
    return timeline


class Recording:
    """The recorders of one scenario, from `open` until `stop`."""

    def __init__(self, cluster: Cluster, timeline: Timeline, *, namespace: str) -> None:
        self._cluster = cluster
        self._timeline = timeline
        self._namespace = namespace
        self._recorders: list[Recorder] = []
        self._kinds: set[str] = set()

    def open(self) -> None:
        """Watch what every scenario needs; on return all of it is known. Raises Unavailable."""
        self._kinds.update(KINDS)
        self._watch(KINDS, self._namespace)
        self._watch(SYSTEM_KINDS, SYSTEM_NAMESPACE)
        watches = tuple(self._recorders)
        self._record_writes()
        for recorder in watches:
            recorder.wait_until_synced(deadline_s=SYNCED_WITHIN_S)
        # Pods cannot be created before their namespace's account is there.
        self.wait_until_shown(
            lambda entry: self._has_account(entry.snapshot),
            what=f'the ServiceAccount "default" of namespace "{self._namespace}"',
        )

    def _has_account(self, snapshot: Snapshot) -> bool:
        return snapshot.named("ServiceAccount", "default", namespace=self._namespace) is not None

    def watch_for(self, kind: str) -> None:
        """Watch `kind`, and what its controller makes, unless it is watched already."""
        wanted = (kind, BETWEEN.get(kind, ""))
        new = tuple(one for one in wanted if one not in self._kinds and one in CORE)
        if new:
            self._kinds.update(new)
            self._watch(new, self._namespace)
            self._recorders[-1].wait_until_synced(deadline_s=SYNCED_WITHIN_S)

    def is_watched(self, kind: str) -> bool:
        return kind in self._kinds

    def wait_until_shown(self, is_seen: Callable[[Entry], bool], *, what: str) -> None:
        """Block until the newest world shows it; Unavailable, naming `what`, if it never does."""
        start = max(0, len(self._timeline) - 1)
        seen = wait_until_seen(self._timeline, is_seen, start=start, within_s=SHOWN_WITHIN_S)
        if seen is None:
            raise Unavailable(f"{what} did not show in {SHOWN_WITHIN_S:g} s", where="watch")

    def wait_until_back(self, injections: Iterable[Injection]) -> None:
        """Block until the nodes that were hit are Ready again, so that the next scenario has them.

        One that is not within BACK_WITHIN_S is noted: its rollback has been done, and it may come.
        """
        targets = (one for injection in injections for one in injection.targets)
        hit = {one.name for one in targets if one.kind == "Node"}
        start = max(0, len(self._timeline) - 1)
        back = wait_until_seen(
            self._timeline, lambda entry: _are_back(entry, hit), start=start, within_s=BACK_WITHIN_S
        )
        if back is None:
            text = f"not all of {', '.join(sorted(hit))} are Ready {BACK_WITHIN_S:g} s later"
            self._timeline.note(text)

    def stop(self) -> None:
        """Close every stream; nothing is recorded afterwards. Idempotent."""
        for recorder in self._recorders:
            recorder.stop()

    def _record_writes(self) -> None:
        """Who writes what, where the cluster tells; a verdict is possible without it."""
        if not isinstance(self._cluster, Audited):
            return
        try:
            recorder = self._cluster.record_writes(self._timeline, namespaces=(self._namespace,))
            self._recorders.append(recorder)
            recorder.wait_until_synced(deadline_s=AUDITED_WITHIN_S)
        except ReconvergeError as error:
            text = f"who writes what is not known: {error}"
            self._timeline.note(text)

    def _watch(self, kinds: tuple[str, ...], namespace: str) -> None:
        recorder = self._cluster.record(self._timeline, kinds=kinds, namespaces=(namespace,))
        self._recorders.append(recorder)


def has_seen(entry: Entry, one: Ref) -> bool:
    """Whether it is known by then, be it that it has gone already."""
    return entry.snapshot.get(one.kind, one.uid) is not None or entry.snapshot.is_gone(one.uid)


def _are_back(entry: Entry, names: Set[str]) -> bool:
    nodes = [node for node in entry.snapshot.nodes() if node.name in names]
    return len(nodes) == len(names) and all(
        node.is_ready and not any(node.taint(key) for key in LOST_NODE_TAINTS) for node in nodes
    )
