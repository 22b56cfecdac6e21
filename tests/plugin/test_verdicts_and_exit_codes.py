"""What a run says and with which exit code it ends."""

from __future__ import annotations

import sys

import pytest

from tests.plugin import stage
from tests.plugin.conftest import Play

FEATURE = """
Feature: A shop
  Scenario: A lost pod is replaced
    Given the ReplicationController "{name}" is in its steady state of 3 ready pods
    When one of the pods of "{name}" is deleted
    Then "{name}" converges to 3 ready pods within 60 seconds
"""


def test_a_feature_file_runs_without_a_line_of_python(play: Play) -> None:
    """`pytest` finds a feature that speaks our steps, and a kept promise ends with 0."""
    result = play(FEATURE.format(name="shop"), "--seed", "7")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*1 HELD*seed 7*"])
    assert result.ret == 0


def test_a_run_begins_without_a_warning(play: Play) -> None:
    """pytest warns of a plugin's module that another one has imported before it is named."""
    play(FEATURE.format(name="shop"), apart=True).assert_outcomes(passed=1, warnings=0)


@pytest.mark.parametrize(
    ("name", "code", "verdict"),
    [
        ("broken", 1, "BROKEN"),
        ("silent", 2, "UNKNOWN"),
        ("unreachable", 2, "UNKNOWN"),
        ("forbidden", 3, "UNKNOWN"),
    ],
)
def test_the_exit_code_tells_why_a_run_is_red(
    play: Play, name: str, code: int, verdict: str
) -> None:
    """A broken promise, one that cannot be known, and a refusal are different ends."""
    result = play(FEATURE.format(name=name))
    assert result.ret == code
    result.stdout.fnmatch_lines([f"*1 {verdict}*"])


def test_a_refusal_is_no_error_of_pytests(play: Play, pytester: pytest.Pytester) -> None:
    """pytest has exit code 3 for those of its own; `reconverge run` keeps them apart."""
    play(FEATURE.format(name="forbidden"))
    command = [sys.executable, "-m", "reconverge", "run", "shop.feature"]
    refused = pytester.run(*command)
    assert refused.ret == 3
    pytester.makeconftest("def pytest_collection(): raise RuntimeError('no loop')")
    broken = pytester.run(*command)
    assert broken.ret == 2
    broken.stderr.fnmatch_lines(["*pytest met an error of its own*"])


def test_the_gravest_verdict_decides_the_exit_code(play: Play) -> None:
    """UNKNOWN beside BROKEN is BROKEN."""
    text = FEATURE.format(name="silent") + FEATURE.format(name="broken").split("\n", 2)[2].replace(
        "A lost", "Another lost"
    )
    assert play(text).ret == 1


