"""A cluster's life: up, found again, down. Everything is written down before it is done.

`up` is the one verb for every beginning: nothing there, half-made, broken, whole. A record in the
phase `creating` marks what an interrupted `up` left, and a file lock makes simultaneous `up`s wait
for each other, so that many test processes may all begin with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reconverge.clock import Clock, RealClock
from reconverge.cluster.api import KubernetesCluster
from reconverge.cluster.containers import CLUSTER_LABEL, NodeContainers
from reconverge.cluster.door import Cluster, NodeContainer
from reconverge.cluster.errors import Forbidden, NotFound
from reconverge.cluster.nodes import KindCluster
from reconverge.cluster.transport import ONE_LOOK
from reconverge.errors import BadInput, ReconvergeError, Refused, Unavailable
from reconverge.provision import egress, engine, inotify
from reconverge.provision.cluster_config import ClusterSpec
from reconverge.provision.glance import Flaw, cluster_flaws, container_flaws, marker_of
from reconverge.provision.kubeconfig import users_kubeconfig
from reconverge.provision.machine import Machine, Progress, RealMachine
from reconverge.provision.state import ClusterRecord, StateDir


@dataclass(frozen=True, kw_only=True)
class ClusterHandle:
    """A cluster of ours: where its kubeconfig and audit log are, and what it is made of."""

    name: str
    kubeconfig: Path
    profile: str
    nodes: dict[str, str]  # name -> "control-plane" or "worker"
    audit_log: Path
    id: str
    workers: int
    image: str

    @property
    def context(self) -> str:
        """The kube context's name, as kind writes it."""
        return f"kind-{self.name}"

    @property
    def is_ours(self) -> bool:
        """Whether the cluster that answers carries the mark we gave it. Asks the API server."""
        return is_ours(self.context, kubeconfig=self.kubeconfig)


def silent(_line: str) -> None:
    """Progress that nobody wants to see."""


def find(
    name: str, *, machine: Machine | None = None, state: StateDir | None = None
) -> ClusterHandle | None:
    """The finished cluster of that name if its containers exist, in whatever state; else None."""
    machine, state = machine or RealMachine(), state or StateDir()
    record = state.read(name)
    if record is None or record.phase != "ready" or machine.which("docker") is None:
        return None
    try:
        containers = nodes_of(machine, name).all()
    except ReconvergeError:
        return None
    return handle(record, containers, state) if containers else None


def nodes_of(machine: Machine, name: str) -> NodeContainers:
    """The node containers of the cluster of that name, on that machine."""
    return NodeContainers(name, run=machine.run)


def handle(
    record: ClusterRecord, containers: list[NodeContainer], state: StateDir
) -> ClusterHandle:
    """What others need to know of the cluster that `record` describes."""
    return ClusterHandle(
        name=record.name,
        kubeconfig=state.kubeconfig(record.name),
        profile=record.profile,
        nodes={node.name: node.role for node in containers},
        audit_log=state.audit_log(record.name),
        id=record.id,
        workers=record.workers,
        image=record.image,
    )


def no_such_cluster(name: str) -> Unavailable:
    """The sentence for a cluster that is not there."""
    return Unavailable(
        f"there is no cluster {name!r}", cure=f"make it: reconverge cluster up --name {name}"
    )


def is_ours(context: str, *, kubeconfig: Path | None = None, state: StateDir | None = None) -> bool:
    """Whether the cluster behind that kube context is one we made; see `name_of_ours`.

    Without `kubeconfig`, the one that KUBECONFIG or the home folder names is read.
    Raises BadInput for a kubeconfig that cannot be read, Unavailable when nothing answers.
    """
    state = state or StateDir()
    if not state.names():
        return False
    chosen = kubeconfig or users_kubeconfig()
    cluster = KubernetesCluster.open(chosen, context=context, patience=ONE_LOOK)
    return bool(name_of_ours(cluster, state))


def name_of_ours(cluster: Cluster, state: StateDir) -> str:
    """The name under which we made that cluster; "" when it is not one of ours.

    It is known by its random mark: anybody may have a context called `kind-reconverge`, and ours
    may be called anything in a copy of its kubeconfig. Raises Unavailable when nothing answers.
    """
    names = {record.id: name for name in state.names() if (record := state.read(name))}
    try:
        return names.get(marker_of(cluster), "") if names else ""
    except (Forbidden, NotFound):
        return ""


def mismatches(spec: ClusterSpec, record: ClusterRecord) -> list[str]:
    """In what the existing cluster differs from the one that is wanted."""
    pairs = [
        ("profile", record.profile, spec.profile),
        ("workers", record.workers, spec.workers),
        ("Kubernetes", record.minor, spec.minor),
        ("image", record.image, spec.image or record.image),
    ]
    return [f"{what} {old}, not {new}" for what, old, new in pairs if old != new]


def refuse_mismatch(spec: ClusterSpec, record: ClusterRecord) -> None:
    """Raise BadInput unless the existing cluster is the wanted one."""
    different = mismatches(spec, record)
    if different:
        raise BadInput(
            f"the cluster {spec.name!r} exists with {'; '.join(different)}",
            cure="replace it with --recreate, or choose another --name",
        )


def refuse_foreign(machine: Machine, state: StateDir, name: str) -> None:
    """Raise Refused if a kind cluster of that name is there which this state folder knows not.

    The folder counts, not only a readable record: a torn record is still ours.
    """
    if machine.which("docker") is None or state.cluster(name).exists():
        return
    if nodes_of(machine, name).all():
        label = f"label={CLUSTER_LABEL}={name}"
        raise Refused(
            f"a kind cluster named {name!r} exists that reconverge did not make",
            cure="choose another --name, or remove it: "
            f"docker rm -fv $(docker ps -aq --filter {label})",
        )


def flaws_of(
    machine: Machine, state: StateDir, record: ClusterRecord, *, clock: Clock | None = None
) -> list[Flaw]:
    """What is wrong with a finished cluster; empty when it is whole. Takes well under a second."""
    containers = nodes_of(machine, record.name).all()
    flaws = container_flaws(record, containers)
    if flaws:
        return flaws
    try:
        cluster = KindCluster.of(
            state.kubeconfig(record.name), kind_name=record.name, patience=ONE_LOOK
        )
    except BadInput as error:
        return [Flaw(error.what, "recreate")]
    return cluster_flaws(cluster, record, clock or RealClock())


def down(
    name: str, *, machine: Machine | None = None, state: StateDir | None = None, progress: Progress
) -> bool:
    """Remove the cluster, its state, and with the last cluster the network and egress rule.

    Idempotent: False when there was nothing. Raises Refused for a cluster that is not ours.
    """
    machine, state = machine or RealMachine(), state or StateDir()
    with state.locked(name, progress):
        existed = state.cluster(name).exists()
        try:
            engine.find_docker(machine)
        except Unavailable:
            if machine.which("docker") and existed:
                raise
            state.forget(name)
            return existed
        refuse_foreign(machine, state, name)
        if existed:
            progress(f"removing cluster {name!r}")
        remove(machine, state, name)
        return existed


def remove(machine: Machine, state: StateDir, name: str) -> None:
    """Containers first and the record last: a half-removed cluster is still known as ours."""
    nodes_of(machine, name).remove()
    if egress.remove_network(machine):
        inotify.restore(machine, state)
    state.forget(name)
