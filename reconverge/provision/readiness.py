"""Is a new cluster ready for chaos? Judged by us, because kind only warns when it is not.

All nodes and system pods Ready; then a probe pod on every worker, each of which must reach every
other one, the Service in front of them by its cluster IP, and that Service by its DNS name. A
cluster that fails here would blame the controllers under test for its own faults.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlencode

from reconverge.clock import Clock, RealClock
from reconverge.errors import Unavailable
from reconverge.provision.apiserver import ApiServer, Object, pause, wait_until
from reconverge.provision.glance import MARKER, is_true, leader_flaws, node_flaws, pods_missing
from reconverge.provision.machine import Progress

NAMESPACE = "reconverge-readiness"
PORT = 8080
LABELS = {"app": "reconverge-probe"}
NODES_S = 120.0  # from 26 s on two cores; a laptop that pulls images in the nodes takes longer
PODS_S = 120.0
LEADERS_S = 60.0  # a lost lease is taken over after 15 s
NETWORK_S = 60.0  # routes and DNS follow Ready by a second or two


@dataclass(frozen=True, kw_only=True)
class Question:
    """One dial: which pod asks, what it dials, and what that proves."""

    pod: str
    host: str
    port: int
    proves: str


def wait_until_nodes_ready(server: ApiServer, *, expected: int) -> None:
    """Block until that many nodes and all system pods are Ready; Unavailable at the deadline."""

    def nodes_missing(nodes: list[Object]) -> str:
        flaws = node_flaws(nodes, expected=expected)
        return "; ".join(flaw.what for flaw in flaws if flaw.cure != "uncordon")

    wait_until(server, "/api/v1/nodes", nodes_missing, deadline_s=NODES_S)
    path = "/api/v1/namespaces/kube-system/pods"
    wait_until(server, path, pods_missing, deadline_s=PODS_S)


def wait_until_led(server: ApiServer) -> None:
    """Block until the control loops' leaders renew their leases (again)."""
    path = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
    clock = RealClock()

    def unled(leases: list[Object]) -> str:
        return "; ".join(flaw.what for flaw in leader_flaws(leases, clock.wall()))

    wait_until(server, path, unled, deadline_s=LEADERS_S)


def mark(server: ApiServer, identity: str) -> None:
    """Leave the sign by which the guard knows a cluster that may be harmed."""
    path, _, name = MARKER.rpartition("/")
    body = {"metadata": {"name": name}, "data": {"id": identity, "made-by": "reconverge"}}
    server.create(path, body)


def wait_until_connected(
    server: ApiServer, *, workers: int, image: str, progress: Progress
) -> None:
    """Block until every question is answered well; Unavailable names those that never were.

    The namespace of the probe is removed in any case.
    """
    try:
        _apply_probe(server, image)

        def probes_missing(pods: list[Object]) -> str:
            ready = sum(is_true(pod, "Ready") and _is_staying(pod) for pod in pods)
            return "" if ready == workers else f"{ready} of {workers} probe pods are Ready"

        path = f"/api/v1/namespaces/{NAMESPACE}/pods"
        pods = wait_until(server, path, probes_missing, deadline_s=PODS_S)
        service = server.get(f"/api/v1/namespaces/{NAMESPACE}/services/probe")
        questions = questions_for([pod for pod in pods if _is_staying(pod)], service)
        _ask_until_answered(server, questions, RealClock())
        progress(f"network whole: {len(questions)} dials between pods, a Service and DNS answered")
    finally:
        server.delete(f"/api/v1/namespaces/{NAMESPACE}")


def questions_for(pods: list[Object], service: Object) -> list[Question]:
    """Every pod dials every pod, itself included, the Service's address and the Service's name."""
    questions = []
    for pod in pods:
        name, node = pod["metadata"]["name"], pod["spec"]["nodeName"]
        for other in pods:
            proves = f"pod on {node} -> pod on {other['spec']['nodeName']}"
            questions.append(_dial(name, other["status"]["podIP"], PORT, proves))
        address = service["spec"]["clusterIP"]
        questions.append(_dial(name, address, 80, f"pod on {node} -> Service address {address}"))
        dns = f"probe.{NAMESPACE}.svc.cluster.local"
        questions.append(_dial(name, dns, 80, f"pod on {node} -> Service name {dns}"))
    return questions


def _dial(pod: str, host: str, port: int, proves: str) -> Question:
    return Question(pod=pod, host=host, port=port, proves=proves)


def ask(server: ApiServer, question: Question) -> str:
    """Put one question through the API server's proxy: "" when it was answered, else why not."""
    query = urlencode(
        {"host": question.host, "port": question.port, "protocol": "http", "request": "hostname"}
        | {"tries": 1}
    )
    path = f"/api/v1/namespaces/{NAMESPACE}/pods/{question.pod}:{PORT}/proxy/dial?{query}"
    try:
        told = json.loads(server.text(path, timeout_s=10))
    except (Unavailable, ValueError) as error:
        return f"{question.proves}: {error}"
    if told.get("responses"):
        return ""
    return f"{question.proves}: {'; '.join(told.get('errors', ['no answer']))}"


def _ask_until_answered(server: ApiServer, questions: list[Question], clock: Clock) -> None:
    """Ask all at once, then again those without an answer."""
    end_s = clock.monotonic_s() + NETWORK_S
    open_questions = questions
    with ThreadPoolExecutor(max_workers=8) as pool:
        while True:
            answers = list(pool.map(lambda each: ask(server, each), open_questions))
            failed = [(each, why) for each, why in zip(open_questions, answers, strict=True) if why]
            if not failed:
                return
            if clock.monotonic_s() > end_s:
                listed = "; ".join(why for _, why in failed[:3])
                raise Unavailable(
                    f"{len(failed)} of {len(questions)} dials failed for {NETWORK_S:g} s: {listed}"
                )
            open_questions = [each for each, _ in failed]
            pause(clock)


def _apply_probe(server: ApiServer, image: str) -> None:
    """The namespace may still be going away from the last time: creating waits for that."""
    path = "/api/v1/namespaces"

    def leftover(namespaces: list[Object]) -> str:
        present = any(each["metadata"]["name"] == NAMESPACE for each in namespaces)
        return f"namespace {NAMESPACE} is still being removed" if present else ""

    server.delete(f"{path}/{NAMESPACE}")
    wait_until(server, path, leftover, deadline_s=PODS_S)
    server.create(path, {"metadata": {"name": NAMESPACE}})
    wait_until(
        server,
        f"{path}/{NAMESPACE}/serviceaccounts",
        lambda accounts: "" if accounts else "its service account is awaited",
        deadline_s=PODS_S,
    )
    server.create(f"{path}/{NAMESPACE}/services", _service())
    server.create(f"/apis/apps/v1/namespaces/{NAMESPACE}/daemonsets", _daemon_set(image))


def _service() -> Object:
    ports = [{"port": 80, "targetPort": PORT}]
    return {"metadata": {"name": "probe"}, "spec": {"selector": LABELS, "ports": ports}}


def _daemon_set(image: str) -> Object:
    container = {
        "name": "probe",
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "args": ["netexec"],
        "readinessProbe": {"httpGet": {"path": "/hostname", "port": PORT}, "periodSeconds": 1},
    }
    pod = {
        "metadata": {"labels": LABELS},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": 0},
    }
    spec = {"selector": {"matchLabels": LABELS}, "template": pod}
    return {"metadata": {"name": "probe"}, "spec": spec}


def _is_staying(pod: Object) -> bool:
    return not pod["metadata"].get("deletionTimestamp")
