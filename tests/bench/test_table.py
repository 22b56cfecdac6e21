"""The page: figures and words follow from the rows alone."""

from __future__ import annotations

import msgspec
import pytest

from bench.verdicts.requests import Requests, counted, median
from bench.verdicts.rows import Proof, Row
from bench.verdicts.table import Result, markdown, milliseconds, page, wrong

RIGHT = Row("healthy", 0, "ours", True, False, 0.0123, 0.004)
EARLY = msgspec.structs.replace(RIGHT, tool="theirs", is_wrong=True, lag_s=-1.5)
FROZEN = msgspec.structs.replace(EARLY, scenario="frozen")
PROOF = Proof("ours", 0.0004, True, True, 0.0301, 1.0, 1.0372, 0.0003, 0.0021)
RESULT = Result(
    command="python -m bench.verdicts",
    date="2026-11-24",
    machine="2 cores",
    cluster="kind, 4 nodes",
    versions="Kubernetes v1.34.4",
    titles={"ours": "reconverge", "theirs": "another"},
    rows=(RIGHT, EARLY, FROZEN),
    proofs=(PROOF,),
    disturbed=0,
    counting_rounds=3,
    opening=Requests(8, 8, 3),
    requests={"ours": Requests(0, 0, 5)},
)


def lines_with(text: str) -> list[str]:
    return [line for line in page(RESULT).splitlines() if text in line]


def test_each_tool_has_its_line() -> None:
    """Lags of healthy rounds, wrong verdicts of each kind of round, requests, CPU."""
    [ours] = lines_with("| reconverge | 12")
    assert ours == (
        "| reconverge | 12 ms | 12 ms | 12 ms | 12 ms | 0 of 1 | – | – | – | 0 / 0 / 5 | 4.0 ms |"
    )
    [theirs] = lines_with("| another |")
    assert theirs == (
        "| another | -1500 ms | -1500 ms | -1500 ms | -1500 ms "
        "| **1 of 1** | **1 of 1** | – | – | – | 4.0 ms |"
    )


@pytest.mark.parametrize(
    ("start", "figures"),
    [
        ("| instant is", "1 of 1"),
        ("| receipt of", "0.4 ms / 0.4 ms / 0.4 ms"),
        ("| from the instant", "37 ms / 37 ms / 37 ms"),
    ],
)
def test_the_proof_is_shown_span_by_span(start: str, figures: str) -> None:
    """The settle time that was asked for is no part of the proof's cost."""
    [line] = lines_with(start)
    assert line.endswith(f"| {figures} |")


def test_the_page_says_where_it_comes_from() -> None:
    """Command, date, machine, cluster and versions: enough to make it again."""
    for fact in (RESULT.command, RESULT.date, RESULT.machine, RESULT.cluster, RESULT.versions):
        assert lines_with(fact)
    assert "{" not in page(RESULT), "a placeholder was left"


def test_wrong_verdicts_stand_out() -> None:
    """A wrong one is bold, none is not, and where nothing was played there is no figure."""
    assert [wrong([RIGHT]), wrong([RIGHT, EARLY]), wrong([])] == ["0 of 1", "**1 of 2**", "–"]


def test_milliseconds_are_as_exact_as_they_are_small() -> None:
    """Tenths below ten."""
    assert [milliseconds(one) for one in (0.00123, 0.0123, -1.5)] == ["1.2 ms", "12 ms", "-1500 ms"]


def test_a_table_aligns_its_figures() -> None:
    """The first column is text."""
    table = markdown(("a", "b"), [("x", "1")])
    assert table.splitlines() == ["| a | b |", "| --- | ---: |", "| x | 1 |"]


ROW = 'I1124 1 round_trippers.go:632] "Response" verb="{verb}" url="https://127.0.0.1:1/{path}"\n'
LOG = "".join(
    (
        ROW.format(verb="GET", path="api/v1/pods?limit=500"),
        ROW.format(verb="GET", path="api/v1/pods?allowWatchBookmarks=true&watch=true"),
        ROW.format(verb="PATCH", path="api/v1/namespaces/exp/pods/a"),
        "I1124 1 loader.go:402] Config loaded from file: kubeconfig\n",
    )
)


def test_requests_are_counted_by_what_they_cost() -> None:
    """A list is a read, a watch is opened once, everything else writes; other lines are none."""
    assert counted(LOG) == Requests(reads=1, watches=1, writes=1)


def test_the_median_is_taken_of_each_kind() -> None:
    """The middle of three, and the lower of two."""
    counts = [Requests(1, 5, 0), Requests(3, 1, 0), Requests(2, 3, 9)]
    assert median(counts) == Requests(2, 3, 0)
    assert median(counts[:2]) == Requests(1, 1, 0)
