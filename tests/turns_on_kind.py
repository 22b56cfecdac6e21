"""Run as a program: another machine's run, which has turns on a real cluster one after another.

Arguments: its folder, its name, the kind of turn, and how many. Each turn is a line on standard
output: when it began and when it was over, in seconds of the kernel's one monotonic clock. Begins
with its standard input: told "stay", it never gives the first one back; told "hold", not before it
is told to go on.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

from reconverge.clock import RealClock
from reconverge.cluster.api import KubernetesCluster
from reconverge.cluster.leased_turns import Registry
from reconverge.cluster.transport import PROMPT
from reconverge.pytest_plugin.alarm import Alarm
from reconverge.pytest_plugin.taking import turn_on
from tests.conftest import found_kubeconfig

KINDS: dict[str, dict[str, object]] = {
    "shared": {"is_alone": False},
    "lane": {"is_alone": False, "lanes": ("outage-1",)},
    "alone": {"is_alone": True},
}


def main(folder: Path, name: str, kind: str, turns: int) -> None:
    """Each with a lock of its own, as on a machine of its own: only Leases keep them apart."""
    kubeconfig, context = found_kubeconfig()
    cluster = KubernetesCluster.open(kubeconfig, context=context, patience=PROMPT)
    clock, alarm = RealClock(), Alarm()
    print("ready", flush=True)  # noqa: T201
    order = sys.stdin.readline().strip()
    for number in range(turns):
        with ExitStack() as stack:
            stack.enter_context(
                turn_on(
                    folder / name,
                    Registry(cluster=cluster, run=name),
                    clock,
                    alarm=alarm,
                    holds_api_server=lambda: False,
                    say=lambda line: print(line, file=sys.stderr, flush=True),  # noqa: T201
                    **KINDS[kind],  # type: ignore[arg-type]
                )
            )
            began_s = clock.monotonic_s()
            for _ in range(20):
                cluster.find("Node")
            if order in ("stay", "hold") and number == 0:
                print("in", flush=True)  # noqa: T201
                signal.pause() if order == "stay" else sys.stdin.readline()
            alarm.raise_if_lost()
            print(f"{began_s} {clock.monotonic_s()}", flush=True)  # noqa: T201
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
