"""A page for a CI job in Markdown: the verdicts, then for each red scenario why, then the rest.

GitHub shows at most 1 MiB for a step and shows nothing of a longer page, so the long texts are
given to the first red scenarios only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconverge.errors import ExitCode
from reconverge.report.console import tally
from reconverge.report.forms.plain import printable
from reconverge.report.run_record import RunRecord, ScenarioRecord
from reconverge.verdict import Verdict

_MARKS = {Verdict.HELD: "✅", Verdict.UNKNOWN: "❔", Verdict.BROKEN: "❌"}
_ACCOUNTS_MAX, _ACCOUNT_CHARS_MAX = 30, 20_000


def text_of(record: RunRecord, accounts: Mapping[str, str]) -> str:
    """The page."""
    return "\n".join(_lines(record, accounts)) + "\n"


def _lines(record: RunRecord, accounts: Mapping[str, str]) -> Iterator[str]:
    verdicts = [one.verdict for one in record.scenarios]
    loud = " (interrupted)" if record.is_interrupted else ""
    yield f"## reconverge: {tally(verdicts)}{loud}"
    yield ""
    yield " · ".join(filter(None, _facts(record)))
    red = [one for one in record.scenarios if one.verdict is not Verdict.HELD]
    red.sort(key=lambda one: ExitCode(one.exit_code).rank)
    for number, one in enumerate(red):
        account = accounts.get(one.scenario, "") if number < _ACCOUNTS_MAX else ""
        yield from _red(one, account)
    held = [one for one in record.scenarios if one.verdict is Verdict.HELD]
    if held:
        yield from _held(held)


def _facts(record: RunRecord) -> Iterator[str]:
    yield f"seed {record.seed}"
    yield record.cluster.kube_context and f"cluster {record.cluster.kube_context}"
    yield record.cluster.kubernetes and f"Kubernetes {record.cluster.kubernetes}"
    yield str(record.recovery)
    yield f"exit code {record.exit_code}"
    yield f"**{' '.join(record.mutations)}**" if record.mutations else ""


def _red(one: ScenarioRecord, account: str) -> Iterator[str]:
    yield ""
    yield f"### {_MARKS[one.verdict]} {one.verdict} {_inline(one.scenario.partition('::')[2])}"
    yield ""
    yield f"**{_inline(one.promise)}**: {_inline(one.why)}"
    if account:
        yield ""
        yield "<details><summary>what happened</summary>"
        yield ""
        yield "````"
        yield printable(account)[:_ACCOUNT_CHARS_MAX].replace("````", "'''")
        yield "````"
        yield ""
        yield "</details>"


def _held(found: list[ScenarioRecord]) -> Iterator[str]:
    yield ""
    yield f"<details><summary>{len(found)} HELD</summary>"
    yield ""
    yield "| scenario | seconds | closest to its deadline |"
    yield "|---|---:|---|"
    for one in found:
        name = _inline(one.scenario.partition("::")[2])
        yield f"| {name} | {one.duration_s:.1f} | {_inline(_closest(one))} |"
    yield ""
    yield "</details>"


def _closest(one: ScenarioRecord) -> str:
    """The promise that took most of its time: a green run can be near to red."""
    shares = [
        (kept.took_s / kept.limit_s, kept)
        for kept in one.promises
        if kept.took_s is not None and kept.limit_s
    ]
    if not shares:
        return ""
    kept = max(shares, key=lambda row: row[0])[1]
    return f"{kept.promise}, after {kept.took_s:.1f} s of {kept.limit_s:.0f} s"


def _inline(text: str) -> str:
    """In one line, and with nothing that Markdown or HTML would read."""
    flat = " ".join(printable(text).split())
    for sign in ("\\", "|", "*", "_", "`", "["):
        flat = flat.replace(sign, f"\\{sign}")
    return flat.replace("<", "&lt;")
