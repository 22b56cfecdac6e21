"""Greedy processes: bounded by themselves, under the container's own limits, proved by the deed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconverge.cluster.door import Answer
from reconverge.cluster.errors import Unreachable
from reconverge.errors import BadInput, Unavailable
from reconverge.faults import BurnProcessor, ExhaustMemory
from reconverge.model import Ref
from tests.stage import Stage, staged


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as stage:
        yield stage


def limited(stage: Stage, resource: str) -> Ref:
    """One of the pods, with a limit of it."""
    whole = stage.cluster.store.objects[stage.pods()[0].uid]
    container = {**whole["spec"]["containers"][0], "resources": {"limits": {resource: "1"}}}
    whole["spec"] = {**whole["spec"], "containers": [container]}
    stage.cluster.store.write(whole)
    stage.cluster.clock.pass_s(0.01)
    return stage.experiment.pod(whole["metadata"]["name"])


def answer(stage: Stage, monkeypatch: pytest.MonkeyPatch, ended: Answer | Unreachable) -> list[str]:
    """Every command in a pod ends so; the commands are kept."""
    said: list[str] = []

    def run(pod: Ref, command: tuple[str, ...], **more: object) -> Answer:
        del pod, more
        said.append(command[-1])
        if isinstance(ended, Unreachable):
            raise ended
        return ended

    monkeypatch.setattr(stage.cluster, "run_in_pod", run)
    return said


@pytest.mark.parametrize("fault", [ExhaustMemory, BurnProcessor])
def test_who_has_no_limit_is_spared(stage: Stage, fault: type[ExhaustMemory]) -> None:
    """The node and its other pods would go short."""
    pod = stage.experiment.pod(stage.pods()[0].name)
    with pytest.raises(BadInput, match="has no limit"):
        stage.experiment.inject(fault(of=pod))


@pytest.mark.parametrize("ended", [Answer(ok=False, text="Killed"), Unreachable("cut off")])
def test_memory_is_exhausted_when_somebody_was_killed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, ended: Answer | Unreachable
) -> None:
    """The shell is ended with its container; whether it could say so is chance."""
    said = answer(stage, monkeypatch, ended)
    injection = stage.experiment.inject(ExhaustMemory(of=limited(stage, "memory"), for_s=7))
    assert "timeout 7 tail /dev/zero" in said[0]
    assert len(injection.created) == 1


def test_memory_that_lasts_is_no_pressure(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The greedy process has ended well: nothing was hit."""
    answer(stage, monkeypatch, Answer(ok=True, text=""))
    with pytest.raises(Unavailable, match="its memory lasted"):
        stage.experiment.inject(ExhaustMemory(of=limited(stage, "memory")))


def test_a_fire_that_does_not_catch_is_no_pressure(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no shell in that container, for one."""
    answer(stage, monkeypatch, Answer(ok=False, text="no sh"))
    with pytest.raises(Unavailable, match="nothing burns there: no sh"):
        stage.experiment.inject(BurnProcessor(of=limited(stage, "cpu")))


def test_a_processor_is_kept_busy_in_the_background(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For so many seconds, by a process that ends itself."""
    said = answer(stage, monkeypatch, Answer(ok=True, text=""))
    stage.experiment.inject(BurnProcessor(of=limited(stage, "cpu"), for_s=5))
    assert said[0].startswith("timeout 5 sh -c")
    assert said[0].endswith("&")
