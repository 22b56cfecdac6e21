"""What is wrong with a manifest on its own, whatever the task: each rule yields flaws.

Add a rule: a function in the file of its topic, listed here, and its code in flaws.toml.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reconverge.study.flaws import Flaw
from reconverge.study.rules import crons, jobs, probes, selectors, shape
from reconverge.study.written import Written

Rule = Callable[[Written], Iterator[Flaw]]

RULES: tuple[Rule, ...] = (
    shape.names,
    shape.fields,
    shape.words,
    selectors.agreement,
    selectors.expressions,
    selectors.labels,
    probes.mechanisms,
    probes.ports,
    probes.thresholds,
    jobs.restart_policies,
    jobs.numbers,
    jobs.deadlines,
    jobs.selectors,
    crons.schedules,
    crons.deadlines,
    crons.zones,
)


def flaws_of(one: Written) -> tuple[Flaw, ...]:
    """Every flaw of the object, in the order of its lines."""
    found = [flaw for rule in RULES for flaw in rule(one)]
    return tuple(sorted(found, key=lambda flaw: (flaw.line, flaw.column, flaw.code)))
