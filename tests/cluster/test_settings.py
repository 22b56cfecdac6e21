"""The settings of a cluster: read where it shows them, assumed and said where it does not."""

from __future__ import annotations

import msgspec
import pytest

from reconverge.cluster.errors import Unreachable
from reconverge.cluster.nodes import KindCluster
from reconverge.cluster.settings import read_settings
from reconverge.model.settings import ClusterSettings
from reconverge.provision.profiles import FAST
from tests.fakes import FakeCluster, SteppedClock
from tests.fakes.components import add_static_pods

CONTROL_PLANE = "fake-control-plane"


@pytest.fixture
def fake() -> FakeCluster:
    return FakeCluster(SteppedClock())


def command_of(fake: FakeCluster, component: str, node: str = CONTROL_PLANE) -> list[str]:
    """The command line of that static pod, to be changed in place."""
    pod = fake.store.named("Pod", f"{component}-{node}", "kube-system")
    assert pod is not None
    command: list[str] = list(pod["spec"]["containers"][0]["command"])
    pod["spec"]["containers"][0]["command"] = command
    return command


def test_flags_and_kubelets_are_read(fake: FakeCluster) -> None:
    """Each value with the place where it was found; nothing is left to say."""
    settings = read_settings(fake)
    assert settings.node_monitor_grace_s.value == 12
    assert settings.node_monitor_grace_s.origin == (
        f"flag of kube-controller-manager on {CONTROL_PLANE}"
    )
    assert settings.unreachable_toleration_s.value == 5
    assert settings.node_eviction_rate.origin == "default of Kubernetes 1.34"
    assert settings.kubelet_on("fake-worker").status_frequency_s.value == 4
    assert len(settings.kubelets) == 4
    assert not settings.unread


def test_a_reticent_cluster_is_judged_by_defaults_and_that_is_said(fake: FakeCluster) -> None:
    """Forbidden pods and nodes/proxy: Kubernetes' own numbers, marked as assumed."""
    fake.is_reticent = True
    settings = read_settings(fake)
    assert settings.node_monitor_grace_s.value == 50
    assert settings.node_monitor_grace_s.origin == (
        "default of Kubernetes 1.34, assumed: kube-controller-manager cannot be read"
    )
    assert not settings.kubelets
    assert settings.kubelet_on("fake-worker").crash_backoff_max_s.value == 300
    told = "\n".join(settings.unread)
    for part in ("kube-controller-manager", "kube-apiserver", "kube-scheduler", "nodes/proxy"):
        assert part in told
    assert "fake-control-plane, fake-worker, fake-worker1, fake-worker2" in told


def test_a_kubelet_that_does_not_answer_is_named(fake: FakeCluster) -> None:
    """The others are read all the same."""
    fake.machines.stop("fake-worker")
    settings = read_settings(fake)
    [told] = settings.unread
    assert told.startswith("the kubelet of fake-worker cannot be read")
    assert sorted(settings.kubelets) == ["fake-control-plane", "fake-worker1", "fake-worker2"]


def test_a_node_that_is_not_ready_is_not_even_asked(fake: FakeCluster) -> None:
    """Each such question would wait out its time limit."""
    fake.machines.stop("fake-worker")
    fake.clock.pass_s(60)
    fake.calls.clear()
    assert "it is not Ready" in read_settings(fake).unread[0]
    assert fake.calls.count("ask kubelet") == 3


def test_a_managed_control_plane_shows_no_pods(fake: FakeCluster) -> None:
    """As where the provider runs it elsewhere."""
    for pod in list(fake.store.of("Pod", "kube-system")):
        fake.store.remove(pod)
    told = "\n".join(read_settings(fake).unread)
    assert "no pod in kube-system shows its command line" in told


def test_a_value_that_cannot_be_read_is_not_used(fake: FakeCluster) -> None:
    """The whole component is then assumed, and the value is named."""
    command_of(fake, "kube-controller-manager").append("--node-monitor-period=often")
    settings = read_settings(fake)
    assert settings.node_monitor_grace_s.value == 50
    assert "'often'" in settings.unread[0]


def test_control_planes_that_differ_are_told_of(fake: FakeCluster) -> None:
    """Which of them leads is not asked: the first is believed, and said to be."""
    add_static_pods(fake.store, node="fake-other")
    assert not read_settings(fake).unread
    command_of(fake, "kube-controller-manager", "fake-other").append(
        "--node-monitor-grace-period=99s"
    )
    settings = read_settings(fake)
    assert settings.node_monitor_grace_s.value == 12
    [told] = settings.unread
    assert "kube-controller-manager is set differently" in told


def test_a_cluster_that_is_down_is_no_default_cluster(fake: FakeCluster) -> None:
    """Without any answer nothing is known, not even a version."""
    fake.is_down = True
    with pytest.raises(Unreachable):
        read_settings(fake)


def test_settings_survive_the_record(fake: FakeCluster) -> None:
    """Written down as JSON and read again they are the same."""
    settings = read_settings(fake)
    assert msgspec.json.decode(msgspec.json.encode(settings), type=ClusterSettings) == settings


@pytest.mark.cluster
def test_the_live_settings_are_those_of_the_profile(cluster: KindCluster) -> None:
    """On a cluster of ours with the fast profile, every value that the profile sets is read."""
    settings = read_settings(cluster)
    assert not settings.unread
    flags = FAST.controller_manager | FAST.api_server
    read = {
        one.name: one
        for one in (
            settings.node_monitor_grace_s,
            settings.node_monitor_period_s,
            settings.not_ready_toleration_s,
            settings.unreachable_toleration_s,
        )
    }
    for name, text in flags.items():
        assert read[name].value == float(text.removesuffix("s"))
        assert read[name].origin.startswith("flag of kube-")
    for node, kubelet in settings.kubelets.items():
        assert kubelet.status_frequency_s.value == 4
        assert node in kubelet.status_frequency_s.origin
