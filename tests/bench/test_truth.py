"""The truth of the bench: which events make it, and which cannot."""

from __future__ import annotations

from typing import Any

import pytest

from bench.verdicts.truth import NothingHappened, came_true, was_true
from tests.bench.sightings import Watch, two_pods


def test_it_is_true_from_the_event_that_completes_the_pods() -> None:
    """The last pod's line is the instant, whatever comes after it."""
    watch = two_pods()
    watch.pod(3.0, "a")
    assert watch.turned() == [(1.0, True)]
    assert watch.pods.turns[0].event == "Pod@2"


def test_with_the_status_it_is_true_from_the_event_that_completes_both() -> None:
    """What reconverge calls steady comes with the status, if that comes last."""
    watch = two_pods()
    assert [turn.event for turn in watch.told.turns] == ["ReplicationController@3"]


def test_a_stale_status_is_no_truth() -> None:
    """A pod is lost while the status goes on saying 2: neither truth holds."""
    watch = two_pods()
    watch.pod(3.0, "a", type_="DELETED")
    watch.status(4.0, 2)
    assert watch.turned() == [(1.0, True), (3.0, False)]
    assert not watch.told.is_true


@pytest.mark.parametrize(
    "stranger",
    [
        {"owner": "another"},
        {"app": "other"},
        {"is_ready": False},
        {"phase": "Failed"},
        {"deletionTimestamp": "2026-01-01T00:00:00Z"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_only_the_workloads_own_ready_pods_count(stranger: dict[str, Any]) -> None:
    """A pod of another owner, other labels, not ready, finished or being deleted replaces none."""
    watch = two_pods()
    watch.pod(3.0, "a", type_="DELETED")
    watch.pod(4.0, "c", **stranger)
    assert not watch.pods.is_true


def test_one_pod_too_many_is_not_true() -> None:
    """Exactly as many as promised, or it has not converged."""
    watch = two_pods()
    watch.pod(3.0, "c")
    assert watch.turned() == [(1.0, True), (3.0, False)]


def test_bookmarks_change_nothing() -> None:
    """A line that is no change of an object leaves the truth as it was."""
    watch = two_pods()
    watch.sight(3.0, "BOOKMARK", "Pod", "")
    assert watch.turned() == [(1.0, True)]


def test_others_carry_the_labels_and_do_not_count() -> None:
    """One that is still going, or that somebody else owns, is there but is none of the two."""
    watch = two_pods()
    watch.pod(3.0, "c", owner="another")
    watch.pod(4.0, "d", app="other")
    watch.pod(5.0, "e", deletionTimestamp="2026-01-01T00:00:00Z")
    others = watch.pods.world.others(watch.pods.workload)
    assert [pod.metadata.name for pod in others] == ["c", "e"]


def relapsed() -> Watch:
    """A pod is lost at 3 and back at 4; another is lost at 5 and back at 6."""
    watch = two_pods()
    for lost, back, at_s in (("a", "c", 3.0), ("b", "d", 5.0)):
        watch.pod(at_s, lost, type_="DELETED")
        watch.pod(at_s + 1, back)
    return watch


def test_what_came_true_for_good_came_last() -> None:
    """A state that did not last is not the instant."""
    assert came_true(relapsed().pods.turns, after_s=2.5).at_s == 6.0


def test_a_fault_that_hit_nothing_is_no_round() -> None:
    """Without a pod lost there is nothing to be late or early for."""
    with pytest.raises(NothingHappened, match="hit nothing"):
        came_true(two_pods().pods.turns, after_s=2.5)


def test_a_round_ends_with_the_pods_back() -> None:
    """As long as one is lacking nobody can say how late a verdict is."""
    watch = two_pods()
    watch.pod(3.0, "a", type_="DELETED")
    with pytest.raises(NothingHappened, match="not come back"):
        came_true(watch.pods.turns, after_s=2.5)


@pytest.mark.parametrize(
    ("at_s", "expected"), [(0.5, False), (1.0, True), (3.5, False), (4.5, True)]
)
def test_it_can_be_asked_of_any_second(at_s: float, expected: bool) -> None:
    """The truth of a second is that of the last turn up to it."""
    assert was_true(relapsed().pods.turns, at_s) is expected
