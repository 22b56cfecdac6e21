"""The fake's garbage collector: what becomes of pods when their owner is deleted.

As in pkg/controller/garbagecollector: orphans lose the reference before their owner goes, and in
the foreground the owner goes once its last pod has.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.fakes.controllers import begin_deletion
from tests.fakes.store import Change, Object, Store

COLLECT_S = 0.01
# Where nobody says, these leave what they own (DefaultGarbageCollectionPolicy).
_LEAVING = ("ReplicationController", "Job")


class Collector:
    """Deletes owners, and then what is theirs or their references to it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._last: dict[str, Object] = {}
        store.listeners.append(self._notice)

    def delete(self, owner: Object, *, propagation: str | None) -> None:
        policy = propagation or ("Orphan" if owner["kind"] in _LEAVING else "Background")
        if policy == "Background":
            self._store.remove(owner)
            self._store.clock.after(COLLECT_S, lambda: self._empty(owner))
            return
        stamp = self._store.clock.wall().strftime("%Y-%m-%dT%H:%M:%SZ")
        owner["metadata"]["deletionTimestamp"] = stamp
        self._store.write(owner)
        act = self._orphan if policy == "Orphan" else self._go_last
        self._store.clock.after(COLLECT_S, lambda: act(owner))

    def _empty(self, owner: Object) -> None:
        for pod in self._pods(owner):
            begin_deletion(self._store, pod, grace_s=None)

    def _orphan(self, owner: Object) -> None:
        for pod in self._pods(owner):
            pod["metadata"].pop("ownerReferences")
            self._store.write(pod)
        self._store.remove(owner)

    def _go_last(self, owner: Object) -> None:
        self._last[owner["metadata"]["uid"]] = owner
        self._empty(owner)
        self._let_go()

    def _notice(self, kind: str, change: Change, one: Object) -> None:
        del one
        if kind == "Pod" and change == "deleted" and self._last:
            self._store.clock.after(COLLECT_S, self._let_go)

    def _let_go(self) -> None:
        for uid, owner in list(self._last.items()):
            if not any(True for _ in self._pods(owner)):
                self._last.pop(uid)
                self._store.remove(owner)

    def _pods(self, owner: Object) -> Iterator[Object]:
        for pod in self._store.of("Pod", owner["metadata"]["namespace"]):
            references = pod["metadata"].get("ownerReferences", [])
            if any(one["uid"] == owner["metadata"]["uid"] for one in references):
                yield pod
