"""Which mutations concern a scenario, and when it counts as one that can fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from reconverge.errors import ExitCode
from reconverge.faults import DeletePods, Silence
from reconverge.report.mutants import (
    Fate,
    Mutant,
    Mutation,
    came_to_fault,
    code_of,
    fates,
    mutations_of,
    page_of,
    text_of,
)
from reconverge.report.run_record import ScenarioRecord
from reconverge.verdict import Verdict
from tests.commands.played import lose_pods
from tests.stage import Stage, staged

SCENARIO = "features/f.feature::s"


def refused(stage: Stage) -> None:
    stage.experiment.timeline.note("refused: no such version")


@pytest.mark.parametrize(
    ("tags", "act", "expected"),
    [
        ((), lose_pods, (Mutation.FAULTS_OFF, Mutation.CONTROLLERS)),
        (("@liveness", "@lp_1"), lose_pods, (Mutation.FAULTS_OFF, Mutation.KUBELETS)),
        (("@api",), refused, (Mutation.FAULTS_OFF,)),
        (("@api",), lambda _: None, ()),
        ((), lambda _: None, (Mutation.CONTROLLERS,)),
    ],
    ids=["fault", "probe", "refusal", "read only", "no fault"],
)
def test_each_scenario_has_its_mutations(
    tmp_path: Path,
    tags: tuple[str, ...],
    act: Callable[[Stage], None],
    expected: tuple[Mutation, ...],
) -> None:
    """What is not in it cannot be switched off, and who does not react cannot be silenced."""
    with staged(tmp_path) as stage:
        act(stage)
        assert mutations_of(tags, stage.experiment.timeline.entries()) == expected


def ended(verdict: Verdict) -> ScenarioRecord:
    return ScenarioRecord(scenario=SCENARIO, verdict=verdict, exit_code=0, why="silent")


HEALTHY = "and when all is well after 10 s"
CUT_SHORT = msgspec.structs.replace(ended(Verdict.UNKNOWN), is_ended=False)
TIMED_OUT = msgspec.structs.replace(
    ended(Verdict.UNKNOWN), why="Timeout (>9.0s) from pytest-timeout.", turn_s=29.0
)
WAITED = msgspec.structs.replace(TIMED_OUT, turn_s=30.0)


@pytest.mark.parametrize(
    ("end", "has_come", "fate", "why"),
    [
        (ended(Verdict.BROKEN), True, Fate.KILLED, "BROKEN: silent"),
        (ended(Verdict.UNKNOWN), True, Fate.KILLED, "UNKNOWN: silent"),
        (ended(Verdict.HELD), True, Fate.SURVIVED, ""),
        (ended(Verdict.UNKNOWN), False, Fate.UNDECIDED, "it did not come to its fault: silent"),
        (None, False, Fate.UNDECIDED, "it was not run"),
        (CUT_SHORT, True, Fate.UNDECIDED, "silent"),
        (TIMED_OUT, True, Fate.UNDECIDED, f"not HELD after 29 s, {HEALTHY}"),
        (WAITED, True, Fate.KILLED, f"not HELD after 30 s, {HEALTHY}"),
    ],
    ids=[
        "broken",
        "unknown",
        "held",
        "never begun",
        "not in the run",
        "cut short",
        "timed out",
        "waited long enough",
    ],
)
def test_the_fate_of_a_mutant(
    end: ScenarioRecord | None, has_come: bool, fate: Fate, why: str
) -> None:
    """Only a red verdict about its fault kills it; that it was never asked is no kill."""
    ends = {SCENARIO: (end, has_come)} if end is not None else {}
    assert fates(Mutation.CONTROLLERS, {SCENARIO: 10.0}, ends) == [
        Mutant(scenario=SCENARIO, mutation=Mutation.CONTROLLERS, fate=fate, why=why)
    ]


def test_a_fault_that_makes_the_starting_state_is_come_to(tmp_path: Path) -> None:
    """Its own, and switched off or not; silencing those who must react is the mutation."""
    with staged(tmp_path, faults_off=True) as stage:
        assert not came_to_fault(stage.experiment.timeline.entries())
        stage.experiment.inject(Silence(namespace=stage.experiment.home))
        assert not came_to_fault(stage.experiment.timeline.entries())
        stage.experiment.inject(DeletePods(of=stage.kubia))
        assert came_to_fault(stage.experiment.timeline.entries())


def mutant(fate: Fate) -> Mutant:
    return Mutant(scenario=SCENARIO, mutation=Mutation.FAULTS_OFF, fate=fate, why="a | b")


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ([Fate.KILLED, Fate.KILLED], ExitCode.HELD),
        ([Fate.KILLED, Fate.UNDECIDED], ExitCode.UNKNOWN),
        ([Fate.UNDECIDED, Fate.SURVIVED], ExitCode.BROKEN),
        ([], ExitCode.UNKNOWN),
    ],
)
def test_one_survivor_is_enough(found: list[Fate], code: ExitCode) -> None:
    """And where no mutant was made, nothing is known."""
    assert code_of([mutant(fate) for fate in found]) == code


def test_survivors_are_in_plain_sight() -> None:
    """Who was killed is counted; who was not is named."""
    text = text_of([mutant(Fate.KILLED), mutant(Fate.SURVIVED)], ["features/g.feature::t"])
    assert text.splitlines() == [
        f"SURVIVED   --faults-off  {SCENARIO}",
        "           a | b",
        "NO MUTANT  features/g.feature::t",
        "1 killed, 1 survived, 0 undecided",
    ]


def test_the_page_has_a_row_for_each() -> None:
    """A bar in what was said does not break the table."""
    page = page_of([mutant(Fate.SURVIVED)], ["features/g.feature::t"])
    assert "| f.feature::s | **survived** | a \\| b |" in page
    assert "- g.feature::t" in page
