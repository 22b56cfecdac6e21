"""What of a cluster is watched for one scenario: what everybody needs, and what it applies.

A watch costs the API server a little and the record a lot, so a kind is watched from just before
the first object of it is made; nothing of it can have been missed by then.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reconverge.clock import Clock
from reconverge.cluster.door import Audited, Cluster, Recorder
from reconverge.cluster.kinds import CORE
from reconverge.errors import BadInput, ReconvergeError, Unavailable
from reconverge.model import BETWEEN
from reconverge.timeline import Entry, Noted, Timeline
from reconverge.waiting import wait_until_seen

KINDS = ("Pod", "Node", "Event", "ServiceAccount")
# Whether a node is whole shows in its daemon pods as well.
SYSTEM_NAMESPACE, SYSTEM_KINDS = "kube-system", ("Pod", "DaemonSet")
SYNCED_WITHIN_S = 30.0
AUDITED_WITHIN_S = 10.0
# What was just created is on the watch within milliseconds; a controller makes the account.
SHOWN_WITHIN_S = 15.0


def new_timeline(folder: Path, clock: Clock) -> Timeline:
    """The timeline in `folder`. Raises BadInput when there is one already, Unavailable."""
    path = folder / "timeline.jsonl"
    try:
        return Timeline(clock, path=path)
    except FileExistsError as error:
        raise BadInput("there is a timeline already", where=str(path)) from error
    except OSError as error:
        what = f"the timeline cannot be written: {error.strerror}"
        raise Unavailable(what, where=str(path)) from error


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
            self._timeline.append(lambda at_s: Noted(at_s=at_s, text=text))

    def _watch(self, kinds: tuple[str, ...], namespace: str) -> None:
        recorder = self._cluster.record(self._timeline, kinds=kinds, namespaces=(namespace,))
        self._recorders.append(recorder)
