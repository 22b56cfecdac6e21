"""An experiment on the real cluster, and small workloads of every kind to play with."""

from __future__ import annotations

from pathlib import Path

from reconverge.clock import RealClock
from reconverge.cluster.door import JsonObject
from reconverge.cluster.guard import Guard
from reconverge.cluster.nodes import KindCluster
from reconverge.experiment import Experiment
from reconverge.faults.journal import Journal

IMAGE = "luksa/kubia"
# Its programs read RUN_S and EXIT_CODE (images/workloads).
BATCH_IMAGE = "luksa/batch-job"


def experiment_on_kind(cluster: KindCluster, folder: Path, *, seed: int = 4711) -> Experiment:
    """An experiment that is not open yet; its record and journal are in `folder`."""
    clock = RealClock()
    return Experiment(
        cluster,
        clock=clock,
        scenario="a test",
        seed=seed,
        folder=folder / "run",
        guard=Guard(context=cluster.name, is_ours=True, may_harm_control_plane=True),
        journal=Journal(folder / "journal", clock=clock),
        offline_images=True,
        await_deletion=False,
    )


def workload(
    kind: str, *, replicas: int = 2, name: str = "kubia", image: str = IMAGE
) -> JsonObject:
    """A workload of that kind whose pods serve at once, and end at once when told to."""
    labels = {"app": name}
    spec: JsonObject = {"template": template(labels, image=image)}
    match kind:
        case "ReplicationController":
            spec |= {"replicas": replicas, "selector": labels}
        case "DaemonSet":
            spec |= {"selector": {"matchLabels": labels}}
        case "StatefulSet":
            spec |= {"replicas": replicas, "serviceName": name, "selector": {"matchLabels": labels}}
        case _:
            spec |= {"replicas": replicas, "selector": {"matchLabels": labels}}
    version = "v1" if kind == "ReplicationController" else "apps/v1"
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": spec}


def job(
    *,
    seconds: int,
    completions: int = 1,
    parallelism: int = 1,
    name: str = "batch",
    grace_s: int = 30,
) -> JsonObject:
    """A Job each of whose pods succeeds after `seconds`."""
    container = {
        "name": "main",
        "image": BATCH_IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "env": [{"name": "RUN_S", "value": str(seconds)}],
    }
    pod = {
        "restartPolicy": "OnFailure",
        "terminationGracePeriodSeconds": grace_s,
        "containers": [container],
    }
    spec = {"completions": completions, "parallelism": parallelism, "template": {"spec": pod}}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": spec}


def probed_pod(name: str = "probed") -> JsonObject:
    """A pod of nobody's that is probed each second, and closes its port when it is told to.

    An answer may be late, as it is on a busy machine; a port that is closed refuses at once.
    """
    container = {
        "name": "main",
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "env": [{"name": "ON_SIGUSR1", "value": "close"}],
        "livenessProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 1, "timeoutSeconds": 10},
    }
    spec = {"terminationGracePeriodSeconds": 0, "containers": [container]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def template(labels: JsonObject, *, image: str = IMAGE) -> JsonObject:
    """A pod template: no grace, so that a deleted pod is gone at once."""
    container = {"name": "main", "image": image, "imagePullPolicy": "IfNotPresent"}
    pod = {"terminationGracePeriodSeconds": 0, "containers": [container]}
    return {"metadata": {"labels": labels}, "spec": pod}
