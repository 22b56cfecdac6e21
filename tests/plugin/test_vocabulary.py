"""The words of the features mean what they say, and nothing else is a word."""

from __future__ import annotations

import pytest

from reconverge.blast import ALL, MAJORITY, MINORITY, ONE, BlastRadius, Count, Percent
from reconverge.model import Taint
from steps.vocabulary import lines, words


@pytest.mark.parametrize(
    ("text", "radius"),
    [
        ("one", ONE),
        ("3", Count(3)),
        ("two", Count(2)),
        ("a majority", MAJORITY),
        ("a minority", MINORITY),
        ("30 percent", Percent(30)),
        ("all", ALL),
    ],
)
def test_a_blast_radius_is_a_word_or_a_number(text: str, radius: BlastRadius) -> None:
    """Each way to say how many are hit is one value."""
    step = words("{radius:BlastRadius} of them")
    assert step.parse_arguments(f"{text} of them") == {"radius": radius}


@pytest.mark.parametrize("text", ["some", "eleven", "most", "-1", "a half"])
def test_other_words_are_no_blast_radius(text: str) -> None:
    """A word that is not known makes the step unknown instead of guessing."""
    assert not words("{radius:BlastRadius} of them").is_matching(f"{text} of them")


@pytest.mark.parametrize(
    ("text", "seconds"), [("60 seconds", 60.0), ("1 second", 1.0), ("2 minutes", 120.0)]
)
def test_a_duration_is_in_seconds(text: str, seconds: float) -> None:
    """Deadlines are compared in seconds."""
    assert words("within {it:Duration}").parse_arguments(f"within {text}") == {"it": seconds}


def test_a_name_ends_at_its_quote() -> None:
    """Otherwise one step would swallow the text of a longer one."""
    step = words('"{name:Name}" is scaled')
    assert not step.is_matching('"a" and "b" is scaled')
    assert step.parse_arguments('"a b" is scaled') == {"name": "a b"}


def test_a_label_may_contain_no_second_equals_sign_in_its_key() -> None:
    """`key=value` is split at the first sign."""
    step = words('labelled "{it:Label}"')
    assert step.parse_arguments('labelled "a=b=c"') == {"it": {"a": "b=c"}}


@pytest.mark.parametrize(
    ("text", "taint"),
    [
        ("closed:NoExecute", Taint(key="closed", effect="NoExecute")),
        ("a/b=c:NoSchedule", Taint(key="a/b", value="c", effect="NoSchedule")),
    ],
)
def test_a_taint_is_written_as_kubectl_writes_it(text: str, taint: Taint) -> None:
    """And is read back as the same text; an unknown effect is no word."""
    step = words('tainted "{it:Taint}"')
    assert step.parse_arguments(f'tainted "{text}"') == {"it": taint}
    assert str(taint) == text
    assert not step.is_matching('tainted "closed:NoEntry"')


@pytest.mark.parametrize(
    ("text", "sets"),
    [
        ("a=1", ({"a": "1"},)),
        ("a=1, b=2 / c=3", ({"a": "1", "b": "2"}, {"c": "3"})),
    ],
)
def test_labels_of_several_pods(text: str, sets: tuple[dict[str, str], ...]) -> None:
    """A slash parts one pod's labels from another's."""
    step = words('labelled "{it:LabelSets}"')
    assert step.parse_arguments(f'labelled "{text}"') == {"it": sets}


def test_a_label_is_changed_or_taken_away() -> None:
    """`no key` is a label that is to go."""
    step = words('relabelled "{it:LabelChange}"')
    assert step.parse_arguments('relabelled "env=x"') == {"it": {"env": "x"}}
    assert step.parse_arguments('relabelled "no env"') == {"it": {"env": None}}
    assert not step.is_matching('relabelled "env"')


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("with its pods", "Background"),
        ("after its pods", "Foreground"),
        ("without its pods", "Orphan"),
        ("without a word on its pods", None),
    ],
)
def test_what_becomes_of_the_pods(text: str, policy: str | None) -> None:
    """Each way to delete an owner has one phrase."""
    step = words("deleted {it:Propagation}")
    assert step.parse_arguments(f"deleted {text}") == {"it": policy}


def test_a_table_of_two_columns_is_a_map() -> None:
    """The first cell names what the second says."""
    assert lines([["Ready", "3"], ["Name", "kubia"]]) == {"Ready": "3", "Name": "kubia"}
