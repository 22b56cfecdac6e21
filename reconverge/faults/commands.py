"""Harm from inside a container: a command that removes a file, closes a port, ends a process."""

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


class RunInside(Fault, frozen=True, kw_only=True):
    """Run a command in a container of the pod; `harm` says in words what that does.

    The injection is proved by the command's own success: one that fails is Unavailable.
    """

    pod: Ref
    command: tuple[str, ...]
    harm: str
    container: str = ""

    def sentence(self, targets: Sequence[Ref]) -> str:
        return f"{self.harm} in {listed(targets)}"

    def targets(self, snapshot: Snapshot, pick: Pick) -> tuple[Ref, ...]:
        del pick
        view = snapshot.pod(self.pod.uid)
        return (self.pod,) if view is not None and view.is_active else ()

    def undo(self, targets: Sequence[Ref], snapshot: Snapshot) -> AnyUndo:
        del targets, snapshot
        return NothingToUndo(reason="a new container begins anew")

    def inject(self, cluster: Cluster, targets: Sequence[Ref]) -> tuple[Ref, ...]:
        for target in targets:
            answer = cluster.run_in_pod(target, self.command, container=self.container)
            if not answer.ok:
                raise Unavailable(f"{self.harm}: {answer.text}", where=target.name)
        return ()

    def effect(self, targets: Sequence[Ref], created: Sequence[Ref]) -> AnyEffect:
        del targets, created
        return Unmarked()
