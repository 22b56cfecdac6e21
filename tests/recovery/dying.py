"""Run as a program: start a watchdog, write down an undo, say so, and wait to be killed.

Arguments: the journal's folder, a kubeconfig and its context.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import msgspec

from reconverge.clock import RealClock
from reconverge.faults.journal import Journal, Planned
from reconverge.faults.undo import Labelled, RestoreLabels
from reconverge.model import Ref
from reconverge.recovery.reach import Reach
from reconverge.recovery.watchdog import Watchdog

NODE = Ref("Node", "", "w", "uid-w")


def main(folder: Path, kubeconfig: Path, context: str) -> None:
    """Ends well when its standard input does, leaving the fault in the journal unless told."""
    journal = Journal(folder, clock=RealClock())
    with Watchdog(folder, Reach.of(kubeconfig, context=context)) as watchdog:
        undo = RestoreLabels(rows=(Labelled(NODE, {"disk": None}),))
        raw = msgspec.Raw(b"null")
        journal.plan(Planned(id="0", fault=raw, sentence="w labelled", targets=(NODE,), undo=undo))
        print(watchdog.pid, flush=True)  # noqa: T201
        if sys.stdin.readline() == "well\n":
            journal.rolled_back("0")
            journal.close()


if __name__ == "__main__":
    # Who started the tests may ignore some of them (nohup, a job in the background).
    for one in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        signal.signal(one, signal.SIG_DFL)
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
