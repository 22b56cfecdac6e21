"""What a judge asks to be done, done: challenges and probes, each bounded by a few seconds.

An act never decides anything and never raises for the cluster's sake: its outcome, an unreachable
API included, goes onto the timeline, where the judge finds it like any other fact.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress

from reconverge.cluster.challenge import knock, plant_sentinel, touch_node
from reconverge.cluster.door import Answer, Cluster, JsonObject, Networks, StoppableNodes
from reconverge.errors import ReconvergeError, Unavailable
from reconverge.judges.judge import (
    Want,
    WantAnswer,
    WantKnock,
    WantLog,
    WantMetrics,
    WantProbe,
    WantSentinel,
    WantTouch,
)
from reconverge.model import Named, Pod, Ref, ref
from reconverge.timeline import Entry, Probed, Timeline
from reconverge.waiting.loop import wait_until_seen

# On the nodes already, since every scenario's pods run it; answers GET / on this port.
PROBE_IMAGE, PROBE_PORT = "luksa/kubia", 8080
# A container starts within 1 to 3 s on an idle kind node; a probe that takes longer has failed,
# and the judge asks again.
POD_START_S = 10.0
ASK_S = 3.0
# So much of an answer is kept: enough to tell it from another. A log is kept whole.
ANSWER_MAX, LOG_MAX = 200, 1 << 20

_Question = Callable[[], Answer]


class Acts:
    """Performs the wants of judges on one cluster, in one namespace."""

    def __init__(self, cluster: Cluster, timeline: Timeline, *, namespace: str) -> None:
        self._cluster = cluster
        self._timeline = timeline
        self._namespace = namespace
        self._has_owner: set[str] = set()
        self._asks: dict[str, Callable[[str], Answer]] = {
            "node-address": self._ask_address,
            "pods-reachable": self._ask_pod_on,
            "kubelet": self._ask_kubelet,
            "pod-answers": self._ask_pod,
            "pod-serves": self._ask_pod_nearby,
        }

    def perform(self, want: Want) -> None:
        match want:
            case WantSentinel(kind=kind):
                self._plant(kind)
            case WantTouch(node=node):
                touch_node(self._cluster, self._timeline, node)
            case WantKnock(subject=subject):
                knock(self._cluster, self._timeline, subject)
            case WantProbe(probe=probe, target=name):
                ask = self._asks[probe]
                self._ask(want, lambda: ask(name))
            case WantLog():
                self._ask(want, lambda: self._read_log(want), most=LOG_MAX)
            case WantMetrics():
                self._ask(want, lambda: self._read_metrics(want), most=LOG_MAX)
            case WantAnswer(pod=pod, port=port):
                self._ask(want, lambda: self._cluster.ask_pod(pod, port=port, timeout_s=ASK_S))
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

    def _ask(
        self,
        want: WantProbe | WantLog | WantMetrics | WantAnswer,
        ask: _Question,
        *,
        most: int = ANSWER_MAX,
    ) -> None:
        asked_s = self._timeline.now_s()
        is_unanswered = False
        try:
            answer = ask()
        except ReconvergeError as error:
            answer, is_unanswered = (
                Answer(ok=False, text=str(error)),
                isinstance(error, Unavailable),
            )
        self._timeline.append(
            lambda at_s: Probed(
                at_s=at_s,
                probe=want.probe,
                target=want.target,
                ok=answer.ok,
                answer=answer.text[:most],
                asked_s=asked_s,
                is_unanswered=is_unanswered,
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

    def _read_log(self, want: WantLog) -> Answer:
        log = self._cluster.logs(
            want.pod, container=want.container, previous=want.previous, is_stamped=True
        )
        return Answer(ok=True, text=log)

    def _read_metrics(self, want: WantMetrics) -> Answer:
        """Of all that cAdvisor counts on the node, the lines that were asked for."""
        pod = self._timeline.latest().pod(want.pod.uid)
        node = pod.spec.node_name if pod is not None else ""
        answer = self._cluster.ask_kubelet(node, path="metrics/cadvisor", timeout_s=ASK_S)
        if not answer.ok:
            raise Unavailable(f"its kubelet tells nothing: {answer.text}", where=node)
        marks = (f'container="{want.container}"', f'pod="{want.pod.name}"', want.pod.namespace)
        lines = (line for line in answer.text.splitlines() if line.startswith(want.metric))
        found = [line for line in lines if all(mark in line for mark in marks)]
        return Answer(ok=True, text="\n".join(found))

    def _ask_kubelet(self, node: str) -> Answer:
        """Whether the node's kubelet is there; also where we may not ask it, or it minds the path.

        Only silence counts against it: the API server then says that it could not reach it.
        """
        answer = self._cluster.ask_kubelet(node, path="healthz", timeout_s=ASK_S)
        return Answer(ok=not answer.is_unreached, text=answer.text)

    def _ask_pod(self, name: str) -> Answer:
        """Whether the pod of that name answers, and in its own name, as kubia does."""
        found = self._pod_named(name)
        if found is None:
            return Answer(ok=False, text=f"pod {name} does not exist")
        answer = self._cluster.ask_pod(ref("Pod", found), port=PROBE_PORT, timeout_s=ASK_S)
        return Answer(ok=answer.ok and name in answer.text, text=answer.text)

    def _ask_pod_nearby(self, name: str) -> Answer:
        """Whether the pod answers in its own name when it is asked from another node.

        The API server's way to a pod leads through the control plane, which may have lost it.
        """
        snapshot, pod = self._timeline.latest(), self._pod_named(name)
        if not isinstance(pod, Pod) or not pod.status.pod_ip:
            return Answer(ok=False, text=f"pod {name} does not exist, or has no address")
        if not isinstance(self._cluster, Networks):
            return Answer(ok=False, text="nobody can be asked to ask: the nodes are out of reach")
        ready = [one.name for one in snapshot.nodes() if one.is_ready]
        near = next((one for one in reversed(ready) if one != pod.spec.node_name), "")
        if not near:
            return Answer(ok=False, text="no other node is Ready")
        address = pod.status.pod_ip
        answer = self._cluster.ask_from(near, address, port=PROBE_PORT, timeout_s=ASK_S)
        return Answer(ok=answer.ok and name in answer.text, text=f"{near}: {answer.text}")

    def _pod_named(self, name: str) -> Named | None:
        return self._timeline.latest().named("Pod", name, namespace=self._namespace)

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
