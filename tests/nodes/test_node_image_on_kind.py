"""The node image on a real kind cluster: a node that was harmed and healed serves its pods again.

Every test ends with the same question, asked of the pods themselves: does each reach every other, a
Service by its address and by its name? A node that only says Ready has not answered it.

A kind cluster named `reconverge-nodes` that exists already is used and kept, for work on the image;
otherwise the tests make one and delete it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tenacity import retry, stop_after_delay, wait_fixed

from reconverge.provision import egress
from reconverge.provision.engine import find_docker
from reconverge.provision.machine import RealMachine
from reconverge.provision.node_image import kind_binary, node_image
from reconverge.provision.versions import versions
from reconverge.provision.workload_images import workload_images

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

CLUSTER = "reconverge-nodes"
WORKERS = 3
FETCH = ("timeout", "3", "wget", "-qO-")  # the static busybox crashes on its own -T
HEALED_S = 120.0  # a cold start of a control plane on two busy cores takes up to 40 s
PEERS = """
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: peer, labels: {app: peer}}
spec:
  selector: {matchLabels: {app: peer}}
  template:
    metadata: {labels: {app: peer}}
    spec:
      terminationGracePeriodSeconds: 0
      tolerations: [{operator: Exists}]
      containers:
      - {name: peer, image: luksa/kubia, imagePullPolicy: Never}
---
apiVersion: v1
kind: Service
metadata: {name: peer}
spec:
  selector: {app: peer}
  ports: [{port: 80, targetPort: 8080}]
"""


class Cluster:
    """A kind cluster, through the programs a person would use."""

    def kubectl(self, *words: str, stdin: str | None = None) -> str:
        """What kubectl printed."""
        command = ["docker", "exec", "-i", f"{CLUSTER}-control-plane", "kubectl", *words]
        return _run(command, stdin=stdin)

    def on(self, node: str, *words: str) -> str:
        """What a program inside a node printed."""
        return _run(["docker", "exec", node, *words])

    @property
    def nodes(self) -> dict[str, str]:
        """Every node's InternalIP, as the API server knows it."""
        items = json.loads(self.kubectl("get", "nodes", "-o", "json"))["items"]
        return {
            item["metadata"]["name"]: address["address"]
            for item in items
            for address in item["status"]["addresses"]
            if address["type"] == "InternalIP"
        }

    @property
    def containers(self) -> dict[str, str]:
        """Every node's address, as Docker gave it."""
        template = f"{{{{.NetworkSettings.Networks.{egress.NETWORK}.IPAddress}}}}"
        return {
            node: _run(["docker", "inspect", "-f", template, node]).strip() for node in self.names
        }

    @property
    def names(self) -> list[str]:
        """The node containers."""
        label = f"label=io.x-k8s.kind.cluster={CLUSTER}"
        return sorted(
            _run(["docker", "ps", "-a", "--filter", label, "--format", "{{.Names}}"]).split()
        )

    @property
    def workers(self) -> list[str]:
        """The node containers that are not the control plane."""
        return [name for name in self.names if "control-plane" not in name]

    @property
    def control_plane(self) -> str:
        """The node container of the control plane."""
        return f"{CLUSTER}-control-plane"

    @retry(stop=stop_after_delay(HEALED_S), wait=wait_fixed(1), reraise=True)
    def wait_until_whole(self) -> None:
        """Until nodes and pods are what they should be; AssertionError says what is not."""
        assert self.nodes == self.containers, "a node's address is not its container's"
        self.kubectl("wait", "node", "--all", "--for=condition=Ready", "--timeout=1s")
        peers = self.peers()
        assert sorted(peers) == self.names, f"peers on {sorted(peers)}"
        for node, (pod, _) in peers.items():
            for target in [*(f"{ip}:8080" for _, ip in peers.values()), "peer", "peer.default.svc"]:
                self._reach(pod, node, target)

    def peers(self) -> dict[str, tuple[str, str]]:
        """The ready peer on each node: its name and its address."""
        items = json.loads(self.kubectl("get", "pods", "-l", "app=peer", "-o", "json"))["items"]
        return {
            item["spec"]["nodeName"]: (item["metadata"]["name"], item["status"]["podIP"])
            for item in items
            if _is_ready(item) and "deletionTimestamp" not in item["metadata"]
        }

    def _reach(self, pod: str, node: str, target: str) -> None:
        try:
            said = self.kubectl("exec", pod, "--", *FETCH, f"http://{target}/")
        except AssertionError as error:
            raise AssertionError(f"the pod on {node} does not reach {target}: {error}") from error
        assert said.startswith("You've hit peer-"), said


