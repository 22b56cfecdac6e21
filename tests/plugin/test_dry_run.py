"""What a dry run tells, and that it does nothing of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest

from tests.plugin import rehearsed
from tests.plugin.conftest import PLUGIN, ROOT
from tests.stage import MANIFESTS

LOST = """
Feature: A shop
  Scenario: A lost pod is replaced
    Given the ReplicationController "kubia" is in its steady state of 3 ready pods
    When {when}
    Then "kubia" converges to 3 ready pods
"""
DELETED = 'one of the pods of "kubia" is deleted'
Rehearse = Callable[..., pytest.RunResult]


@pytest.fixture
def rehearse(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Rehearse:
    """Play a feature's text with `--dry-run` on a fake cluster."""
    monkeypatch.setenv("PYTHONPATH", ROOT)
    monkeypatch.setenv("PYTEST_ADDOPTS", "")
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TMPDIR", str(pytester.mkdir("tmp")))
    monkeypatch.setenv("RECONVERGE_STATE_DIR", str(pytester.path / "state"))
    pytester.makeconftest(rehearsed.CONFTEST)
    shutil.copy(MANIFESTS / "kubia-rc.yaml", pytester.path)

    def run(text: str, *options: str) -> pytest.RunResult:
        (pytester.path / "shop.feature").write_text(text)
        words = [*PLUGIN, "-p", "no:cacheprovider", "--dry-run", *options]
        start = pytester.runpytest_subprocess if "-n" in options else pytester.runpytest_inprocess
        return start(*words)

    return run


def calls(pytester: pytest.Pytester) -> list[str]:
    return (pytester.path / "calls").read_text().splitlines()


def test_targets_and_undo_are_told_and_nothing_is_done(
    rehearse: Rehearse, pytester: pytest.Pytester
) -> None:
    """The scenario ends at its fault; neither passed nor failed, without a verdict or a record."""
    result = rehearse(LOST.format(when='"kubia" is scaled to 1 pods'), "--seed", "7")
    result.stdout.fnmatch_lines(
        [
            "*seed 7*DRY RUN*",
            "shop.feature::A lost pod is replaced",
            '  When "kubia" is scaled to 1 pods',
            "    fault *kubia scaled to 1*seed 7",
            '    target *ReplicationController "kubia"',
            '    undo *"kubia" scaled back to 3',
            "*1 told in*",
        ]
    )
    assert result.ret == 0
    assert "HELD" not in result.stdout.str()
    assert not [one for one in calls(pytester) if one.startswith("scale")]
    assert not (pytester.path / "runs").exists()
    assert not list((pytester.path / "tmp").glob("reconverge-dry-run-*"))


def test_the_fault_is_the_one_that_the_seed_chooses(
    rehearse: Rehearse,
) -> None:
    """The same seed names the same targets again; and what is named is one pod that was made."""
    (one,) = rehearsed.targets_in(rehearse(LOST.format(when=DELETED), "--seed", "7").stdout.str())
    (again,) = rehearsed.targets_in(rehearse(LOST.format(when=DELETED), "--seed", "7").stdout.str())
    assert one.startswith('Pod "kubia-')
    assert one.rpartition("/")[2] == again.rpartition("/")[2]


def test_what_would_follow_is_said_not_to_be_known(rehearse: Rehearse) -> None:
    """Whom a second fault hits depends on what the first one does."""
    again = DELETED + '\n    And "kubia" is scaled to 5 pods'
    result = rehearse(LOST.format(when=again))
    result.stdout.fnmatch_lines(
        ["    undo *", '  cannot be told yet: And "kubia" is scaled to 5 pods']
    )
    assert len(rehearsed.targets_in(result.stdout.str())) == 1


def test_a_scenario_without_a_fault_says_so(rehearse: Rehearse) -> None:
    """Its promises are not asked for either."""
    text = LOST.format(when='the ReplicationController "kubia" is created').replace(
        'Given the ReplicationController "kubia" is in its steady state of 3 ready pods', "Given"
    )
    text = text.replace("    Given\n", "")
    result = rehearse(text)
    result.stdout.fnmatch_lines(["shop.feature::A lost pod is replaced", "  does no fault"])
    assert result.ret == 0


@pytest.mark.parametrize(
    ("when", "options", "why"),
    [
        ('all of the pods of "kubia" are deleted', ("--max-targets", "2"), "would hit 3 objects"),
        ("the controller-manager is killed", (), "it is the control plane"),
    ],
)
def test_a_refusal_is_foreseen_as_well(
    rehearse: Rehearse, when: str, options: tuple[str, ...], why: str
) -> None:
    """The guard is asked as in a run: exit code 3."""
    result = rehearse(LOST.format(when=when), *options)
    assert why in result.stdout.str()
    assert result.ret == 3


def test_workers_tell_it_to_whom_the_user_looks_at(rehearse: Rehearse) -> None:
    """With xdist as without."""
    result = rehearse(LOST.format(when=DELETED), "-n", "2")
    assert len(rehearsed.targets_in(result.stdout.str())) == 1
    assert result.ret == 0


def test_a_report_folder_that_was_named_stays(
    rehearse: Rehearse, pytester: pytest.Pytester
) -> None:
    """Whoever asks for the record of what was made gets it."""
    rehearse(LOST.format(when=DELETED), "--report-dir", "kept")
    assert list((pytester.path / "kept").glob("*/timeline.jsonl"))


def test_nothing_to_survive(rehearse: Rehearse) -> None:
    """Mutations ask what a scenario says of its fault, and there is none."""
    result = rehearse(LOST.format(when=DELETED), "--controllers-silenced")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*--dry-run does not go with --controllers-silenced*"])
