"""The fake's ReplicationController and ReplicaSet controllers, after the real synchronisation.

Order and rules follow syncReplicaSet (pkg/controller/replicaset/replica_set.go): claim (adopt,
release), create or delete, write the status if it differs, `observedGeneration` included.
"""

from __future__ import annotations

from typing import Any

from tests.fakes.store import Change, Object, Store

SYNC_S = 0.02
_SPECS = {"ReplicationController": "v1", "ReplicaSet": "apps/v1"}
_USERS = {
    "ReplicationController": "system:serviceaccount:kube-system:replication-controller",
    "ReplicaSet": "system:serviceaccount:kube-system:replicaset-controller",
}


class ReplicaControllers:
    """Both controllers; frozen, they keep what there is to do for later, as a stopped process.

    Those of the kinds in `off` do not run at all.
    """

    def __init__(self, store: Store) -> None:
        self.is_frozen = False
        self.off: set[str] = set()
        self._store = store
        self._due: set[str] = set()
        store.listeners.append(self._notice)

    def thaw(self) -> None:
        self.is_frozen = False
        self._store.clock.after(SYNC_S, self._sync_due)

    def _notice(self, kind: str, change: Change, one: Object) -> None:
        if kind in _SPECS and change != "deleted":
            self._enqueue(one)
        elif kind == "Pod":
            for workload in self._workloads(one["metadata"]["namespace"]):
                if _owner_uid(one) == workload["metadata"]["uid"] or _matches(workload, one):
                    self._enqueue(workload)

    def _enqueue(self, workload: Object) -> None:
        uid = workload["metadata"]["uid"]
        if uid not in self._due:
            self._due.add(uid)
            self._store.clock.after(SYNC_S, self._sync_due)

    def _sync_due(self) -> None:
        if self.is_frozen:
            return
        due, self._due = sorted(self._due), set()
        for uid in due:
            workload = self._store.objects.get(uid)
            if workload is not None and workload["kind"] in self.off:
                self._due.add(uid)
            elif workload is not None and "deletionTimestamp" not in workload["metadata"]:
                with self._store.acting(_USERS[workload["kind"]]):
                    self._sync(workload)

    def _workloads(self, namespace: str) -> list[Object]:
        return [one for kind in _SPECS for one in self._store.of(kind, namespace)]

    def _sync(self, workload: Object) -> None:
        mine = self._claim(workload)
        wanted = workload["spec"].get("replicas", 1)
        for _ in range(wanted - len(mine)):
            self._create_pod(workload)
        for pod in sorted(mine, key=_deletion_rank)[: max(0, len(mine) - wanted)]:
            begin_deletion(self._store, pod, grace_s=None)
        self._write_status(workload, mine)

    def _claim(self, workload: Object) -> list[Object]:
        """Pods that are its own after adopting the orphans and releasing the strangers."""
        mine = []
        for pod in self._store.of("Pod", workload["metadata"]["namespace"]):
            owner, matches = _owner_uid(pod), _matches(workload, pod)
            if not _is_active(pod) or owner not in ("", workload["metadata"]["uid"]):
                continue
            if owner and not matches:
                pod["metadata"].pop("ownerReferences")
                self._store.write(pod)
            elif matches and not owner:
                pod["metadata"]["ownerReferences"] = [_owner_reference(workload)]
                self._store.write(pod)
            if matches:
                mine.append(pod)
        return mine

    def _create_pod(self, workload: Object) -> None:
        meta, template = workload["metadata"], workload["spec"]["template"]
        labels = dict(template["metadata"]["labels"])
        owners = [_owner_reference(workload)]
        manifest = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "generateName": meta["name"] + "-",
                "labels": labels,
                "ownerReferences": owners,
            },
            "spec": dict(template["spec"]),
        }
        self._store.add(manifest, namespace=meta["namespace"])

    def _write_status(self, workload: Object, mine: list[Object]) -> None:
        ready = sum(is_ready(pod) for pod in mine)
        status = {
            "replicas": len(mine),
            "fullyLabeledReplicas": len(mine),
            "readyReplicas": ready,
            "availableReplicas": ready,
            "observedGeneration": workload["metadata"]["generation"],
        }
        if workload.get("status") != status:
            workload["status"] = status
            self._store.write(workload)


def begin_deletion(store: Store, pod: Object, *, grace_s: int | None) -> None:
    """What DELETE does to a pod: gone at once without a node or grace, else terminating."""
    period_s = pod["spec"].get("terminationGracePeriodSeconds", 30) if grace_s is None else grace_s
    if period_s == 0 or not pod["spec"].get("nodeName"):
        store.remove(pod)
    elif "deletionTimestamp" not in pod["metadata"]:
        pod["metadata"]["deletionTimestamp"] = store.clock.wall().strftime("%Y-%m-%dT%H:%M:%SZ")
        store.write(pod)


def is_ready(pod: Object) -> bool:
    rows: list[dict[str, Any]] = pod.get("status", {}).get("conditions", [])
    return any(row["type"] == "Ready" and row["status"] == "True" for row in rows)


def _is_active(pod: Object) -> bool:
    is_over = pod.get("status", {}).get("phase") in ("Succeeded", "Failed")
    return "deletionTimestamp" not in pod["metadata"] and not is_over


def _deletion_rank(pod: Object) -> tuple[bool, int]:
    """Not ready ones first, then the newest (controller.ActivePodsWithRanks, shortened)."""
    return is_ready(pod), -int(pod["metadata"]["uid"].removeprefix("uid-"))


def _matches(workload: Object, pod: Object) -> bool:
    selector = workload["spec"].get("selector", {})
    wanted = selector.get("matchLabels", {}) if workload["kind"] == "ReplicaSet" else selector
    labels = pod["metadata"].get("labels", {})
    return bool(wanted) and all(labels.get(key) == value for key, value in wanted.items())


def _owner_uid(pod: Object) -> str:
    owners = pod["metadata"].get("ownerReferences", [])
    return next((str(one["uid"]) for one in owners if one.get("controller")), "")


def _owner_reference(workload: Object) -> Object:
    meta = workload["metadata"]
    return {
        "apiVersion": _SPECS[workload["kind"]],
        "kind": workload["kind"],
        "name": meta["name"],
        "uid": meta["uid"],
        "controller": True,
    }
