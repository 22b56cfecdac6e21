"""One run of our recorder: `python -m bench.scale.ours PODS CHANGES FILE URL [AUTHORITY]`."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
from kubernetes.client import Configuration

from bench.scale.meter import Cost, Meter, rss_mb
from reconverge.clock import RealClock
from reconverge.cluster.api import ApiSource
from reconverge.cluster.kinds import CORE
from reconverge.cluster.recorder import WatchRecorder
from reconverge.cluster.transport import Transport
from reconverge.judges.invariants import NeverMore
from reconverge.model import Ref
from reconverge.timeline import Timeline

JUDGED = 10_000  # entries whose judgement is timed
DEADLINE_S = 600.0


def run(pods: int, changes: int, path: Path, url: str, authority: str = "") -> Cost:
    """Record until every change is on the timeline, then judge the last of them."""
    configuration = Configuration()
    configuration.host, configuration.ssl_ca_cert = url, authority or None
    timeline = Timeline(RealClock(), path=path)
    source = ApiSource(Transport(configuration))
    recorder = WatchRecorder(source, timeline, kinds=[CORE["Pod"]], namespaces=["scale"])
    recorder.wait_until_synced(deadline_s=DEADLINE_S)
    meter = Meter()
    with timeline.condition:
        timeline.condition.wait_for(lambda: len(timeline) > pods + changes, timeout=DEADLINE_S)
    wall_s, cpu_s = meter.spent()
    rss = rss_mb()
    recorder.stop()
    return Cost(
        pods=pods,
        changes=changes,
        wall_s=wall_s,
        cpu_s=cpu_s,
        rss_mb=rss,
        disk_mb=path.stat().st_size / 1e6,
        judged_us=_judged_us(timeline),
    )


def _judged_us(timeline: Timeline) -> float:
    """Microseconds for one change, for an invariant about all the pods that has seen the others."""
    [owner] = next(iter(timeline.latest().objects("Pod"))).metadata.owner_references
    workload = Ref(owner.kind, "scale", owner.name, owner.uid)
    judge = NeverMore(workload=workload, pods=1 << 30).judge(deadline_s=1e9)
    first = len(timeline) - JUDGED
    for entry in timeline.entries(stop=first):
        judge.feed(entry)
    meter = Meter()
    for entry in timeline.entries(first):
        judge.feed(entry)
    return meter.spent()[1] / JUDGED * 1e6


if __name__ == "__main__":
    cost = run(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:])
    print(msgspec.json.encode(cost).decode())  # noqa: T201
