"""JUnit's XML, as Jenkins, GitLab and most CI pages read it.

BROKEN is a failure: the cluster did not keep its promise. UNKNOWN is an error: the run could not
tell. The message of either is the reason in one sentence, for that is what a CI page shows first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import PurePosixPath
from xml.etree import ElementTree

from reconverge.report.forms.plain import printable
from reconverge.report.run_record import RunRecord, ScenarioRecord
from reconverge.verdict import Verdict

_ELEMENTS = {Verdict.BROKEN: "failure", Verdict.UNKNOWN: "error"}


def text_of(record: RunRecord, accounts: Mapping[str, str]) -> str:
    """The document; a suite for each feature file, in the order in which they were met."""
    root = ElementTree.Element("testsuites", {"name": "reconverge"} | _counts(record.scenarios))
    for path, scenarios in _by_feature(record):
        suite = ElementTree.SubElement(root, "testsuite", {"name": path} | _counts(scenarios))
        suite.set("timestamp", min(one.started for one in scenarios) or record.started)
        _properties(suite, _of_the_run(record))
        for scenario in scenarios:
            _case(suite, scenario, record, accounts.get(scenario.scenario, ""))
    ElementTree.indent(root)
    return f"{ElementTree.tostring(root, encoding='unicode', xml_declaration=True)}\n"


def _by_feature(record: RunRecord) -> list[tuple[str, list[ScenarioRecord]]]:
    def path(one: ScenarioRecord) -> str:
        return one.scenario.partition("::")[0]

    order = list(dict.fromkeys(path(one) for one in record.scenarios))
    rows = sorted(record.scenarios, key=lambda one: order.index(path(one)))
    return [(name, list(found)) for name, found in groupby(rows, key=path)]


def _counts(scenarios: Iterable[ScenarioRecord]) -> dict[str, str]:
    found = list(scenarios)
    verdicts = [one.verdict for one in found]
    return {
        "tests": str(len(found)),
        "failures": str(verdicts.count(Verdict.BROKEN)),
        "errors": str(verdicts.count(Verdict.UNKNOWN)),
        "skipped": "0",
        "time": f"{sum(one.duration_s for one in found):.3f}",
    }


def _of_the_run(record: RunRecord) -> dict[str, str]:
    return {
        "seed": str(record.seed),
        "reconverge": record.reconverge,
        "cluster": record.cluster.kube_context,
        "kubernetes": record.cluster.kubernetes,
        "mutations": " ".join(record.mutations),
    }


def _case(
    suite: ElementTree.Element, scenario: ScenarioRecord, record: RunRecord, account: str
) -> None:
    path, _, name = scenario.scenario.partition("::")
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=".".join(PurePosixPath(path).with_suffix("").parts),
        name=name,
        file=path,
        time=f"{scenario.duration_s:.3f}",
    )
    if scenario.story.line:
        case.set("line", str(scenario.story.line))
    _properties(case, _of_the_scenario(scenario, record))
    if scenario.verdict in _ELEMENTS:
        red = ElementTree.SubElement(case, _ELEMENTS[scenario.verdict])
        red.set("type", scenario.verdict.value)
        red.set("message", printable(scenario.why or "no reason is known"))
        red.text = printable(account or f"{scenario.promise}: {scenario.why}")


def _of_the_scenario(scenario: ScenarioRecord, record: RunRecord) -> dict[str, str]:
    """Also each promise with what it took and what it was given: a dashboard can plot it."""
    found = {
        "verdict": scenario.verdict.value,
        "seed": str(record.seed),
        "started": scenario.started,
        "timeline": scenario.timeline,
        "promise": scenario.promise,
    }
    for number, one in enumerate(scenario.promises, start=1):
        deadline = f"{one.limit_s:.1f}" if one.limit_s is not None else ""
        took = f"{one.took_s:.1f}" if one.took_s is not None else ""
        found |= {
            f"promise.{number}": one.promise,
            f"promise.{number}.deadline_s": deadline,
            f"promise.{number}.took_s": took,
        }
    return found


def _properties(element: ElementTree.Element, rows: dict[str, str]) -> None:
    """Those that have a value."""
    told = {name: value for name, value in rows.items() if value}
    parent = ElementTree.SubElement(element, "properties")
    for name, value in told.items():
        ElementTree.SubElement(parent, "property", name=name, value=printable(value))
