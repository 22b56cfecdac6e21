"""A run on a real cluster, under --controllers-silenced: what only a real record has."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from reconverge.clock import RealClock
from reconverge.report.html.page import page_of
from reconverge.report.html.run import Run, run_of
from reconverge.report.html.section import Section

ARCHIVE = Path(__file__).parent / "silenced-run.tar.xz"
SILENT = "replication-controller is silent: it left a surplus pod alone for 5 s"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("silenced")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    return run_of(folder, RealClock())


def section(run: Run, title: str) -> Section:
    return next(one for one in run.sections if title in one.title)


def test_every_scenario_is_there_with_its_reason(run: Run) -> None:
    """Red as they have to be where the controllers may write nothing."""
    assert [one.verdict for one in run.sections] == ["BROKEN", "BROKEN", "BROKEN", "UNKNOWN"]
    assert all(one.why for one in run.sections)
    assert section(run, "starts over").why == SILENT
    assert run.mutations == ("--controllers-silenced",)
    assert (run.flaws, run.kubernetes) == ((), "v1.34.4")
    assert len(run.settings) > 10


def test_the_steps_have_their_ends_and_times(run: Run) -> None:
    """What was not reached after the failure too."""
    steps = section(run, "starts over").steps
    assert [one.status for one in steps] == ["passed", "passed", "failed", "skipped", "skipped"]
    assert steps[2].duration_s > 60


def test_the_audit_log_says_who_wrote_most_of_it(run: Run) -> None:
    """The kubelets report, the scheduler binds; what was only listed nobody wrote just then."""
    picture = section(run, "starts over").picture
    assert picture is not None
    authors = {one.author for one in picture.events if one.is_audited}
    assert {"kubelet of report-worker", "kube-scheduler", "replication-controller"} <= authors
    pods = [one for one in picture.events if one.version and one.of.startswith("kubia")]
    assert sum(one.is_audited for one in pods) >= 0.9 * len(pods)


def test_three_pods_go_and_none_comes(run: Run) -> None:
    """That is what the picture has to show: lives that end, and a count that stays at none."""
    picture = section(run, "starts over").picture
    assert picture is not None
    (owner,) = [one for one in picture.groups if one.lanes]
    assert (owner.title, owner.kind, len(owner.lanes)) == ("kubia", "ReplicationController", 3)
    assert all(lane.is_target for lane in owner.lanes)
    assert all(lane.spans[-1].state == "terminating" for lane in owner.lanes)
    assert all(lane.spans[-1].end_s < picture.end_s for lane in owner.lanes)
    assert (owner.counts[-1].ready, owner.counts[-1].wanted) == (0, 3)


def test_the_page_of_four_scenarios_is_small(run: Run) -> None:
    """Their records are 2 MB; a hundred such scenarios are 3 MB of page."""
    page = page_of(run)
    assert len(page) < 50_000 + len(run.sections) * 30_000
    assert SILENT in page
