"""Harm by want: a container is left without memory, or without processor time, by a greedy process.

The process runs inside the container, under its limits, so that nobody else goes short. It is
bounded by itself: `timeout` ends it, whatever becomes of us.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from reconverge.cluster.door import Cluster
from reconverge.cluster.errors import Unreachable
from reconverge.errors import BadInput, Unavailable
from reconverge.faults.containers import ContainerFault
from reconverge.faults.fault import listed
from reconverge.faults.rollbacks import AnyUndo
from reconverge.faults.undo import NothingToUndo
from reconverge.judges.effects import AnyEffect, Attested
from reconverge.model import ContainerSpec, Pod, Ref, Snapshot

# Whom the kernel ends when a container's memory runs out is the process with the highest score.
_OFFER = "echo 1000 > /proc/1/oom_score_adj"
# One line without end, which tail keeps in memory until it is whole.
_EAT = "exec timeout {for_s} tail /dev/zero"
_BURN = "timeout {for_s} sh -c 'while :; do :; done' > /dev/null 2>&1 &"


class Pressure(ContainerFault, frozen=True, kw_only=True):
    """Base of what is done to a container by a greedy process for at most `for_s` seconds."""

    for_s: int = 20

    def suit(self, cluster: Cluster) -> None:
        del cluster  # commands in pods can be run on every cluster

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del targets, snapshot
        reason = f"the greedy process ends by itself after {self.for_s} s at most"
        return NothingToUndo(reason=reason)

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del targets
        return Attested(hit=tuple(created))

    def _spec_in(self, pod: Pod) -> ContainerSpec:
        name = self._name_in(pod)
        return next(one for one in pod.spec.containers if one.name == name)

    def _refuse_unlimited(self, pod: Pod, resource: str) -> None:
        if resource not in self._spec_in(pod).resources.limits:
            what = f"the container of {pod.name} has no limit of {resource}, so others would starve"
            raise BadInput(what, cure=f"give it resources.limits.{resource}")


class ExhaustMemory(Pressure, frozen=True, kw_only=True):
    """Eat up the memory of a container, so that the kernel ends its first process (OOMKilled).

    The container must have a limit of memory, `tail` and `timeout`, and run as root.
    """

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"the memory of {listed(targets)} exhausted"

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            pod = cluster.read("Pod", target.name, namespace=target.namespace)
            assert isinstance(pod, Pod)
            self._refuse_unlimited(pod, "memory")
            self._eat(cluster, target, self._name_in(pod))
        return tuple(Ref("Process", "", "tail", one.uid) for one in targets)

    def _eat(self, cluster: Cluster, pod: Ref, container: str) -> None:
        """The shell goes down with its container, so that no answer is the best of answers."""
        command = ("sh", "-c", f"{_OFFER} && {_EAT.format(for_s=self.for_s)}")
        with suppress(Unreachable):
            answer = cluster.run_in_pod(
                pod, command, container=container, timeout_s=self.for_s + 10.0
            )
            if answer.ok:
                raise Unavailable(f"its memory lasted for {self.for_s} s", where=pod.name)


class BurnProcessor(Pressure, frozen=True, kw_only=True):
    """Keep a container's processor busy, in the background; its own work has to share.

    The container must have a limit of processor time, a shell and `timeout`.
    """

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"the processor of {listed(targets)} kept busy for {self.for_s} s"

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            pod = cluster.read("Pod", target.name, namespace=target.namespace)
            assert isinstance(pod, Pod)
            self._refuse_unlimited(pod, "cpu")
            command = ("sh", "-c", _BURN.format(for_s=self.for_s))
            answer = cluster.run_in_pod(target, command, container=self._name_in(pod))
            if not answer.ok:
                raise Unavailable(f"nothing burns there: {answer.text}", where=target.name)
        return tuple(Ref("Process", "", "sh", one.uid) for one in targets)
