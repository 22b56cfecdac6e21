"""The fake's etcd: objects as JSON, one counter of versions, and listeners told in its order."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import msgspec

from reconverge.cluster.errors import Conflict, NotFound
from reconverge.model import Named, Ref, decode
from tests.fakes.clock import SteppedClock

Object = dict[str, Any]
Change = Literal["added", "modified", "deleted"]
Listener = Callable[[str, Change, Object], None]
KUBELETS = "system:node:fake-worker"  # who writes unless somebody else is said to
CLUSTER_SCOPED = ("Node", "Namespace")
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"


class Store:
    """Objects by UID. Every write gets the next version and is told to every listener."""

    def __init__(self, clock: SteppedClock) -> None:
        self.clock = clock
        self.version = 100
        self.objects: dict[str, Object] = {}
        self.listeners: list[Listener] = []
        self.user = KUBELETS
        self._ordinals = itertools.count(1)
        self._held: set[str] = set()

    @contextmanager
    def acting(self, user: str) -> Iterator[None]:
        """Whoever writes meanwhile is `user`."""
        before, self.user = self.user, user
        try:
            yield
        finally:
            self.user = before

    def add(self, manifest: Object, *, namespace: str = "") -> Object:
        """Store a new object; Conflict when its name is taken."""
        new = copy.deepcopy(manifest)
        meta = new.setdefault("metadata", {})
        ordinal = next(self._ordinals)
        if "name" not in meta:
            meta["name"] = meta.pop("generateName") + suffix(ordinal)
        if new["kind"] not in CLUSTER_SCOPED:
            meta["namespace"] = namespace
        if self.named(new["kind"], meta["name"], meta.get("namespace", "")) is not None:
            raise Conflict(f'{new["kind"]} "{meta["name"]}" exists already')
        stamp = self.clock.wall().strftime("%Y-%m-%dT%H:%M:%SZ")
        meta |= {"uid": f"uid-{ordinal}", "creationTimestamp": stamp, "generation": 1}
        self.objects[meta["uid"]] = new
        self._tell("added", new)
        return new

    def write(self, changed: Object) -> None:
        """Give `changed`, which the caller altered in place, its new version."""
        meta = changed["metadata"]
        if meta["uid"] in self._held and not meta.get("finalizers"):
            self.remove(changed)
            return
        self._tell("modified", changed)

    def remove(self, gone: Object) -> None:
        """Gone, or going for as long as a finalizer holds it."""
        meta = gone["metadata"]
        if meta.get("finalizers") and meta["uid"] in self.objects:
            self._held.add(meta["uid"])
            stamp = self.clock.wall().strftime("%Y-%m-%dT%H:%M:%SZ")
            meta.setdefault("deletionTimestamp", stamp)
            self._tell("modified", gone)
            return
        if self.objects.pop(gone["metadata"]["uid"], None) is not None:
            self._tell("deleted", gone)

    def named(self, kind: str, name: str, namespace: str) -> Object | None:
        found = (one for one in self.of(kind, namespace) if one["metadata"]["name"] == name)
        return next(found, None)

    def of(self, kind: str, namespace: str = "") -> Iterator[Object]:
        """Objects of a kind in their order of creation; of all namespaces where none is named."""
        for one in list(self.objects.values()):
            in_namespace = not namespace or one["metadata"].get("namespace") == namespace
            if one["kind"] == kind and in_namespace:
                yield one

    def exactly(self, ref: Ref) -> Object:
        """The object of that UID; NotFound when it is gone or only a namesake is there."""
        found = self.objects.get(ref.uid)
        if found is None:
            raise NotFound(f"{ref} is not there", where=ref.namespace)
        return found

    def _tell(self, change: Change, one: Object) -> None:
        self.version += 1
        one["metadata"]["resourceVersion"] = str(self.version)
        for listener in list(self.listeners):
            listener(one["kind"], change, one)


def view(one: Object) -> Named:
    return decode(one["kind"], msgspec.json.encode(one))


def suffix(ordinal: int) -> str:
    """Five letters as the API server would append, but the same in every run."""
    number, letters = ordinal * 7919 + 1_000_003, []
    for _ in range(5):
        number, digit = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[digit])
    return "".join(letters)


def merged(into: Object, patch: Object, *, by_name: bool = False) -> None:
    """JSON merge patch (RFC 7396) of `into` in place; `by_name` merges lists of named members."""
    for key, value in patch.items():
        if value is None:
            into.pop(key, None)
        elif isinstance(value, dict):
            below = into.setdefault(key, {})
            merged(below, value, by_name=by_name)
        elif by_name and isinstance(value, list) and all("name" in one for one in value):
            known = {one["name"]: one for one in into.setdefault(key, [])}
            for one in value:
                merged(known[one["name"]], one, by_name=True)
        else:
            into[key] = value
