"""The tests' own cluster under a name that is nobody's of ours: as anybody's is named."""

from __future__ import annotations

import os
from pathlib import Path

import yaml

from reconverge.cluster.nodes import KindCluster
from reconverge.provision.state import StateDir

CONTEXT = "elsewhere"


def kubeconfig_elsewhere(cluster: KindCluster, folder: Path) -> Path:
    """A kubeconfig in `folder`, with the cluster as the context CONTEXT."""
    known = os.environ.get("RECONVERGE_TEST_KUBECONFIG")
    kubeconfig = Path(known) if known else StateDir().kubeconfig(cluster.kind_name)
    config = yaml.safe_load(kubeconfig.read_text())
    config["contexts"][0]["name"] = CONTEXT
    path = folder / "config"
    path.write_text(yaml.safe_dump(config))
    return path
