"""One of each fault that there is, on a scene that a program of its own makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from reconverge import faults
from reconverge.clock import RealClock
from reconverge.cluster.door import Cluster, JsonObject
from reconverge.cluster.errors import NotFound
from reconverge.faults import Fault
from reconverge.model import Pod, Ref, Taint, ref
from reconverge.namespaces import wait_until_gone
from tests.kind_stage import workload

NAMESPACE = "crashes"
QUOTA: JsonObject = {
    "apiVersion": "v1",
    "kind": "ResourceQuota",
    "metadata": {"name": "quota"},
    "spec": {"hard": {"pods": "20"}},
}
Scene = dict[str, Ref]


@contextmanager
def staged(cluster: Cluster) -> Iterator[Scene]:
    """What the samples hit, in a namespace whose name is free again on return."""
    scene = _set_up(cluster)
    try:
        yield scene
    finally:
        with suppress(NotFound):
            cluster.delete(scene["namespace"])
        wait_until_gone(cluster, clock=RealClock(), names={NAMESPACE})


def _set_up(cluster: Cluster) -> Scene:
    """The namespace with a workload of two pods, a lone pod and a quota, by name."""
    made = {}
    namespace: JsonObject = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": NAMESPACE},
    }
    made["namespace"], _ = cluster.create(namespace, namespace="")
    made["quota"], _ = cluster.create(QUOTA, namespace=NAMESPACE)
    rc = workload("ReplicationController")
    pod = rc["spec"]["template"]["spec"]  # type: ignore[index]
    pod["terminationGracePeriodSeconds"] = 1
    made["kubia"], _ = cluster.create(rc, namespace=NAMESPACE)
    forever = [{"operator": "Exists", "effect": "NoExecute"}]
    lone: JsonObject = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "lone", "labels": {"app": "lone"}},
        "spec": {**pod, "tolerations": forever},
    }
    made["lone"], _ = cluster.create(lone, namespace=NAMESPACE)
    return made


def worker(cluster: Cluster) -> str:
    """The worker that node faults hit: the first."""
    return min(one.name for one in cluster.find("Node") if "worker" in one.name)


def on(cluster: Cluster, scene: Scene) -> dict[str, Callable[[], Fault]]:
    """How each fault is made, by its class's name."""
    kubia, lone, node = scene["kubia"], scene["lone"], worker(cluster)

    def pod() -> Ref:
        """One of the workload's that are not on their way out."""
        found = cluster.find("Pod", namespace=NAMESPACE, labels="app=kubia")
        return next(ref("Pod", one) for one in found if isinstance(one, Pod) and one.is_active)

    return {
        "DeletePods": lambda: faults.DeletePods(of=kubia),
        "EvictPods": lambda: faults.EvictPods(of=kubia, node=_node_of(cluster, pod())),
        "FailPods": lambda: faults.FailPods(of=kubia),
        "CreateSurplusPod": lambda: faults.CreateSurplusPod(of=kubia),
        "RelabelPod": lambda: faults.RelabelPod(
            of=kubia, labels={"colour": "red"}, leaves_selector=False
        ),
        "ScaleWorkload": lambda: faults.ScaleWorkload(of=kubia, replicas=3),
        "OverwriteStatus": lambda: faults.OverwriteStatus(
            of=kubia, field="availableReplicas", number=0
        ),
        "SetQuota": lambda: faults.SetQuota(of=scene["quota"], hard={"pods": "1"}),
        "LabelPod": lambda: faults.LabelPod(pod=lone, labels={"colour": "red"}),
        "CreateLonePods": lambda: faults.CreateLonePods(beside=kubia, labels=({"app": "other"},)),
        "FreezeContainers": lambda: faults.FreezeContainers(of=lone),
        "Disown": lambda: faults.Disown(of=kubia),
        "AddFinalizer": lambda: faults.AddFinalizer(of=lone),
        "Silence": lambda: faults.Silence(namespace=scene["namespace"]),
        "LabelNode": lambda: faults.LabelNode(node=node, labels={"disk": "ssd"}),
        "CordonNode": lambda: faults.CordonNode(node=node),
        "TaintNode": lambda: faults.TaintNode(
            node=node, taint=Taint(key="sick", value="yes", effect="NoSchedule")
        ),
        "DrainNode": lambda: faults.DrainNode(node=_node_of(cluster, pod()), running=kubia),
        "StopNode": lambda: faults.StopNode(node=node),
        "PauseNode": lambda: faults.PauseNode(node=node),
        "CutNetwork": lambda: faults.CutNetwork(node=node),
        "LosePackets": lambda: faults.LosePackets(percent=10, node=node),
        "RestartRuntime": lambda: faults.RestartRuntime(node=node),
        "RestartNode": lambda: faults.RestartNode(node=node),
        "RemoveNode": lambda: faults.RemoveNode(node=node),
        "DeregisterNode": lambda: faults.DeregisterNode(node=node),
        "StopKubelet": lambda: faults.StopKubelet(node=node),
        "FreezeKubelet": lambda: faults.FreezeKubelet(node=node),
        "RestartKubelet": lambda: faults.RestartKubelet(node=node),
        "KillProxy": lambda: faults.KillProxy(node=node),
        "FreezeController": faults.FreezeController,
        "KillController": faults.KillController,
        "StopController": faults.StopController,
        "SwitchOffController": lambda: faults.SwitchOffController(
            controller="replicaset-controller"
        ),
        "KeepEndedPods": lambda: faults.KeepEndedPods(count=3),
        "RestartApiServer": faults.RestartApiServer,
    }


def _node_of(cluster: Cluster, pod: Ref) -> str:
    view = cluster.read("Pod", pod.name, namespace=NAMESPACE)
    return str(view.spec.node_name)  # type: ignore[attr-defined]


# Faults that are not taken back by design: their undo says so, and the catalogue does.
LASTING = {
    "DeleteCollection": "what was deleted is not made again",
    "DeleteOwner": "what was deleted is not made again",
    "DeletePod": "nobody makes a lone pod again",
    "DeleteEndedPods": "what a pod has done is not undone with it",
    "WearOut": "requests that were answered stay answered",
    "RunInside": "a command is taken back by no other",
    "KillContainers": "the kubelet starts another container",
    "ExhaustMemory": "the kubelet starts another container",
    "BurnProcessor": "it ends by itself",
    "StripFinalizer": "what it held is gone",
    "CheapenPod": "the cost of a pod goes with the pod",
    "MissRuns": "it writes an hour into a status that its controller owns",
    "LabelByHand": "kubectl inside the node acts, as a person would",
    "ChangeSpec": "its change and its undo are the scenario's own words",
}
