"""The shop's own steps: pytest finds them here, beside those of reconverge."""

from __future__ import annotations

from pathlib import Path

from oldest import EvictOldest, ServedFrom
from pytest_bdd import given, parsers, then, when

from reconverge import Experiment, Injection, always

MANIFESTS = Path(__file__).parent / "manifests"


@given("the shop is open")
def open_shop(experiment: Experiment) -> None:
    """Apply all of it, and wait until both halves are steady."""
    experiment.apply(MANIFESTS / "database.yaml")
    experiment.apply(MANIFESTS / "web.yaml")
    experiment.converge(experiment.workload("database"), replicas=2)
    experiment.converge(experiment.workload("web"), replicas=3)


@when(parsers.parse('the oldest pod of "{name}" is evicted'), target_fixture="injection")
def evict_oldest(experiment: Experiment, name: str) -> Injection:
    """A voluntary disruption: the budget is asked."""
    return experiment.inject(EvictOldest(of=experiment.workload(name)))


@then(parsers.parse('"{name}" is never served from fewer than {pods:d} pods at once'))
def never_served_from_fewer(experiment: Experiment, name: str, pods: int) -> None:
    """At no observation since the fault."""
    experiment.hold(always(ServedFrom(workload=experiment.workload(name), pods=pods)))
