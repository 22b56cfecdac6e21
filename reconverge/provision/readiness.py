"""Is a new cluster ready for chaos? Judged by us, because kind only warns when it is not.

All nodes and system pods Ready; then a probe pod on every worker, each of which must reach every
other one, the Service in front of them by its cluster IP, and that Service by its DNS name. A
cluster that fails here would blame the controllers under test for its own faults.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlencode

from reconverge.clock import Clock, RealClock, pause
from reconverge.cluster.door import Cluster, JsonObject
from reconverge.cluster.errors import Forbidden, NotFound
from reconverge.errors import Unavailable
from reconverge.model import OUTAGES, Named, Pod, Ref, Service, ref
from reconverge.provision.glance import MARKER, SYSTEM, leader_flaws, node_flaws, pods_missing
from reconverge.provision.machine import Progress
from reconverge.timeline import Timeline
from reconverge.waiting import wait_until_seen

Missing = Callable[[Sequence[Named]], str]
NAMESPACE = "reconverge-readiness"
PORT = 8080
LABELS = {"app": "reconverge-probe"}
NODES_S = 120.0  # from 26 s on two cores; a laptop that pulls images in the nodes takes longer
PODS_S = 120.0
LEADERS_S = 60.0  # a lost lease is taken over after 15 s
PAUSE_S = 0.5
NETWORK_S = 60.0  # routes and DNS follow Ready by a second or two


@dataclass(frozen=True, kw_only=True)
class Question:
    """One dial: which pod asks, what it dials, and what that proves."""

    pod: Ref
    host: str
    port: int
    proves: str


def wait_until_nodes_ready(cluster: Cluster, *, expected: int) -> None:
    """Block until that many nodes and all system pods are Ready; Unavailable at the deadline."""

    def nodes_missing(nodes: Sequence[Named]) -> str:
        flaws = node_flaws(nodes, expected=expected)
        return "; ".join(flaw.what for flaw in flaws if flaw.cure != "uncordon")

    wait_until(cluster, "Node", nodes_missing, deadline_s=NODES_S)
    wait_until(cluster, "Pod", pods_missing, namespace=SYSTEM, deadline_s=PODS_S)


def wait_until_led(cluster: Cluster) -> None:
    """Block until the control loops' leaders renew their leases (again)."""
    clock = RealClock()

    def unled(leases: Sequence[Named]) -> str:
        return "; ".join(flaw.what for flaw in leader_flaws(leases, clock.wall()))

    wait_until(cluster, "Lease", unled, namespace=SYSTEM, deadline_s=LEADERS_S)


def mark(cluster: Cluster, identity: str) -> None:
    """Leave the sign by which the guard knows a cluster that may be harmed."""
    marker: JsonObject = {
        **_typed("v1", "ConfigMap", MARKER),
        "data": {"id": identity, "made-by": "reconverge"},
    }
    cluster.create(marker, namespace=SYSTEM)


def wait_until_connected(cluster: Cluster, *, workers: int, image: str, progress: Progress) -> None:
    """Block until every question is answered well; Unavailable names those that never were.

    The namespace of the probe is removed in any case.
    """
    try:
        _apply_probe(cluster, image)

        def probes_missing(pods: Sequence[Named]) -> str:
            ready = sum(pod.is_ready for pod in _staying(pods))
            return "" if ready == workers else f"{ready} of {workers} probe pods are Ready"

        pods = wait_until(cluster, "Pod", probes_missing, namespace=NAMESPACE, deadline_s=PODS_S)
        service = cluster.read("Service", "probe", namespace=NAMESPACE)
        assert isinstance(service, Service)
        questions = questions_for(_staying(pods), service)
        _ask_until_answered(cluster, questions, RealClock())
        progress(f"network whole: {len(questions)} dials between pods, a Service and DNS answered")
    finally:
        _delete_namespace(cluster)


def wait_until(
    cluster: Cluster,
    kind: str,
    missing: Missing,
    *,
    namespace: str = "",
    deadline_s: float,
    clock: Clock | None = None,
) -> tuple[Named, ...]:
    """Watch the objects of `kind` until `missing` finds nothing more to wait for.

    `missing` says in one sentence what is still awaited, "" when it is there. The API server may
    be away for a while; raises Unavailable with the last word after `deadline_s` seconds.
    """
    timeline = Timeline(clock or RealClock())
    until_s = timeline.now_s() + deadline_s
    while True:
        recorder = cluster.record(timeline, kinds=(kind,), namespaces=(namespace,))
        try:
            recorder.wait_until_synced(deadline_s=until_s - timeline.now_s())
            return _awaited(timeline, kind, missing, until_s=until_s, deadline_s=deadline_s)
        except Forbidden as error:  # an API server that has just begun knows no roles yet
            if timeline.now_s() > until_s:
                raise Unavailable(f"not ready after {deadline_s:g} s: {error}") from error
            pause(timeline.clock, PAUSE_S)
        finally:
            recorder.stop()


