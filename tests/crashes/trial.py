"""A process that injects a fault and takes it back, and is killed at one of its steps."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reconverge.blast import Pick
from reconverge.clock import RealClock
from reconverge.cluster.guard import Guard
from reconverge.cluster.nodes import KindCluster
from reconverge.faults import Fault
from reconverge.faults.injector import Boundary, Injector
from reconverge.faults.journal import Journal
from reconverge.timeline import Timeline
from tests.crashes.samples import NAMESPACE

# Whatever else the cluster offers changes it.
LOOKS = {
    "find", "read", "record", "record_writes", "leader", "logs", "ask_pod", "ask_kubelet",
    "is_frozen", "is_kubelet_running", "node_container", "node_containers", "run_inside",
    "wait_until_led", "kind_of", "of", "open", "kubectl",
}  # fmt: skip
KINDS = ("Pod", "Node", "ReplicationController", "ResourceQuota", "Namespace")
Step = Callable[[str], None]


def counted(kubeconfig: Path, kind_name: str, step: Step) -> KindCluster:
    """The cluster, with a step before and after each call that changes it."""

    def around(name: str) -> Callable[..., Any]:
        plain = getattr(KindCluster, name)

        def call(self: KindCluster, *words: Any, **options: Any) -> Any:
            step(f"before {name}")
            try:
                return plain(self, *words, **options)
            finally:
                step(f"after {name}")

        return call

    changing = [
        name
        for name in dir(KindCluster)
        if not name.startswith("_") and name not in LOOKS and callable(getattr(KindCluster, name))
    ]
    kind = type("Counted", (KindCluster,), {name: around(name) for name in changing})
    found = kind.of(kubeconfig, kind_name=kind_name)
    assert isinstance(found, KindCluster)
    return found


class Steps:
    """The steps that a process has passed, in a file; at the one numbered `last` it is killed."""

    def __init__(self, file: Path, last: int) -> None:
        self._file, self._last, self._count = file, last, 0

    def __call__(self, name: str) -> None:
        with self._file.open("a") as file:
            file.write(f"{name}\n")
        if self._count == self._last:
            os.kill(os.getpid(), signal.SIGKILL)
        self._count += 1


def forked(act: Callable[[], None]) -> int:
    """Run `act` in a process of its own; how it ended, as `os.waitstatus_to_exitcode` has it."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    try:
        act()
    except BaseException:  # noqa: BLE001 - a forked process must not go on as its parent
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def live(cluster: KindCluster, make: Callable[[], Fault], folder: Path, step: Step) -> None:
    """A fault's whole life in this process: chosen, done, taken back, seen healed, closed."""
    clock = RealClock()
    timeline = Timeline(clock)
    fault = make()
    recorder = cluster.record(timeline, kinds=KINDS, namespaces=(NAMESPACE,))
    recorder.wait_until_synced(deadline_s=60)

    def at(boundary: Boundary) -> None:
        step(f"at {boundary.value}")

    journal = Journal(folder, clock=clock)
    injector = Injector(cluster, timeline, journal, at=at)
    guard = Guard(
        context=cluster.name,
        is_ours=True,
        own_namespaces=frozenset({NAMESPACE}),
        may_harm_control_plane=True,
    )
    chosen = injector.choose(fault, guard=guard, pick=Pick(seed=1), injection_id="crashes/0")
    injector.roll_back(injector.inject(chosen))
    errors = injector.heal()
    if errors:
        raise errors[0]
    journal.close()
