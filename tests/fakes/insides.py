"""The fake's processes: a control plane made of static pods, and a kubelet on every node.

What a process does is switched off while it does not run or does not lead; nothing else is known
of it. Times are those of a kind cluster, rounded.
"""

from __future__ import annotations

from typing import Literal

from reconverge.cluster.errors import Conflict, NotFound, Unreachable
from reconverge.cluster.static_pods import extended, with_option
from tests.fakes.clock import SteppedClock
from tests.fakes.controllers import ReplicaControllers
from tests.fakes.machines import Machines

RESTART_S, LEASE_S = 1.0, 15.0
CONTROL_PLANE = "fake-control-plane"
CONTROLLERS, SCHEDULER, API_SERVER = "kube-controller-manager", "kube-scheduler", "kube-apiserver"
PROCESSES, KUBELET, PROXY = (CONTROLLERS, SCHEDULER, API_SERVER), "kubelet", "kube-proxy"
KNOWN = (*PROCESSES, KUBELET, PROXY)
State = Literal["running", "frozen", "down"]
MANIFEST = """\
apiVersion: v1
kind: Pod
spec:
  containers:
  - command:
    - kube-controller-manager
    - --controllers=*,bootstrapsigner
"""
SWITCHES = {
    "replicationcontroller-controller": "ReplicationController",
    "replicaset-controller": "ReplicaSet",
}


class Insides:
    """The door's powers over processes, manifests and kubelets."""

    clock: SteppedClock
    controllers: ReplicaControllers
    machines: Machines
    is_down: bool

    def __init__(self) -> None:
        self.processes: dict[str, State] = dict.fromkeys(PROCESSES, "running")
        self.leaders = dict.fromkeys((CONTROLLERS, SCHEDULER), "leader 0")
        self.manifests = dict.fromkeys(PROCESSES, MANIFEST)
        self.kept: dict[str, str] = {}
        self._elections = 0

    def freeze_process(self, node: str, name: str) -> None:
        self._call("freeze")
        self._require_process(node, name)
        if name == KUBELET:
            self.machines.silence(node, KUBELET)
        else:
            self._enter(name, "frozen")

    def thaw_process(self, node: str, name: str) -> None:
        self._record("thaw")
        self._require_process(node, name)
        if name == KUBELET:
            self.machines.let_speak(node, KUBELET)
        else:
            self._enter(name, "running")

    def is_frozen(self, node: str, name: str) -> bool:
        self._require_process(node, name)
        return self.processes.get(name) == "frozen"

    def kill_process(self, node: str, name: str, *, signal: Literal["KILL", "TERM"]) -> None:
        self._call(f"kill {signal}")
        self._require_process(node, name)
        if name != PROXY:  # nothing that the fake knows of depends on it
            self._restart(name)

    def leader(self, process: str) -> str:
        self._call("leader")
        return self.leaders[process]

    def wait_until_led(self, process: str, *, deadline_s: float, not_by: str = "") -> None:
        until_s = self.clock.monotonic_s() + deadline_s
        while self._is_idle(process) or self.leaders[process] == not_by:
            if self.clock.monotonic_s() >= until_s:
                raise Unreachable(f"{process} does not lead after {deadline_s:g} s")
            self.clock.pass_s(1.0)

    def withdraw_static_pod(self, node: str, name: str) -> None:
        self._call("withdraw")
        self._keep(node, name)
        del self.manifests[name]
        self._enter(name, "down")

    def extend_static_pod(self, node: str, name: str, *, flag: str, word: str) -> None:
        self._call("extend")
        altered = extended(self.manifests.get(name, MANIFEST), flag=flag, word=word, where=node)
        self._keep(node, name)
        self.manifests[name] = altered
        self._restart(name)

    def set_static_pod_option(self, node: str, name: str, *, flag: str, value: str) -> None:
        self._call("set option")
        original = self.manifests.get(name, MANIFEST)
        altered = with_option(original, flag=flag, value=value, where=node)
        self._keep(node, name)
        self.manifests[name] = altered
        self._restart(name)

    def restore_static_pod(self, node: str, name: str) -> bool:
        self._record("restore")
        if node != CONTROL_PLANE or name not in self.kept:
            return False
        self.manifests[name] = self.kept.pop(name)
        self._restart(name)
        return True

    def stop_kubelet(self, node: str) -> None:
        self._call("stop kubelet")
        self._require_process(node, KUBELET)
        self.machines.silence(node, KUBELET)

    def start_kubelet(self, node: str) -> None:
        self._record("start kubelet")
        self._require_process(node, KUBELET)
        self.machines.let_speak(node, KUBELET)

    def restart_kubelet(self, node: str) -> None:
        self._call("restart kubelet")
        self._require_process(node, KUBELET)
        self.machines.begin_kubelet(node)

    def is_kubelet_running(self, node: str) -> bool:
        self._require_process(node, KUBELET)
        is_up = self.machines.state[node] == "running"
        return is_up and not self.machines.is_silenced(node, KUBELET)

    def _call(self, what: str) -> None:
        raise NotImplementedError

    def _record(self, what: str) -> None:
        raise NotImplementedError

    def _require_process(self, node: str, name: str) -> None:
        is_node = node in self.machines.state if name in (KUBELET, PROXY) else node == CONTROL_PLANE
        if not is_node or self.processes.get(name, "running") == "down" or name not in KNOWN:
            raise NotFound(f"no process {name} on {node}")

    def _keep(self, node: str, name: str) -> None:
        if name in self.kept:
            raise Conflict(f'the static pod "{name}" is withdrawn or altered already')
        if node != CONTROL_PLANE or name not in self.manifests:
            raise NotFound(f'there is no static pod "{name}" on {node}')
        self.kept[name] = self.manifests[name]

    def _restart(self, name: str) -> None:
        """Another process runs soon; one that must lead waits until the old lease has expired."""
        self._enter(name, "down")
        is_led = name in self.leaders
        self.clock.after(RESTART_S + (LEASE_S if is_led else 0), lambda: self._lead(name))

    def _lead(self, name: str) -> None:
        if name not in self.manifests or self.processes[name] != "down":
            return
        self._elections += 1
        if name in self.leaders:
            self.leaders[name] = f"leader {self._elections}"
        self._enter(name, "running")

    def _enter(self, name: str, state: State) -> None:
        self.processes[name] = state
        self.is_down = self.processes[API_SERVER] != "running"
        self.machines.is_scheduling = not self._is_idle(SCHEDULER)
        words = self.manifests.get(CONTROLLERS, "").split(",")
        self.controllers.off = {
            kind for name, kind in SWITCHES.items() if any(f"-{name}" in one for one in words)
        }
        is_frozen = self._is_idle(CONTROLLERS)
        if self.controllers.is_frozen and not is_frozen:
            self.controllers.thaw()
        self.controllers.is_frozen = is_frozen

    def _is_idle(self, process: str) -> bool:
        """Without an API server nobody gets anything done."""
        return self.processes[process] != "running" or self.is_down
