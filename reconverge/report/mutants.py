"""Can each scenario fail? What became of it when its fault, or who must react, was taken away.

A mutant is a scenario under one mutation: nothing is injected, or the controllers (for probes, the
kubelets) are refused every write in its namespace. One that is still HELD survives: the scenario
would not have noticed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

from reconverge.clock import Clock
from reconverge.errors import BadInput, ExitCode
from reconverge.report.run_record import ScenarioRecord
from reconverge.timeline import Entry, Injected, Judged, Noted, Opened, read_timeline
from reconverge.verdict import INTERRUPTED, Finding, Verdict

# To probes and to ended processes the kubelet reacts.
KUBELET_TAGS = frozenset({"@liveness", "@probes", "@kubelet"})
# The API server alone answers, or who reacts writes nothing in the scenario's namespace: a kernel,
# or who keeps the nodes. To refuse writes there shows nothing.
UNSILENCED_TAGS = frozenset({"@api", "@elsewhere"})
# The fault by which a run's controllers or kubelets are silenced: it is a mutation, not a fault of
# the scenario's own.
_SILENCE = "Silence"
# The scenario was ended by the clock of pytest-timeout. One that has waited for so many times what
# it takes when all is well is as good as red: the deadline of a CronJob may be an hour away.
_TIMED_OUT, _PATIENCE = "from pytest-timeout.", 3


class _Fault(msgspec.Struct, frozen=True):
    kind: str = msgspec.field(name="is")


_FAULT = msgspec.json.Decoder(_Fault)


class Mutation(StrEnum):
    """The option of a run under which its scenarios must turn red."""

    FAULTS_OFF = "--faults-off"
    CONTROLLERS = "--controllers-silenced"
    KUBELETS = "--kubelets-silenced"


class Fate(StrEnum):
    """What became of a mutant. Undecided: it did not come to its fault, or was not run."""

    KILLED = "killed"
    SURVIVED = "survived"
    UNDECIDED = "undecided"


class Mutant(msgspec.Struct, frozen=True, kw_only=True):
    """One scenario under one mutation; `why` is what turned it red, or why nobody knows."""

    scenario: str
    mutation: Mutation
    fate: Fate
    why: str = ""


def red_by_timeline(folder: Path, clock: Clock) -> Iterator[ScenarioRecord]:
    """The red ends that the timelines of a run tell by themselves, which was killed and no more.

    What they do not show to be red is left out: a scenario may have been under way. Whether one had
    come to its fault is left open.
    """
    for path in sorted(folder.glob("*/timeline.jsonl")):
        try:
            timeline = read_timeline(path, clock)
        except BadInput:  # not even its opening was written
            continue
        opened = timeline[0].record
        assert isinstance(opened, Opened), "a timeline begins with its opening record"
        judged = (one.record for one in timeline.entries() if isinstance(one.record, Judged))
        findings = (one.finding for one in judged)
        red = next((one for one in findings if _is_red(one)), None)
        if red is not None:
            yield ScenarioRecord(
                scenario=opened.scenario,
                verdict=red.verdict,
                exit_code=ExitCode[red.verdict.name],
                promise=red.promise,
                why=red.why,
                is_started=False,
                timeline=str(path.relative_to(folder)),
            )


def _is_red(finding: Finding) -> bool:
    return finding.verdict is not Verdict.HELD and finding.why != INTERRUPTED


def mutations_of(tags: Iterable[str], entries: Iterable[Entry]) -> tuple[Mutation, ...]:
    """Those that must turn a scenario red, by its tags and by its record when all was well."""
    acts = any(_is_act(entry) for entry in entries)
    off = (Mutation.FAULTS_OFF,) if acts else ()
    own = set(tags)
    if own & UNSILENCED_TAGS:
        return off
    return (*off, Mutation.KUBELETS if own & KUBELET_TAGS else Mutation.CONTROLLERS)


def _is_act(entry: Entry) -> bool:
    """Whether there is something to be switched off: a fault, or a question to the API server."""
    record = entry.record
    return isinstance(record, Injected) or (
        isinstance(record, Noted) and record.text.startswith("refused: ")
    )


def came_to_fault(entries: Iterable[Entry]) -> bool:
    """Whether a fault of the scenario's own is on record, if only as one that is switched off.

    Some starting states are made by a fault: where the mutation keeps them from being reached, it
    has turned the scenario red, though its `When` was never asked.
    """
    records = (entry.record for entry in entries)
    faults = (_FAULT.decode(one.fault) for one in records if isinstance(one, Injected))
    return any(fault.kind != _SILENCE for fault in faults)


def fates(
    mutation: Mutation,
    scenarios: Mapping[str, float],
    ends: Mapping[str, tuple[ScenarioRecord, bool]],
) -> list[Mutant]:
    """What became of `scenarios`, by the end of each and whether it came to its fault.

    Their values are the seconds that each takes when all is well.
    """
    return [
        _mutant(name, mutation, *ends.get(name, (None, False)), healthy_s=healthy_s)
        for name, healthy_s in scenarios.items()
    ]


def _mutant(
    scenario: str,
    mutation: Mutation,
    record: ScenarioRecord | None,
    has_come: bool,
    *,
    healthy_s: float,
) -> Mutant:
    fate, why = Fate.KILLED, ""
    if record is None:
        fate, why = Fate.UNDECIDED, "it was not run"
    elif not record.is_ended:
        fate, why = Fate.UNDECIDED, record.why
    elif record.verdict is Verdict.HELD:
        fate = Fate.SURVIVED
    elif not has_come:
        fate, why = Fate.UNDECIDED, f"it did not come to its fault: {record.why}"
    elif record.why.endswith(_TIMED_OUT):
        took = f"after {record.turn_s:.0f} s, and when all is well after {healthy_s:.0f} s"
        fate = Fate.KILLED if record.turn_s >= _PATIENCE * healthy_s else Fate.UNDECIDED
        why = f"not HELD {took}"
    else:
        why = f"{record.verdict}: {record.why}"
    return Mutant(scenario=scenario, mutation=mutation, fate=fate, why=why)


def count_of(mutants: Sequence[Mutant]) -> str:
    """How many there are of each fate: `271 killed, 0 survived, 2 undecided`."""
    fates = [one.fate for one in mutants]
    return ", ".join(f"{fates.count(fate)} {fate}" for fate in Fate)


def code_of(mutants: Sequence[Mutant]) -> ExitCode:
    """A survivor is BROKEN, an undecided mutant UNKNOWN; so is a run without any."""
    fates = {one.fate for one in mutants}
    if Fate.SURVIVED in fates:
        return ExitCode.BROKEN
    return ExitCode.HELD if fates == {Fate.KILLED} else ExitCode.UNKNOWN


def text_of(mutants: Sequence[Mutant], unchanged: Sequence[str]) -> str:
    """Each mutant that was not killed, the scenarios that no mutation concerns, and the count."""
    lines = [
        f"{one.fate.upper():<10} {one.mutation}  {one.scenario}"
        + (f"\n           {one.why}" if one.why else "")
        for one in mutants
        if one.fate is not Fate.KILLED
    ]
    lines += [f"{'NO MUTANT':<10} {name}" for name in unchanged]
    return "\n".join([*lines, count_of(mutants)])


def page_of(mutants: Sequence[Mutant], unchanged: Sequence[str]) -> str:
    """docs/mutants.md: every scenario and what it said under each of its mutations."""
    parts = [
        "# Can each scenario fail?",
        f"{count_of(mutants)}; written by `reconverge mutants --write`.",
        "Each scenario is run again without its faults (`--faults-off`), and with its controllers, "
        "or for probes its kubelets,\nrefused every write in its namespace "
        "(`--controllers-silenced`, `--kubelets-silenced`). It must turn red.",
    ]
    for mutation in Mutation:
        mine = [one for one in mutants if one.mutation is mutation]
        rows = ["| scenario | fate | what it said |", "|---|---|---|", *map(_cells, mine)]
        parts += [f"## {mutation} ({count_of(mine)})", "\n".join(rows)]
    if unchanged:
        said = "What the API server stores is read; there is nothing to switch off."
        parts += ["## No mutant", said, "\n".join(f"- {_short(name)}" for name in unchanged)]
    return "\n\n".join(parts) + "\n"


def _cells(one: Mutant) -> str:
    fate = one.fate if one.fate is Fate.KILLED else f"**{one.fate}**"
    why = one.why.replace("|", "\\|").replace("\n", " ")
    return f"| {_short(one.scenario)} | {fate} | {why} |"


def _short(scenario: str) -> str:
    return scenario.removeprefix("features/")
