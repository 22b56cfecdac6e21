"""How things are that were harmed, asked of the cluster itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

import msgspec

from reconverge.cluster.door import Cluster, Kubelets, StoppableNodes
from reconverge.cluster.errors import NotFound
from reconverge.judges.steady import node_whole
from reconverge.model import Lease, Named, Node, Ref, Snapshot

SYSTEM_NAMESPACE = "kube-system"
# Each kubelet renews the lease of its node's name (k8s.io/api/core/v1: NamespaceNodeLease).
HEARTBEATS = "kube-node-lease"


def found(cluster: Cluster, one: Ref) -> Named | None:
    """That very object as it is now; None when it is gone, or another has its name."""
    with suppress(NotFound):
        view = cluster.read(one.kind, one.name, namespace=one.namespace)
        return view if view.uid == one.uid else None
    return None


def unlike(view: Named, fields: Mapping[str, object]) -> list[str]:
    """The paths at which `view` is known to differ from a strategic merge patch.

    A view shows what we have use for; what it does not show is not compared.
    """
    return list(_unlike(msgspec.to_builtins(view), fields, ""))


def _unlike(seen: object, wanted: object, path: str) -> Iterator[str]:
    match seen, wanted:
        case dict(), dict():
            for key, value in wanted.items():
                if key in seen and not key.startswith("$"):
                    yield from _unlike(seen[key], value, f"{path}.{key}" if path else str(key))
        case [*rows], [*others]:
            by_name = {row.get("name"): row for row in rows if isinstance(row, dict)}
            for one in others:
                name = one.get("name") if isinstance(one, dict) else None
                if name is not None and name in by_name:
                    yield from _unlike(by_name[name], one, f"{path}[{name}]")
        case _:
            if seen != wanted:
                yield path


def lacking_of_node(cluster: Cluster, name: str) -> str:
    """What keeps that node from being whole; empty when it is, or when it was removed for good.

    Its container and its kubelet run, it is Ready and not tainted as lost, the address that it
    tells is one that its container has, and its daemon pods are Ready.
    """
    addresses: tuple[str, ...] = ()
    if isinstance(cluster, StoppableNodes):
        try:
            container = cluster.node_container(name)
        except NotFound:
            return ""
        if container.state != "running":
            return f"the container of {name} is {container.state}"
        addresses = container.addresses
    if isinstance(cluster, Kubelets) and not cluster.is_kubelet_running(name):
        return f"the kubelet of {name} does not run"
    node = cluster.read("Node", name)
    assert isinstance(node, Node)
    if addresses and node.internal_ip not in addresses:
        return f"{name} tells the address {node.internal_ip}, which its container has not"
    whole = node_whole(_world(cluster, node), name)
    return "; ".join(f"of node {name}: {one}" for one in whole.lacking)


def _world(cluster: Cluster, node: Node) -> Snapshot:
    world = Snapshot().with_object("Node", node)
    for pod in cluster.find("Pod", namespace=SYSTEM_NAMESPACE):
        world = world.with_object("Pod", pod)
    return world


def heartbeat(cluster: Cluster, node: str) -> str:
    """When its kubelet last reported; empty where it has never done so."""
    with suppress(NotFound):
        lease = cluster.read("Lease", node, namespace=HEARTBEATS)
        assert isinstance(lease, Lease)
        return str(lease.spec.renew_time)
    return ""
