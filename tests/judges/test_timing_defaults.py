"""What Kubernetes does where nobody said otherwise: the table by version."""

from __future__ import annotations

import pytest

from reconverge.judges.timing.defaults import default_kubelet, default_settings, minor_of


@pytest.mark.parametrize(
    ("version", "grace_s"),
    [
        ("v1.29.15", 40),
        ("v1.31.14", 40),
        ("v1.32.11", 50),
        ("v1.34.4", 50),
        ("v1.35.3", 50),
        ("v1.36.0", 50),
    ],
)
def test_a_lost_node_is_given_longer_since_1_32(version: str, grace_s: float) -> None:
    """node-monitor-grace-period is 40 s up to 1.31 and 50 s from 1.32 on."""
    assert default_settings(version).node_monitor_grace_s.value == grace_s


@pytest.mark.parametrize("version", ["v1.29.15", "v1.31.14", "v1.32.11", "v1.35.3", "v1.36.0"])
def test_what_did_not_change_is_the_same_in_every_version(version: str) -> None:
    """Monitor period, eviction rates, zone guard, tolerations, leases, client limits."""
    settings = default_settings(version)
    values = (
        settings.node_monitor_period_s.value,
        settings.node_eviction_rate.value,
        settings.secondary_eviction_rate.value,
        settings.large_cluster_nodes.value,
        settings.unhealthy_zone_share.value,
        settings.unreachable_toleration_s.value,
        settings.not_ready_toleration_s.value,
        settings.leader_lease_s.value,
        settings.leader_retry_s.value,
        settings.controller_qps.value,
        settings.controller_burst.value,
        settings.scheduler_backoff_max_s.value,
    )
    assert values == (5, 0.1, 0.01, 50, 0.55, 300, 300, 15, 2, 20, 30, 10)


def test_a_default_names_its_version() -> None:
    """The origin of a default says which Kubernetes it is the default of."""
    assert default_settings("v1.31.2").node_monitor_grace_s.origin == "default of Kubernetes 1.31"


@pytest.mark.parametrize(
    ("version", "minor"),
    [
        ("v1.34.4", (1, 34)),
        ("v1.29.3+k3s1", (1, 29)),
        ("v1.30.2-eks-1552ad0", (1, 30)),
        ("1.36", (1, 36)),
    ],
)
def test_versions_of_all_vendors_are_read(version: str, minor: tuple[int, int]) -> None:
    """What a vendor appends does not matter."""
    assert minor_of(version) == minor


def test_an_unreadable_version_is_taken_for_the_newest() -> None:
    """The newer default is the more patient one; its origin names no version."""
    setting = default_settings("somebody's own").node_monitor_grace_s
    assert (setting.value, setting.origin) == (50, "default of Kubernetes")


def test_a_kubelet_backs_off_from_ten_seconds_to_five_minutes() -> None:
    """In every version, unless a feature gate shortens it."""
    for version in ("v1.29.15", "v1.32.11", "v1.34.4", "v1.36.0"):
        kubelet = default_kubelet(version)
        assert (kubelet.crash_backoff_first_s.value, kubelet.crash_backoff_max_s.value) == (10, 300)


def test_a_gate_shortens_the_back_off() -> None:
    """ReduceDefaultCrashLoopBackOffDecay: from 1 s to 60 s."""
    kubelet = default_kubelet("v1.34.4", gates={"ReduceDefaultCrashLoopBackOffDecay": True})
    assert (kubelet.crash_backoff_first_s.value, kubelet.crash_backoff_max_s.value) == (1, 60)
