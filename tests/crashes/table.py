"""The trials as a page: a row for each fault."""

from __future__ import annotations

from collections.abc import Iterable

from tests.crashes.rounds import Trial
from tests.crashes.samples import LASTING

HEAD = """\
# Killed at every step

`./run crashes` kills a run (SIGKILL) at the steps of each fault's life, lets `recover` take back
what is left, and compares the cluster with what it was: nodes, addresses, labels, taints, cordons,
specifications, selectors, pods, static pods, suspended processes, packet filters, paused
containers, images. The steps are those that a run passes which is not killed: each boundary of the
injector, and each call that changes the cluster, before and after it.

"""


def page(trials: Iterable[Trial], known: int) -> str:
    """What was tried and healed; `known` is how many faults could have been."""
    rows: dict[str, list[Trial]] = {}
    for one in trials:
        rows.setdefault(one.fault, []).append(one)
    total = [one for found in rows.values() for one in found]
    twice = sum(one.is_twice for one in total)
    lines = [
        f"Of {known} faults that are taken back {len(rows)} were tried, at {len(total)} steps, ",
        f"{twice} of them with the recovery killed as well: **{_healed(total)} healed**.\n\n",
        "| fault | steps tried | healed | slowest, s |\n|---|---|---|---|\n",
    ]
    for name, found in rows.items():
        slowest = max(one.took_s for one in found)
        lines.append(f"| {name} | {len(found)} | {_healed(found)} | {slowest} |\n")
    lines.append("\nNot played, since by design nothing is taken back, or others play it:\n\n")
    lines += [f"- `{name}`: {why}\n" for name, why in LASTING.items()]
    unhealed = [one for one in total if not one.is_healed]
    if unhealed:
        lines.append("\nNot healed:\n\n")
        lines += [
            f"- {one.fault}, {one.step}: {'; '.join((*one.errors, *one.left))}\n"
            for one in unhealed
        ]
    return HEAD + "".join(lines)


def _healed(trials: list[Trial]) -> int:
    return sum(one.is_healed for one in trials)
