"""A run's page from whatever of its folder is there: whole, in part, damaged, of older releases."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconverge.clock import RealClock
from reconverge.errors import BadInput
from reconverge.report.html.page import page_of, pictures, repeat_of, took
from reconverge.report.html.run import Run, run_of
from reconverge.report.html.section import parts_of
from reconverge.report.pace import Pace
from reconverge.report.run_record import ClusterFacts, RunRecord, ScenarioRecord, write
from reconverge.report.stored import TIMELINE
from reconverge.verdict import Verdict
from tests.commands.played import lines, lose_pods, play, rewrite

HELD = ScenarioRecord(
    scenario="shop.feature::one",
    verdict=Verdict.HELD,
    exit_code=0,
    started="2026-01-01T00:00:00+00:00",
    duration_s=4.0,
    timeline=f"one/{TIMELINE}",
    repeat="pytest 'shop.feature::one' --seed 7",
)
UNREACHED = ScenarioRecord(
    scenario="shop.feature::two",
    verdict=Verdict.UNKNOWN,
    exit_code=2,
    why="the API server is gone",
    is_started=False,
    started="2026-01-01T00:00:04+00:00",
    duration_s=1.0,
)


def indexed(folder: Path, *scenarios: ScenarioRecord, **more: object) -> RunRecord:
    """The run's index in its folder."""
    values: dict[str, object] = {
        "reconverge": "0.1.0",
        "seed": 7,
        "started": "2026-01-01T00:00:00+00:00",
        "ended": "2026-01-01T00:00:05+00:00",
        "is_interrupted": False,
        "exit_code": 2,
        "scenarios": scenarios,
    }
    record = RunRecord(**values | more)  # type: ignore[arg-type]
    write(folder, record)
    return record


def told(place: Path) -> Run:
    return run_of(place, RealClock())


def test_a_whole_run(tmp_path: Path) -> None:
    """Red scenarios come first, one without a record too; times are those of the index."""
    play(tmp_path, "one")
    indexed(tmp_path, HELD, UNREACHED)
    run = told(tmp_path)
    assert [(one.number, one.title, one.verdict) for one in run.sections] == [
        (1, "two", "UNKNOWN"),
        (2, "one", "HELD"),
    ]
    assert (run.wall_s, run.busy_s, [bar.is_in_chain for bar in run.bars]) == (
        5.0,
        5.0,
        [True, True],
    )
    assert (run.seeds, run.reconverge, run.flaws) == ((7,), "0.1.0", ())
    assert run.phases[-1].spread.n == 2
    assert run.sections[0].picture is None
    assert run.sections[1].picture is not None


def test_the_page_tells_the_critical_path_of_the_record(tmp_path: Path) -> None:
    """The one that the run's last lines tell, with its parts; and none where there is none."""
    play(tmp_path, "one")
    indexed(tmp_path, HELD)
    assert "Critical path" not in page_of(told(tmp_path))
    pace = Pace(wall_s=91, critical_s=70, alone_s=10, beside="in the lane outage-1", sum_s=120)
    indexed(tmp_path, HELD, pace=pace)
    assert "70 s <small>10 s alone, 60 s in the lane outage-1</small>" in page_of(told(tmp_path))


def test_a_run_that_was_killed_has_its_timelines(tmp_path: Path) -> None:
    """Each verdict is the gravest finding on record; that the index is missing is said."""
    play(tmp_path, "one")
    play(tmp_path, "two", lambda stage: lose_pods(stage, within_s=0.1))
    run = told(tmp_path)
    assert [(one.title, one.verdict) for one in run.sections] == [
        ("two", "BROKEN"),
        ("one", "HELD"),
    ]
    assert run.sections[0].why.startswith("2 of 2 took longer")
    assert "run.json is not there" in run.flaws[0]


def test_a_scenario_that_was_killed_is_unknown(tmp_path: Path) -> None:
    """A promise without a finding may have been kept or not."""
    path = play(tmp_path, "one")
    judged = [line for line in lines(path) if line["is"] == "judged"]
    rewrite(path, lambda line: None if line == judged[-1] else line)
    (section,) = told(tmp_path).sections
    assert (section.verdict, section.why) == (
        "UNKNOWN",
        "the record ends before the scenario does",
    )


def test_a_damaged_timeline_is_told_as_far_as_it_goes(tmp_path: Path) -> None:
    """With the line at which it ends."""
    path = play(tmp_path, "one")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    (section,) = told(tmp_path).sections
    assert "cannot be read" in section.damage
    assert section.picture is not None
    assert section.picture.lanes


def test_a_timeline_that_is_none_leaves_what_the_index_knows(tmp_path: Path) -> None:
    """The scenario is in the report, with the reason why there is no picture."""
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / TIMELINE).write_text("nothing of ours\n")
    indexed(tmp_path, HELD)
    (section,) = told(tmp_path).sections
    assert (section.verdict, section.title) == ("HELD", "one")
    assert "cannot be read" in section.error or "not a timeline" in section.error


