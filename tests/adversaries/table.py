"""The outcomes as a page: one row a scenario, one section of what each adversary does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tests.adversaries.adversaries import Adversary
from tests.adversaries.scenarios import Scenario
from tests.adversaries.trial import Outcome

_INITIALS = {"HELD": "H", "BROKEN": "B", "UNKNOWN": "U", "REFUSED": "R"}
HEAD = """\
# Every scenario under every adversary

Written by `python -m tests.adversaries --write docs/adversaries.md` (`tox run -e adversaries`) on a
kind cluster of ours, seed {seeds}. The verdict of each trial is compared with what may be said
there, and with the truth, which the runner finds out without the engine: it asks the API server
twice a second, and once more after the verdict.

A verdict is **wrong** if it is HELD and the workload is not converged, or its controller could not
have answered, or nothing was hit, or somebody spoiled the state while it was to stand; or BROKEN
though the workload stood converged 3 s before the deadline and ever since. UNKNOWN is never wrong.
What is not wanted is listed: a BROKEN there is a deadline that was missed, as the truth says too.
The rivals make and delete more pods at once than a small or busy machine can start in time.

Found here, and fixed: a StatefulSet waited for ever for pods that it never adopts (BROKEN), and the
pods of a node that had died unseen were counted as ready (HELD).

**{trials} trials, {wrong} wrong, {unwanted} not wanted.**
"""


def written(
    outcomes: Sequence[Outcome],
    adversaries: Sequence[Adversary],
    scenarios: Sequence[Scenario],
) -> str:
    """The page in Markdown."""
    wrong = [one for one in outcomes if one.flaw]
    unwanted = [one for one in outcomes if not one.is_wanted and not one.flaw]
    head = HEAD.format(
        seeds=", ".join(map(str, sorted({one.seed for one in outcomes}))),
        trials=len(outcomes),
        wrong=len(wrong),
        unwanted=len(unwanted),
    )
    parts = [
        head,
        _adversaries(outcomes, adversaries, scenarios),
        _table(outcomes, adversaries, scenarios),
    ]
    for title, rows in (("Wrong", wrong), ("Not wanted", unwanted)):
        if rows:
            parts.append(f"## {title}\n\n" + "\n".join(map(_line, rows)) + "\n")
    return "\n".join(parts)


def _adversaries(
    outcomes: Sequence[Outcome], adversaries: Sequence[Adversary], scenarios: Sequence[Scenario]
) -> str:
    rows = ["| | adversary | wanted | got | wrong |", "|---|---|---|---|---|"]
    for number, adversary in enumerate(adversaries, start=1):
        mine = [one for one in outcomes if one.adversary == adversary.name]
        may = sorted({" or ".join(sorted(adversary.may(one))) for one in scenarios})
        got = Counter(one.verdict for one in mine)
        counts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(got.items()))
        wrong = sum(bool(one.flaw) for one in mine)
        says = f"**{adversary.name}**: {adversary.says}"
        rows.append(f"| {number} | {says} | {'; '.join(may)} | {counts} | {wrong} |")
    return "\n".join(rows) + "\n"


def _table(
    outcomes: Sequence[Outcome], adversaries: Sequence[Adversary], scenarios: Sequence[Scenario]
) -> str:
    numbers = range(1, len(adversaries) + 1)
    legend = "H held, B broken, U unknown, R refused; a digit counts them; columns as above.\n"
    rows = [legend, "| |" + "|".join(map(str, numbers)) + "|", "|---|" + "---|" * len(adversaries)]
    for scenario in scenarios:
        cells = (_cell(outcomes, one.name, scenario.name) for one in adversaries)
        rows.append(f"| {scenario.name} |" + "|".join(cells) + "|")
    return "\n".join(rows) + "\n"


def _cell(outcomes: Sequence[Outcome], adversary: str, scenario: str) -> str:
    mine = [one for one in outcomes if (one.adversary, one.scenario) == (adversary, scenario)]
    got = Counter(_INITIALS.get(one.verdict, "?") for one in mine)
    text = " ".join(f"{initial}{count if count > 1 else ''}" for initial, count in got.items())
    return f"**{text}**" if any(one.flaw for one in mine) else text


def _line(one: Outcome) -> str:
    return f"- {one.adversary} / {one.scenario}: {one.verdict}, {one.flaw or one.why}"
