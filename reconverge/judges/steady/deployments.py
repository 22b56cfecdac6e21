"""Deployment: all of its pods belong to its newest ReplicaSet, and that one is steady."""

from __future__ import annotations

from reconverge.judges.steady.census import Census
from reconverge.judges.steady.replicas import replicated, spec_lacks
from reconverge.judges.steady.words import Steadiness, listed
from reconverge.model import Deployment, Ref, ReplicaSet, Snapshot, ref

# Written by the Deployment controller on itself and on its ReplicaSets
# (pkg/controller/deployment/util/deployment_util.go).
REVISION = "deployment.kubernetes.io/revision"


def deployed(
    snapshot: Snapshot, view: Deployment, newest: ReplicaSet | None, pods: Census, *, replicas: int
) -> Steadiness:
    """The rollout is complete and its ReplicaSet keeps exactly `replicas` ready pods.

    `pods` are those of `newest`. Source: deploymentutil.DeploymentComplete (updated = total =
    available = asked for); that no older ReplicaSet has a pod left is asked of the pods themselves.
    """
    if newest is None:
        return Steadiness(("it has no ReplicaSet yet",), "no ReplicaSet", do_pods_differ=True)
    of_set = replicated(newest, pods, replicas=replicas)
    old = _old(snapshot, view, newest)
    lacking = (
        *spec_lacks(view.spec.replicas, replicas),
        *of_set.lacking,
        *old,
        *_status_lacks(view, replicas),
    )
    return Steadiness(lacking, of_set.seen, of_set.do_pods_differ or bool(old))


def newest_set(snapshot: Snapshot, view: Deployment) -> ReplicaSet | None:
    """The ReplicaSet of the Deployment's current revision, by owner UID; None before it is made."""
    revision = view.metadata.annotations.get(REVISION, "")
    own = owned_sets(snapshot, view)
    return next((one for one in own if one.metadata.annotations.get(REVISION) == revision), None)


def owned_sets(snapshot: Snapshot, view: Deployment) -> list[ReplicaSet]:
    """The Deployment's ReplicaSets, by name."""
    found = (one for one in snapshot.objects("ReplicaSet") if isinstance(one, ReplicaSet))
    own = [one for one in found if _is_owned(one, view)]
    return sorted(own, key=lambda one: one.name)


def _is_owned(one: ReplicaSet, view: Deployment) -> bool:
    controller = one.metadata.controller
    return controller is not None and controller.uid == view.uid


def newest_ref(snapshot: Snapshot, workload: Ref) -> Ref | None:
    """The newest ReplicaSet of the Deployment behind `workload`."""
    view = snapshot.get("Deployment", workload.uid)
    newest = newest_set(snapshot, view) if isinstance(view, Deployment) else None
    return ref("ReplicaSet", newest) if newest is not None else None


def _old(snapshot: Snapshot, view: Deployment, newest: ReplicaSet) -> list[str]:
    left = [
        pod.name
        for one in owned_sets(snapshot, view)
        if one.uid != newest.uid
        for pod in snapshot.owned_pods(one.uid)
        if pod.is_active
    ]
    return [f"{listed(left, len(left))} is of an older revision"] if left else []


def _status_lacks(view: Deployment, replicas: int) -> list[str]:
    status = view.status
    counts = (status.replicas, status.updated_replicas, status.available_replicas)
    if counts == (replicas, replicas, replicas):
        return []
    return [
        f"its status says {status.available_replicas} available and {status.updated_replicas} "
        f"up to date of {status.replicas}"
    ]
