"""A scenario as its record tells it: its steps, how each ended, its promises, what each took."""

from __future__ import annotations

from math import inf
from typing import Literal

import msgspec

from reconverge.report.margins import time_taken
from reconverge.timeline import Judged, Promised, Scripted, Stepped, Timeline
from reconverge.verdict import Verdict

Status = Literal["passed", "failed", "interrupted", "skipped"]


class StepRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One step: its words, its line, how it ended, and when, in seconds of the scenario's record.

    `skipped` was never reached; `error` is the first line of why it failed.
    """

    keyword: str
    text: str
    line: int
    status: Status = "skipped"
    started_s: float = 0.0
    duration_s: float = 0.0
    error: str = ""


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """The scenario's words and its steps; empty where its record begins with no step."""

    feature: str = ""
    path: str = ""
    title: str = ""
    line: int = 0
    rule: str = ""
    tags: tuple[str, ...] = ()
    steps: tuple[StepRecord, ...] = ()


def story_of(timeline: Timeline) -> Story:
    """What the timeline says of the scenario's own words."""
    script: Scripted | None = None
    begun: dict[int, float] = {}
    ended: dict[int, Stepped] = {}
    for entry in timeline.entries():
        match entry.record:
            case Scripted() as script:
                pass
            case Stepped(state="begun", step=step, at_s=at_s):
                begun[step] = at_s
            case Stepped(step=step) as record:
                ended[step] = record
    if script is None:
        return Story()
    end_s = timeline[len(timeline) - 1].at_s
    return Story(
        feature=script.feature,
        path=script.path,
        title=script.title,
        line=script.line,
        rule=script.rule,
        tags=script.tags,
        steps=tuple(
            _step(script, number, begun.get(number), ended.get(number), end_s)
            for number in range(len(script.steps))
        ),
    )


def _step(
    script: Scripted, number: int, begun_s: float | None, end: Stepped | None, end_s: float
) -> StepRecord:
    words = script.steps[number]
    step = StepRecord(keyword=words.keyword, text=words.text, line=words.line)
    if begun_s is None:
        return step
    status: Status = "interrupted"
    if end is not None:
        status = "passed" if end.state == "passed" else "failed"
    return msgspec.structs.replace(
        step,
        status=status,
        started_s=round(begun_s, 3),
        duration_s=round((end.at_s if end is not None else end_s) - begun_s, 3),
        error=end.error if end is not None else "",
    )


class PromiseRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One promise, and what was found. Seconds are counted from the fault, or from the asking.

    `limit_s` is the deadline; None where there is none. `took_s` is None where no single
    instant settled it, and for what did not hold.
    """

    promise: str
    verdict: Verdict
    why: str = ""
    limit_s: float | None = None
    took_s: float | None = None


def promises_of(timeline: Timeline) -> tuple[PromiseRecord, ...]:
    """Every promise that was judged, in that order."""
    promised: dict[str, Promised] = {}
    found = []
    for entry in timeline.entries():
        record = entry.record
        if isinstance(record, Promised):
            promised[record.id] = record
        elif isinstance(record, Judged) and record.id in promised:
            found.append(_kept(promised[record.id], record))
    return tuple(found)


def _kept(promised: Promised, judged: Judged) -> PromiseRecord:
    finding = judged.finding
    taken = time_taken(promised, finding)
    limit_s = promised.deadline_s - promised.at_s
    if taken is not None:
        limit_s = taken.limit_s
    return PromiseRecord(
        promise=finding.promise,
        verdict=finding.verdict,
        why=finding.why,
        limit_s=round(limit_s, 3) if 0 < limit_s < inf else None,
        took_s=round(taken.seconds, 3) if taken is not None else None,
    )
