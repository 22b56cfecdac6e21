"""The catalogue of faults: nothing is missing, every example is one, and the page is current."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest

from reconverge import blast, faults
from reconverge.cli import run
from reconverge.commands.faults import PAGE, STEPS, page_of, steps_in
from reconverge.faults import plans, specs
from reconverge.faults.catalogue import ENTRIES, Entry
from reconverge.faults.injector import encoded
from reconverge.faults.plans import AnyPlan, decode_plan
from reconverge.faults.registry import AnyFault
from reconverge.judges.occurrences import PodMade
from reconverge.model import Ref, Taint
from tests.stage import Stage, staged

ROOT = Path(__file__).parent.parent.parent
# Of these no feature can speak: the one is an option of a run, the other is said in Python only.
WITHOUT_A_STEP = {"Silence", "Scheduled"}


@pytest.fixture(autouse=True)
def repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_no_fault_lacks_an_entry() -> None:
    """Each of the registry, and each kind of plan, stands there once."""
    listed = [entry.fault for entry in ENTRIES]
    assert len(listed) == len(set(listed))
    assert set(listed) == set(get_args(AnyPlan))
    assert set(get_args(AnyFault)) < set(listed)


def test_no_fault_lacks_a_step() -> None:
    """Who writes features can do all of it, but for what is named here."""
    page = page_of(ENTRIES, steps_in(STEPS))
    without = {part.split("\n", 1)[0] for part in page.split("### ")[1:] if "\n- `" not in part}
    assert without == WITHOUT_A_STEP


def test_no_fault_lacks_a_word_of_its_own() -> None:
    """Its class says what it does."""
    assert [entry.fault for entry in ENTRIES if not entry.fault.__doc__] == []
    assert [entry.fault for entry in ENTRIES if not entry.undone] == []


def called(entry: Entry, stage: Stage) -> AnyPlan:
    """What the example makes, in a world of these names."""
    namespace = stage.experiment.namespace
    names = {
        **{one: getattr(faults, one) for one in faults.__all__},
        **vars(plans),
        **vars(blast),
        "specs": specs,
        "PodMade": PodMade,
        "Taint": Taint,
        "datetime": datetime,
        "UTC": UTC,
        "kubia": stage.kubia,
        "pod": stage.experiment.pod(stage.pods()[0].name),
        "lone": Ref("Pod", namespace, "lone", "lone"),
        "job": Ref("Job", namespace, "job", "job"),
        "cron": Ref("CronJob", namespace, "cron", "cron"),
        "quota": Ref("ResourceQuota", namespace, "quota", "quota"),
        "home": stage.experiment.home,
        "world": stage.experiment.timeline.latest(),
    }
    made: AnyPlan = eval(entry.call, names)
    return made


def test_every_example_of_a_call_is_one(tmp_path: Path) -> None:
    """It makes a fault of that very class, which can be written down and read again."""
    with staged(tmp_path) as stage:
        for entry in ENTRIES:
            made = called(entry, stage)
            assert type(made) is entry.fault
            assert decode_plan(encoded(made)) == made


def test_the_page_is_current() -> None:
    """`reconverge faults --write` changes nothing."""
    assert PAGE.read_text(encoding="utf-8") == page_of(ENTRIES, steps_in(STEPS))


def test_the_command_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    """With their steps; and outside of the repository it says where it must be called."""
    assert run(["faults"]) == 0
    assert "CutNetwork" in capsys.readouterr().out


def test_without_steps_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And ends as for any bad input."""
    monkeypatch.chdir(tmp_path)
    assert run(["faults"]) == 4
    assert "there is no folder of steps" in capsys.readouterr().err
