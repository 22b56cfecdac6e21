"""Worlds in which a workload of some kind is steady, for tests that take one thing away."""

from __future__ import annotations

from typing import Any

from reconverge.judges.steady import AnySteadyState, Census, Steadiness
from reconverge.judges.steady.values import holder, place_of
from reconverge.model import JOB_TRACKING, Ref, Snapshot
from tests.builders import NAMESPACE, Json, Story, meta, owned_by

SELECTOR: Json = {"matchLabels": {"app": "kubia"}}
DEPLOYMENT = Ref("Deployment", NAMESPACE, "kubia", "deploy-1")
NEW_SET = Ref("ReplicaSet", NAMESPACE, "kubia-new", "rs-new")
OLD_SET = Ref("ReplicaSet", NAMESPACE, "kubia-old", "rs-old")
STATEFUL_SET = Ref("StatefulSet", NAMESPACE, "kubia", "sts-1")
DAEMON_SET = Ref("DaemonSet", NAMESPACE, "ssd", "ds-1")
JOB = Ref("Job", NAMESPACE, "batch", "job-1")
REVISION = "deployment.kubernetes.io/revision"


def weigh(snapshot: Snapshot, workload: Ref, steady: AnySteadyState) -> Steadiness:
    """What is lacking in `snapshot`, counted from nothing."""
    found = holder(snapshot, workload)
    pods = Census(Ref("", "", "", ""))
    if found is not None:
        owner, selector = found
        pods = Census.of(snapshot, owner, selector, place=place_of(workload))
    return steady.weigh(snapshot, workload, pods)


class World(Story):
    """A story with a verb for each kind of workload; what is given replaces what is steady."""

    def lacking(self, workload: Ref, steady: AnySteadyState) -> tuple[str, ...]:
        return weigh(self.timeline.latest(), workload, steady).lacking

    def show(self, ref: Ref, spec: Json, status: Json, **header: object) -> None:
        wire = {
            "metadata": {**meta(ref.name, ref.uid, self.next_version()), "generation": 1, **header},
            "spec": spec,
            "status": {"observedGeneration": 1, **status},
        }
        self.see(ref.kind, "modified", wire)

    def deployment(self, *, replicas: int = 2, revision: str = "2", **status: object) -> None:
        counts = dict.fromkeys(("replicas", "updatedReplicas", "availableReplicas"), 2)
        spec: Json = {"replicas": replicas, "selector": SELECTOR}
        annotations = {REVISION: revision}
        self.show(DEPLOYMENT, spec, {**counts, **status}, annotations=annotations)

    def replica_set(self, ref: Ref, *, revision: str, replicas: int) -> None:
        counts = {"replicas": replicas, "readyReplicas": replicas}
        spec: Json = {"replicas": replicas, "selector": SELECTOR}
        owners = owned_by(DEPLOYMENT)
        annotations = {REVISION: revision}
        self.show(ref, spec, counts, ownerReferences=owners, annotations=annotations)

    def rolled_out(self) -> None:
        """A Deployment of two pods, all of them in its second revision."""
        self.deployment()
        self.replica_set(OLD_SET, revision="1", replicas=0)
        self.replica_set(NEW_SET, revision="2", replicas=2)
        for uid in ("a", "b"):
            self.pod(uid, owner=NEW_SET)

    def stateful_set(self, *, replicas: int = 2, spec: Json | None = None, **status: Any) -> None:
        counts = {"replicas": replicas, "readyReplicas": replicas, "updateRevision": "r2"}
        asked: Json = {"replicas": replicas, "selector": SELECTOR, **(spec or {})}
        self.show(STATEFUL_SET, asked, {**counts, **status})

    def ordinal(self, name: str, *, revision: str = "r2", **more: Any) -> None:
        labels = {"app": "kubia", "controller-revision-hash": revision}
        self.pod(name, owner=STATEFUL_SET, labels=labels, **more)

    def daemon_set(
        self, *, spec: Json | None = None, pod: Json | None = None, **status: Any
    ) -> None:
        counts = dict.fromkeys(
            ("desiredNumberScheduled", "numberReady", "updatedNumberScheduled"), 2
        )
        asked: Json = {"selector": SELECTOR, "template": {"spec": pod or {}}, **(spec or {})}
        self.show(DAEMON_SET, asked, {**counts, **status})

    def machine(
        self, name: str, *, ready: str = "True", taints: tuple[str, ...] = (), **labels: str
    ) -> None:
        """A node; a taint is written `key:Effect`."""
        rows = [dict(zip(("key", "effect"), one.split(":"), strict=True)) for one in taints]
        wire: Json = {
            "metadata": {
                **meta(name, name, self.next_version()),
                "namespace": "",
                "labels": labels,
            },
            "spec": {"taints": rows},
            "status": {"conditions": [{"type": "Ready", "status": ready}]},
        }
        self.see("Node", "modified", wire)

    def daemon(self, name: str, node: str, **more: Any) -> None:
        self.pod(name, owner=DAEMON_SET, node=node, **more)

    def job(self, *, end: str = "", reason: str = "", **status: Any) -> None:
        rows = [{"type": end, "status": "True", "reason": reason}] if end else []
        selector: Json = {"matchLabels": {"job": "batch"}}
        self.show(JOB, {"selector": selector}, {"ready": 0, "conditions": rows, **status})

    def worker(self, uid: str, *, is_counted: bool = False, **more: Any) -> None:
        """A pod of the Job, with its tracking finalizer until it is counted."""
        finalizers = [] if is_counted else [JOB_TRACKING]
        header: Json = {"finalizers": finalizers}
        self.pod(uid, owner=JOB, labels={"job": "batch"}, header=header, **more)
