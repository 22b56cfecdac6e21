"""The namespaces of a run: no scenario waits until its own is gone; the run's end waits for all.

That is in the process that reports to the user, when every worker's last scenario has ended: while
one of them still harms the control plane, a namespace may stay for as long as that takes.
"""

from __future__ import annotations

from typing import Any

import pytest

from reconverge.clock import RealClock
from reconverge.cluster.door import Cluster
from reconverge.errors import ReconvergeError
from reconverge.namespaces import wait_until_gone
from reconverge.pytest_plugin.clusters import GROUND, standing_ground
from reconverge.pytest_plugin.options import is_worker, target_of
from reconverge.pytest_plugin.summary import OUTCOMES

GOING = pytest.StashKey[set[str]]()
_GOING = "reconverge_going"


def pytest_configure(config: pytest.Config) -> None:
    """Scenarios add the namespaces whose deletion they have asked for."""
    config.stash[GOING] = set()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Before the exit status is settled: what stays is the run's flaw, and no scenario's."""
    config = session.config
    names = config.stash[GOING] - {""}
    if is_worker(config):
        config.workeroutput[_GOING] = sorted(names)  # type: ignore[attr-defined]
    elif names:
        try:
            wait_until_gone(_cluster(config), clock=RealClock(), names=names)
        except ReconvergeError as error:
            config.stash[OUTCOMES].leftover = error


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What a worker's scenarios left is the run's to wait for."""
    node.config.stash[GOING].update(getattr(node, "workeroutput", {}).get(_GOING, ()))


def _cluster(config: pytest.Config) -> Cluster:
    """The run's; with xdist this process has not needed it before."""
    ground = config.stash.get(GROUND, None)
    return (ground or standing_ground(target_of(config))).cluster
