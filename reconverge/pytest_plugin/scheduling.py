"""Which worker of xdist runs what: a lane goes to one worker, whatever else to who is free.

xdist deals out by number, some scenarios ahead of time. But scenarios differ by minutes, and of two
that harm a node one would wait for the other while other work lies about.
"""

from __future__ import annotations

import fnmatch
import os
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from reconverge.provision.cluster_config import SET_ASIDE_MAX
from reconverge.pytest_plugin.feature_files import SUFFIX, tags_in
from reconverge.pytest_plugin.turns import turn_of
from reconverge.turns import Turn


class ByLane(LoadScopeScheduling):  # type: ignore[misc]
    """Units of work are a lane, which is begun first, or one scenario, in the order collected."""

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        self._turns: dict[str, dict[str, Turn]] = {}
        self._outages: dict[str, int] = {}

    def _split_scope(self, nodeid: str) -> str:
        path, _, rest = nodeid.partition("::")
        if not path.endswith(SUFFIX):
            return nodeid
        if path not in self._turns:
            tags = tags_in(self.config.rootpath / path)
            self._turns[path] = {name: turn_of(of) for name, of in tags.items()}
        match self._turns[path].get(rest.partition("[")[0], Turn.SHARED):
            case Turn.OUTAGE:
                return f"{Turn.OUTAGE} {self._outage(nodeid) % SET_ASIDE_MAX}"
            case Turn.LABELS:
                return str(Turn.LABELS)
            case _:
                return nodeid

    def _outage(self, nodeid: str) -> int:
        """Its number among those with an outage: they are dealt out to as many workers as lanes."""
        return self._outages.setdefault(nodeid, len(self._outages))

    def _reschedule(self, node: Any) -> None:
        """A worker has to know its next one before it ends the one that it runs, and no further."""
        if not self.workqueue or self._pending_of(self.assigned_work[node]) <= 1:
            super()._reschedule(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByLane | None:
    """Where scenarios are run, unless another way was asked for by `--dist`."""
    is_usual = config.getoption("dist") == "load"
    return ByLane(config, log) if is_usual and has_features(config) else None


def has_features(config: pytest.Config) -> bool:
    """Whether a feature file is named, or is in a folder that is."""
    skipped = config.getini("norecursedirs")
    paths = (Path(word.partition("::")[0]) for word in config.args)
    return any(path.suffix == SUFFIX or _has_features(path, skipped) for path in paths)


def _has_features(folder: Path, skipped: list[str]) -> bool:
    for _, folders, files in os.walk(folder):
        if any(name.endswith(SUFFIX) for name in files):
            return True
        folders[:] = [
            name for name in folders if not any(fnmatch.fnmatch(name, one) for one in skipped)
        ]
    return False
