"""The real cluster for tests marked `cluster`; all other tests need nothing but Python."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

from reconverge.cluster.nodes import KindCluster
from reconverge.provision import lifecycle

NAME = "reconverge"
CURE = "bring it up with `reconverge cluster up`, or set RECONVERGE_TEST_KUBECONFIG"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "cluster: needs a real cluster")
    config.addinivalue_line("markers", "slow: minutes, on a cluster of its own: tox -e slow")
    # How long an example takes says how busy the machine is.
    hypothesis.settings.register_profile("any machine", deadline=None)
    hypothesis.settings.load_profile("any machine")


def found_kubeconfig() -> tuple[Path, str]:
    """How a program of the tests reaches that cluster by its API alone: file and context."""
    kubeconfig = os.environ.get("RECONVERGE_TEST_KUBECONFIG", "")
    if kubeconfig:
        return Path(kubeconfig), f"kind-{os.environ.get('RECONVERGE_TEST_CLUSTER', NAME)}"
    handle = lifecycle.find(NAME)
    assert handle is not None, CURE
    return handle.kubeconfig, handle.context


def found_cluster() -> KindCluster | None:
    """The kind cluster of RECONVERGE_TEST_KUBECONFIG, else the one that `cluster up` made."""
    kubeconfig = os.environ.get("RECONVERGE_TEST_KUBECONFIG", "")
    if kubeconfig:
        name = os.environ.get("RECONVERGE_TEST_CLUSTER", NAME)
        return KindCluster.of(Path(kubeconfig), kind_name=name)
    handle = lifecycle.find(NAME)
    if handle is None:
        return None
    return KindCluster.of(handle.kubeconfig, kind_name=handle.name)


@pytest.fixture(scope="session")
def cluster() -> KindCluster:
    """The kind cluster under test; on a machine without one the test is skipped, in CI it fails."""
    found = found_cluster()
    if found is not None:
        return found
    if os.environ.get("CI", "").lower() in ("", "0", "false"):
        pytest.skip(f"no cluster: {CURE}")
    pytest.fail(f"no cluster in CI: {CURE}")
