"""The few moments of a timeline that a person needs to see what happened.

A timeline holds every delivery of every watch. Here it becomes rows of seconds, one word and one
clause: faults, rollbacks and promises all, observations only where a reader would call them news.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TypeAlias

import msgspec

from reconverge.judges.ledger import SENTINEL_LABEL
from reconverge.judges.steady import readiness, state
from reconverge.model import Named, Node, Pod, decode
from reconverge.report.margins import time_taken
from reconverge.timeline import (
    Challenged,
    Entry,
    Gap,
    Injected,
    Judged,
    Lost,
    Noted,
    Observed,
    Opened,
    Probed,
    Promised,
    RolledBack,
    Timeline,
)
from reconverge.verdict import Verdict

# What is said of the entry that settled the matter, and how many rows on each side stay with it.
DECISIVE = "decides"
NEIGHBOURS = 2


class Row(msgspec.Struct, frozen=True):
    """One line of the excerpt: `at_s` is a second of the timeline."""

    at_s: float
    word: str
    text: str

    def __str__(self) -> str:
        return f"{self.at_s:8.1f} s  {self.word:<9} {self.text}"


_Digest: TypeAlias = dict[str, str]


def rows(timeline: Timeline, *, decisive: Collection[int] = ()) -> list[Row]:
    """Every row of the timeline, in order; observations from the first injection on.

    Where nothing was injected the observations are what there is to see, so all of them count.
    `decisive` are the indices of the entries that settled the matter: they are told in any case,
    under a word of their own.
    """
    return list(_Reading(timeline, decisive).rows())


def shortened(found: list[Row], *, limit: int) -> list[Row]:
    """At most `limit` rows: observations give way first, those in the middle before the ends.

    What stands next to a decisive row stays with it.
    """
    surplus = len(found) - limit
    decisive = next((at for at, row in enumerate(found) if row.word == DECISIVE), None)
    spare = [at for at, row in enumerate(found) if _may_go(at, row, decisive)]
    if surplus <= 0 or not spare:
        return found[:limit]
    keep = max(2, len(spare) - surplus - (1 if decisive is None else 2))
    gone: set[int] = set()
    marks: dict[int, Row] = {}
    dropped = spare[(keep + 1) // 2 : len(spare) - keep // 2]
    for first, *rest in _sides(dropped, decisive):
        text = f"... and {1 + len(rest)} more observations"
        marks[first] = Row(found[first].at_s, "observe", text)
        gone.update(rest)
    short = [marks.get(at, row) for at, row in enumerate(found) if at not in gone]
    return short[:limit]


def _may_go(at: int, row: Row, decisive: int | None) -> bool:
    is_near = decisive is not None and abs(at - decisive) <= NEIGHBOURS
    return row.word == "observe" and not is_near


def _sides(places: list[int], decisive: int | None) -> list[list[int]]:
    """The places before the decisive one and those after it, as far as there are any."""
    before = [at for at in places if decisive is None or at < decisive]
    return [side for side in (before, places[len(before) :]) if side]


class _Reading:
    """One pass over a timeline that remembers what was said about each object last."""

    def __init__(self, timeline: Timeline, decisive: Collection[int]) -> None:
        self._entries = list(timeline.entries())
        self._decisive = decisive
        opening = next(
            (one.record for one in self._entries if isinstance(one.record, Opened)), None
        )
        self._namespace = opening.namespace if opening is not None else ""
        self._is_news = not any(isinstance(one.record, Injected) for one in self._entries)
        self._said: dict[str, _Digest] = {}
        self._promised: dict[str, Promised] = {}

    def rows(self) -> Iterator[Row]:
        for entry in self._entries:
            if isinstance(entry.record, Observed):
                clauses = self._observed(entry.record, entry.view)
                if entry.index in self._decisive:
                    yield Row(entry.at_s, DECISIVE, ", ".join(clauses) or _plain(entry.record))
                elif self._is_news:
                    yield from (Row(entry.at_s, "observe", text) for text in clauses)
                continue
            if isinstance(entry.record, Promised):
                self._promised[entry.record.id] = entry.record
            yield from (row for row in self._acts(entry) if self._is_told(row))
            self._is_news |= isinstance(entry.record, Injected)

    def _acts(self, entry: Entry) -> Iterable[Row]:
        """The rows of what was done or found; a promise that held says how long it took."""
        record, took = entry.record, ""
        if isinstance(record, Judged) and record.id in self._promised:
            took = str(time_taken(self._promised[record.id], record.finding) or "")
        return [Row(row.at_s, row.word, row.text + took) for row in act(entry)]

    def _is_told(self, row: Row) -> bool:
        """Before the fault only the starting state counts, not how it was proved."""
        return self._is_news or row.word not in ("challenge", "note", "probe")

    def _observed(self, record: Observed, view: Named | None) -> list[str]:
        digest = _digest(view, self._namespace) if view is not None else None
        if digest is None or view is None:
            return []
        before = self._said.get(record.uid)
        self._said[record.uid] = digest
        if record.change == "deleted":
            return [f"{view.name} is gone"]
        if before is None:
            is_new = record.change == "added"
            return [f"{view.name} created, {digest['state']}"] if is_new else []
        return [f"{view.name} {text}" for key, text in digest.items() if before.get(key) != text]


def _plain(record: Observed) -> str:
    """An observation of which there is no more to say than that it was made."""
    return f"{record.kind} {decode(record.kind, bytes(record.object)).name} {record.change}"


def _digest(view: Named, namespace: str) -> _Digest | None:
    """What is worth saying about an object; None for what is not part of the story."""
    if isinstance(view, Node):
        return {"state": readiness(view)}
    if not isinstance(view, Pod) or view.metadata.namespace != namespace:
        return None
    if SENTINEL_LABEL in view.metadata.labels:
        return None
    owner = view.metadata.controller
    condition = "being deleted" if view.is_terminating else _pod_state(view)
    owned = f"owned by {owner.name}" if owner is not None else "released"
    return {"owner": owned, "state": condition} | _containers(view)


def _pod_state(pod: Pod) -> str:
    return "ready" if pod.is_ready else state(pod)


def _containers(pod: Pod) -> _Digest:
    found: _Digest = {}
    for status in pod.status.container_statuses:
        ended = status.last_state.terminated
        if ended is not None:
            how = f"exit code {ended.exit_code}, {ended.reason}"
            found[status.name] = f"container {status.name} was restarted ({how})"
    return found


def act(entry: Entry) -> Iterable[Row]:
    """The row of anything that was done or found, rather than observed."""
    record = entry.record
    for kind, word, clause in _ACTS:
        if isinstance(record, kind) and (text := clause(record)):
            yield Row(entry.at_s, word, text)


def _steady(record: Judged) -> str:
    """Promises that held: the gate before the fault reads as the steady state it is."""
    finding = record.finding
    if finding.verdict is not Verdict.HELD:
        return ""
    return f"{finding.promise}: {finding.why}" if not finding.last_seen else finding.last_seen


def _challenge(record: Challenged) -> str:
    acts = {
        "sentinel": "a pod was planted that its controller must remove",
        "knock": "its status was spoiled, which its controller must put right",
    }
    if record.subject.kind == "Node":
        return record.error or f"{record.subject} was touched, which our own watch must show"
    return record.error or acts[record.step]


_ACTS: tuple[tuple[type, str, Callable[..., str]], ...] = (
    (
        Injected,
        "inject",
        lambda one: one.sentence if one.upon is None else f"{one.sentence}, upon #{one.upon}",
    ),
    (
        RolledBack,
        "rollback",
        lambda one: f"{one.sentence} FAILED: {one.error}" if one.error else one.sentence,
    ),
    (Judged, "steady", _steady),
    (Gap, "gap", lambda record: f"watch of {record.kind}: {record.reason}"),
    (Lost, "lost", lambda record: f"watch of {record.kind}: {record.reason}"),
    (Noted, "note", lambda record: record.text),
    (Probed, "probe", lambda one: "" if one.ok else f"{one.probe} of {one.target}: {one.answer}"),
    (Challenged, "challenge", _challenge),
)
