"""The state of a real cluster: a fault shows in it, its rollback leaves nothing, nor does time."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from reconverge import cli
from reconverge.cluster.nodes import KindCluster
from reconverge.faults import LabelNode
from reconverge.recovery.reading import read_state
from tests.kind_stage import experiment_on_kind

pytestmark = pytest.mark.cluster


def test_a_fault_shows_until_it_is_rolled_back(cluster: KindCluster, tmp_path: Path) -> None:
    """And what the scenario applied is gone with its namespace."""
    before = read_state(cluster)
    with experiment_on_kind(cluster, tmp_path) as experiment:
        [labelled] = experiment.inject(LabelNode(labels={"left": "behind"})).targets
        home = experiment.namespace
        changed = {one.path for one in before.differences(read_state(cluster))}
    assert f"Node/{labelled.name}/labels" in changed
    assert f"Namespace/{home}/labels" in changed
    left = [one for one in before.differences(read_state(cluster)) if home not in one.path]
    assert left == []


def test_the_command_prints_each_row(cluster: KindCluster) -> None:
    """In order, one a line, for `diff`."""
    name = cluster.name.removeprefix("kind-")
    done = CliRunner().invoke(cli.reconverge, ["cluster", "inventory", "--name", name])
    assert done.exit_code == 0, done.output
    rows = [line for line in done.stdout.splitlines() if not line.startswith("undo journal")]
    assert rows == sorted(rows)
    assert f"Node/{name}-worker/inside/service/kubelet: active" in rows
    assert f"Node/{name}-worker/container: running" in rows
