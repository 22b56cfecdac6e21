"""What reconverge received, read again by the witness's rules."""

from __future__ import annotations

import pytest

from bench.verdicts.truth import Workload
from bench.verdicts.waiters.ours import event_of, retold
from tests.builders import KUBIA, Story

PODS = Workload(uid=KUBIA.uid, labels={"app": "kubia"}, replicas=3)


@pytest.mark.parametrize("is_pod_last", [True, False])
def test_the_last_half_that_was_received_makes_it_true(is_pod_last: bool) -> None:
    """Whichever of the pods' and the status's watch brings it."""
    story = Story()
    story.steady("a", "b", "c")
    story.at(20.0).pod("a", terminating=True)
    story.workload(ready=2)
    if is_pod_last:
        story.workload()
        last = story.at(23.0).pod("d", "added")
    else:
        story.pod("d", "added")
        last = story.at(23.0).workload()
    turns = retold(story.timeline, PODS).turns
    assert [turn.is_true for turn in turns] == [True, False, True]
    assert turns[-1].event == event_of(last)
