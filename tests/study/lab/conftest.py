"""The kubectl of a learner: that of the cluster's own control plane, so its version fits."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from reconverge.cluster.nodes import KindCluster


@pytest.fixture(scope="module")
def kubectl(cluster: KindCluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    plane = next(one.name for one in cluster.node_containers() if one.role == "control-plane")
    path = tmp_path_factory.mktemp("kubectl") / "kubectl"
    subprocess.run(["docker", "cp", "--follow-link", f"{plane}:/usr/bin/kubectl", path], check=True)
    return path
