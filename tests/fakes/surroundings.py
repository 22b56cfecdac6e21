"""What surrounds the fake's pods on their nodes: the network, and the container runtime.

A node that is cut off from the control plane is heard no more, and that is all it is: a direction
makes no difference, since a conversation takes both.
"""

from __future__ import annotations

from reconverge.cluster.door import Answer, Cut, Signal
from reconverge.cluster.errors import Conflict, NotFound
from reconverge.model import Ref
from tests.fakes.machines import Machines
from tests.fakes.store import Object, Store

EXIT_CODES = {"KILL": 137, "TERM": 143}


class Surroundings:
    """The door's powers over networks and container runtimes."""

    machines: Machines
    store: Store

    def __init__(self) -> None:
        self.cuts: dict[str, list[Cut]] = {}
        self.frozen: set[str] = set()  # IDs of containers
        self.runtimes_down: set[str] = set()
        super().__init__()

    def pause_node(self, node: str) -> None:
        self._call("pause node")
        self._require_node(node)
        self.machines.pause(node)

    def cut_network(self, node: str, cut: Cut) -> None:
        self._call("cut")
        self._require_node(node)
        if self.is_cut(node, cut):
            raise Conflict("its network is cut in this way already")
        self.cuts.setdefault(node, []).append(cut)
        if cut.percent == 100:
            self.machines.silence(node, repr(cut))

    def mend_network(self, node: str, cut: Cut) -> None:
        self._record("mend")
        self._require_node(node)
        if self.is_cut(node, cut):
            self.cuts[node].remove(cut)
            self.machines.let_speak(node, repr(cut))

    def is_cut(self, node: str, cut: Cut) -> bool:
        return cut in self.cuts.get(node, [])

    def ask_from(self, node: str, address: str, *, port: int, timeout_s: float = 5.0) -> Answer:
        del port, timeout_s
        self._call("ask from")
        for pod in self.store.of("Pod"):
            there = pod["spec"].get("nodeName", "")
            if pod.get("status", {}).get("podIP") == address and not self._is_severed(node, there):
                return Answer(ok=True, text=f"You've hit {pod['metadata']['name']}")
        return Answer(ok=False, text=f"no answer from {address}")

    def _is_severed(self, *nodes: str) -> bool:
        cuts = [cut for node in nodes for cut in self.cuts.get(node, []) if not cut.peers]
        are_up = all(self.machines.state[node] == "running" for node in nodes)
        return not are_up or any(cut.percent == 100 for cut in cuts)

    def signal_container(self, node: str, pod: Ref, container: str, signal: Signal) -> str:
        self._call(f"signal {signal}")
        self._require_node(node)
        found = self.store.objects.get(pod.uid)
        if found is None or found["spec"].get("nodeName") != node:
            raise NotFound(f"no container of {pod} runs on {node}")
        uid = self._container_of(found, container)
        if signal in EXIT_CODES:
            self.machines.kill_container(found, exit_code=EXIT_CODES[signal])
        elif signal == "STOP":
            self.frozen.add(uid)
        else:
            self.frozen.discard(uid)
        return uid

    def _container_of(self, pod: Object, name: str) -> str:
        rows = pod.get("status", {}).get("containerStatuses", [])
        found = [str(row["containerID"]) for row in rows if row["name"] == name]
        if not found:
            raise NotFound(f'no container "{name}" runs there')
        return found[0].rpartition("/")[2]

    def restart_runtime(self, node: str) -> None:
        self._call("restart runtime")
        self._require_node(node)

    def start_runtime(self, node: str) -> None:
        self._record("start runtime")
        self._require_node(node)

    def is_runtime_running(self, node: str) -> bool:
        self._require_node(node)
        return node not in self.runtimes_down

    def _require_node(self, node: str) -> None:
        if node not in self.machines.state:
            raise NotFound(f"no container of node {node}")

    def _call(self, what: str) -> None:
        raise NotImplementedError

    def _record(self, what: str) -> None:
        raise NotImplementedError
