"""The fake's scheduler, kubelets and node lifecycle controller, as far as scenarios meet them."""

from __future__ import annotations

from typing import Any, Literal

from tests.fakes.controllers import begin_deletion
from tests.fakes.store import Change, Object, Store

SCHEDULE_S, START_S, STOP_S = 0.05, 0.8, 0.4
# The fast profile's figures, rounded: noticed after 10 s, evicted 5 s later, back in 4 s.
NOTICED_S, EVICTED_S, BOOT_S = 10.0, 5.0, 4.0
# After a kubelet's next report; after the pod collector's quarantine of 40 s.
REPORT_S, COLLECTED_S = 0.5, 40.0
UNREACHABLE = "node.kubernetes.io/unreachable"
GATE_PREFIX = "reconverge.dev/"


class Machines:
    """Nodes and what runs on them. `state` and `addresses` are what Docker would say."""

    def __init__(self, store: Store, *, workers: int = 3) -> None:
        self.state: dict[str, Literal["running", "exited", "paused"]] = {}
        self.addresses: dict[str, str] = {}
        self.is_bootable = True
        self.is_scheduling = True
        # What keeps word of each node from the control plane, while its containers run.
        self._silences: dict[str, set[str]] = {}
        self._store = store
        self._containers = 0
        store.listeners.append(self._notice)
        names = ["fake-control-plane", *(f"fake-worker{n or ''}" for n in range(workers))]
        for number, name in enumerate(names):
            self._register(name, f"10.0.0.{number + 2}")

    def stop(self, name: str) -> None:
        self.state[name] = "exited"
        self._after(NOTICED_S, self._lose, name)

    def start(self, name: str) -> None:
        if self.state[name] == "paused":
            self.state[name] = "running"
            self.let_speak(name, "paused")
        elif self.state[name] != "running" and self.is_bootable:
            self.state[name] = "running"
            self._silences.setdefault(name, set()).add("boot")
            self._after(BOOT_S, self._boot, name)

    def pause(self, name: str) -> None:
        self.state[name] = "paused"
        self.silence(name, "paused")

    def silence(self, name: str, why: str) -> None:
        """Its containers run on; nobody says so."""
        self._silences.setdefault(name, set()).add(why)
        self._after(NOTICED_S, self._lose, name)

    def let_speak(self, name: str, why: str) -> None:
        """That one reason is gone; without any its kubelet reports what it finds."""
        silences = self._silences.get(name, set())
        if why in silences:
            silences.discard(why)
            if self.is_attended(name):
                self._attend(name)

    def stop_kubelet(self, name: str) -> None:
        self.silence(name, "kubelet")

    def start_kubelet(self, name: str) -> None:
        self.let_speak(name, "kubelet")

    def begin_kubelet(self, name: str) -> None:
        """It admits its pods anew: a node that has room for none yet refuses them for good."""
        node = self._store.named("Node", name, "")
        if node is None or node.get("status", {}).get("allocatable"):
            return
        for pod in self._pods_on(name):
            pod["status"] = {"phase": "Failed", "reason": "OutOfpods"}
            self._store.write(pod)

    def is_silenced(self, name: str, why: str) -> bool:
        return why in self._silences.get(name, set())

    def is_attended(self, name: str) -> bool:
        """Whether a kubelet works there and is heard."""
        return self.state[name] == "running" and not self._silences.get(name)

    def kill_container(self, pod: Object, *, exit_code: int = 137) -> None:
        """The kubelet replaces the container, in the same pod."""
        status = pod["status"]["containerStatuses"][0]
        ended = {
            "exitCode": exit_code,
            "reason": "Error",
            "containerID": status["containerID"],
        }
        restarts = status["restartCount"] + 1
        pod["status"] = self._running(pod, restarts=restarts, last={"terminated": ended})
        self._store.write(pod)

    def _after(self, delay_s: float, step: Any, *args: Any) -> None:
        self._store.clock.after(delay_s, lambda: step(*args))

    def _register(self, name: str, address: str) -> None:
        self.state[name], self.addresses[name] = "running", address
        role = {"node-role.kubernetes.io/control-plane": ""} if "control-plane" in name else {}
        taints = [{"key": key, "effect": "NoSchedule"} for key in role]
        node: Object = {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": name, "labels": role},
            "spec": {"taints": taints},
            "status": self._status(address),
        }
        self._store.add(node)

    def _status(self, address: str) -> Object:
        return {
            "capacity": {"pods": "110"},
            "allocatable": {"pods": "110"},
            "addresses": [{"type": "InternalIP", "address": address}],
            "conditions": [{"type": "Ready", "status": "True"}],
        }

    def _notice(self, kind: str, change: Change, one: Object) -> None:
        if kind == "Node" and not _is_reported(one):
            self._after(REPORT_S, self._report, one["metadata"]["name"])
        elif kind == "Node" and change == "deleted":
            self._after(COLLECTED_S, self._collect, one["metadata"]["name"])
        self._notice_pod(kind, change, one)

    def _report(self, name: str) -> None:
        """A kubelet finds a node object of its name, which somebody else has made."""
        node = self._store.named("Node", name, "")
        if node is None or _is_reported(node) or not self.is_attended(name):
            return
        node["status"] = self._status(self.addresses[name])
        self._store.write(node)

    def _collect(self, name: str) -> None:
        """What is bound to a node that is no more, is no more either."""
        if self._store.named("Node", name, "") is None:
            for pod in self._pods_on(name):
                self._store.remove(pod)

    def _notice_pod(self, kind: str, change: Change, pod: Object) -> None:
        if kind != "Pod" or change == "deleted":
            return
        uid, node = pod["metadata"]["uid"], pod["spec"].get("nodeName")
        if "deletionTimestamp" in pod["metadata"]:
            self._after(STOP_S, self._finish, uid)
        elif not node and not pod["spec"].get("schedulingGates") and change == "added":
            self._after(SCHEDULE_S, self._schedule, uid)
        elif node and "status" not in pod:
            self._after(START_S, self._run, uid)

    def _schedule(self, uid: str) -> None:
        pod = self._store.objects.get(uid)
        if pod is None or pod["spec"].get("nodeName"):
            return
        nodes = (one["spec"] | one["metadata"] for one in self._store.of("Node"))
        free = [one for one in nodes if not one["taints"] and not one.get("unschedulable")]
        if not free or not self.is_scheduling:
            self._after(1.0, self._schedule, uid)
            return
        load = [one["spec"].get("nodeName") for one in self._store.of("Pod")]
        node = min(free, key=lambda one: load.count(one["name"]))
        pod["spec"] = {**pod["spec"], "nodeName": node["name"]}
        self._store.write(pod)

    def _run(self, uid: str) -> None:
        pod = self._store.objects.get(uid)
        if pod is None or "status" in pod or not self.is_attended(pod["spec"]["nodeName"]):
            return
        pod["status"] = self._running(pod, restarts=0, last={})
        self._store.write(pod)

    def _running(self, pod: Object, *, restarts: int, last: Object) -> Object:
        self._containers += 1
        container = {
            "name": pod["spec"]["containers"][0]["name"],
            "ready": True,
            "restartCount": restarts,
            "containerID": f"containerd://{self._containers}",
            "state": {"running": {}},
            "lastState": last,
        }
        ready = {"type": "Ready", "status": "True"}
        return {
            "phase": "Running",
            "podIP": f"10.244.0.{pod['metadata']['uid'].removeprefix('uid-')}",
            "conditions": [ready],
            "containerStatuses": [container],
        }

    def _finish(self, uid: str) -> None:
        """The kubelet ends a terminating pod; one on a stopped machine stays terminating."""
        pod = self._store.objects.get(uid)
        if pod is not None and self.is_attended(pod["spec"]["nodeName"]):
            self._store.remove(pod)

    def _lose(self, name: str) -> None:
        if self.is_attended(name) or self._store.named("Node", name, "") is None:
            return
        self._mark(name, "Unknown", [{"key": UNREACHABLE, "effect": "NoExecute"}])
        for pod in self._pods_on(name):
            if "status" in pod:
                pod["status"]["conditions"] = [{"type": "Ready", "status": "False"}]
                self._store.write(pod)
        self._after(EVICTED_S, self._evict, name)

    def _evict(self, name: str) -> None:
        if not self.is_attended(name):
            for pod in self._pods_on(name):
                begin_deletion(self._store, pod, grace_s=None)

    def _boot(self, name: str) -> None:
        self._silences[name].discard("boot")
        if self._store.named("Node", name, "") is None:
            self._register(name, self.addresses[name])
        self.begin_kubelet(name)
        self._report(name)
        self._mark(name, "True", [])
        for pod in self._pods_on(name):
            if "deletionTimestamp" in pod["metadata"]:
                self._store.remove(pod)
            elif "containerStatuses" in pod.get("status", {}):
                self.kill_container(pod, exit_code=255)
            else:
                self._run(pod["metadata"]["uid"])

    def _attend(self, name: str) -> None:
        """A kubelet is back, and reports what it finds: containers that ran all the while."""
        self._mark(name, "True", [])
        for pod in self._pods_on(name):
            if "deletionTimestamp" in pod["metadata"]:
                self._store.remove(pod)
            elif "status" in pod:
                pod["status"]["conditions"] = [{"type": "Ready", "status": "True"}]
                self._store.write(pod)
            else:
                self._run(pod["metadata"]["uid"])

    def _mark(self, name: str, ready: str, taints: list[Object]) -> None:
        node = self._store.named("Node", name, "")
        assert node is not None
        node["status"]["conditions"] = [{"type": "Ready", "status": ready}]
        others = [one for one in node["spec"].get("taints", []) if one["key"] != UNREACHABLE]
        node["spec"]["taints"] = [*others, *taints]
        self._store.write(node)

    def _pods_on(self, name: str) -> list[Object]:
        return [pod for pod in self._store.of("Pod") if pod["spec"].get("nodeName") == name]


def _is_reported(node: Object) -> bool:
    """Whether a kubelet has ever said how it is."""
    return bool(node.get("status", {}).get("conditions"))
