"""The same promises, asked of the fake cluster and of a real one."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

import msgspec
import pytest

from reconverge.clock import Clock, RealClock
from reconverge.cluster.door import Cluster, JsonObject
from reconverge.model import Ref
from reconverge.timeline import Entry, Timeline
from reconverge.waiting import wait_until_seen
from tests.fakes import FakeCluster, SteppedClock

KINDS = ("Pod", "ReplicationController", "Node", "ServiceAccount")
SHOWN_S = 30.0


class Door(msgspec.Struct, frozen=True):
    """A cluster, a namespace of the test's own in it, and a timeline that watches it."""

    cluster: Cluster
    namespace: str
    timeline: Timeline

    def create(self, manifest: JsonObject) -> Ref:
        made, _ = self.cluster.create(manifest, namespace=self.namespace)
        return made

    def see(self, wanted: Callable[[Entry], bool], *, start: int = 0) -> Entry:
        """The first entry that is `wanted`; fails when none comes."""
        entry = wait_until_seen(self.timeline, wanted, start=start, within_s=SHOWN_S)
        assert entry is not None, f"not seen within {SHOWN_S:g} s"
        return entry


@pytest.fixture(params=["fake", pytest.param("kind", marks=pytest.mark.cluster)])
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    clock: Clock
    cluster: Cluster
    if request.param == "fake":
        clock = stepped = SteppedClock()
        cluster = FakeCluster(stepped)
    else:
        clock, cluster = RealClock(), request.getfixturevalue("cluster")
    name = f"contract-{secrets.token_hex(3)}"
    namespace, _ = cluster.create(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, namespace=""
    )
    timeline = Timeline(clock)
    recorder = cluster.record(timeline, kinds=KINDS, namespaces=(name,))
    recorder.wait_until_synced(deadline_s=SHOWN_S)
    door = Door(cluster, name, timeline)
    door.see(lambda entry: bool(list(entry.snapshot.objects("ServiceAccount"))))
    yield door
    recorder.stop()
    cluster.delete(namespace)
