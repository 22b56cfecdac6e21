"""A fence around a namespace: it stands before anything is played in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconverge import fences
from reconverge.errors import Unavailable
from reconverge.model import ResourceQuota
from tests.fakes import FakeCluster, SteppedClock
from tests.stage import MANIFESTS, experiment_on


def test_a_fenced_scenario_has_its_fence_from_the_beginning(tmp_path: Path) -> None:
    """Pod Security on the namespace, limits, and a quota that has been counted."""
    cluster = FakeCluster(SteppedClock())
    with experiment_on(cluster, tmp_path, is_fenced=True) as experiment:
        namespace = cluster.read("Namespace", experiment.namespace)
        assert namespace.metadata.labels["pod-security.kubernetes.io/enforce"] == "baseline"
        quota = cluster.read("ResourceQuota", fences.NAME, namespace=experiment.namespace)
        assert isinstance(quota, ResourceQuota)
        assert quota.status.hard["pods"] == str(fences.PODS_MAX)
        cluster.read("LimitRange", fences.NAME, namespace=experiment.namespace)
        [kubia] = experiment.apply(MANIFESTS / "kubia-rc.yaml")
        experiment.converge(kubia, replicas=3, within_s=60)
    assert list(cluster.store.of("ResourceQuota")) == []


def test_without_a_fence_there_is_none(tmp_path: Path) -> None:
    """Scenarios of one's own are not strangers'."""
    cluster = FakeCluster(SteppedClock())
    with experiment_on(cluster, tmp_path) as experiment:
        namespace = cluster.read("Namespace", experiment.namespace)
        assert not [key for key in namespace.metadata.labels if "pod-security" in key]
        assert list(cluster.store.of("ResourceQuota")) == []


def test_a_quota_that_nobody_counts_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing could be made in the namespace: that is said, and the namespace goes."""
    cluster = FakeCluster(SteppedClock())
    monkeypatch.setattr(cluster, "_count", lambda _: None)
    experiment = experiment_on(cluster, tmp_path, is_fenced=True)
    with pytest.raises(Unavailable, match="quota was not counted"), experiment:
        pytest.fail("it opened")
    names = [one["metadata"]["name"] for one in cluster.store.of("Namespace")]
    assert names == ["kube-system"]
