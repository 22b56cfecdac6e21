"""The fake's recorder, and the ways in which a watch can lie: silent, cut, repeating, late."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import msgspec

from reconverge.cluster.errors import Unreachable
from reconverge.timeline import Gap, Observed, Synced, Timeline
from tests.fakes.store import CLUSTER_SCOPED, Change, Object, Store

DELIVERY_S = 0.002


class FakeRecorder:
    """Delivers every write after `DELIVERY_S`, in order, unless a test makes it lie."""

    def __init__(
        self, store: Store, timeline: Timeline, *, kinds: Sequence[str], namespaces: Sequence[str]
    ) -> None:
        self.silent: set[str] = set()
        self.repeats = False
        self._cut: set[str] = set()
        self._store, self._timeline = store, timeline
        self._kinds, self._namespaces = kinds, namespaces
        self._is_stopped = False
        for kind in kinds:
            self._list(kind)
        store.listeners.append(self._notice)

    def wait_until_synced(self, *, deadline_s: float) -> None:
        if self._is_stopped:
            raise Unreachable(f"not listed within {deadline_s:g} s", where="watch")

    def stop(self) -> None:
        self._is_stopped = True

    def cut(self, kind: str, reason: str = "the API server went away") -> None:
        """From now on changes of `kind` are missed, and the timeline says so."""
        if kind in self._kinds:
            self._cut.add(kind)
            for scope in self._scopes(kind):
                since_s = self._timeline.now_s()
                self._say(Gap(kind=kind, since_s=since_s, reason=reason, namespace=scope))

    def mend(self, kind: str) -> None:
        """A new list closes the gap."""
        if kind in self._cut:
            self._cut.discard(kind)
            self._list(kind)

    def _scopes(self, kind: str) -> Sequence[str]:
        return ("",) if kind in CLUSTER_SCOPED else self._namespaces

    def _list(self, kind: str) -> None:
        for scope in self._scopes(kind):
            there = {one["metadata"]["uid"] for one in self._store.of(kind, scope)}
            for view in list(self._timeline.latest().objects(kind)):
                if view.uid not in there and view.metadata.namespace == scope:
                    self._append(kind, "deleted", msgspec.to_builtins(view))
            for one in self._store.of(kind, scope):
                self._append(kind, "listed", one)
            self._say(Synced(kind=kind, resource_version=self._store.version, namespace=scope))

    def _say(self, record: Gap | Synced) -> None:
        self._timeline.append(lambda at_s: msgspec.structs.replace(record, at_s=at_s))

    def _notice(self, kind: str, change: Change, one: Object) -> None:
        if kind not in self._kinds or kind in self._cut:
            return
        if kind not in CLUSTER_SCOPED and one["metadata"]["namespace"] not in self._namespaces:
            return
        frozen = copy.deepcopy(one)
        self._store.clock.after(DELIVERY_S, lambda: self._deliver(kind, change, frozen))

    def _deliver(self, kind: str, change: Change, one: Object) -> None:
        if self._is_stopped or kind in self.silent or kind in self._cut:
            return
        self._append(kind, change, one)
        if self.repeats:
            self._store.clock.after(0.05, lambda: self._append(kind, change, one))

    def _append(self, kind: str, change: str, one: Object) -> None:
        if self._is_stopped:
            return
        meta = one["metadata"]
        self._timeline.append(
            lambda at_s: Observed(
                at_s=at_s,
                kind=kind,
                change=change,  # type: ignore[arg-type]
                uid=meta["uid"],
                resource_version=int(meta["resourceVersion"]),
                object=msgspec.Raw(msgspec.json.encode(one)),
            )
        )