def test_a_timeline_that_is_gone_is_missed(tmp_path: Path) -> None:
    """A CI job may keep the index and not the records."""
    indexed(tmp_path, HELD)
    assert told(tmp_path).sections[0].error == "its timeline is not in the run's folder"


def test_an_index_of_another_release_is_passed_over(tmp_path: Path) -> None:
    """The timelines are the evidence; the page says what it did without."""
    play(tmp_path, "one")
    (tmp_path / "run.json").write_text('{"schema": 99}')
    run = told(tmp_path)
    assert "schema 99" in run.flaws[0]
    assert len(run.sections) == 1


def test_a_record_without_steps_is_told_without_them(tmp_path: Path) -> None:
    """Records were once made without the scenario's words; the picture needs none."""
    play(tmp_path, "one")
    (section,) = told(tmp_path).sections
    assert section.steps == ()
    assert section.title == "one"
    assert '<figure class="picture"' in page_of(told(tmp_path))


def test_one_scenario_of_a_run(tmp_path: Path) -> None:
    """With what the run says of it."""
    play(tmp_path, "one")
    play(tmp_path, "two")
    indexed(tmp_path, HELD, UNREACHED)
    run = told(tmp_path / "one")
    assert [one.title for one in run.sections] == ["one"]
    assert repeat_of(run.sections[0], run) == HELD.repeat


def test_timelines_of_other_runs_in_the_folder_are_not_of_this_one(tmp_path: Path) -> None:
    """The index says which are."""
    play(tmp_path, "one")
    play(tmp_path, "two")
    indexed(tmp_path, HELD)
    assert [one.title for one in told(tmp_path).sections] == ["one"]


def test_where_there_is_no_run(tmp_path: Path) -> None:
    """The error says what to name instead."""
    with pytest.raises(BadInput, match="no timeline in it"):
        told(tmp_path)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("a/b.feature::A pod is lost", ("a/b.feature", "A pod is lost", "")),
        ("b.feature::A pod is lost[Job-one-1]", ("b.feature", "A pod is lost", "Job, one, 1")),
        ("by hand", ("", "by hand", "")),
    ],
)
def test_the_parts_of_a_scenarios_name(name: str, parts: tuple[str, str, str]) -> None:
    """Scenarios of one outline are told apart by their example."""
    assert parts_of(name) == parts


def test_the_command_that_repeats_a_scenario_of_an_older_record(tmp_path: Path) -> None:
    """Made from the record itself: its seed, its cluster, its mutations."""
    play(tmp_path, "one")
    cluster = ClusterFacts(kube_context="kind-other")
    record = ScenarioRecord(
        scenario="shop.feature::one", verdict=Verdict.HELD, exit_code=0, timeline=f"one/{TIMELINE}"
    )
    indexed(tmp_path, record, cluster=cluster, mutations=("--faults-off",))
    run = told(tmp_path)
    assert repeat_of(run.sections[0], run) == (
        "pytest shop.feature::one --seed 4711 --cluster-name other --faults-off"
    )


def test_the_page_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    """No address in it, and a policy under which the browser would fetch none."""
    play(tmp_path, "one")
    text = page_of(told(tmp_path))
    addresses = text.replace("http://www.w3.org/2000/svg", "")
    assert "http:" not in addresses
    assert "https:" not in addresses
    assert "default-src 'none'" in text


def test_words_of_the_cluster_are_no_markup(tmp_path: Path) -> None:
    """Whatever a message or a title contains is text."""
    hostile = "<script>alert(1)</script>"
    record = ScenarioRecord(
        scenario=f"a.feature::{hostile}", verdict=Verdict.UNKNOWN, exit_code=2, why=hostile
    )
    indexed(tmp_path, record)
    text = page_of(told(tmp_path))
    assert hostile not in text
    assert "&lt;script&gt;alert(1)" in text


def test_pictures_share_a_budget_and_red_ones_come_first(tmp_path: Path) -> None:
    """The file stays small; what has no room says how it is had."""
    play(tmp_path, "one")
    play(tmp_path, "two", lambda stage: lose_pods(stage, within_s=0.1))
    sections = told(tmp_path).sections
    sizes = {number: len(text) for number, text in pictures(sections, 1 << 20)}
    assert set(sizes) == {1, 2}
    kept = dict(pictures(sections, sizes[1] + sizes[2] - 1))
    assert set(kept) == {1}
    assert sections[0].verdict == "BROKEN"


@pytest.mark.parametrize(
    ("duration_s", "text"), [(4.25, "4.2 s"), (125.4, "2 min 05 s"), (3720, "1 h 02 min")]
)
def test_durations_for_people(duration_s: float, text: str) -> None:
    """Never more digits than a reader needs."""
    assert took(duration_s) == text
