"""Two records of the same scenario side by side: what went differently, and what only looks so.

Three things count as a difference: verdicts, the targets that one seed chose, and how many objects
of each owner were created and deleted since the first fault. Counts are robust: they do not depend
on the order in which things happen to be delivered. The story and the durations are shown as well,
but two runs of a healthy cluster differ in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import msgspec

from reconverge.clock import Clock
from reconverge.judges.ledger import SENTINEL_LABEL, end_of_story, recoveries
from reconverge.judges.phases import Spread, spread_of_phases
from reconverge.model import Named, Pod, Snapshot
from reconverge.report.excerpt import Row, rows
from reconverge.report.masks import Masks, owner_of, role_of, roles
from reconverge.timeline import (
    Entry,
    Injected,
    Judged,
    Observed,
    Opened,
    Promised,
    Timeline,
    read_timeline,
)

_TOLD = ("inject", "rollback", "steady", "observe", "gap", "lost")


class Count(msgspec.Struct, frozen=True):
    """How many were created, and how many deleted."""

    created: int = 0
    deleted: int = 0

    def __str__(self) -> str:
        return f"+{self.created} -{self.deleted}"


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One record, masked: what can be compared with another."""

    path: str
    scenario: str
    seed: int
    verdicts: tuple[tuple[str, str], ...]
    targets: tuple[tuple[str, tuple[str, ...]], ...]
    counts: dict[str, Count]
    phases: dict[str, Spread]
    story: tuple[Row, ...]


class Difference(msgspec.Struct, frozen=True):
    """One thing that is not the same on both sides."""

    what: str
    of: str
    left: str
    right: str


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Both sides of one scenario, what differs, and where their stories part."""

    left: Side
    right: Side
    differences: tuple[Difference, ...]
    parting: tuple[int, Row | None, Row | None] | None = None


def side_of(path: Path, clock: Clock) -> Side:
    """The record at `path`, masked. Raises BadInput when it cannot be read."""
    timeline = read_timeline(path, clock)
    opened = timeline[0].record
    assert isinstance(opened, Opened), "a timeline begins with its opening record"
    first = next((one for one in timeline.entries() if isinstance(one.record, Injected)), None)
    begin = _before(timeline, first) if first is not None else timeline[0]
    masks = Masks(timeline, begin.snapshot)
    return Side(
        path=str(path),
        scenario=opened.scenario,
        seed=opened.seed,
        verdicts=tuple(_verdicts(timeline, masks)),
        targets=tuple(_targets(timeline, masks)),
        counts=_counts(timeline, begin, masks),
        phases=spread_of_phases(recoveries(timeline)),
        story=tuple(_story(timeline, masks)),
    )


def _before(timeline: Timeline, injected: Entry) -> Entry:
    """The last verdict before a fault: the record of the fault itself comes after its harm."""
    for index in range(injected.index - 1, 0, -1):
        if isinstance(timeline[index].record, Judged):
            return timeline[index]
    return timeline[max(0, injected.index - 1)]


def _verdicts(timeline: Timeline, masks: Masks) -> Iterator[tuple[str, str]]:
    found: dict[str, str] = {}
    promised: dict[str, str] = {}
    for entry in timeline.entries():
        if isinstance(entry.record, Promised):
            promised[entry.record.id] = masks.plain(entry.record.sentence)
        elif isinstance(entry.record, Judged):
            found[entry.record.id] = entry.record.finding.verdict.value
    for promise_id, sentence in promised.items():
        yield sentence, found.get(promise_id, "no verdict")


def _targets(timeline: Timeline, masks: Masks) -> Iterator[tuple[str, tuple[str, ...]]]:
    for entry in timeline.entries():
        if isinstance(entry.record, Injected):
            known = roles(_before(timeline, entry).snapshot)
            hit = tuple(role_of(target, known) for target in entry.record.targets)
            yield masks.plain(entry.record.sentence).partition(":")[0], hit


def _counts(timeline: Timeline, begin: Entry, masks: Masks) -> dict[str, Count]:
    """Each object once, by its owner; the harness's own pods are not the cluster's doing."""
    made = _by_faults(timeline)
    created: dict[str, set[str]] = {}
    deleted: dict[str, set[str]] = {}
    for entry in timeline.entries(begin.index + 1, end_of_story(timeline)):
        record, view = entry.record, entry.view
        if not isinstance(record, Observed) or view is None or record.kind == "Event":
            continue
        key = _key(record, view, entry.snapshot, masks, made)
        if key and record.change == "added":
            created.setdefault(key, set()).add(view.uid)
        if key and (record.change == "deleted" or view.is_terminating):
            deleted.setdefault(key, set()).add(view.uid)
    keys = sorted(created.keys() | deleted.keys())
    return {key: Count(len(created.get(key, ())), len(deleted.get(key, ()))) for key in keys}


def _by_faults(timeline: Timeline) -> set[str]:
    injected = (one.record for one in timeline.entries() if isinstance(one.record, Injected))
    return {target.uid for record in injected for target in record.targets}


def _key(record: Observed, view: Named, snapshot: Snapshot, masks: Masks, made: set[str]) -> str:
    """Whose object it is; nothing for the harness's own."""
    if SENTINEL_LABEL in view.metadata.labels:
        return ""
    owner = owner_of(view, snapshot)
    if owner is not None:
        return f"{record.kind} of {owner.kind} {owner.name}"
    if isinstance(view, Pod) and view.uid not in made:
        return ""
    return f"{record.kind} {masks.plain(view.name)}"


def _story(timeline: Timeline, masks: Masks) -> Iterator[Row]:
    stop = end_of_story(timeline)
    end_s = timeline[min(stop, len(timeline) - 1)].at_s
    for row in rows(timeline):
        if row.word in _TOLD and row.at_s <= end_s:
            yield Row(row.at_s, row.word, masks.masked(row.text))


def compare(left: Side, right: Side) -> Comparison:
    """What differs between two records."""
    differences = [*_of_verdicts(left, right), *_of_targets(left, right), *_of_counts(left, right)]
    return Comparison(
        left=left, right=right, differences=tuple(differences), parting=_parting(left, right)
    )


def _of_verdicts(left: Side, right: Side) -> Iterator[Difference]:
    for one, two in zip_longest(left.verdicts, right.verdicts):
        if one == two:
            continue
        sentence = (one or two)[0]
        if one and two and one[0] != two[0]:
            yield Difference("promise", "", one[0], two[0])
        else:
            yield Difference("verdict", sentence, one[1] if one else "-", two[1] if two else "-")


def _of_targets(left: Side, right: Side) -> Iterator[Difference]:
    """Under different seeds other targets are what one asked for."""
    if left.seed != right.seed:
        return
    for one, two in zip_longest(left.targets, right.targets, fillvalue=("", ())):
        if one != two:
            yield Difference("targets", one[0] or two[0], ", ".join(one[1]), ", ".join(two[1]))


def _of_counts(left: Side, right: Side) -> Iterator[Difference]:
    for key in sorted(left.counts.keys() | right.counts.keys()):
        one, two = left.counts.get(key, Count()), right.counts.get(key, Count())
        if one != two:
            yield Difference("count", key, str(one), str(two))


def _parting(left: Side, right: Side) -> tuple[int, Row | None, Row | None] | None:
    """The first event that is not the same on both sides, whenever it happened."""
    for number, (one, two) in enumerate(zip_longest(left.story, right.story), start=1):
        if one is None or two is None or (one.word, one.text) != (two.word, two.text):
            return number, one, two
    return None
