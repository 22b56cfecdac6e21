"""Harm to the containers of a pod, from outside: their first process is sent a signal.

What RunInside does from within, a crash does from without, and asks nobody: a first process minds
no signal from its own container for which it has no handler, SIGKILL included.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from reconverge.blast import ONE, BlastRadius, Pick, ranked
from reconverge.cluster.door import Cluster, Runtimes, Signal
from reconverge.cluster.errors import NotFound
from reconverge.errors import BadInput
from reconverge.faults.fault import Fault, NotOfThisCluster, listed
from reconverge.faults.node_undos import Lodged, ThawContainers
from reconverge.faults.rollbacks import AnyUndo
from reconverge.faults.undo import NothingToUndo
from reconverge.judges.effects import AnyEffect, Attested, ContainersEnded
from reconverge.model import Pod, Ref, Snapshot, ref

# The signals that are meant to end a process.
Ending = Literal["KILL", "TERM"]


class ContainerFault(Fault, frozen=True, kw_only=True):
    """Base of what is done to a container of exactly the pod `of`, or of pods of that workload.

    `container` is its name; without one it is the only container.
    """

    of: Ref
    container: str = ""
    blast_radius: BlastRadius = ONE

    def suit(self, cluster: Cluster) -> None:
        _runtimes(cluster)

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        if self.of.kind == "Pod":
            view = snapshot.pod(self.of.uid)
            return (self.of,) if view is not None and self._runs(view) else ()
        pods = ranked(pod for pod in snapshot.pods_of(self.of) if self._runs(pod))
        return tuple(ref("Pod", pod) for pod in pick.some(pods, self.blast_radius))

    def _runs(self, pod: Pod) -> bool:
        status = pod.container(self._name_in(pod))
        return pod.is_active and status is not None and status.state.running is not None

    def _name_in(self, pod: Pod) -> str:
        if not self.container and len(pod.spec.containers) != 1:
            what = f"{pod.name} has {len(pod.spec.containers)} containers"
            raise BadInput(what, cure="name the one that is meant")
        return self.container or pod.spec.containers[0].name

    def _signal(self, cluster: Cluster, targets: Sequence[Ref], signal: Signal) -> tuple[Ref, ...]:
        """The containers that were signalled, each named by its pod and known by its own ID."""
        found = []
        for target in targets:
            pod = cluster.read("Pod", target.name, namespace=target.namespace)
            if not isinstance(pod, Pod) or pod.uid != target.uid:
                raise NotFound(f"{target} is another one now")
            where, name = pod.spec.node_name, self._name_in(pod)
            uid = _runtimes(cluster).signal_container(where, target, name, signal)
            found.append(Ref("Container", target.namespace, target.name, uid))
        return tuple(found)


class KillContainers(ContainerFault, frozen=True, kw_only=True):
    """End the first process of a container; the kubelet starts another in the same pod.

    `signal` KILL is a crash; TERM asks, and a program that does not mind it runs on: then nothing
    was hit, and what follows is UNKNOWN.
    """

    signal: Ending = "KILL"

    def sentence(self, targets: Sequence[Ref]) -> str:
        how = "killed" if self.signal == "KILL" else "asked to end"
        return f"the container {self.container or 'main process'} of {listed(targets)} {how}"

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del targets, snapshot
        return NothingToUndo(reason="the kubelet starts another container")

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        return self._signal(cluster, targets, self.signal)

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        return ContainersEnded(pods=tuple(targets), ids=tuple(one.uid for one in created))


class FreezeContainers(ContainerFault, frozen=True, kw_only=True):
    """Suspend (SIGSTOP) the first process of a container: it is there, and does nothing.

    Of a program of several processes the others run on. No watch shows it; whether somebody finds
    it out depends on the container's probes.
    """

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"the container {self.container or 'main process'} of {listed(targets)} frozen"

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        pods = (pod for one in targets if (pod := snapshot.pod(one.uid)) is not None)
        rows = (Lodged(pod.spec.node_name, ref("Pod", pod), self._name_in(pod)) for pod in pods)
        return ThawContainers(rows=tuple(rows))

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        return self._signal(cluster, targets, "STOP")

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del targets
        return Attested(hit=tuple(created))


def _runtimes(cluster: Cluster) -> Runtimes:
    if isinstance(cluster, Runtimes):
        return cluster
    raise NotOfThisCluster("its containers are out of reach", where=cluster.name)
