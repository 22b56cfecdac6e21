"""The few moments of a timeline that a person needs to see what happened.

A timeline holds every delivery of every watch. Here it becomes rows of seconds, one word and one
clause: faults, rollbacks and promises all, observations only where a reader would call them news.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import msgspec

from reconverge.judges.ledger import SENTINEL_LABEL
from reconverge.judges.steady import readiness, state
from reconverge.model import Named, Node, Pod
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
    RolledBack,
    Timeline,
)
from reconverge.verdict import Verdict


class Row(msgspec.Struct, frozen=True):
    """One line of the excerpt: `at_s` is a second of the timeline."""

    at_s: float
    word: str
    text: str

    def __str__(self) -> str:
        return f"{self.at_s:8.1f} s  {self.word:<9} {self.text}"


_Digest: TypeAlias = dict[str, str]


def rows(timeline: Timeline) -> list[Row]:
    """Every row of the timeline, in order; observations from the first injection on.

    Where nothing was injected the observations are what there is to see, so all of them count.
    """
    return list(_Reading(timeline).rows())


def shortened(found: list[Row], *, limit: int) -> list[Row]:
    """At most `limit` rows: observations give way first, those in the middle before the ends."""
    surplus = len(found) - limit
    observed = [row for row in found if row.word == "observe"]
    if surplus <= 0 or not observed:
        return found[:limit]
    keep = max(2, len(observed) - surplus - 1)
    head, tail = observed[: (keep + 1) // 2], observed[len(observed) - keep // 2 :]
    dropped = observed[len(head) : len(observed) - len(tail)]
    if not dropped:
        return found[:limit]
    mark = Row(dropped[0].at_s, "observe", f"... and {len(dropped)} more observations")
    gone = {id(row) for row in dropped[1:]}
    short = [mark if row is dropped[0] else row for row in found if id(row) not in gone]
    return short[:limit]


class _Reading:
    """One pass over a timeline that remembers what was said about each object last."""

    def __init__(self, timeline: Timeline) -> None:
        self._entries = list(timeline.entries())
        opening = next(
            (one.record for one in self._entries if isinstance(one.record, Opened)), None
        )
        self._namespace = opening.namespace if opening is not None else ""
        self._is_news = not any(isinstance(one.record, Injected) for one in self._entries)
        self._said: dict[str, _Digest] = {}

    def rows(self) -> Iterator[Row]:
        for entry in self._entries:
            if isinstance(entry.record, Observed):
                clauses = self._observed(entry.record, entry.view)
                if self._is_news:
                    yield from (Row(entry.at_s, "observe", text) for text in clauses)
                continue
            yield from (row for row in _act(entry) if self._is_told(row))
            self._is_news |= isinstance(entry.record, Injected)

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


def _act(entry: Entry) -> Iterable[Row]:
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
    return record.error or acts[record.step]


_ACTS: tuple[tuple[type, str, Callable[..., str]], ...] = (
    (Injected, "inject", lambda record: record.sentence),
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
