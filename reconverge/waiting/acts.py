"""What a judge asks to be done, done: challenges and probes, each bounded by a few seconds.

An act never decides anything and never raises for the cluster's sake: its outcome, an unreachable
API included, goes onto the timeline, where the judge finds it like any other fact.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress

from reconverge.cluster.challenge import knock, plant_sentinel, touch_node
from reconverge.cluster.door import Answer, Cluster, JsonObject, StoppableNodes
from reconverge.errors import ReconvergeError
from reconverge.judges.judge import Want, WantKnock, WantProbe, WantSentinel, WantTouch
from reconverge.model import Ref, ref
from reconverge.timeline import Entry, Probed, Timeline
from reconverge.waiting.loop import wait_until_seen

# On the nodes already, since every scenario's pods run it; answers GET / on this port.
PROBE_IMAGE, PROBE_PORT = "luksa/kubia", 8080
# A container starts within 1 to 3 s on an idle kind node; a probe that takes longer has failed,
# and the judge asks again.
POD_START_S = 10.0
ASK_S = 3.0


_Question = Callable[[str], Answer]


class Acts:
    """Performs the wants of judges on one cluster, in one namespace."""

    def __init__(self, cluster: Cluster, timeline: Timeline, *, namespace: str) -> None:
        self._cluster = cluster
        self._timeline = timeline
        self._namespace = namespace
        self._has_owner: set[str] = set()

    def perform(self, want: Want) -> None:
        match want:
            case WantSentinel(kind=kind):
                self._plant(kind)
            case WantTouch(node=node):
                touch_node(self._cluster, self._timeline, node)
            case WantKnock(subject=subject):
                knock(self._cluster, self._timeline, subject)
            case WantProbe(probe="node-address", target=node):
                self._ask(want, self._ask_address, node)
            case WantProbe(probe="pods-reachable", target=node):
                self._ask(want, self._ask_pod_on, node)
            case WantProbe(probe="kubelet", target=node):
                self._ask(want, self._ask_kubelet, node)
            case WantProbe(probe="pod-answers", target=pod):
                self._ask(want, self._ask_pod, pod)
            case _:
                raise AssertionError(f"nobody performs {want!r}")

    def _plant(self, kind: str) -> None:
        """The workload to which sentinels of that kind belong is made once: it costs a request."""
        plant_sentinel(
            self._cluster,
            self._timeline,
            workload_kind=kind,
            namespace=self._namespace,
            has_owner=kind in self._has_owner,
        )
        self._has_owner.add(kind)

    def _ask(self, want: WantProbe, ask: _Question, target: str) -> None:
        asked_s = self._timeline.now_s()
        try:
            answer = ask(target)
        except ReconvergeError as error:
            answer = Answer(ok=False, text=str(error))
        self._timeline.append(
            lambda at_s: Probed(
                at_s=at_s,
                probe=want.probe,
                target=want.target,
                ok=answer.ok,
                answer=answer.text[:200],
                asked_s=asked_s,
            )
        )

    def _ask_address(self, name: str) -> Answer:
        """Whether the node's container has the address that the node claims."""
        node = self._timeline.latest().node(name)
        if node is None:
            return Answer(ok=False, text=f"node {name} is not registered")
        if not isinstance(self._cluster, StoppableNodes):
            return Answer(ok=True, text="its address cannot change: it is no container of ours")
        container = self._cluster.node_container(name)
        has = ", ".join(container.addresses) or "none"
        text = f"the node claims {node.internal_ip}, its container has {has}"
        return Answer(ok=node.internal_ip in container.addresses, text=text)

    def _ask_kubelet(self, node: str) -> Answer:
        """Whether the node's kubelet is there; also where we may not ask it, or it minds the path.

        Only silence counts against it: the API server then says that it could not reach it.
        """
        answer = self._cluster.ask_kubelet(node, path="healthz", timeout_s=ASK_S)
        return Answer(ok=not answer.is_unreached, text=answer.text)

    def _ask_pod(self, name: str) -> Answer:
        """Whether the pod of that name answers, and in its own name, as kubia does."""
        found = self._timeline.latest().named("Pod", name, namespace=self._namespace)
        if found is None:
            return Answer(ok=False, text=f"pod {name} does not exist")
        answer = self._cluster.ask_pod(ref("Pod", found), port=PROBE_PORT, timeout_s=ASK_S)
        return Answer(ok=answer.ok and name in answer.text, text=answer.text)

    def _ask_pod_on(self, node: str) -> Answer:
        """Whether a pod can be started on the node, and answers."""
        start = len(self._timeline)
        pod, _ = self._cluster.create(_probe_pod(node), namespace=self._namespace)
        try:
            ready = wait_until_seen(
                self._timeline,
                lambda entry: _is_ready(entry, pod),
                start=start,
                within_s=POD_START_S,
            )
            if ready is None:
                return Answer(ok=False, text=f"no pod became ready there in {POD_START_S:g} s")
            return self._cluster.ask_pod(pod, port=PROBE_PORT, timeout_s=ASK_S)
        finally:
            with suppress(ReconvergeError):  # it goes with its namespace at the latest
                self._cluster.delete(pod, grace_s=0)


def _is_ready(entry: Entry, pod: Ref) -> bool:
    view = entry.snapshot.pod(pod.uid)
    return view is not None and view.is_ready


def _probe_pod(node: str) -> JsonObject:
    """A pod on exactly that node, past the scheduler, that is ready once it serves."""
    readiness = {"httpGet": {"path": "/", "port": PROBE_PORT}, "periodSeconds": 1}
    container = {
        "name": "main",
        "image": PROBE_IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "readinessProbe": readiness,
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"probe-{secrets.token_hex(3)}"},
        "spec": {
            "nodeName": node,
            "tolerations": [{"operator": "Exists"}],
            "terminationGracePeriodSeconds": 0,
            "containers": [container],
        },
    }
