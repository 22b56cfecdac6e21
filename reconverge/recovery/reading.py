"""Reads the state of a cluster of ours: its objects, its node containers, and inside its nodes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from reconverge.cluster.nodes import KindCluster
from reconverge.errors import Unavailable
from reconverge.recovery.state import ClusterState, state_of

KINDS = (
    "nodes,namespaces,pods,replicationcontrollers,replicasets,deployments,statefulsets,daemonsets,"
    "jobs,cronjobs,persistentvolumes,resourcequotas,poddisruptionbudgets,networkpolicies,priorityclasses,"
    "validatingadmissionpolicies,validatingadmissionpolicybindings"
)
# One line each: what runs, what is suspended, the manifests of static pods, the rules of the packet
# filter that neither kube-proxy nor the network plugin made, the images, the tasks that are paused.
_INSIDE = r"""
for unit in kubelet containerd; do echo "service/$unit=$(systemctl is-active $unit)"; done
frozen=$(for one in /proc/[0-9]*; do
  state=$(sed 's/.*) //' "$one/stat" 2>/dev/null | cut -c 1)
  [ "$state" = T ] && readlink "$one/exe"
done | sort | tr '\n' ' ')
echo "suspended=$frozen"
for one in /etc/kubernetes/manifests/*.yaml; do
  [ -e "$one" ] && echo "manifest/${one##*/}=$(sha256sum < "$one" | cut -c 1-16)"
done
echo "kept manifests=$(ls /etc/kubernetes/reconverge 2>/dev/null | tr '\n' ' ')"
for table in filter raw mangle; do
  rules=$(iptables -t "$table" -S 2>/dev/null | grep -v -e KUBE- -e CNI- | sort | tr '\n' ' ')
  echo "iptables/$table=$rules"
done
echo "paused tasks=$(ctr -n k8s.io tasks ls 2>/dev/null | grep -c PAUSED)"
images=$(ctr -n k8s.io images ls -q 2>/dev/null | grep -v sha256: | sort)
echo "images=$(echo "$images" | sha256sum | cut -c 1-16)"
"""


def read_state(cluster: KindCluster, *, within: Sequence[str] = ()) -> ClusterState:
    """The state as it is now. Raises Unavailable where some part of it cannot be read.

    `within`: of what lives in namespaces, or is one, only these; empty for all there are.
    """
    containers = cluster.node_containers()
    away = [one.name for one in containers if one.state != "running"]
    if away:
        insides = {one.name: "" for one in containers}
    else:
        insides = {one.name: cluster.run_inside(one.name, _INSIDE) for one in containers}
    plane = next(one.name for one in containers if one.role == "control-plane")
    objects = [one for one in _objects(cluster, plane) if not within or _is_within(one, within)]
    return state_of(objects, containers, insides)


def _is_within(one: dict[str, Any], namespaces: Sequence[str]) -> bool:
    metadata = one["metadata"]
    if one["kind"] == "Namespace":
        return metadata["name"] in namespaces
    return metadata.get("namespace", namespaces[0]) in namespaces


def _objects(cluster: KindCluster, node: str) -> list[dict[str, Any]]:
    answer = cluster.kubectl(node, ["get", KINDS, "--all-namespaces", "--output", "json"])
    if not answer.ok:
        raise Unavailable(f"its objects cannot be read: {answer.text[-300:]}", where=cluster.name)
    # Warnings are said on the same stream, before.
    items = json.loads(answer.text[answer.text.index("{") :])["items"]
    return [one for one in items if isinstance(one, dict)]
