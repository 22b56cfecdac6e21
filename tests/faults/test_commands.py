"""A command that is run inside a container is proved by its own success."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pytest

from reconverge.blast import Pick
from reconverge.cluster.door import Answer, Cluster
from reconverge.errors import Unavailable
from reconverge.faults import RunInside
from reconverge.faults.injector import encoded
from reconverge.faults.registry import decode_fault
from reconverge.model import Ref
from tests.builders import NAMESPACE, Story

A = Ref("Pod", NAMESPACE, "a", "a")
FAULT = RunInside(pod=A, command=("rm", "/tmp/healthy"), harm="/tmp/healthy removed")


class Shell:
    """A cluster in whose containers every command ends like this."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.ran: list[tuple[str, tuple[str, ...], str]] = []

    def run_in_pod(
        self, pod: Ref, command: Sequence[str], *, container: str = "", timeout_s: float = 10.0
    ) -> Answer:
        del timeout_s
        self.ran.append((pod.name, tuple(command), container))
        return self.answer


def test_the_command_is_run_in_the_pod_once() -> None:
    """Exactly as it is written, and nothing is created."""
    shell = Shell(Answer(ok=True, text=""))
    assert FAULT.inject(cast(Cluster, shell), [A]) == ()
    assert shell.ran == [("a", ("rm", "/tmp/healthy"), "")]
    assert FAULT.sentence([A]) == "/tmp/healthy removed in a"


def test_a_command_that_fails_is_no_fault() -> None:
    """Nothing was harmed, so nothing may be judged."""
    shell = Shell(Answer(ok=False, text="No such file or directory"))
    with pytest.raises(Unavailable, match="No such file"):
        FAULT.inject(cast(Cluster, shell), [A])


def test_only_a_pod_that_is_active_is_hit() -> None:
    """One that is being deleted is beyond harm, and one that never was is nobody."""
    story, pick = Story(), Pick(seed=1)
    assert FAULT.targets(story.timeline.latest(), pick) == ()
    story.pod("a", "listed")
    assert FAULT.targets(story.timeline.latest(), pick) == (A,)
    story.pod("a", terminating=True)
    assert FAULT.targets(story.timeline.latest(), pick) == ()


def test_it_can_be_read_back() -> None:
    """From a journal, or from a timeline."""
    assert decode_fault(encoded(FAULT)) == FAULT
