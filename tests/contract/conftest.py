"""The same promises, asked of the fake cluster and of a real one."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Protocol, cast

import msgspec
import pytest

from reconverge.clock import Clock, RealClock
from reconverge.cluster.door import (
    Cluster,
    ControlPlane,
    JsonObject,
    Kubelets,
    Networks,
    Runtimes,
    StaticPods,
    StoppableNodes,
)
from reconverge.cluster.nodes import KindCluster
from reconverge.model import Ref
from reconverge.provision.state import StateDir
from reconverge.pytest_plugin.lock import turn
from reconverge.timeline import Entry, Timeline
from reconverge.waiting import wait_until_seen
from tests.fakes import FakeCluster, SteppedClock

KINDS = ("Pod", "ReplicationController", "Node", "ServiceAccount")
SHOWN_S = 30.0
CONTROLLERS, SCHEDULER = "kube-controller-manager", "kube-scheduler"
LED_S = 345.0


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


class Insides(
    Cluster, ControlPlane, StaticPods, Kubelets, StoppableNodes, Networks, Runtimes, Protocol
):
    """A cluster with every power over the insides of its nodes."""


@pytest.fixture
def alone(door: Door) -> Iterator[Door]:
    """Nobody else is on the cluster meanwhile, and at the end its leaders lead."""
    cluster = inside(door)
    is_real = isinstance(cluster, KindCluster)
    lock = StateDir().runs(cluster.name.removeprefix("kind-"))
    with turn(lock, is_alone=True) if is_real else nullcontext():
        yield door
        for process in (CONTROLLERS, SCHEDULER):
            cluster.restore_static_pod(control_plane(door), process)
            cluster.wait_until_led(process, deadline_s=LED_S)


def inside(door: Door) -> Insides:
    assert isinstance(door.cluster, ControlPlane)
    assert isinstance(door.cluster, StaticPods)
    assert isinstance(door.cluster, Kubelets)
    assert isinstance(door.cluster, StoppableNodes)
    assert isinstance(door.cluster, Networks)
    assert isinstance(door.cluster, Runtimes)
    return cast(Insides, door.cluster)


def control_plane(door: Door) -> str:
    [node] = [one for one in door.timeline.latest().nodes() if one.is_control_plane]
    return node.name


def worker(door: Door) -> str:
    return next(one.name for one in door.timeline.latest().nodes() if not one.is_control_plane)
