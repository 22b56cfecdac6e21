"""`python -m bench.scale`: our recorder and the official client's watch on the same changes.

The server has one core, what is measured the other. Writes docs/benchmarks/scale.md.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench.scale.meter import Cost
from bench.scale.server import Pods

ROOT = Path(__file__).parent.parent.parent
REPORT = ROOT / "docs" / "benchmarks" / "scale.md"
SIZES = (100, 1_000, 10_000)
CHANGES, NAIVE_CHANGES = 50_000, 5_000  # the naive one takes as long for a tenth
RUNS = 3  # of which the cheapest counts: other load on the machine only ever adds


@contextmanager
def served(pods: int, changes: int, *, core: int) -> Iterator[str]:
    """The URL of a server process on that core."""
    command = [sys.executable, "-m", "bench.scale.server", str(pods), str(changes)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        try:
            os.sched_setaffinity(server.pid, {core})
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def measured(module: str, pods: int, changes: int) -> Cost:
    """The cheapest of some runs, each in a process of its own on its own core."""
    first, *_, last = sorted(os.sched_getaffinity(0))
    return min(
        (_run(module, pods, changes, first, last) for _ in range(RUNS)),
        key=lambda cost: cost.cpu_us,
    )


def _run(module: str, pods: int, changes: int, core: int, server_core: int) -> Cost:
    with (
        served(pods, changes, core=server_core) as url,
        tempfile.TemporaryDirectory(prefix="scale-") as folder,
    ):
        file = Path(folder) / "timeline.jsonl"
        words = [module, url, str(pods), str(changes), str(file)]
        with subprocess.Popen(
            [sys.executable, "-m", *words], stdout=subprocess.PIPE, cwd=ROOT
        ) as run:
            os.sched_setaffinity(run.pid, {core})
            said, _ = run.communicate()
        assert run.returncode == 0, f"{module} ended with exit code {run.returncode}"
    return msgspec.json.decode(said, type=Cost)


def table(pairs: list[tuple[Cost, Cost]]) -> str:
    """One row for each number of pods, ours and the naive one side by side."""
    rows = [
        "| pods | events/s of one core | µs of CPU an event | peak RSS MB | KB on disk an event "
        "| verdict, µs an entry | official client, µs an event | its RSS MB | its KB "
        "| CPU ratio |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for ours, naive in pairs:
        cells = (
            f"{ours.pods:,}",
            f"{1e6 / ours.cpu_us:,.0f}",
            f"{ours.cpu_us:.1f}",
            f"{ours.rss_mb:.0f}",
            f"{ours.disk_mb * 1e3 / (ours.changes + ours.pods):.1f}",
            f"{ours.judged_us:,.0f}",
            f"{naive.cpu_us:.0f}",
            f"{naive.rss_mb:.0f}",
            f"{naive.disk_mb * 1e3 / naive.changes:.1f}",
            f"{naive.cpu_us / ours.cpu_us:.1f}",
        )
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def report(pairs: list[tuple[Cost, Cost]]) -> str:
    """The page of the documentation, which says what was measured and how."""
    size = len(Pods(1, 1).wire(0, 1))
    return f"""# Scale: from the wire to the timeline on disk

`tox run -e bench-scale` wrote this page. {CHANGES:,} changes of pods come over a local socket from
a process on another core; each is a real pod's JSON of {size:,} bytes, a chunk of its own. The
time is processor time of the recording process, all threads: reading, decoding into views,
dropping managedFields, writing the timeline, waking who waits. Of {RUNS} runs the cheapest
counts. Peak RSS is taken with every version of every pod in the record.

A verdict's cost is one entry fed to an invariant about all the pods, which all have one owner: it
looks at every pod of the owner, so it grows with them.

Beside it: the official client's `watch.stream`, each event written with `json.dump`
({NAIVE_CHANGES:,} changes). It keeps nothing in memory and judges nothing.

{table(pairs)}

Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores.
"""


def main() -> None:
    """Measure every size, print the table, write the page."""
    pairs = [
        (
            measured("bench.scale.ours", pods, CHANGES),
            measured("bench.scale.naive", pods, NAIVE_CHANGES),
        )
        for pods in SIZES
    ]
    print(table(pairs))  # noqa: T201
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(report(pairs))


if __name__ == "__main__":
    main()
