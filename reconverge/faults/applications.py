"""Harm to the application inside a pod: its process runs on, and its answers turn bad."""

from __future__ import annotations

from collections.abc import Sequence

from reconverge.blast import Pick
from reconverge.cluster.door import Cluster
from reconverge.errors import Unavailable
from reconverge.faults.fault import Fault, listed
from reconverge.faults.rollbacks import AnyUndo
from reconverge.faults.undo import NothingToUndo
from reconverge.judges.effects import AnyEffect, Unmarked
from reconverge.model import Ref, Snapshot


class WearOut(Fault, frozen=True, kw_only=True):
    """Ask an application until it answers with an error, as luksa/kubia-unhealthy does.

    At most `requests_max` requests are made. The injection is proved by the bad answer itself: an
    application that stays well, or cannot be reached, is Unavailable and no verdict.
    """

    pod: Ref
    port: int = 8080
    requests_max: int = 20

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"the application of {listed(targets)} asked until it answered with an error"

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        del pick
        view = snapshot.pod(self.pod.uid)
        return (self.pod,) if view is not None and view.is_ready else ()

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del targets, snapshot
        return NothingToUndo(reason="a new container begins anew")

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            self._wear_out(cluster, target)
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del targets, created
        return Unmarked()

    def _wear_out(self, cluster: Cluster, pod: Ref) -> None:
        for _ in range(self.requests_max):
            answer = cluster.ask_pod(pod, port=self.port)
            if answer.ok:
                continue
            if answer.is_unreached:
                raise Unavailable(f"its application was not reached: {answer.text}", where=pod.name)
            return
        raise Unavailable(
            f"its application still answers well after {self.requests_max} requests", where=pod.name
        )
