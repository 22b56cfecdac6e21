"""Which cluster a run uses, and who removes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconverge.provision.glance import MARKER
from reconverge.provision.state import StateDir
from reconverge.pytest_plugin.clusters import meeting_place
from reconverge.pytest_plugin.lock import Presence
from tests.fakes import FakeCluster, SteppedClock
from tests.plugin import stage
from tests.plugin.conftest import Play
from tests.plugin.test_verdicts_and_exit_codes import FEATURE
from tests.provision.test_life_cycle import RECORD

REMOVAL = """
import reconverge.pytest_plugin.clusters as clusters

def pytest_configure(config):
    stage.set_up(config, was_made={was_made})
    log = config.rootpath / "removed.txt"
    clusters.down = lambda name, progress: log.open("a").write(name + "\\n")
"""


@pytest.mark.parametrize(
    ("was_made", "args", "removals"),
    [(True, (), 1), (True, ("--keep-cluster",), 0), (False, (), 0), (True, ("-n", "2"), 1)],
    ids=["made", "made and kept", "found", "made by a worker"],
)
def test_only_a_cluster_that_the_run_made_is_removed(
    play: Play,
    pytester: pytest.Pytester,
    was_made: bool,
    args: tuple[str, ...],
    removals: int,
) -> None:
    """Once, by the process that ends last, and not where it is to be kept."""
    pytester.makeconftest("from tests.plugin import stage\n" + REMOVAL.format(was_made=was_made))
    play(FEATURE.format(name="shop"), *args, apart=True).assert_outcomes(passed=1)
    log = pytester.path / "removed.txt"
    assert (log.read_text().count("reconverge") if log.exists() else 0) == removals


def test_a_cluster_that_another_run_uses_is_kept(play: Play, pytester: pytest.Pytester) -> None:
    """Whoever made it, it is not removed under the hands of another run."""
    pytester.makeconftest("from tests.plugin import stage\n" + REMOVAL.format(was_made=True))
    other = Presence(StateDir().root / "runs" / "reconverge")
    play(FEATURE.format(name="shop"), apart=True).assert_outcomes(passed=1)
    other.end()
    assert not (pytester.path / "removed.txt").exists()


def test_a_dry_run_makes_no_cluster(
    play: Play, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is none it ends with one sentence, and nothing was begun."""
    monkeypatch.setenv("PATH", "/nowhere")
    pytester.makeconftest("")
    result = play(FEATURE.format(name="shop"), "--dry-run", "--cluster-name", "none-such")
    assert result.ret == 2
    result.stdout.fnmatch_lines(["*no cluster to run on: there is no cluster 'none-such'*"])
    assert not (pytester.path / "state" / "clusters").exists()


def test_without_a_cluster_a_run_is_one_sentence(play: Play, pytester: pytest.Pytester) -> None:
    """A machine that cannot serve ends the run with its own exit code, not an error a scenario."""
    pytester.makeconftest(
        f"""{stage.CONFTEST}
    from reconverge.errors import Unavailable
    from reconverge.pytest_plugin.clusters import MAKE_GROUND
    def refuse(config):
        raise Unavailable("Docker does not answer", cure="start it")
    config.stash[MAKE_GROUND] = refuse
"""
    )
    result = play(FEATURE.format(name="shop"))
    assert result.ret == 2
    result.stdout.fnmatch_lines(["*no cluster to run on: Docker does not answer -> start it*"])


def marked(identity: str) -> FakeCluster:
    """A cluster that carries the mark of one we made."""
    cluster = FakeCluster(SteppedClock())
    marker = {"kind": "ConfigMap", "metadata": {"name": MARKER}, "data": {"id": identity}}
    cluster.store.add(marker, namespace="kube-system")
    return cluster


def test_runs_on_a_cluster_of_ours_meet_whatever_its_context_is_called(tmp_path: Path) -> None:
    """Attached by a copied kubeconfig, it is still the cluster on which others take turns."""
    state = StateDir(tmp_path)
    state.write(RECORD)
    assert meeting_place(marked(RECORD.id), state) == tmp_path / "runs" / RECORD.name


def test_two_clusters_never_share_a_journal(tmp_path: Path) -> None:
    """Contexts of one name are common; an undo must not be looked for on another cluster."""
    state = StateDir(tmp_path)
    state.write(RECORD)
    strangers = [marked("somebody's"), FakeCluster(SteppedClock())]
    places = [meeting_place(cluster, state) for cluster in strangers]
    assert all(place.parent == tmp_path / "attached" for place in places)
    uids = [cluster.read("Namespace", "kube-system").uid for cluster in strangers]
    assert [place.name for place in places] == uids
