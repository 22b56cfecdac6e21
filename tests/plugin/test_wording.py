"""Words that cannot be acted on are found before anything runs, with file, line and advice."""

from __future__ import annotations

import pytest

from tests.plugin import stage
from tests.plugin.conftest import Play
from tests.plugin.test_verdicts_and_exit_codes import FEATURE

SHOP = FEATURE.format(name="shop")


def test_an_unknown_step_names_its_line_and_the_nearest_steps(
    play: Play, pytester: pytest.Pytester
) -> None:
    """A misspelt step ends the run with 4 before any experiment is opened."""
    result = play(SHOP.replace("is deleted", "is deletet"))
    assert result.ret == 4
    result.stdout.fnmatch_lines(
        [
            'shop.feature:5: unknown step: When one of the pods of "shop" is deletet',
            "*the nearest steps are",
            '*When <radius> of the pods of "<name>" is deleted',
        ]
    )
    assert not (pytester.path / "runs" / "log.txt").exists()


def test_a_step_that_two_definitions_claim_names_both(
    play: Play, pytester: pytest.Pytester
) -> None:
    """pytest-bdd would take one of them in silence."""
    pytester.makepyfile(
        more_steps="""
        from pytest_bdd import when
        @when('one of the pods of "shop" is deleted')
        def mine(): pass
        """
    )
    pytester.makeconftest(f"{stage.CONFTEST}\npytest_plugins = ['more_steps']\n")
    result = play(SHOP)
    assert result.ret == 4
    result.stdout.fnmatch_lines_random(
        ["shop.feature:5: ambiguous step: *", "*faults.py:*", "*more_steps.py:*"]
    )


def test_an_unknown_tag_names_its_line_and_what_was_meant(play: Play) -> None:
    """A tag that nobody declared would silently select nothing."""
    result = play("@node_lost\n" + SHOP.lstrip())
    assert result.ret == 4
    result.stdout.fnmatch_lines(
        ["shop.feature:1: unknown tag @node_lost; did you mean @node_loss or @node_labels?"]
    )


def test_tags_of_the_chapter_are_known_and_select(play: Play) -> None:
    """-m rc_17 runs the scenarios that show that behaviour, and no others."""
    tagged = SHOP.replace("  Scenario:", "  @rc_17\n  Scenario:")
    play(tagged, "-m", "rc_17", "--strict-markers").assert_outcomes(passed=1)
    assert play(tagged, "-m", "rc_18").ret == 5


def test_a_scenario_title_used_twice_is_reported(play: Play) -> None:
    """pytest-bdd would drop the first of two scenarios with one title."""
    result = play(SHOP + SHOP.split("\n", 2)[2])
    assert result.ret == 4
    result.stdout.fnmatch_lines(["*two scenarios are called*"])


def test_text_that_is_no_gherkin_is_one_sentence(play: Play) -> None:
    """A broken feature file names its line and ends with 4."""
    result = play("Feature: one\n  Scenario: x\n    Given a\n  Nonsense here\n", "shop.feature")
    assert result.ret == 4
    result.stdout.fnmatch_lines(["*shop.feature:4: *"])


def test_flaws_are_reported_once_with_xdist(play: Play) -> None:
    """Every worker collects, one of them reports."""
    result = play(SHOP.replace("is deleted", "is deletet"), "-n", "2", apart=True)
    assert result.ret == 4
    assert result.stdout.str().count("the nearest steps are") == 1


def test_a_module_that_binds_a_feature_keeps_it(play: Play, pytester: pytest.Pytester) -> None:
    """A scenario bound by a Python module is not run a second time."""
    pytester.makepyfile(test_bound="from pytest_bdd import scenarios; scenarios('shop.feature')")
    play(SHOP).assert_outcomes(passed=1)


def test_a_missing_manifest_says_where_it_was_looked_for(play: Play) -> None:
    """A name without a YAML file is bad input, and near names are offered."""
    result = play(SHOP.replace('"shop"', '"shopp"'))
    assert result.ret == 4
    result.stdout.fnmatch_lines(['*no manifest of ReplicationController "shopp"*'])