def _awaited(
    timeline: Timeline, kind: str, missing: Missing, *, until_s: float, deadline_s: float
) -> tuple[Named, ...]:
    seen = wait_until_seen(
        timeline,
        lambda entry: not missing(tuple(entry.snapshot.objects(kind))),
        start=max(0, len(timeline) - 1),
        within_s=until_s - timeline.now_s(),
    )
    if seen is None:
        last = missing(tuple(timeline.latest().objects(kind)))
        raise Unavailable(f"not ready after {deadline_s:g} s: {last}")
    return tuple(seen.snapshot.objects(kind))


def questions_for(pods: Sequence[Pod], service: Service) -> list[Question]:
    """Every pod dials every pod, itself included, the Service's address and the Service's name."""
    questions = []
    for pod in pods:
        node, asker = pod.spec.node_name, ref("Pod", pod)
        for other in pods:
            proves = f"pod on {node} -> pod on {other.spec.node_name}"
            questions.append(_dial(asker, other.status.pod_ip, PORT, proves))
        address = service.spec.cluster_ip
        questions.append(_dial(asker, address, 80, f"pod on {node} -> Service address {address}"))
        dns = f"probe.{NAMESPACE}.svc.cluster.local"
        questions.append(_dial(asker, dns, 80, f"pod on {node} -> Service name {dns}"))
    return questions


def _dial(pod: Ref, host: str, port: int, proves: str) -> Question:
    return Question(pod=pod, host=host, port=port, proves=proves)


def ask(cluster: Cluster, question: Question) -> str:
    """Put one question through the API server's proxy: "" when it was answered, else why not."""
    query = urlencode(
        {"host": question.host, "port": question.port, "protocol": "http", "request": "hostname"}
        | {"tries": 1}
    )
    try:
        answer = cluster.ask_pod(question.pod, port=PORT, path=f"dial?{query}", timeout_s=10)
        told = json.loads(answer.text) if answer.ok else {"errors": [answer.text]}
    except (Unavailable, ValueError) as error:
        return f"{question.proves}: {error}"
    if told.get("responses"):
        return ""
    return f"{question.proves}: {'; '.join(told.get('errors', ['no answer']))}"


def _ask_until_answered(cluster: Cluster, questions: list[Question], clock: Clock) -> None:
    """Ask all at once, then again those without an answer."""
    end_s = clock.monotonic_s() + NETWORK_S
    open_questions = questions
    with ThreadPoolExecutor(max_workers=8) as pool:
        while True:
            answers = list(pool.map(lambda each: ask(cluster, each), open_questions))
            failed = [(each, why) for each, why in zip(open_questions, answers, strict=True) if why]
            if not failed:
                return
            if clock.monotonic_s() > end_s:
                listed = "; ".join(why for _, why in failed[:3])
                raise Unavailable(
                    f"{len(failed)} of {len(questions)} dials failed for {NETWORK_S:g} s: {listed}"
                )
            open_questions = [each for each, _ in failed]
            pause(clock, PAUSE_S)


def _apply_probe(cluster: Cluster, image: str) -> None:
    """The namespace may still be going away from the last time: creating waits for that."""

    def leftover(namespaces: Sequence[Named]) -> str:
        is_present = any(each.name == NAMESPACE for each in namespaces)
        return f"namespace {NAMESPACE} is still being removed" if is_present else ""

    _delete_namespace(cluster)
    wait_until(cluster, "Namespace", leftover, deadline_s=PODS_S)
    cluster.create(_typed("v1", "Namespace", NAMESPACE), namespace="")
    wait_until(
        cluster,
        "ServiceAccount",
        lambda accounts: "" if accounts else "its service account is awaited",
        namespace=NAMESPACE,
        deadline_s=PODS_S,
    )
    cluster.create(_service(), namespace=NAMESPACE)
    cluster.create(_daemon_set(image), namespace=NAMESPACE)


def _delete_namespace(cluster: Cluster) -> None:
    with suppress(NotFound):
        cluster.delete(ref("Namespace", cluster.read("Namespace", NAMESPACE)))


def _service() -> JsonObject:
    ports = [{"port": 80, "targetPort": PORT}]
    return {**_typed("v1", "Service", "probe"), "spec": {"selector": LABELS, "ports": ports}}


def _daemon_set(image: str) -> JsonObject:
    container = {
        "name": "probe",
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "args": ["netexec"],
        "readinessProbe": {"httpGet": {"path": "/hostname", "port": PORT}, "periodSeconds": 1},
    }
    pod = {
        "metadata": {"labels": LABELS},
        "spec": {
            "containers": [container],
            "terminationGracePeriodSeconds": 0,
            "tolerations": [{"key": OUTAGES.key, "operator": "Exists"}],
        },
    }
    spec = {"selector": {"matchLabels": LABELS}, "template": pod}
    return {**_typed("apps/v1", "DaemonSet", "probe"), "spec": spec}


def _typed(api_version: str, kind: str, name: str) -> JsonObject:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}}


def _staying(pods: Sequence[Named]) -> list[Pod]:
    return [pod for pod in pods if isinstance(pod, Pod) and not pod.is_terminating]
