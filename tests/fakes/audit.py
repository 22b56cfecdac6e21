"""The fake's audit log: every write with its author, a moment after it was answered."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from reconverge.timeline import AUDIT_LOG, Gap, Synced, Timeline, Wrote
from tests.fakes.store import CLUSTER_SCOPED, Change, Object, Store

WRITTEN_S = 0.003
_VERBS = {"added": "create", "modified": "update", "deleted": "delete"}


class FakeAuditRecorder:
    """Delivers every write in order, until a test cuts it off."""

    def __init__(self, store: Store, timeline: Timeline, *, namespaces: Sequence[str]) -> None:
        self._store, self._timeline, self._namespaces = store, timeline, tuple(namespaces)
        self._is_stopped = self._is_cut = False
        self.mend()
        store.listeners.append(self._notice)

    def wait_until_synced(self, *, deadline_s: float) -> None:
        del deadline_s

    def stop(self) -> None:
        self._is_stopped = True

    def cut(self, reason: str = "the node was stopped") -> None:
        """From now on writes are missed, and the timeline says so."""
        self._is_cut = True
        since_s = self._timeline.now_s()
        for scope in ("", *self._namespaces):
            self._say(Gap(kind=AUDIT_LOG, since_s=since_s, reason=reason, namespace=scope))

    def mend(self) -> None:
        """Every later write is recorded again."""
        self._is_cut = False
        for scope in ("", *self._namespaces):
            self._say(Synced(kind=AUDIT_LOG, resource_version=0, namespace=scope))

    def _notice(self, kind: str, change: Change, one: Object) -> None:
        meta = one["metadata"]
        namespace = meta["name"] if kind == "Namespace" else meta.get("namespace", "")
        is_wanted = namespace in self._namespaces or kind == "Node"
        if self._is_cut or not is_wanted:
            return
        write = write_of(self._store, kind, change, one)
        self._store.clock.after(WRITTEN_S, lambda: self._say(write))

    def _say(self, record: Gap | Synced | Wrote) -> None:
        if not self._is_stopped and not (self._is_cut and isinstance(record, Wrote)):
            self._timeline.append(lambda at_s: msgspec.structs.replace(record, at_s=at_s))


class FakeAuditFile:
    """What the log has of the past: every write since the cluster is there."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.writes: list[Wrote] = []
        store.listeners.append(self._notice)

    def _notice(self, kind: str, change: Change, one: Object) -> None:
        self.writes.append(write_of(self._store, kind, change, one))


def write_of(store: Store, kind: str, change: Change, one: Object) -> Wrote:
    """That change as its line in the log."""
    now, meta = store.clock.wall(), one["metadata"]
    return Wrote(
        user=store.user,
        verb=_VERBS[change],
        kind=kind,
        code=200,
        received=now,
        answered=now,
        namespace="" if kind in CLUSTER_SCOPED else meta.get("namespace", ""),
        name=meta["name"],
    )
