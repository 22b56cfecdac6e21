"""What dead processes left harmed is taken back, from their undo journals.

A cluster that was left broken is in no hurry to answer: its API server may be frozen, by the very
fault that an older row takes back. So the rows are tried in rounds, each newest first. A row is
done when what was harmed is in its steady state again; one that is not stays in its journal.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import msgspec
import tenacity
from filelock import FileLock

from reconverge.clock import Clock, RealClock, pause
from reconverge.cluster.door import Cluster
from reconverge.errors import ReconvergeError
from reconverge.faults.healing import HEALED_WITHIN_S, is_healed, take_back, wait_until_healed
from reconverge.faults.journal import abandoned, left_in
from reconverge.faults.owner import Owner
from reconverge.faults.rollbacks import AnyUndo

# An API server whose process was killed is back within the kubelet's back-off of some 20 s; one
# that is not within two minutes needs a person.
RETRIED_FOR_S, PAUSE_S = 120.0, 1.0


class Recovered(msgspec.Struct, frozen=True, kw_only=True):
    """One fault that a dead process left behind; `error` is empty where it was taken back."""

    fault: str
    undo: str
    error: str = ""


class _Row:
    """One undo that is to be done, and how far it has come."""

    def __init__(self, path: Path, fault: str, undo: AnyUndo) -> None:
        self.path, self.fault, self.undo = path, fault, undo
        self.is_healed = False
        self.error = ""

    def take_back(self, cluster: Cluster) -> None:
        """Do it; what goes wrong is kept. Whether it worked is seen before older ones are done."""
        self.error = ""
        try:
            take_back(cluster, self.undo)
            self.is_healed = is_healed(cluster, self.undo)
        except ReconvergeError as error:
            self.error = str(error)

    def await_health(self, cluster: Cluster, clock: Clock, within_s: float) -> None:
        """Block until what it put back is in its steady state, or keep what is lacking."""
        if not self.error and not self.is_healed:
            self.error = wait_until_healed(cluster, self.undo, clock=clock, within_s=within_s)

    def told(self) -> Recovered:
        return Recovered(fault=self.fault, undo=self.undo.sentence(), error=self.error)


def recover(
    cluster: Cluster,
    folder: Path,
    *,
    by: Owner | None = None,
    clock: Clock | None = None,
    retried_for_s: float = RETRIED_FOR_S,
    healed_within_s: float = HEALED_WITHIN_S,
) -> tuple[Recovered, ...]:
    """Take back what dead processes left harmed, newest first; live ones are left alone.

    `by`: only what that dead process left. Journals in which everything is taken back are removed,
    so a second call does nothing. Two processes may call it at once: the second waits, and finds
    nothing to do.
    """
    if not abandoned(folder, by=by):
        return ()
    clock = clock or RealClock()
    with FileLock(folder / "recover.lock"):
        paths = abandoned(folder, by=by)
        rows = [_Row(path, line.sentence, line.undo) for path in paths for line in left_in(path)]
        if rows:
            _take_back_all(cluster, rows, clock=clock, for_s=retried_for_s)
            for row in rows:
                row.await_health(cluster, clock, healed_within_s)
        for path in paths:
            if not any(row.error for row in rows if row.path == path):
                path.unlink(missing_ok=True)
        return tuple(row.told() for row in rows)


def _take_back_all(cluster: Cluster, rows: list[_Row], *, clock: Clock, for_s: float) -> None:
    """Round after round until one goes well, or `for_s` seconds have passed.

    Each round does all of them again, which is harmless: were a newer one done after an older one
    of the same object, the object would be left as it was in between.
    """

    def one_round() -> bool:
        for row in rows:
            row.take_back(cluster)
        return not any(row.error for row in rows)

    until_s = clock.monotonic_s() + for_s
    tenacity.Retrying(
        sleep=partial(pause, clock),
        stop=lambda _: clock.monotonic_s() >= until_s,
        wait=tenacity.wait_fixed(PAUSE_S),
        retry=tenacity.retry_if_result(lambda is_done: not is_done),
        retry_error_callback=lambda _: None,
    )(one_round)
