"""The active pods of one workload, as they come and go."""

from __future__ import annotations

from reconverge.judges.tally import Tally, left
from reconverge.model import Pod, Ref, Snapshot
from reconverge.timeline import Entry


class OwnedPods(Tally):
    """Base of the tallies of where a workload's active pods are: each is told to `_put`."""

    def __init__(self, workload: Ref) -> None:
        self.namespace = workload.namespace
        self._workload = workload

    def begin(self, snapshot: Snapshot) -> None:
        self._forget()
        for pod in snapshot.owned_pods(self._workload.uid):
            self._put(pod.uid, self._counted(pod))

    def note(self, entry: Entry) -> None:
        pod = left(entry)
        if entry.view is not None:
            self._put(entry.view.uid, self._counted(pod) if isinstance(pod, Pod) else None)

    def _forget(self) -> None:
        """Count from nothing."""
        raise NotImplementedError

    def _put(self, uid: str, pod: Pod | None) -> None:
        """Where that pod is now; None where it is no active pod of the workload (any more)."""
        raise NotImplementedError

    def _counted(self, pod: Pod) -> Pod | None:
        owner = pod.metadata.controller
        is_own = owner is not None and owner.uid == self._workload.uid
        return pod if is_own and pod.is_active else None
