"""One scenario as the page tells it: the words before the picture, and the picture's numbers.

Made from its timeline; what the run's index adds (how it ended, how it is repeated) comes with it.
A record that cannot be read, or only in part, says so and is told as far as it goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from reconverge.clock import Clock
from reconverge.errors import BadInput
from reconverge.judges.ledger import end_of_story, recoveries
from reconverge.judges.phases import Recovery
from reconverge.model.settings import ClusterSettings
from reconverge.report.excerpt import Row, rows, shortened
from reconverge.report.html import acts
from reconverge.report.html.ending import ending_of
from reconverge.report.html.lanes import Events, groups
from reconverge.report.html.picture import GRAIN_S, Picture
from reconverge.report.html.tracks import Tracks
from reconverge.report.margins import time_taken
from reconverge.report.run_record import ScenarioRecord
from reconverge.report.story import StepRecord, story_of
from reconverge.timeline import (
    Injected,
    Judged,
    Opened,
    Promised,
    RolledBack,
    Timeline,
    read_timeline,
)
from reconverge.verdict import Finding, Verdict

ROWS_MAX = 80
_TAIL, _TAIL_S = 0.02, 0.5  # so that the last event is not on the picture's edge


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One promise and what came of it, in words; `deadline` has its terms, `sources` theirs."""

    verdict: str
    promise: str
    why: str
    took: str = ""
    deadline: str = ""
    sources: tuple[str, ...] = ()


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the page says about one scenario; `number` is its place in the run.

    `why`, `last_seen` and `evidence` are those of the finding that decided the verdict. `error`
    says why there is no record to tell from, `damage` where it ends.
    """

    number: int
    name: str
    title: str
    example: str = ""
    verdict: str
    feature: str = ""
    file: str = ""
    rule: str = ""
    tags: tuple[str, ...] = ()
    seed: int = 0
    promise: str = ""
    why: str = ""
    last_seen: str = ""
    evidence: tuple[str, ...] = ()
    is_started: bool = True
    started: str = ""
    duration_s: float = 0.0
    steps: tuple[StepRecord, ...] = ()
    promises: tuple[Told, ...] = ()
    rows: tuple[Row, ...] = ()
    recoveries: tuple[Recovery, ...] = ()
    repeat: str = ""
    folder: str = ""
    error: str = ""
    damage: str = ""
    settings: ClusterSettings | None = None
    picture: Picture | None = None


def section_of(
    path: Path, clock: Clock, *, number: int, record: ScenarioRecord | None = None
) -> Section:
    """The scenario whose timeline is at `path`; `record` is what the run says of it."""
    try:
        timeline = read_timeline(path, clock)
    except BadInput as error:
        return untold(number, record, name=path.parent.name, error=str(error))
    opened = timeline[0].record
    assert isinstance(opened, Opened), "a timeline begins with its opening record"
    section = _told(timeline, opened, number=number, record=record)
    return msgspec.structs.replace(
        section, folder=path.parent.name, damage=timeline.damage, picture=picture_of(timeline)
    )


def _told(
    timeline: Timeline, opened: Opened, *, number: int, record: ScenarioRecord | None
) -> Section:
    story = story_of(timeline)
    ending = ending_of(timeline, story.steps, record)
    file, title, example = parts_of(opened.scenario)
    return Section(
        number=number,
        name=opened.scenario,
        title=story.title or title,
        example=example,
        feature=story.feature,
        file=file,
        rule=story.rule,
        tags=story.tags,
        seed=opened.seed,
        verdict=ending.verdict.value,
        promise=ending.promise,
        why=ending.why,
        last_seen=ending.finding.last_seen if ending.finding is not None else "",
        evidence=ending.finding.because if ending.finding is not None else (),
        is_started=record is None or record.is_started,
        started=record.started if record is not None else opened.started.isoformat(),
        duration_s=record.duration_s if record is not None else _length_s(timeline),
        steps=story.steps,
        promises=tuple(_promises(timeline)),
        rows=tuple(_rows(timeline, ending.finding)),
        recoveries=recoveries(timeline),
        repeat=record.repeat if record is not None else "",
        settings=opened.cluster,
    )


def untold(number: int, record: ScenarioRecord | None, *, name: str = "", error: str) -> Section:
    """A scenario without a record that can be read: what the run's index knows of it."""
    index = record or ScenarioRecord(scenario=name, verdict=Verdict.UNKNOWN, exit_code=0)
    file, title, example = parts_of(index.scenario)
    return Section(
        number=number,
        name=index.scenario,
        title=title,
        example=example,
        file=file,
        verdict=index.verdict.value,
        promise=index.promise,
        why=index.why,
        is_started=index.is_started,
        started=index.started,
        duration_s=index.duration_s,
        repeat=index.repeat,
        error=error,
    )


