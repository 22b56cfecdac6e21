"""Steady states: what "converged" means for each kind of object, as one predicate over a snapshot.

Each predicate lists what is lacking, in words, so that a verdict and the live progress say the
same thing; an empty list is the steady state. They read UIDs and owner references, never name
prefixes, and they never believe a status alone.
"""

from __future__ import annotations

import msgspec

from reconverge.model import Node, Pod, Ref, Replicated, Snapshot

# Set by the node lifecycle controller (k8s.io/api/core/v1/well_known_taints.go).
LOST_NODE_TAINTS = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


class Steadiness(msgspec.Struct, frozen=True):
    """What is lacking for the steady state, and what is seen; steady when nothing is lacking.

    `do_pods_differ` tells a lack that the pods alone show, whatever their owner's status says.
    """

    lacking: tuple[str, ...]
    seen: str
    do_pods_differ: bool = False

    @property
    def is_steady(self) -> bool:
        return not self.lacking


def replicated(snapshot: Snapshot, workload: Ref, *, replicas: int) -> Steadiness:
    """A ReplicationController or ReplicaSet keeps exactly `replicas` ready pods.

    The set of pods is the controllers' own (pkg/controller/replicaset: FilterActivePods after
    ClaimPods): same namespace, controlled by this UID, matching the selector, not deleted, not
    finished. Its status must say the same, for the newest generation of its specification.
    """
    view = snapshot.workload(workload)
    if view is None:
        return Steadiness((f"{workload} is gone",), f"{workload} does not exist")
    mine = tuple(
        pod
        for pod in snapshot.owned_pods(view.uid)
        if pod.is_active and pod.metadata.namespace == view.metadata.namespace
    )
    ready = sum(pod.is_ready for pod in mine)
    lacking = (
        *_spec_lacks(view, replicas),
        *_pods_lack(view, mine, ready, replicas),
        *_orphans(snapshot, view),
        *_status_lacks(view, replicas),
    )
    do_pods_differ = not len(mine) == ready == replicas
    return Steadiness(lacking, _seen(view, mine, ready), do_pods_differ)


def _spec_lacks(view: Replicated, replicas: int) -> list[str]:
    if view.replicas == replicas:
        return []
    return [f"it asks for {view.replicas} pods, not {replicas}"]


def _pods_lack(view: Replicated, mine: tuple[Pod, ...], ready: int, replicas: int) -> list[str]:
    lacking = []
    if len(mine) != replicas:
        lacking.append(f"{len(mine)} active pods of {replicas}")
    elif ready != replicas:
        lacking.append(f"{ready} ready pods of {replicas}")
    strangers = [pod.name for pod in mine if not view.selector.matches(pod.metadata.labels)]
    if strangers:
        lacking.append(f"still owns {', '.join(strangers)}, which its selector no longer matches")
    return lacking


def _orphans(snapshot: Snapshot, view: Replicated) -> list[str]:
    names = [
        pod.name
        for pod in snapshot.pods(namespace=view.metadata.namespace)
        if pod.is_active
        and pod.metadata.controller is None
        and view.selector.matches(pod.metadata.labels)
    ]
    return [f"{', '.join(names)} matches its selector but is not adopted"] if names else []


def _status_lacks(view: Replicated, replicas: int) -> list[str]:
    lacking = []
    status = view.status
    if (status.replicas, status.ready_replicas) != (replicas, replicas):
        lacking.append(f"its status says {status.ready_replicas} ready of {status.replicas}")
    return lacking


def is_observed(view: Replicated) -> bool:
    """Whether the controller has seen the newest specification."""
    return view.status.observed_generation >= view.metadata.generation


def _seen(view: Replicated, mine: tuple[Pod, ...], ready: int) -> str:
    waiting = [f"{pod.name} {state(pod)}" for pod in mine if not pod.is_ready]
    return "; ".join([f"{ready} of {view.replicas} ready", *waiting])


def state(pod: Pod) -> str:
    """A pod's state as kubectl would abbreviate it, from the most specific fact there is."""
    for status in pod.status.container_statuses:
        if status.state.waiting is not None and status.state.waiting.reason:
            return status.state.waiting.reason
        if status.state.terminated is not None:
            return f"{status.state.terminated.reason} ({status.state.terminated.exit_code})"
    unmet = [row for row in pod.status.conditions if row.status != "True" and row.reason]
    if pod.status.phase == "Pending" and unmet:
        return f"Pending, {unmet[0].reason}"
    if pod.status.phase == "Running" and not pod.is_ready:
        return "Running, not ready"
    return pod.status.phase


def node_whole(snapshot: Snapshot, name: str) -> Steadiness:
    """A node is Ready, no longer tainted as lost, and every daemon pod on it is Ready.

    Whether its address is valid and its pods can be reached, no watch tells: the judge of nodes
    probes that.
    """
    node = snapshot.node(name)
    if node is None:
        return Steadiness((f'node "{name}" is not registered',), "no such node")
    lacking = [] if node.is_ready else [f"it is {readiness(node)}"]
    lacking += [f"it is tainted {key}" for key in LOST_NODE_TAINTS if node.taint(key)]
    lacking += [
        f"daemon pod {pod.name} is {state(pod)}"
        for pod in snapshot.pods()
        if pod.spec.node_name == name and _is_daemon(pod) and not (pod.is_active and pod.is_ready)
    ]
    return Steadiness(tuple(lacking), readiness(node))


def readiness(node: Node) -> str:
    """Ready, NotReady or Unknown, with the reason that the control plane gives."""
    row = node.ready
    if row is None:
        return "without a Ready condition"
    word = {"True": "Ready", "False": "NotReady", "Unknown": "NotReady (Unknown)"}[row.status]
    return f"{word}: {row.reason}" if row.reason else word


def _is_daemon(pod: Pod) -> bool:
    controller = pod.metadata.controller
    return controller is not None and controller.kind == "DaemonSet"
