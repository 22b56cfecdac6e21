"""The settings of a live cluster, read through its API; what it does not show is said.

The flags of the control plane stand on the command lines of its static pods (kubeadm labels them
`component=...`), those of a kubelet in the answer of its own /configz, which the API server passes
on (`nodes/proxy`). Managed clusters show neither.
"""

from __future__ import annotations

import msgspec

from reconverge.cluster import flags
from reconverge.cluster.door import Cluster
from reconverge.errors import BadInput, ReconvergeError
from reconverge.judges.timing.defaults import default_settings
from reconverge.model import Node, Pod
from reconverge.model.settings import ClusterSettings, KubeletSettings, Setting

SYSTEM = "kube-system"


def read_settings(cluster: Cluster) -> ClusterSettings:
    """What the cluster's components are set to now.

    Raises Unreachable when the API server does not even tell its version; whatever else cannot be
    read is named in `unread`, and the defaults of that version stand in.
    """
    settings = default_settings(cluster.version)
    for component in flags.FLAGS:
        try:
            settings = _with_component(settings, cluster, component)
        except ReconvergeError as error:
            settings = _without_component(settings, component, error.what)
    return _with_kubelets(settings, cluster)


def _with_component(settings: ClusterSettings, cluster: Cluster, component: str) -> ClusterSettings:
    """Raises BadInput where no command line can be read, and what the cluster answers instead."""
    found = cluster.find("Pod", namespace=SYSTEM, labels=f"component={component}")
    pods = sorted((pod for pod in found if isinstance(pod, Pod)), key=lambda pod: pod.name)
    lines = {pod.spec.node_name: words for pod in pods if (words := _command_line(pod, component))}
    if not lines:
        raise BadInput(f"no pod in {SYSTEM} shows its command line")
    read = [
        flags.with_flags(settings, component, flags.flags_of(words), where=node)
        for node, words in lines.items()
    ]
    if len({flags.values_of(one, component) for one in read}) > 1:
        nodes = ", ".join(lines)
        return _said(read[0], f"{component} is set differently on {nodes}: the first is believed")
    return read[0]


def _command_line(pod: Pod, component: str) -> tuple[str, ...]:
    """The words that start the component in this pod; none where a shell hides them."""
    for container in pod.spec.containers:
        words = (*container.command, *container.args)
        if flags.runs(component, words):
            return words
    return ()


def _without_component(settings: ClusterSettings, component: str, why: str) -> ClusterSettings:
    fields = flags.FLAGS[component].values()
    unknown = {field: _assumed(getattr(settings, field), component) for field in fields}
    told = f"{component} cannot be read, so Kubernetes' defaults are assumed: {why}"
    return _said(msgspec.structs.replace(settings, **unknown), told)


def _assumed(setting: Setting, component: str) -> Setting:
    origin = f"{setting.origin}, assumed: {component} cannot be read"
    return msgspec.structs.replace(setting, origin=origin)


def _with_kubelets(settings: ClusterSettings, cluster: Cluster) -> ClusterSettings:
    try:
        found = cluster.find("Node")
    except ReconvergeError as error:
        told = f"the nodes cannot be read, so default kubelets are assumed: {error.what}"
        return _said(settings, told)
    kubelets: dict[str, KubeletSettings] = {}
    silent: dict[str, list[str]] = {}
    for node in sorted((one for one in found if isinstance(one, Node)), key=lambda one: one.name):
        try:
            kubelets[node.name] = _kubelet(cluster, node, version=settings.version)
        except ReconvergeError as error:
            silent.setdefault(error.what.replace(node.name, "NODE"), []).append(node.name)
    for why, names in silent.items():
        told = f"the kubelet of {', '.join(names)} cannot be read, so it is taken for a default one"
        settings = _said(settings, f"{told}: {why}")
    return msgspec.structs.replace(settings, kubelets=kubelets)


def _kubelet(cluster: Cluster, node: Node, *, version: str) -> KubeletSettings:
    """Raises BadInput where it does not answer with its configuration."""
    if not node.is_ready:  # asking would only wait out the time limit
        raise BadInput("it is not Ready")
    answer = cluster.ask_kubelet(node.name, path="configz")
    if not answer.ok:
        raise BadInput(answer.text)
    return flags.kubelet_settings(answer.text, version=version, node=node.name)


def _said(settings: ClusterSettings, told: str) -> ClusterSettings:
    return msgspec.structs.replace(settings, unread=(*settings.unread, told))
