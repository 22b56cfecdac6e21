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
def served(pods: int, changes: int, *, core: int, authority: Path | None) -> Iterator[str]:
    """The URL of a server process on that core."""
    words = [str(pods), str(changes), *([str(authority)] if authority else [])]
    command = [sys.executable, "-m", "bench.scale.server", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        try:
            os.sched_setaffinity(server.pid, {core})
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def measured(module: str, pods: int, changes: int, *, is_tls: bool) -> Cost:
    """The cheapest of some runs, each in a process of its own on its own core."""
    runs = (_run(module, pods, changes, is_tls=is_tls) for _ in range(RUNS))
    return min(runs, key=lambda cost: cost.cpu_us)


def _run(module: str, pods: int, changes: int, *, is_tls: bool) -> Cost:
    core, *_, server_core = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="scale-") as folder:
        authority = Path(folder) / "authority.pem" if is_tls else None
        with served(pods, changes, core=server_core, authority=authority) as url:
            where = [url, *([str(authority)] if authority else [])]
            words = [module, str(pods), str(changes), str(Path(folder) / "timeline.jsonl"), *where]
            with subprocess.Popen(
                [sys.executable, "-m", *words], stdout=subprocess.PIPE, cwd=ROOT
            ) as run:
                os.sched_setaffinity(run.pid, {core})
                said, _ = run.communicate()
            assert run.returncode == 0, f"{module} ended with exit code {run.returncode}"
    return msgspec.json.decode(said, type=Cost)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One number of pods, one way to speak to the server, ours and the naive one."""

    wire: str
    ours: Cost
    naive: Cost

    def cells(self) -> tuple[str, ...]:
        ours, naive = self.ours, self.naive
        return (
            f"{ours.pods:,}",
            self.wire,
            f"{1e6 / ours.cpu_us:,.0f}",
            f"{ours.cpu_us:.1f}",
            f"{ours.rss_mb:.0f}",
            f"{ours.disk_mb * 1e3 / (ours.changes + ours.pods):.1f}",
            f"{ours.judged_us:.1f}",
            f"{naive.cpu_us:.0f}",
            f"{naive.rss_mb:.0f}",
            f"{naive.disk_mb * 1e3 / naive.changes:.1f}",
            f"{naive.cpu_us / ours.cpu_us:.1f}",
        )


HEADS = (
    "pods",
    "wire",
    "events/s of one core",
    "µs of CPU an event",
    "peak RSS MB",
    "KB on disk an event",
    "verdict, µs a change",
    "official client, µs an event",
    "its RSS MB",
    "its KB",
    "CPU ratio",
)


def table(rows: list[Row]) -> str:
    """One line for each row, ours and the naive one side by side."""
    lines = [HEADS, ("---",) * len(HEADS), *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def report(rows: list[Row]) -> str:
    """The page of the documentation, which says what was measured and how."""
    size = len(Pods(1, 1).wire(0, 1))
    return f"""# Scale: from the wire to the timeline on disk

`./run bench-scale` wrote this page. {CHANGES:,} changes of pods come over a local socket from
a process on another core, in plain HTTP and over TLS; each is a real pod's JSON of {size:,} bytes,
a chunk of its own. The time is processor time of the recording process, all threads: reading,
decrypting, decoding into views, dropping managedFields, writing the timeline, waking who waits. Of
{RUNS} runs the cheapest counts. Peak RSS is taken with every version of every pod in the record.

A verdict's cost is one more change fed to an invariant about all the pods, which all have one
owner. It has seen the others before, and counts the pod that has changed.

Beside it: the official client's `watch.stream`, each event written with `json.dump`
({NAIVE_CHANGES:,} changes). It keeps nothing in memory and judges nothing.

{table(rows)}

Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores.
"""


def main() -> None:
    """Measure every size, print the table, write the page."""
    rows = [
        Row(
            wire="TLS" if is_tls else "plain",
            ours=measured("bench.scale.ours", pods, CHANGES, is_tls=is_tls),
            naive=measured("bench.scale.naive", pods, NAIVE_CHANGES, is_tls=is_tls),
        )
        for pods in SIZES
        for is_tls in (False, True)
    ]
    print(table(rows))  # noqa: T201
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(report(rows))


if __name__ == "__main__":
    main()
