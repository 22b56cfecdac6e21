"""Run as a program: stop a node, and be killed at the instant that the first argument names.

The node's container is a file, so that it outlives this process as a container would.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from reconverge.blast import Pick
from reconverge.clock import RealClock
from reconverge.cluster.door import NodeContainer
from reconverge.cluster.guard import Guard
from reconverge.faults import StopNode
from reconverge.faults.injector import Boundary, Injector
from reconverge.faults.journal import Journal
from reconverge.timeline import Timeline
from tests.fakes import FakeCluster, SteppedClock

NODE = "fake-worker"


class DiskCluster(FakeCluster):
    """The fake cluster, whose node containers are a file on disk."""

    def __init__(self, folder: Path) -> None:
        super().__init__(SteppedClock())
        self.file = folder / "container"

    def stop_node(self, node: str, *, grace_s: int = 0) -> None:
        del node, grace_s
        self.file.write_text("exited")

    def start_node(self, node: str) -> None:
        del node
        self.file.write_text("running")

    def node_container(self, node: str) -> NodeContainer:
        state = self.file.read_text()
        return NodeContainer(node, node, "running" if state == "running" else "exited")


def main(boundary: str, folder: Path) -> None:
    """Inject and roll back, unless killed on the way."""

    def die_at(here: Boundary) -> None:
        if here == boundary:
            os.kill(os.getpid(), signal.SIGKILL)

    cluster = DiskCluster(folder)
    clock = RealClock()
    timeline = Timeline(clock)
    cluster.record(timeline, kinds=("Node",), namespaces=())
    journal = Journal(folder / "journal", clock=clock)
    injector = Injector(cluster, timeline, journal, at=die_at)
    guard = Guard(context=cluster.name, is_ours=True)
    fault = StopNode(node=NODE)
    chosen = injector.choose(fault, guard=guard, pick=Pick(seed=1), injection_id="exp/0")
    injector.roll_back(injector.inject(chosen))
    assert not injector.heal()
    journal.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