def test_a_red_scenario_shows_our_text_and_no_traceback(play: Play) -> None:
    """The verdict, the rollbacks, and the command that repeats it; nothing of pytest-bdd's."""
    result = play(FEATURE.format(name="broken"), "--seed", "4711")
    result.stdout.fnmatch_lines(
        [
            'BROKEN   "broken" converges to 3 ready pods within 60 s *seed 4711',
            "  why         one pod is missing",
            "*note*close failed=True",
            "  kept        runs/now/*",
            "  repeat      pytest 'shop.feature::A lost pod is replaced' --seed 4711",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    assert "step_func" not in result.stdout.str()


def test_the_printed_command_repeats_the_scenario(play: Play) -> None:
    """What the text advises can be pasted: it runs that one scenario with that seed."""
    play(FEATURE.format(name="broken"), "--seed", "4711")
    again = play(
        FEATURE.format(name="broken"),
        "shop.feature::A lost pod is replaced",
        "--seed",
        "4711",
    )
    again.assert_outcomes(failed=1)


def test_a_starting_state_that_is_not_reached_is_no_verdict(play: Play) -> None:
    """A red Given says nothing about the fault, so it is UNKNOWN and says that nothing was run."""
    result = play(FEATURE.format(name="unsteady"))
    assert result.ret == 2
    result.stdout.fnmatch_lines(["*not run, its starting state was not reached*"])


def test_an_experiment_is_closed_once_whatever_happens(
    play: Play, pytester: pytest.Pytester
) -> None:
    """A red scenario leaves nothing open, and knows that it is red when it cleans up."""
    play(FEATURE.format(name="broken"))
    log = (pytester.path / "runs" / "log.txt").read_text()
    assert log.count("close") == 1
    assert "close failed=True" in log


def test_a_clean_up_that_fails_does_not_hide_why_a_scenario_is_red(
    play: Play, pytester: pytest.Pytester
) -> None:
    """The promise stays the headline, and the cluster that is not as it was is said below it."""
    pytester.makeconftest(
        f"""{stage.CONFTEST}
    stage.PretendedExperiment.close = stage.fail_to_close
"""
    )
    result = play(FEATURE.format(name="broken"), apart=True)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ['BROKEN   "broken" converges*', "*could not be left as it was found: *still there*"]
    )


@pytest.mark.parametrize("how", ["interrupted", "SIGTERM"])
def test_an_interrupted_run_closes_the_experiment_and_ends_with_130(
    play: Play, pytester: pytest.Pytester, how: str
) -> None:
    """By Ctrl-C or a cancelled CI job, in the middle of a fault: everything is taken back."""
    result = play(FEATURE.format(name=how), apart=True)
    assert result.ret == 130
    assert "close" in (pytester.path / "runs" / "log.txt").read_text()


def test_verdicts_travel_from_xdist_workers(play: Play) -> None:
    """The controller counts what its workers found, with one seed for all."""
    result = play(FEATURE.format(name="broken"), "-n", "2", "--seed", "9", apart=True)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*1 BROKEN*seed 9*"])


def test_a_session_without_scenarios_keeps_pytests_exit_code(
    play: Play, pytester: pytest.Pytester
) -> None:
    """An installed plugin does not meddle with other people's tests."""
    pytester.makepyfile(test_other="def test_other(): assert False")
    result = play("Feature: another tool's\n  Scenario: One\n    Given nothing of ours\n")
    result.assert_outcomes(failed=1)
    assert result.ret == 1
    assert "verdicts" not in result.stdout.str()


def test_faults_can_be_switched_off_for_a_whole_run(play: Play, pytester: pytest.Pytester) -> None:
    """--faults-off reaches every experiment, and the header says so."""
    result = play(FEATURE.format(name="shop"), "--faults-off")
    assert "off=True" in (pytester.path / "runs" / "log.txt").read_text()
    result.stdout.fnmatch_lines(["*FAULTS OFF*"])


def test_a_scenario_without_a_given_is_mutated_as_well(
    play: Play, pytester: pytest.Pytester
) -> None:
    """Its first step would make the experiment: by then the controllers are silenced."""
    given, when = FEATURE.index("    Given"), FEATURE.index("    When")
    play(FEATURE[:given] + FEATURE[when:].format(name="shop"), "--controllers-silenced")
    log = (pytester.path / "runs" / "log.txt").read_text().splitlines()
    assert log[:3] == ["open", "inject Silence off=False", "inject DeletePods off=False"]


def test_a_kubeconfig_without_a_context_is_refused(play: Play) -> None:
    """A cluster is only harmed when its context is named: bad input, before anything is asked."""
    result = play(FEATURE.format(name="shop"), "--kubeconfig", "nowhere")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*--kube-context*"])


def bygone(pytester: pytest.Pytester) -> None:
    """The shop as a ReplicaSet of a version that is not served any more."""
    text = stage.MANIFEST.replace("apiVersion: v1", "apiVersion: apps/v1beta2")
    text = text.replace("ReplicationController", "ReplicaSet").replace("NAME", "old")
    pytester.makefile(".yaml", old=text)


def test_strict_api_refuses_a_bygone_version(play: Play, pytester: pytest.Pytester) -> None:
    """--strict-api: bad input, with the manifest's place, the version of today and the command."""
    bygone(pytester)
    feature = FEATURE.format(name="old").replace("ReplicationController", "ReplicaSet")
    play(feature).assert_outcomes(passed=1)
    strict = play(feature, "--strict-api", "--report-dir=runs/strict")
    assert strict.ret == 4
    strict.stdout.fnmatch_lines(
        ["*old.yaml:1:*", '*"old" is of apps/v1beta2, which is not served any more*', "*migrate*"]
    )
    strict.stdout.fnmatch_lines(["  repeat *--strict-api*"])


def test_a_record_is_not_written_over(play: Play) -> None:
    """What is in the folder of another run is refused before anything is waited for or made."""
    feature = FEATURE.format(name="shop")
    play(feature).assert_outcomes(passed=1)
    again = play(feature)
    assert again.ret == 4
    again.stdout.fnmatch_lines(["*it holds the record of a run already -> name another*"])
