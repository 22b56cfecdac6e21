"""Run as a program: scale a workload on a real cluster, and be killed right after.

The argument is the folder for its record and its journal.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from reconverge.clock import RealClock
from reconverge.cluster.guard import Guard
from reconverge.experiment import Experiment
from reconverge.faults import ScaleWorkload
from reconverge.faults.injector import Boundary
from reconverge.faults.journal import Journal
from tests.conftest import found_cluster
from tests.stage import MANIFESTS


def die_when_recorded(boundary: Boundary) -> None:
    if boundary is Boundary.RECORDED:
        os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path) -> None:
    """Never returns."""
    clock = RealClock()
    cluster = found_cluster()
    assert cluster is not None
    with Experiment(
        cluster,
        clock=clock,
        scenario="killed",
        seed=1,
        folder=folder / "run",
        guard=Guard(context=cluster.name, is_ours=True),
        journal=Journal(folder / "journal", clock=clock),
        offline_images=True,
        at=die_when_recorded,
    ) as experiment:
        [kubia] = experiment.apply(MANIFESTS / "kubia-rc.yaml", replicas=0)
        experiment.inject(ScaleWorkload(of=kubia, replicas=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
