"""Sightings for the tests of the bench: lines of a watch as the API server writes them."""

from __future__ import annotations

import msgspec

from bench.verdicts.truth import Sighting, Truth, Workload, have_pods_come, is_told_too

RC = Workload(uid="rc", labels={"app": "kubia"}, replicas=2)
Json = dict[str, object]


class Watch:
    """A watch that is told what happens; both truths follow."""

    def __init__(self) -> None:
        self.pods = Truth(RC, have_pods_come)
        self.told = Truth(RC, is_told_too)
        self._version = 0

    def sight(self, at_s: float, type_: str, kind: str, uid: str, **parts: Json) -> None:
        """One line; `metadata` and `status` are added to what every such object has."""
        self._version += 1
        metadata = {
            "uid": uid,
            "name": uid,
            "namespace": "exp",
            "resourceVersion": str(self._version),
            **parts.get("metadata", {}),
        }
        found = {"kind": kind, "metadata": metadata, "status": parts.get("status", {})}
        row = {"at_s": at_s, "line": {"type": type_, "object": found}}
        sighting = msgspec.json.decode(msgspec.json.encode(row), type=Sighting)
        self.pods.take(sighting)
        self.told.take(sighting)

    def pod(
        self,
        at_s: float,
        uid: str,
        *,
        is_ready: bool = True,
        type_: str = "MODIFIED",
        owner: str = "rc",
        app: str = "kubia",
        phase: str = "Running",
        **metadata: object,
    ) -> None:
        """A pod of `owner`."""
        condition = {"type": "Ready", "status": "True" if is_ready else "False"}
        owners = [{"uid": owner, "controller": True}]
        self.sight(
            at_s,
            type_,
            "Pod",
            uid,
            metadata={"labels": {"app": app}, "ownerReferences": owners, **metadata},
            status={"phase": phase, "conditions": [condition]},
        )

    def status(self, at_s: float, ready: int) -> None:
        """What the ReplicationController says of its pods."""
        status: Json = {"replicas": 2, "readyReplicas": ready}
        self.sight(at_s, "MODIFIED", "ReplicationController", "rc", status=status)

    def turned(self) -> list[tuple[float, bool]]:
        """When the truth of the pods changed, and to what."""
        return [(turn.at_s, turn.is_true) for turn in self.pods.turns]


def two_pods() -> Watch:
    """Both pods are ready since second 1, and the status says so since second 2."""
    watch = Watch()
    watch.pod(0.0, "a", type_="ADDED")
    watch.pod(1.0, "b", type_="ADDED")
    watch.status(2.0, 2)
    return watch
