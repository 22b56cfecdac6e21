"""A fault and a predicate of the shop's own, made of what `reconverge` exports."""

from __future__ import annotations

from collections.abc import Sequence

from reconverge import (
    AnyEffect,
    AnyUndo,
    Cluster,
    Fault,
    NothingToUndo,
    Pick,
    PodsLost,
    Question,
    Ref,
    Snapshot,
    ranked,
    ref,
)


class EvictOldest(Fault, frozen=True, kw_only=True):
    """Ask the oldest pod of a workload to leave, which its disruption budget may forbid."""

    of: Ref

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f'the oldest pod of "{self.of.name}" evicted: {targets[0].name}'

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        del pick  # nothing is left to chance: age decides
        pods = ranked(pod for pod in snapshot.pods_of(self.of) if pod.is_active)
        return tuple(ref("Pod", pod) for pod in pods[:1])

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del targets, snapshot
        return NothingToUndo(reason="an evicted pod is replaced by its controller")

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            cluster.evict(target)
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del created
        return PodsLost(pods=tuple(targets))


class ServedFrom(Question, frozen=True, kw_only=True):
    """At least so many pods of the workload would be given a customer: ready, and not leaving."""

    workload: Ref
    pods: int

    def words(self, adverb: str = "") -> str:
        often = f"{adverb} " if adverb else ""
        return f'"{self.workload.name}" is {often}served from {self.pods} pods at once'

    def lack(self, snapshot: Snapshot) -> str:
        serving = [
            pod
            for pod in snapshot.pods_of(self.workload)
            if pod.is_ready and not pod.is_terminating
        ]
        return "" if len(serving) >= self.pods else f"only {len(serving)} serve"
