"""A cluster that was named by its context alone: harmed as far as that goes, and no further."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reconverge.cluster.nodes import KindCluster
from tests.elsewhere import CONTEXT, kubeconfig_elsewhere

pytestmark = pytest.mark.cluster

SHOP = """\
apiVersion: v1
kind: ReplicationController
metadata: {name: shop}
spec:
  selector: {app: shop}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: shop, image: luksa/kubia, imagePullPolicy: IfNotPresent}]}
"""
FEATURE = """\
Feature: The shop
  Scenario: A lost pod is replaced
    Given the ReplicationController "shop" is in its steady state of 2 ready pods
    When one of the pods of "shop" is deleted
    Then "shop" converges to 2 ready pods within 60 seconds
"""
NODE_FAULT = FEATURE.replace("one of the pods of", "a node that runs a pod of").replace(
    "is deleted", "is stopped"
)


@pytest.fixture
def folder(cluster: KindCluster, tmp_path: Path) -> Path:
    """Somebody's folder, with a kubeconfig in which our cluster has a name of theirs."""
    del cluster  # without one the test is skipped
    kubeconfig_elsewhere(tmp_path)
    (tmp_path / "shop.yaml").write_text(SHOP)
    return tmp_path


def attached(folder: Path, feature: str, *options: str) -> subprocess.CompletedProcess[str]:
    """A run of that feature on the context, as its owner would type it."""
    (folder / "shop.feature").write_text(feature)
    command = [sys.executable, "-m", "pytest", "shop.feature", "-p", "no:cacheprovider"]
    command += ["--kubeconfig", "config", "--kube-context", CONTEXT, *options]
    root = str(Path(__file__).parent.parent)
    env = {**os.environ, "PYTHONPATH": root, "PYTEST_ADDOPTS": ""}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_a_scenario_holds_on_a_named_context(folder: Path) -> None:
    """Naming the context is the permission; the cluster's name and maker do not matter."""
    done = attached(folder, FEATURE)
    assert done.returncode == 0, done.stdout
    assert "cluster elsewhere" in done.stdout
    assert "1 HELD" in done.stdout


def test_its_nodes_cannot_be_stopped(folder: Path) -> None:
    """A context says nothing of containers: bad input with the cure, before any node is touched."""
    done = attached(folder, NODE_FAULT)
    assert done.returncode == 4, done.stdout
    assert "none can be stopped" in " ".join(done.stdout.split())
    assert "its nodes are not" in done.stdout


def test_its_controllers_cannot_be_frozen(folder: Path) -> None:
    """Nor can its control plane be reached: nothing is frozen, and that is said."""
    done = attached(folder, FEATURE, "--controllers-frozen")
    assert done.returncode == 4, done.stdout
    assert "control plane are out of reach" in " ".join(done.stdout.split())
