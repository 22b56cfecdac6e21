"""A story with everything that an explanation looks at: remarks, stamps, nodes, quotas.

Time is told in seconds of the story: `stamp(12)` is the API server's word for second 12.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from reconverge.judges.why import Explanation, explain
from reconverge.model import Ref
from tests.builders import KUBIA, START, Json, meta
from tests.judges.steady.worlds import World as SteadyWorld

Wire = dict[str, Any]


def stamp(at_s: float) -> str:
    return f"{START + timedelta(seconds=at_s):%Y-%m-%dT%H:%M:%SZ}"


class World(SteadyWorld):
    """Verbs for what goes wrong; `told` is the sentence of the moment."""

    def explanation(self, workload: Ref = KUBIA, *, silence: str = "") -> Explanation:
        now = START + timedelta(seconds=self.timeline.now_s())
        return explain(self.timeline.latest(), workload, now=now, silence=silence)

    def told(self, workload: Ref = KUBIA) -> str:
        return self.explanation(workload).sentence

    def remark(
        self,
        uid: str,
        reason: str,
        message: str,
        *,
        at_s: float = 0.0,
        count: int = 1,
        kind: str = "Warning",
        by: str = "kubelet",
        field: str = "",
    ) -> None:
        """An event about the object of that UID, said last at `at_s`."""
        version = self.next_version()
        name = f"event-{version}"
        about = {"uid": uid, "fieldPath": field}
        wire: Json = {"metadata": meta(name, name, version), "involvedObject": about}
        said: Json = {"lastTimestamp": stamp(at_s), "count": count, "source": {"component": by}}
        self.see(
            "Event", "added", {**wire, **said, "type": kind, "reason": reason, "message": message}
        )

    def down(self, uid: str = "a", *, status: Wire | None = None, **more: Any) -> None:
        """A pod that is not ready since second 0; `status` is what its kubelet says of it."""
        row = {"type": "Ready", "status": "False", "lastTransitionTime": stamp(0)}
        said = {"conditions": [row], "containerStatuses": [], **(status or {})}
        self.pod(uid, ready=False, status=said, **more)

    def waits(self, reason: str, message: str = "", *, uid: str = "a", **row: Any) -> None:
        """A pod whose container waits."""
        state = {"waiting": {"reason": reason, "message": message}}
        status = {"name": "main", "image": "kubia:1", "state": state, **row}
        self.down(uid, phase="Pending", status={"containerStatuses": [status]})

    def runs(self, *, uid: str = "a", at_s: float = 0.0, restarts: int = 0, **probes: Wire) -> None:
        """A pod whose container runs since `at_s` and is not ready."""
        state = {"running": {"startedAt": stamp(at_s)}}
        status = {"name": "main", "restartCount": restarts, "state": state}
        spec = {"containers": [{"name": "main", **probes}]}
        self.down(uid, status={"containerStatuses": [status]}, spec=spec)

    def lost_node(self, *, since_s: float = 0.0, tainted_s: float | None = None) -> None:
        """The node of every pod is lost; `tainted_s` is when it is told to evict them."""
        row = {
            "type": "Ready",
            "status": "Unknown",
            "reason": "NodeStatusUnknown",
            "lastTransitionTime": stamp(since_s),
        }
        taint = {"key": "node.kubernetes.io/unreachable"}
        taints = [{**taint, "effect": "NoSchedule"}]
        if tainted_s is not None:
            taints += [{**taint, "effect": "NoExecute", "timeAdded": stamp(tainted_s)}]
        metadata = {**meta("worker", "worker", self.next_version()), "namespace": ""}
        wire: Json = {
            "metadata": metadata,
            "spec": {"taints": taints},
            "status": {"conditions": [row]},
        }
        self.see("Node", "modified", wire)

    def refusal(self, message: str, *, at_s: float = 0.0, count: int = 1) -> None:
        """The ReplicationController has one pod of two; the other was refused."""
        row = {
            "type": "ReplicaFailure",
            "status": "True",
            "reason": "FailedCreate",
            "message": message,
            "lastTransitionTime": stamp(0),
        }
        self.workload(replicas=2, current=1, conditions=[row])
        self.pod("b")
        self.remark(
            KUBIA.uid, "FailedCreate", message, at_s=at_s, count=count, by="replication-controller"
        )

    def provide(self, kind: str, name: str, **more: Any) -> None:
        """An object that others need."""
        self.see(kind, "added", {"metadata": meta(name, name, self.next_version()), **more})
