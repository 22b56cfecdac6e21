"""What a person reads when a scenario is red: one screen, the verdict first, the cure last.

Pure: a timeline and a finding go in, text comes out, so the same text can be made from a stored
timeline long after the cluster is gone.
"""

from __future__ import annotations

from itertools import chain
from itertools import repeat as endlessly
from textwrap import wrap

from reconverge.bound import amount
from reconverge.report.excerpt import Row, rows, shortened
from reconverge.timeline import Judged, Opened, Promised, Timeline
from reconverge.verdict import Finding, Verdict

WIDTH = 96
_ROWS_MAX = 16
_LABEL = 12


def failure_text(
    timeline: Timeline, finding: Finding, *, repeat: str = "", kept: str = "", width: int = WIDTH
) -> str:
    """The verdict, what was seen last and why, the timeline's excerpt, and how to repeat it.

    `repeat` is a command to paste; `kept` names what the run left for a look.
    """
    promised = _promise_of(timeline, finding)
    lines = [_headline(timeline, finding, width)]
    lines += _labelled("last seen", finding.last_seen, width)
    lines += _labelled("why", finding.why if finding.why != finding.last_seen else "", width)
    lines += _evidence(finding, width)
    lines += _deadline(promised, width) if promised is not None else []
    lines += [_cut(str(row), width) for row in _excerpt(timeline, finding)]
    lines += _labelled("kept", kept, width)
    lines += [f"  {'repeat':<{_LABEL}}{repeat}"] if repeat else []
    return "\n".join(lines)


def brief(title: str, finding: Finding, *, width: int = WIDTH) -> str:
    """A red scenario in a summary: verdict and title, then the promise and why, folded."""
    reason = wrap(
        f"{finding.promise}: {finding.why}",
        width,
        initial_indent=" " * 9,
        subsequent_indent=" " * 9,
        break_on_hyphens=False,
    )
    return "\n".join([f"{finding.verdict:<8} {title}", *reason])


def tally(verdicts: list[Verdict]) -> str:
    """How many of each, gravest last; what did not occur is not mentioned."""
    counts = ((verdict, verdicts.count(verdict)) for verdict in Verdict)
    return " · ".join(f"{count} {verdict}" for verdict, count in counts if count)


def _headline(timeline: Timeline, finding: Finding, width: int) -> str:
    promised = _promise_of(timeline, finding)
    limit_s = promised.deadline_s - promised.at_s if promised is not None else 0.0
    within = f" within {limit_s:.0f} s" if limit_s >= 0.5 else ""
    text = f"{finding.verdict:<8} {finding.promise}{within}"
    opening = timeline[0].record if len(timeline) else None
    seed = f"seed {opening.seed}" if isinstance(opening, Opened) else ""
    return f"{text}{seed:>{max(len(seed) + 2, width - len(text))}}"


def _deadline(promised: Promised, width: int) -> list[str]:
    """Term by term how long the cluster may take, and who set each term."""
    bound = promised.bound
    if bound is None:
        return []
    text = str(bound)
    if promised.is_stated:
        stated = amount(promised.deadline_s - promised.at_s)
        text = f"{stated} s, as the scenario states; by the cluster's settings {text}"
    rows = _labelled("deadline", text, width)
    for number, source in enumerate(bound.sources()):
        rows += _labelled("" if number else "set by", source, width)
    return rows


def _promise_of(timeline: Timeline, finding: Finding) -> Promised | None:
    """The latest record of the promise that was found wanting."""
    found = [
        entry.record
        for entry in timeline.entries()
        if isinstance(entry.record, Promised) and entry.record.sentence == finding.promise
    ]
    return found[-1] if found else None


def _excerpt(timeline: Timeline, finding: Finding) -> list[Row]:
    found = rows(timeline, decisive=_decisive(finding))
    promised = _promise_of(timeline, finding)
    is_over = promised is not None and promised.deadline_s - promised.at_s >= 0.5
    if promised is not None and is_over and promised.deadline_s <= finding.decided_s:
        found.append(Row(promised.deadline_s, "deadline", f"{finding.promise}: not yet"))
    judged = [
        entry.at_s
        for entry in timeline.entries()
        if isinstance(entry.record, Judged) and entry.record.finding == finding
    ]
    found += [Row(at_s, "verdict", finding.verdict.value) for at_s in judged[-1:]]
    end_s = max(judged, default=finding.decided_s)  # what the clean-up causes is no news
    found = [row for row in found if row.word != "observe" or row.at_s <= end_s]
    return shortened(sorted(found, key=lambda row: row.at_s), limit=_ROWS_MAX)


def _decisive(finding: Finding) -> tuple[int, ...]:
    """The entries that settled the matter; those that only explain it are told above."""
    if finding.verdict is Verdict.HELD:
        return ()
    if not finding.because:
        return finding.evidence
    return finding.evidence[:1] if finding.instant_s is not None else ()


def _evidence(finding: Finding, width: int) -> list[str]:
    """The facts behind the reason, one a line: `#12` is the timeline's entry that shows it."""
    labels = chain(["evidence"], endlessly(""))
    rows = zip(labels, finding.because, strict=False)
    return [_cut(f"  {label:<{_LABEL}}{line}", width) for label, line in rows]


def _labelled(label: str, text: str, width: int) -> list[str]:
    """A label and its text, folded under itself."""
    indent = " " * (_LABEL + 2)
    first = f"  {label:<{_LABEL}}"
    if not text:
        return []
    return wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=indent,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 3] + "..."
