"""A whole run as the page tells it, from whatever of its folder is there.

`run.json` is the index where the run came to its end; without it, the timelines alone. Red
scenarios come first: they are why somebody opens the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from reconverge.clock import Clock
from reconverge.errors import BadInput
from reconverge.judges.phases import PHASES, Recovery, Spread, known, spread_of_phases
from reconverge.model.settings import ClusterSettings, Setting
from reconverge.report import run_record, stored
from reconverge.report.html.chain import Stretch, last_chain, rows_of
from reconverge.report.html.section import Section, section_of, untold
from reconverge.report.pace import Pace
from reconverge.report.run_record import RunRecord, ScenarioRecord
from reconverge.verdict import Verdict

_GRAVITY = {Verdict.BROKEN.value: 0, Verdict.UNKNOWN.value: 1, Verdict.HELD.value: 2}
_PART = "only a part of a run: its record run.json is not there, so the timelines are all there is"
_GONE = "its timeline is not in the run's folder"


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario among the others, in shares of the run's wall time from 0 to 1."""

    section: Section
    begin: float
    width: float
    row: int
    is_in_chain: bool


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    """How a phase of recovery is spread: each duration, and the percentiles."""

    name: str
    durations_s: tuple[float, ...]
    spread: Spread


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the page says; `flaws` are what is missing or damaged, each in a sentence."""

    sections: tuple[Section, ...]
    name: str
    seeds: tuple[int, ...] = ()
    reconverge: str = ""
    started: str = ""
    ended: str = ""
    wall_s: float = 0.0
    busy_s: float = 0.0
    pace: Pace = Pace()
    bars: tuple[Bar, ...] = ()
    phases: tuple[Phase, ...] = ()
    pending: int = 0
    mutations: tuple[str, ...] = ()
    kube_context: str = ""
    kubernetes: str = ""
    settings: tuple[Setting, ...] = ()
    is_interrupted: bool = False
    flaws: tuple[str, ...] = ()

    def count(self, verdict: str) -> int:
        """How many scenarios ended so."""
        return sum(section.verdict == verdict for section in self.sections)


def run_of(place: Path, clock: Clock) -> Run:
    """The run, or the one scenario, at `place`. Raises BadInput where there is neither."""
    folder = stored.run_folder(place)
    record, flaws = _record(folder)
    is_whole = place.is_dir() and place.resolve() == folder.resolve()
    found = list(_sections(place, folder, record if is_whole else None, clock))
    if not is_whole:
        found = [_indexed(section, record, place, clock) for section in found]
    ordered = sorted(enumerate(found), key=lambda row: (_GRAVITY[row[1].verdict], row[0]))
    sections = [
        msgspec.structs.replace(section, number=number)
        for number, (_, section) in enumerate(ordered, start=1)
    ]
    return _run(sections, record, name=folder.resolve().name, flaws=flaws)


def _record(folder: Path) -> tuple[RunRecord | None, list[str]]:
    """The index, and what is wrong with it."""
    try:
        record = run_record.read(folder)
    except BadInput as error:
        return None, [f"the run's record is passed over: {error}"]
    return record, [] if record is not None else [_PART]


def _sections(
    place: Path, folder: Path, record: RunRecord | None, clock: Clock
) -> Iterator[Section]:
    """In the order of the index, else by name. A folder may hold timelines of other runs too."""
    if record is None:
        for number, path in enumerate(stored.timelines_in(place), start=1):
            yield section_of(path, clock, number=number)
        return
    for number, one in enumerate(record.scenarios, start=1):
        path = folder / one.timeline
        if one.timeline and path.is_file():
            yield section_of(path, clock, number=number, record=one)
        else:
            yield untold(number, one, error=_GONE if one.timeline else "")


def _indexed(section: Section, record: RunRecord | None, place: Path, clock: Clock) -> Section:
    """One scenario of a run by itself: with what the run says of it."""
    rows = record.scenarios if record is not None else ()
    mine: ScenarioRecord | None = next((one for one in rows if one.scenario == section.name), None)
    (path,) = stored.timelines_in(place)
    return (
        section_of(path, clock, number=section.number, record=mine) if mine is not None else section
    )


def _run(sections: list[Section], record: RunRecord | None, *, name: str, flaws: list[str]) -> Run:
    timed = [section for section in sections if section.started and section.duration_s]
    stretches = list(_stretches(timed))
    wall_s = max((one.end_s for one in stretches), default=0.0)
    chain = last_chain(stretches)
    recoveries = [one for section in sections for one in section.recoveries]
    facts = run_record.ClusterFacts() if record is None else record.cluster
    settings = facts.settings or _settings_of(sections)
    return Run(
        sections=tuple(sections),
        name=name,
        seeds=tuple(dict.fromkeys([record.seed] if record else [s.seed for s in sections])),
        reconverge="" if record is None else record.reconverge,
        started=min((section.started for section in timed), default="")
        if record is None
        else record.started,
        ended="" if record is None else record.ended,
        wall_s=wall_s,
        busy_s=sum(section.duration_s for section in timed),
        pace=Pace() if record is None else record.pace,
        bars=tuple(_bars(timed, stretches, wall_s, set(chain))),
        phases=tuple(_phases(recoveries)),
        pending=sum(one.total_s is None and not one.doubt for one in recoveries),
        mutations=() if record is None else record.mutations,
        kube_context=facts.kube_context,
        kubernetes=facts.kubernetes or (settings.version if settings is not None else ""),
        settings=_rows_of(settings),
        is_interrupted=record is not None and record.is_interrupted,
        flaws=tuple(flaws),
    )


def _stretches(sections: Sequence[Section]) -> Iterator[Stretch]:
    begins = [datetime.fromisoformat(section.started) for section in sections]
    zero = min(begins, default=None)
    for section, begin in zip(sections, begins, strict=True):
        assert zero is not None
        begin_s = (begin - zero).total_seconds()
        yield Stretch(begin_s, begin_s + section.duration_s)


def _bars(
    sections: Sequence[Section], stretches: Sequence[Stretch], wall_s: float, chain: set[int]
) -> Iterator[Bar]:
    rows = rows_of(stretches)
    for at, (section, (begin_s, end_s)) in enumerate(zip(sections, stretches, strict=True)):
        yield Bar(
            section=section,
            begin=begin_s / wall_s,
            width=(end_s - begin_s) / wall_s,
            row=rows[at],
            is_in_chain=at in chain,
        )


def _phases(recoveries: Sequence[Recovery]) -> Iterator[Phase]:
    spreads = spread_of_phases(recoveries)
    sample = known(recoveries)
    for name in (*PHASES, "in all"):
        if name in spreads:
            rows = (one.total_s if name == "in all" else one.phases_s[name] for one in sample)
            durations_s = tuple(sorted(round(row, 3) for row in rows if row is not None))
            yield Phase(name=name, durations_s=durations_s, spread=spreads[name])


def _settings_of(sections: Sequence[Section]) -> ClusterSettings | None:
    return next((one.settings for one in sections if one.settings is not None), None)


def _rows_of(settings: ClusterSettings | None) -> tuple[Setting, ...]:
    """The settings that are one number; those of kubelets that differ by node are in the record."""
    if settings is None:
        return ()
    kubelet = msgspec.structs.astuple(settings.kubelet)
    rows = (*msgspec.structs.astuple(settings), *kubelet)
    return tuple(row for row in rows if isinstance(row, Setting))
