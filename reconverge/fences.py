"""A fence around a namespace in which a stranger's manifests are played.

The API server keeps it, not we: Pod Security `baseline` refuses a pod that reaches for its node, a
quota what would fill the cluster, a range of limits the container that wants all of a node. So it
holds for whatever a controller makes as well, and for what a reader of manifests has overlooked.
"""

from __future__ import annotations

from reconverge.clock import Clock
from reconverge.cluster.door import Cluster, JsonObject
from reconverge.errors import Unavailable
from reconverge.model import ResourceQuota
from reconverge.timeline import Entry, Timeline
from reconverge.waiting import wait_until_seen

NAME = "reconverge"
# https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
LABELS = {
    "pod-security.kubernetes.io/enforce": "baseline",
    "pod-security.kubernetes.io/enforce-version": "latest",
}
PODS_MAX = 30
# Room for every exercise of ours, and for nothing that outlives a namespace or leaves it.
_HARD = {
    "pods": str(PODS_MAX),
    "requests.cpu": "2",
    "requests.memory": "2Gi",
    "limits.cpu": str(PODS_MAX),
    "limits.memory": "8Gi",
    "replicationcontrollers": "10",
    "count/replicasets.apps": "10",
    "count/daemonsets.apps": "5",
    "count/jobs.batch": "20",
    "count/cronjobs.batch": "5",
    "services": "10",
    "services.nodeports": "0",
    "services.loadbalancers": "0",
    "persistentvolumeclaims": "0",
    "configmaps": "20",
    "secrets": "20",
}
_LIMIT: JsonObject = {
    "type": "Container",
    "default": {"cpu": "1", "memory": "256Mi"},
    "defaultRequest": {"cpu": "10m", "memory": "16Mi"},
    "max": {"cpu": "1", "memory": "512Mi"},
}
COUNTED_WITHIN_S = 30.0


def put_up(cluster: Cluster, namespace: str, *, clock: Clock) -> None:
    """Give the namespace, which has LABELS, its quota and its limits; they hold on return.

    Until the quota's controller has counted, the API server refuses whatever the quota speaks of.
    Raises Unavailable where it does not come to it.
    """
    cluster.create(_object("LimitRange", {"limits": [_LIMIT]}), namespace=namespace)
    timeline = Timeline(clock)
    recorder = cluster.record(timeline, kinds=("ResourceQuota",), namespaces=(namespace,))
    try:
        recorder.wait_until_synced(deadline_s=COUNTED_WITHIN_S)
        cluster.create(_object("ResourceQuota", {"hard": _HARD}), namespace=namespace)
        counted = wait_until_seen(timeline, _is_counted, start=0, within_s=COUNTED_WITHIN_S)
    finally:
        recorder.stop()
    if counted is None:
        what = f"its quota was not counted within {COUNTED_WITHIN_S:g} s"
        cure = "is the kube-controller-manager running?"
        raise Unavailable(what, where=f"namespace {namespace}", cure=cure)


def _is_counted(entry: Entry) -> bool:
    return any(
        isinstance(one, ResourceQuota) and one.status.hard
        for one in entry.snapshot.objects("ResourceQuota")
    )


def _object(kind: str, spec: JsonObject) -> JsonObject:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": NAME}, "spec": spec}
