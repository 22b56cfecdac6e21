"""What is really so, asked of the API server directly: no watch, no timeline, no engine.

It is written from the controllers' documented promises and shares no line with the judges, so that
an error of theirs is not repeated here.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Container
from typing import Any

from reconverge.clock import RealClock
from reconverge.cluster.nodes import KindCluster
from reconverge.errors import ReconvergeError
from reconverge.model import Ref
from reconverge.timeline import Timeline

Object = dict[str, Any]
EVERY_S = 0.5
_PATHS = {
    "ReplicationController": "/api/v1/namespaces/{}/replicationcontrollers",
    "ReplicaSet": "/apis/apps/v1/namespaces/{}/replicasets",
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "StatefulSet": "/apis/apps/v1/namespaces/{}/statefulsets",
    "DaemonSet": "/apis/apps/v1/namespaces/{}/daemonsets",
    "Job": "/apis/batch/v1/namespaces/{}/jobs",
    "Pod": "/api/v1/namespaces/{}/pods",
    "Node": "/api/v1/nodes",
}


class Truth:
    """Asks every half second, from construction until `stop`, whether the workload is converged.

    Pods on `dead_nodes` are not ready, whatever is still said of them. `wanted` is the number of
    ready pods; of a Pod, that of its container's restarts.
    """

    def __init__(
        self,
        cluster: KindCluster,
        timeline: Timeline,
        workload: Ref,
        *,
        wanted: int,
        dead_nodes: Container[str] = (),
    ) -> None:
        self.since_s: float | None = None
        self._cluster, self._timeline = cluster, timeline
        self._workload, self._wanted = workload, wanted
        self._dead_nodes = dead_nodes
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask once more, now; afterwards `since_s` tells since when it has been converged.

        That is a second of the timeline: the first of all answers in a row that said so.
        """
        self._is_over.set()
        self._thread.join()
        self._ask()

    def _watch(self) -> None:
        clock, gate = RealClock(), threading.Condition()
        while not self._is_over.is_set():
            self._ask()
            with gate:
                clock.wait(gate, timeout_s=EVERY_S)

    def _ask(self) -> None:
        asked_s = self._timeline.now_s()
        try:
            is_so = self._is_converged()
        except ReconvergeError:
            is_so = False
        if not is_so:
            self.since_s = None
        elif self.since_s is None:
            self.since_s = asked_s

    def _is_converged(self) -> bool:
        view = self._named(self._workload.kind, self._workload.name)
        if view is None or view["metadata"]["uid"] != self._workload.uid:
            return False
        if view["kind"] == "Pod":
            return self._is_ready(view) and _is_container_ready(view, restarts=self._wanted)
        wanted = self._workers() if view["kind"] == "DaemonSet" else self._wanted
        if not _does_status_agree(view, wanted):
            return False
        owners = self._sets_of(view) if view["kind"] == "Deployment" else [view]
        uids = {one["metadata"]["uid"] for one in owners}
        pods = [one for one in self._listed("Pod") if _is_active(one)]
        mine = [one for one in pods if _controller(one) in uids]
        free = [one for one in pods if not _controller(one)]
        orphans = [one for one in free if any(_may_adopt(owner, one) for owner in owners)]
        return len(mine) == wanted and all(map(self._is_ready, mine)) and not orphans

    def _sets_of(self, deployment: Object) -> list[Object]:
        sets, uid = self._listed("ReplicaSet"), deployment["metadata"]["uid"]
        return [{**one, "kind": "ReplicaSet"} for one in sets if _controller(one) == uid]

    def _is_ready(self, pod: Object) -> bool:
        return _is_said_ready(pod) and pod["spec"]["nodeName"] not in self._dead_nodes

    def _workers(self) -> int:
        """The nodes that a trial's pods can be on: they tolerate that a node is set aside."""
        nodes = self._listed("Node")
        taints = ({row["key"] for row in one["spec"].get("taints", [])} for one in nodes)
        return sum(keys <= {"reconverge.dev/outages"} for keys in taints)

    def _named(self, kind: str, name: str) -> Object | None:
        found = [one for one in self._listed(kind) if one["metadata"]["name"] == name]
        return {**found[0], "kind": kind} if found else None

    def _listed(self, kind: str) -> list[Object]:
        path = _PATHS[kind].format(self._workload.namespace)
        reply = self._cluster._transport.request("GET", path, read_s=10)
        items: list[Object] = json.loads(reply.body).get("items", []) if reply.code == 200 else []
        return items


def _does_status_agree(view: Object, wanted: int) -> bool:
    status = view.get("status", {})
    if view["kind"] == "Job":
        return bool(status.get("active", 0) == status.get("ready", 0) == wanted)
    ready = status.get("numberReady" if view["kind"] == "DaemonSet" else "readyReplicas", 0)
    is_new = status.get("observedGeneration", 0) >= view["metadata"]["generation"]
    return bool(is_new and ready == wanted)


def _controller(one: Object) -> str:
    rows = one["metadata"].get("ownerReferences", [])
    return next((row["uid"] for row in rows if row.get("controller")), "")


def _may_adopt(view: Object, pod: Object) -> bool:
    """A StatefulSet adopts pods under its own names only."""
    name, _, ordinal = pod["metadata"]["name"].rpartition("-")
    if view["kind"] == "StatefulSet" and (name, ordinal.isdecimal()) != (_name(view), True):
        return False
    selector = view["spec"]["selector"]
    labels = selector.get("matchLabels", selector)
    return bool(labels.items() <= pod["metadata"].get("labels", {}).items())


def _name(one: Object) -> str:
    return str(one["metadata"]["name"])


def _is_active(pod: Object) -> bool:
    is_over = pod.get("status", {}).get("phase") in ("Succeeded", "Failed")
    return "deletionTimestamp" not in pod["metadata"] and not is_over


def _is_container_ready(pod: Object, *, restarts: int) -> bool:
    [row] = pod["status"]["containerStatuses"]
    return bool(_is_active(pod) and row["ready"] and row["restartCount"] >= restarts)


def _is_said_ready(pod: Object) -> bool:
    rows = pod.get("status", {}).get("conditions", [])
    return any(row["type"] == "Ready" and row["status"] == "True" for row in rows)
