"""What one would write first: the official client's watch, each event dumped as a line of JSON.

`python -m bench.scale.naive PODS CHANGES FILE URL [AUTHORITY]` prints its cost. It keeps nothing in
memory, judges nothing and does not notice a gap.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import msgspec
from kubernetes import client, watch

from bench.scale.meter import Cost, Meter, rss_mb


def run(pods: int, changes: int, path: Path, url: str, authority: str = "") -> Cost:
    """Write until every change is in the file."""
    configuration = client.Configuration()
    configuration.host, configuration.ssl_ca_cert = url, authority or None
    api = client.CoreV1Api(client.ApiClient(configuration))
    with path.open("w") as file:
        stream = watch.Watch().stream(  # type: ignore[no-untyped-call]
            api.list_namespaced_pod, "scale", resource_version=str(pods), timeout_seconds=600
        )
        meter = Meter()
        for seen, event in enumerate(stream, start=1):
            json.dump({"type": event["type"], "object": event["raw_object"]}, file)
            file.write("\n")
            file.flush()
            if seen == changes:
                break
        wall_s, cpu_s = meter.spent()
    return Cost(
        pods=pods,
        changes=changes,
        wall_s=wall_s,
        cpu_s=cpu_s,
        rss_mb=rss_mb(),
        disk_mb=path.stat().st_size / 1e6,
    )


if __name__ == "__main__":
    cost = run(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:])
    print(msgspec.json.encode(cost).decode())  # noqa: T201