def _is_ready(pod: dict[str, Any]) -> bool:
    conditions = pod["status"].get("conditions", [])
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def _run(command: list[str], *, stdin: str | None = None) -> str:
    env = {**os.environ, "KIND_EXPERIMENTAL_DOCKER_NETWORK": egress.NETWORK}
    done = subprocess.run(
        command, input=stdin, capture_output=True, text=True, check=False, env=env
    )
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr.strip()}"
    return done.stdout


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster with a peer on every node."""
    go, machine, say = Path(shutil.which("go") or "go"), RealMachine(), print
    kind = str(kind_binary(go=go, progress=say))
    kubeconfig = tmp_path_factory.mktemp("nodes") / "kubeconfig"
    existed = CLUSTER in _run([kind, "get", "clusters"]).split()
    if not existed:
        egress.provide_network(machine)
        egress.close(machine, find_docker(machine), say)
        image = node_image(go=go, machine=machine, progress=say)
        command = [kind, "create", "cluster", "--name", CLUSTER, "--image", image]
        _run([*command, "--kubeconfig", str(kubeconfig), "--config", "-"], stdin=_config())
        references = workload_images(go=go, machine=machine, progress=say)
        _run([kind, "load", "docker-image", "--name", CLUSTER, references[0]])
    cluster = Cluster()
    cluster.kubectl("apply", "-f", "-", stdin=PEERS)
    yield cluster
    if not existed:
        _run([kind, "delete", "cluster", "--name", CLUSTER, "--kubeconfig", str(kubeconfig)])
        egress.remove_network(machine)


def _config() -> str:
    minor = versions().minor()
    workers = "- role: worker\n" * WORKERS
    return f"""
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
networking: {{apiServerAddress: 127.0.0.1}}
nodes:
- role: control-plane
{workers}
kubeadmConfigPatches:
- |
  kind: ClusterConfiguration
  etcd: {{local: {{imageTag: {minor.etcd_tag}}}}}
  dns: {{imageTag: {minor.coredns_tag}}}
"""


@pytest.fixture
def cluster(made: Cluster) -> Cluster:
    """The cluster, whole before the test begins."""
    made.wait_until_whole()
    return made


def stop_and_start(order_down: list[str], order_up: list[str]) -> None:
    """Stop nodes as a power cut would and start them in the given order."""
    _run(["docker", "stop", "-t", "0", *order_down])
    for node in order_up:
        _run(["docker", "start", node])


def test_two_workers_that_exchange_addresses_are_whole_again(cluster: Cluster) -> None:
    """Stopped and started in the opposite order, two workers swap addresses and still work."""
    first, second, *_ = cluster.workers
    before = cluster.containers
    stop_and_start([first, second], sorted([first, second], key=before.__getitem__, reverse=True))
    after = cluster.containers
    assert (after[first], after[second]) == (before[second], before[first])
    cluster.wait_until_whole()


def test_all_workers_rotate_their_addresses(cluster: Cluster) -> None:
    """Three workers that all come back with another worker's address are whole again."""
    before = cluster.containers
    ascending = sorted(cluster.workers, key=before.__getitem__)
    stop_and_start(cluster.workers, [*ascending[1:], ascending[0]])
    assert all(cluster.containers[node] != before[node] for node in cluster.workers)
    cluster.wait_until_whole()


def test_control_plane_returns_with_another_address(cluster: Cluster) -> None:
    """The control plane may take a worker's address: certificates, etcd and clients follow."""
    before = cluster.containers
    worker = cluster.workers[0]
    pair = sorted([worker, cluster.control_plane], key=before.__getitem__, reverse=True)
    stop_and_start(pair, pair)
    assert cluster.containers[cluster.control_plane] == before[worker]
    cluster.wait_until_whole()


def test_control_plane_restarts_at_its_address(cluster: Cluster) -> None:
    """A clean stop and start of the control plane changes nothing for the pods."""
    _run(["docker", "restart", cluster.control_plane])
    cluster.wait_until_whole()


def test_paused_worker_goes_on(cluster: Cluster) -> None:
    """A worker that was frozen until it was given up for lost serves its pods again."""
    worker = cluster.workers[0]
    _run(["docker", "pause", worker])
    cluster.kubectl("wait", "node", worker, "--for=condition=Ready=Unknown", "--timeout=90s")
    _run(["docker", "unpause", worker])
    cluster.wait_until_whole()


def test_network_comes_back(cluster: Cluster) -> None:
    """A worker whose network was pulled has its routes again, whatever address it gets."""
    worker = cluster.workers[0]
    _run(["docker", "network", "disconnect", egress.NETWORK, worker])
    cluster.kubectl("wait", "node", worker, "--for=condition=Ready=Unknown", "--timeout=90s")
    _run(["docker", "network", "connect", egress.NETWORK, worker])
    cluster.wait_until_whole()


@pytest.mark.parametrize("unit", ["kubelet", "containerd"])
def test_restarted_service_keeps_the_pods(cluster: Cluster, unit: str) -> None:
    """A restart of the kubelet or of containerd leaves the containers running."""
    worker = cluster.workers[0]
    before = cluster.peers()[worker]
    cluster.on(worker, "systemctl", "restart", unit)
    cluster.wait_until_whole()
    assert cluster.peers()[worker] == before
