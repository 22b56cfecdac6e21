"""The tests' own cluster under a name that is nobody's of ours: as anybody's is named."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.conftest import found_kubeconfig

CONTEXT = "elsewhere"


def kubeconfig_elsewhere(folder: Path) -> Path:
    """A kubeconfig in `folder`, with the cluster as the context CONTEXT."""
    kubeconfig, _ = found_kubeconfig()
    config = yaml.safe_load(kubeconfig.read_text())
    config["contexts"][0]["name"] = CONTEXT
    path = folder / "config"
    path.write_text(yaml.safe_dump(config))
    return path
