"""When a rollback has healed: what was harmed is in its steady state, whatever calls returned."""

from __future__ import annotations

from reconverge.clock import Clock, pause
from reconverge.cluster.door import Cluster
from reconverge.cluster.errors import Forbidden
from reconverge.errors import ReconvergeError
from reconverge.faults.rollbacks import AnyUndo

# A machine boots, its kubelet reports, the taints go: 8 s on an idle machine, more on a full one.
HEALED_WITHIN_S = 120.0
PAUSE_S = 0.3


def wait_until_healed(
    cluster: Cluster, undo: AnyUndo, *, clock: Clock, within_s: float = HEALED_WITHIN_S
) -> str:
    """Block until nothing of what `undo` put back is lacking.

    Returns what still is after `within_s` seconds, in a sentence; empty when it is healed.
    """
    until_s = clock.monotonic_s() + within_s
    health = _Health(undo)
    while (lacking := health.lacking(cluster)) and clock.monotonic_s() < until_s:
        pause(clock, PAUSE_S)
    return f"{lacking}, {within_s:g} s after its rollback" if lacking else ""


def take_back(cluster: Cluster, undo: AnyUndo) -> None:
    """Roll it back. Who may not write it back could not do the harm, if nothing is lacking.

    Raises what the rollback raises.
    """
    try:
        undo.rollback(cluster)
    except Forbidden:
        if undo.lacking(cluster):
            raise


def is_healed(cluster: Cluster, undo: AnyUndo) -> bool:
    """Whether it is seen at one glance; what has a heartbeat takes two."""
    health = _Health(undo)
    return not health.lacking(cluster)


class _Health:
    """What is lacking, with a memory of the first heartbeat: a status may be left from before."""

    def __init__(self, undo: AnyUndo) -> None:
        self._undo = undo
        self._first: str | None = None

    def lacking(self, cluster: Cluster) -> str:
        """What is not as it was yet; empty when all is. Who cannot be asked is not healed."""
        try:
            if self._first is None:
                self._first = self._undo.pulse(cluster)
            lacking = self._undo.lacking(cluster)
            if not lacking and self._first and self._undo.pulse(cluster) == self._first:
                return f"{self._undo.sentence()}: no word of it since {self._first}"
        except ReconvergeError as error:
            return str(error)
        return lacking
