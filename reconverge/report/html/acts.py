"""What the harness did and promised, over time: steps, faults, challenges, promises, outages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from reconverge.bound import amount
from reconverge.report.excerpt import act
from reconverge.report.html.lanes import Events
from reconverge.report.html.picture import Act, Band, Step, Strip
from reconverge.report.story import StepRecord
from reconverge.timeline import (
    Challenged,
    Entry,
    Gap,
    Injected,
    Judged,
    Lost,
    Probed,
    Promised,
    RolledBack,
    Timeline,
)
from reconverge.verdict import Verdict

_WORDS = {Injected: "inject", RolledBack: "rollback", Challenged: "challenge", Probed: "probe"}
_PROBES_MAX = 100


def steps(rows: Sequence[StepRecord]) -> tuple[Step, ...]:
    """Those that were begun."""
    return tuple(
        Step(
            number=number,
            keyword=row.keyword,
            text=row.text,
            begin_s=row.started_s,
            end_s=round(row.started_s + row.duration_s, 3),
            is_failed=row.status == "failed",
        )
        for number, row in enumerate(rows)
        if row.status != "skipped"
    )


def acts(timeline: Timeline, stop: int, events: Events) -> Iterator[Act]:
    """Injections and rollbacks all, challenges and probes from the first injection on."""
    is_begun, probes = False, 0
    for entry in timeline.entries(0, stop):
        record = entry.record
        is_begun |= isinstance(record, Injected)
        word = _WORDS.get(type(record))
        if word is None or (word in ("challenge", "probe") and not is_begun):
            continue
        probes += word == "probe"
        if word == "probe" and probes > _PROBES_MAX:
            continue
        yield Act(word=word, at_s=round(entry.at_s, 3), event=events.done(entry, _told(entry)))


def _told(entry: Entry) -> str:
    record = entry.record
    if isinstance(record, Probed):
        return (
            f"{record.probe} of {record.target}: {record.answer or ('yes' if record.ok else 'no')}"
        )
    return next((row.text for row in act(entry)), "")


def bands(timeline: Timeline, stop: int, end_s: float) -> Iterator[Band]:
    """Faults that last until they are taken back, and the times when a watch was blind."""
    standing: dict[str, Entry] = {}
    for entry in timeline.entries(0, stop):
        record = entry.record
        if isinstance(record, Injected):
            standing[record.id] = entry
        elif isinstance(record, RolledBack) and record.id in standing:
            began = standing.pop(record.id)
            if not record.sentence.startswith("nothing to undo"):
                yield _fault(began, entry.at_s)
    for began in standing.values():
        yield _fault(began, end_s)
    yield from _outages(timeline, stop, end_s)


def _fault(began: Entry, end_s: float) -> Band:
    record = began.record
    assert isinstance(record, Injected), "a fault begins with its injection"
    return Band(
        kind="fault", begin_s=round(began.at_s, 3), end_s=round(end_s, 3), text=record.sentence
    )


def _outages(timeline: Timeline, stop: int, end_s: float) -> Iterator[Band]:
    known: dict[tuple[str, str, str], Gap | Lost] = {}
    for entry in timeline.entries(0, stop):
        now = {_watch(one): one for one in entry.outages}
        for watch in [watch for watch in known if watch not in now]:
            yield _outage(known.pop(watch), entry.at_s)
        known.update(now)
    for one in known.values():
        yield _outage(one, end_s)


def _watch(one: Gap | Lost) -> tuple[str, str, str]:
    return type(one).__name__, one.kind, one.namespace


def _outage(one: Gap | Lost, end_s: float) -> Band:
    what = "may have missed something" if isinstance(one, Gap) else "was down"
    text = f"the watch of {one.kind} {what}: {one.reason}"
    return Band(kind="outage", begin_s=round(one.since_s, 3), end_s=round(end_s, 3), text=text)


def strips(timeline: Timeline, stop: int, end_s: float) -> Iterator[Strip]:
    """Each promise from where its judge began to read until it was decided."""
    promised: dict[str, Promised] = {}
    for entry in timeline.entries(0, stop):
        record = entry.record
        if isinstance(record, Promised):
            promised[record.id] = record
        elif isinstance(record, Judged) and record.id in promised:
            yield _strip(timeline, promised.pop(record.id), record)
    for one in promised.values():
        yield _unjudged(timeline, one, end_s)


def _strip(timeline: Timeline, promised: Promised, judged: Judged) -> Strip:
    finding = judged.finding
    instant_s = finding.instant_s
    return Strip(
        sentence=finding.promise,
        verdict=finding.verdict.value,
        why=finding.why,
        begin_s=_begin_s(timeline, promised),
        asked_s=round(promised.at_s, 3),
        end_s=round(finding.decided_s, 3),
        is_convergence=_is_convergence(promised),
        instant_s=None if instant_s is None else round(instant_s, 3),
        deadline_s=_deadline_s(promised),
        deadline=deadline(promised),
    )


def _unjudged(timeline: Timeline, promised: Promised, end_s: float) -> Strip:
    return Strip(
        sentence=promised.sentence,
        verdict=Verdict.UNKNOWN.value,
        why="the record ends before a verdict",
        begin_s=_begin_s(timeline, promised),
        asked_s=round(promised.at_s, 3),
        end_s=round(end_s, 3),
        deadline_s=_deadline_s(promised),
        deadline=deadline(promised),
    )


def _is_convergence(promised: Promised) -> bool:
    kind: dict[str, object] = msgspec.json.decode(promised.promise)
    return kind.get("is") == "Converges"


def _begin_s(timeline: Timeline, promised: Promised) -> float:
    start = min(promised.start, len(timeline) - 1)
    return round(timeline[start].at_s, 3)


def _deadline_s(promised: Promised) -> float | None:
    """What is asked for at its own deadline was true all the while, or was not."""
    is_awaited = promised.deadline_s - promised.at_s >= 0.5
    return round(promised.deadline_s, 3) if is_awaited else None


def deadline(promised: Promised) -> str:
    """Its limit and whence it comes, term by term."""
    if _deadline_s(promised) is None:
        return ""
    stated = f"{amount(promised.deadline_s - promised.at_s)} s"
    if promised.bound is None:
        return f"{stated}, as the scenario states" if promised.is_stated else stated
    if promised.is_stated:
        return f"{stated}, as the scenario states; by the cluster's settings {promised.bound}"
    return str(promised.bound)
