"""The rows as Markdown. Pure: the page depends on the rows and on nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from bench.verdicts.requests import Requests
from bench.verdicts.rounds import ADVERSARIES, FROZEN_WITHIN_S, HEALTHY
from bench.verdicts.rows import SKEW_S, Proof, Row, percentile

TEMPLATE = Path(__file__).with_name("page.md")
NONE = "–"


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run. `titles` names the tools in the order of the table, ours first."""

    command: str
    date: str
    machine: str
    cluster: str
    versions: str
    titles: dict[str, str]
    rows: tuple[Row, ...]
    proofs: tuple[Proof, ...]
    disturbed: int
    counting_rounds: int
    opening: Requests
    requests: dict[str, Requests]


def page(result: Result) -> str:
    """The whole document: `page.md` beside this module, filled in."""
    return TEMPLATE.read_text().format(
        origin=_origin(result),
        verdicts=_verdicts(result),
        proofs=_proofs(result),
        skew=milliseconds(SKEW_S),
        frozen=f"{FROZEN_WITHIN_S:g} s",
        counting=result.counting_rounds,
        opening=result.opening,
        disturbed=result.disturbed,
    )


def _origin(result: Result) -> str:
    lines = (
        f"Made by `{result.command}`",
        f"on {result.date}",
        f"cluster: {result.cluster}",
        f"machine: {result.machine}",
        f"versions: {result.versions}",
    )
    return "\n".join(f"- {line}" for line in lines)


def _verdicts(result: Result) -> str:
    head = (
        "way to wait",
        "lag p50",
        "p99",
        "max",
        "earliest",
        "wrong: healthy",
        *(f"wrong: {scenario}" for scenario in ADVERSARIES),
        "requests: reads / watches / writes",
        "CPU",
    )
    return markdown(head, [_verdict_cells(result, tool) for tool in result.titles])


def _verdict_cells(result: Result, tool: str) -> tuple[str, ...]:
    rows = [row for row in result.rows if row.tool == tool]
    healthy = [row for row in rows if row.scenario == HEALTHY]
    lags_s = [row.lag_s for row in healthy if row.is_there]
    return (
        result.titles[tool],
        *(milliseconds(percentile(lags_s, share)) for share in (0.5, 0.99, 1.0, 0.0)),
        wrong(healthy),
        *(wrong([row for row in rows if row.scenario == one]) for one in ADVERSARIES),
        _cost(result.requests.get(tool)),
        milliseconds(percentile([row.cpu_s for row in healthy], 0.5)),
    )


def _cost(requests: Requests | None) -> str:
    if requests is None:
        return NONE
    return f"{requests.reads} / {requests.watches} / {requests.writes}"


def _proofs(result: Result) -> str:
    """One column for each way in which reconverge was asked."""
    tools = [tool for tool in result.titles if any(one.tool == tool for one in result.proofs)]
    by_tool = {tool: [one for one in result.proofs if one.tool == tool] for tool in tools}
    head = ("p50 / p99 / max", *(result.titles[tool] for tool in tools))
    exact = [
        (name, *(f"{sum(map(is_so, by_tool[t]))} of {len(by_tool[t])}" for t in tools))
        for name, is_so in EXACT.items()
    ]
    spans = [(name, *(_spread(by_tool[t], read) for t in tools)) for name, read in SPANS.items()]
    return markdown(head, [*exact, *spans])


EXACT: Mapping[str, Callable[[Proof], bool]] = {
    "instant is that of the very event, in the order of receipt": lambda one: one.is_the_event,
    "and the witness received the two watches in the same order": lambda one: one.is_witnessed_so,
}

SPANS: Mapping[str, Callable[[Proof], float]] = {
    "receipt of the pods' event, after the witness": lambda one: one.skew_s,
    "from there to the instant (the status tells of them)": lambda one: one.told_s,
    "from the instant to the whole proof, settle time left out": lambda one: (
        one.proof_s - one.settle_s
    ),
    "from the proof's last event to the finding": lambda one: one.judging_s,
    "from the proof's last event to the caller, the finding on disk": lambda one: one.returning_s,
}


def _spread(proofs: Sequence[Proof], read: Callable[[Proof], float]) -> str:
    values = [read(one) for one in proofs]
    return " / ".join(milliseconds(percentile(values, share)) for share in (0.5, 0.99, 1.0))


def wrong(rows: Sequence[Row]) -> str:
    """How many of them were wrong, and of how many; in bold where there is one."""
    if not rows:
        return NONE
    count = sum(row.is_wrong for row in rows)
    text = f"{count} of {len(rows)}"
    return f"**{text}**" if count else text


def milliseconds(value_s: float) -> str:
    """Whole milliseconds, tenths below ten."""
    value = value_s * 1000
    return f"{value:.1f} ms" if abs(value) < 10 else f"{value:.0f} ms"


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the first column is text, the others are figures."""
    ruler = ("---", *("---:" for _ in head[1:]))
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, ruler, *rows))
