"""A stage for dry runs: feature files played by the real experiment on the fake cluster.

What was asked of the cluster is in the file `calls`, a line each, when pytest ends.
"""

from __future__ import annotations

from typing import Any

import pytest

from reconverge.cluster.guard import Guard
from reconverge.experiment import Experiment
from reconverge.judges.timing.defaults import default_settings
from reconverge.pytest_plugin.clusters import MAKE_GROUND, Ground
from reconverge.pytest_plugin.scenarios import MAKE_EXPERIMENT
from tests.fakes import FakeCluster, SteppedClock

CONFTEST = """
from tests.plugin import rehearsed

def pytest_configure(config):
    rehearsed.set_up(config)
"""


def set_up(config: pytest.Config) -> None:
    """Let the run of this configuration have a cluster of its own, and write down its calls."""
    cluster = FakeCluster(SteppedClock())
    config.stash[MAKE_EXPERIMENT] = _experiment
    config.stash[MAKE_GROUND] = lambda config: Ground(
        cluster=cluster,
        guard=Guard(context=cluster.name, is_ours=True),
        settings=default_settings("v1.34.4"),
        state=config.rootpath / "state",
    )
    calls = config.rootpath / "calls"
    config.add_cleanup(lambda: calls.write_text("\n".join(cluster.calls)) and None)


def _experiment(cluster: FakeCluster, **options: Any) -> Experiment:
    return Experiment(cluster, **{**options, "clock": cluster.clock, "await_deletion": True})


def targets_in(text: str) -> list[str]:
    """The targets that a dry run's text names."""
    rows = (line.split() for line in text.splitlines())
    return [" ".join(row[1:]) for row in rows if row[:1] == ["target"]]
