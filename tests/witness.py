"""The API server's audit log as a witness: every write that a client of ours asked for meanwhile.

Reading it needs nothing of the engine but `written`, which says what one line of it means: what the
engine believes to have done, or not to have done, does not count here.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath

from reconverge.cluster.audit import LOG_PATH, written
from reconverge.cluster.containers import CONTROL_PLANE
from reconverge.cluster.nodes import KindCluster
from reconverge.timeline import Wrote

US = "kubernetes-admin"
# In the order of their making, since the log is rotated.
_BETWEEN = "cat $(ls -tr {folder}/*.log) | sed -n '/{begin}/,/{end}/p'"


class Testimony:
    """What was written between the begin and the end of a `witnessed` block."""

    writes: tuple[Wrote, ...] = ()

    def by_us(self) -> list[str]:
        """The writes of this user, a line each: who answers for them is us."""
        return [
            f"{one.verb} {one.kind}/{one.subresource} {one.namespace}/{one.name}: {one.code}"
            for one in self.writes
            if one.user == US
        ]


@contextmanager
def witnessed(cluster: KindCluster) -> Iterator[Testimony]:
    """All that is written on the cluster in the block is in the testimony at its end."""
    testimony = Testimony()
    begin = _mark(cluster)
    yield testimony
    testimony.writes = tuple(_between(cluster, begin, _mark(cluster)))


def _mark(cluster: KindCluster) -> str:
    """A dry run is in the log like a write, and changes nothing."""
    name = f"witness-{secrets.token_hex(8)}"
    one = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}
    cluster.create(one, namespace="default", is_dry_run=True)
    return name


def _between(cluster: KindCluster, begin: str, end: str) -> Iterator[Wrote]:
    plane = next(one.name for one in cluster.node_containers() if one.role == CONTROL_PLANE)
    folder = PurePosixPath(LOG_PATH).parent
    said = cluster.run_inside(plane, _BETWEEN.format(folder=folder, begin=begin, end=end))
    lines = said.splitlines()
    assert begin in lines[0], "the audit log does not begin with our mark"
    assert end in lines[-1], "the audit log does not end with our mark"
    for line in lines:
        if (write := written(line.encode())) is not None:
            yield write