def parts_of(name: str) -> tuple[str, str, str]:
    """The feature file, the title and the row of examples that a node ID names."""
    file, _, title = name.rpartition("::")
    title, _, example = title.partition("[")
    return file, title, example.removesuffix("]").replace("-", ", ")


def _length_s(timeline: Timeline) -> float:
    return round(timeline[len(timeline) - 1].at_s, GRAIN_S)


def _promises(timeline: Timeline) -> Iterator[Told]:
    promised: dict[str, Promised] = {}
    for entry in timeline.entries():
        record = entry.record
        if isinstance(record, Promised):
            promised[record.id] = record
        elif isinstance(record, Judged):
            yield _promise(promised.get(record.id), record.finding)


def _promise(promised: Promised | None, finding: Finding) -> Told:
    took = time_taken(promised, finding) if promised is not None else None
    bound = promised.bound if promised is not None else None
    return Told(
        verdict=finding.verdict.value,
        promise=finding.promise,
        why=finding.why,
        took=str(took or "").removeprefix(", "),
        deadline=acts.deadline(promised) if promised is not None else "",
        sources=bound.sources() if bound is not None else (),
    )


def _rows(timeline: Timeline, finding: Finding | None) -> list[Row]:
    """The record in words, for who cannot see the picture, and for paper."""
    stop_s = timeline[section_end(timeline) - 1].at_s
    told = rows(timeline, decisive=finding.evidence[:1] if finding is not None else ())
    return shortened([row for row in told if row.at_s <= stop_s], limit=ROWS_MAX)


def section_end(timeline: Timeline) -> int:
    """The entries that belong to the picture: up to the last verdict, and the last rollback."""
    last = max((e.index for e in timeline.entries() if isinstance(e.record, RolledBack)), default=0)
    return min(len(timeline), max(end_of_story(timeline), last) + 1)


def picture_of(timeline: Timeline) -> Picture:
    """The whole picture of one record."""
    stop = section_end(timeline)
    opened = timeline[0].record
    assert isinstance(opened, Opened), "a timeline begins with its opening record"
    injected = (e.at_s for e in timeline.entries(0, stop) if isinstance(e.record, Injected))
    fault_s = next(injected, None)
    last_s = timeline[stop - 1].at_s
    end_s = round(last_s + max(_TAIL_S, last_s * _TAIL), GRAIN_S)
    events = Events()
    done = tuple(acts.acts(timeline, stop, events))
    rows_of = groups(Tracks(timeline, stop), events, fault_s=fault_s or 0.0, end_s=end_s)
    return Picture(
        end_s=end_s,
        started=opened.started.isoformat(),
        fault_s=None if fault_s is None else round(fault_s, GRAIN_S),
        steps=acts.steps(story_of(timeline).steps),
        acts=done,
        bands=tuple(acts.bands(timeline, stop, end_s)),
        strips=tuple(acts.strips(timeline, stop, end_s)),
        groups=rows_of,
        events=tuple(events.found),
    )
