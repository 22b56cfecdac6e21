"""Hand-ins that reach for what is not theirs: the table that grading and checking are held against.

Each is the right answer to keep-three-pods with one thing more.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from reconverge.study.exercises import load_all, named, shipped
from reconverge.study.mistakes import texts_of

EXERCISE = "keep-three-pods"
FILE = "kubia-rc.yaml"
RIGHT = texts_of(named(load_all(shipped()), EXERCISE))[FILE]
_SPEC = "    spec:\n      containers:\n"
_IMAGE = "        image: mycool0905/kubia\n"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefg", "bcdefgh", strict=True)
)


def in_pod(text: str) -> str:
    """With this in the pod's spec."""
    assert RIGHT.count(_SPEC) == 1
    return RIGHT.replace(_SPEC, f"    spec:\n      {text}\n      containers:\n")


def in_container(text: str) -> str:
    """With this in the container."""
    assert RIGHT.count(_IMAGE) == 1
    return RIGHT.replace(_IMAGE, f"{_IMAGE}        {text}\n")


def beside(kind: str, version: str, rest: str = "") -> str:
    """With another object in the same file."""
    return f"{RIGHT}---\napiVersion: {version}\nkind: {kind}\nmetadata: {{name: mine}}\n{rest}"


_RBAC = "rbac.authorization.k8s.io/v1"
# By name: the code that is said first, and the text.
TEXTS: dict[str, tuple[str, str]] = {
    "host path": ("RCS706", in_pod("volumes: [{name: a, hostPath: {path: /}}]")),
    "host network": ("RCS706", in_pod("hostNetwork: true")),
    "host pid": ("RCS706", in_pod("hostPID: true")),
    "image volume": ("RCS706", in_pod("volumes: [{name: a, image: {reference: evil}}]")),
    "first in the queue": ("RCS706", in_pod("priorityClassName: system-node-critical")),
    "a service account by its old name": ("RCS706", in_pod("serviceAccount: admin")),
    "a priority by its number": ("RCS706", in_pod("priority: 2000000000")),
    "another runtime": ("RCS706", in_pod("runtimeClassName: kata")),
    "a node by its name": ("RCS713", in_pod("nodeName: reconverge-control-plane")),
    "another scheduler": ("RCS713", in_pod("schedulerName: mine")),
    "onto any node": ("RCS713", in_pod("tolerations: [{operator: Exists}]")),
    "onto the control plane": (
        "RCS713",
        in_pod("tolerations: [{key: node-role.kubernetes.io/control-plane, operator: Exists}]"),
    ),
    "a probe of another host": (
        "RCS713",
        in_container("livenessProbe: {httpGet: {host: 169.254.169.254, port: 8080}}"),
    ),
    "a hook at another host": (
        "RCS713",
        in_container("lifecycle: {preStop: {httpGet: {host: 10.96.0.1, port: 443}}}"),
    ),
    "nobody else on its node": (
        "RCS713",
        in_pod(
            "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
            "[{topologyKey: kubernetes.io/hostname, namespaceSelector: {}, labelSelector: {}}]}}"
        ),
    ),
    "nobody else, where it can be": (
        "RCS713",
        in_pod(
            "affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: "
            "[{weight: 1, podAffinityTerm: {topologyKey: a, namespaces: [kube-system]}}]}}"
        ),
    ),
    "a debugging container": ("RCS713", in_pod("ephemeralContainers: [{name: a, image: b}]")),
    "a mark of the harness's": (
        "RCS713",
        RIGHT.replace("      labels:\n", "      labels:\n        reconverge.dev/sentinel: a\n"),
    ),
    "a grace without end": ("RCS711", in_pod("terminationGracePeriodSeconds: 86400")),
    "privileged": ("RCS706", in_container("securityContext: {privileged: true}")),
    "raw sockets": ("RCS706", in_container("securityContext: {capabilities: {add: [NET_RAW]}}")),
    "host port": (
        "RCS706",
        RIGHT.replace("containerPort: 8080", "containerPort: 8080\n          hostPort: 80"),
    ),
    "another image": ("RCS704", RIGHT.replace("mycool0905/kubia", "docker.io/evil/miner")),
    "an image by its digest": ("RCS704", RIGHT.replace(_IMAGE, _IMAGE[:-1] + "@sha256:ab\n")),
    "init image": ("RCS704", in_pod("initContainers: [{name: a, image: evil}]")),
    "foreign namespace": (
        "RCS705",
        RIGHT.replace("  name: kubia\nspec", "  name: kubia\n  namespace: kube-system\nspec"),
    ),
    "cluster role": ("RCS709", beside("ClusterRole", _RBAC, "rules: []\n")),
    "cluster role binding": ("RCS709", beside("ClusterRoleBinding", _RBAC)),
    "namespace": ("RCS709", beside("Namespace", "v1")),
    "node": ("RCS709", beside("Node", "v1", "spec: {unschedulable: true}\n")),
    "webhook": (
        "RCS709",
        beside("ValidatingWebhookConfiguration", "admissionregistration.k8s.io/v1"),
    ),
    "volume of the cluster": ("RCS709", beside("PersistentVolume", "v1")),
    "a service with addresses of others": (
        "RCS703",
        beside("Service", "v1", "spec: {externalIPs: [10.0.0.1], ports: [{port: 80}]}\n"),
    ),
    "a list of more": (
        "RCS703",
        beside("List", "v1", "items: [{apiVersion: v1, kind: Secret, metadata: {name: a}}]\n"),
    ),
    "an object of a kind that nobody knows": ("RCS703", beside("Anything", "evil.example/v1")),
    "definition of a kind": (
        "RCS709",
        beside("CustomResourceDefinition", "apiextensions.k8s.io/v1"),
    ),
    "secret": ("RCS703", beside("Secret", "v1")),
    "role": ("RCS703", beside("Role", _RBAC, "rules: []\n")),
    "finalizer": (
        "RCS711",
        RIGHT.replace("  name: kubia\nspec", "  name: kubia\n  finalizers: [a/never]\nspec"),
    ),
    "finalizer of a pod": (
        "RCS711",
        RIGHT.replace("      labels:\n", "      finalizers: [a/never]\n      labels:\n"),
    ),
    "a crowd": ("RCS710", RIGHT.replace("replicas: 3", "replicas: 100000")),
    "yaml bomb": ("RCS002", BOMB),
    "huge file": ("RCS002", RIGHT + "#" * (1 << 20)),
    "documents without end": ("RCS002", RIGHT + "---\n" * 500),
    "brackets without end": ("RCS002", "[" * 5000),
    "a type of Python's": ("RCS001", "a: !!python/object/apply:os.system [id]\n"),
}


def _link(target: str, name: str = FILE) -> Callable[[Path], None]:
    return lambda folder: (folder / name).symlink_to(target)


def _beside_the_right_one(folder: Path) -> None:
    (folder / FILE).write_text(RIGHT)
    (folder / "more.yaml").symlink_to("/etc/passwd")


def _pipe(folder: Path) -> None:
    os.mkfifo(folder / FILE)


# What is no text: the code, and how it is made in an empty folder.
FOLDERS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "link to the passwords": ("RCS007", _link("/etc/passwd")),
    "link to a neighbour": ("RCS007", _link("../another/kubia-rc.yaml")),
    "link beside the right one": ("RCS007", _beside_the_right_one),
    "link to a folder": ("RCS007", _link("/etc")),
    "pipe that never ends": ("RCS008", _pipe),
}


def put_hostile(name: str, folder: Path) -> str:
    """Make that hand-in in `folder`; the code it must be answered with first."""
    folder.mkdir(parents=True, exist_ok=True)
    if name in FOLDERS:
        code, make = FOLDERS[name]
        make(folder)
        return code
    code, text = TEXTS[name]
    (folder / FILE).write_text(text)
    return code
