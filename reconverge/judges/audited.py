"""What the audit log proves: who wrote, and that nobody wrote.

A gap in a watch leaves a judge with UNKNOWN, since anything may have come and gone in it. Where the
API server's audit log is on the timeline, it has every write of that time: if none touched the
kind, nothing was missed, and the gap hides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal

from reconverge.model import VIEWS
from reconverge.timeline import AUDIT_LOG, Entry, Gap, Opened, Synced, Wrote

# From taking effect in etcd to its line in the log a write took 1 to 31 ms on a loaded kind
# cluster (the API server writes the line itself, before the next request of that connection).
IN_FLIGHT_S = 1.0
# The log's stamps are wall time, a timeline's seconds are not: both run on one machine where the
# log can be read, so they differ by what lies between reading two clocks.
CLOCK_ERROR_S = 0.1
# A gap counts from the last delivery before it, and what had been written by then may have been
# still on its way: 1.6 s is the most that was seen of that, at a load of 130 on two cores.
ON_ITS_WAY_S = 2.0
# What our audit policy leaves out (see reconverge.provision.cluster_config), since it would drown
# the rest; Events also expire without anybody's write.
UNAUDITED = frozenset({"Event", "Lease"})


def author(write: Wrote) -> str:
    """Who wrote, as a person would say it: "replication-controller", "kubelet of worker2"."""
    match write.user.split(":"):
        case ["system", "serviceaccount", "kube-system", name]:
            return name
        case ["system", "serviceaccount", namespace, name]:
            return f"service account {name} of {namespace}"
        case ["system", "node", node]:
            return f"kubelet of {node}"
        case ["system", "apiserver"]:
            return "kube-apiserver"
        case ["system", name]:
            return name
    program = write.agent.partition("/")[0]
    return f"{write.user} ({program})" if program else write.user


def unwritten(
    entries: Iterable[Entry], kind: str, namespace: str, *, since_s: float, until_s: float
) -> bool | None:
    """Whether nobody wrote to `kind` in `namespace` between two seconds of the timeline.

    `entries` are the timeline's from its opening on. `namespace` is empty for a cluster-scoped
    kind. None where the log cannot tell: it was not read all the while, it is not known yet to be
    past `until_s`, it leaves that kind out, or its clock does not agree with ours. A write counts
    with the whole time it was under way.
    """
    found = first_write(entries, kind, namespace, since_s=since_s, until_s=until_s)
    return False if isinstance(found, Wrote) else found


def first_write(
    entries: Iterable[Entry],
    kind: str,
    namespace: str,
    *,
    since_s: float,
    until_s: float,
    is_counted: Callable[[Wrote], bool] = lambda _: True,
) -> Wrote | Literal[True] | None:
    """The first write that `is_counted`, True where there is none, None as in `unwritten`."""
    is_told = kind == "Node" if not namespace else kind not in UNAUDITED
    reading: _Reading | None = None
    for entry in entries if is_told else ():
        if reading is None:
            if not isinstance(entry.record, Opened):
                return None
            reading = _Reading(entry.record, kind, namespace, since_s=since_s, until_s=until_s)
            reading.is_counted = is_counted
        if reading.is_over(entry):
            break
    return reading.answer if reading is not None else None


def is_empty(gap: Gap, entry: Entry | None, until_s: float) -> bool | None:
    """Whether nobody wrote what `gap` would hide, by the record up to `entry`; None as above."""
    if entry is None:
        return None
    since_s = gap.since_s - ON_ITS_WAY_S
    return unwritten(entry.so_far(), gap.kind, gap.namespace, since_s=since_s, until_s=until_s)


class _Reading:
    """One pass over the log; `answer` is None until it is certain."""

    def __init__(
        self, opened: Opened, kind: str, namespace: str, *, since_s: float, until_s: float
    ) -> None:
        self.answer: Wrote | Literal[True] | None = None
        self.is_counted: Callable[[Wrote], bool] = lambda _: True
        self._opened = opened
        self._kind, self._namespace = kind, namespace
        self._since_s, self._until_s = since_s, until_s
        self._is_read = False

    def is_over(self, entry: Entry) -> bool:
        """Take one entry into account; whether nothing after it can change the answer."""
        record = entry.record
        if isinstance(record, Synced | Gap) and self._is_my_log(record):
            is_gap = isinstance(record, Gap)
            lost = is_gap and self._is_read and entry.at_s > self._since_s
            self._is_read = not is_gap and (self._is_read or entry.at_s <= self._since_s)
            return lost
        if not isinstance(record, Wrote):
            return not self._is_read and entry.at_s > self._since_s
        return self._take(record) if self._is_read else False

    def _is_my_log(self, record: Synced | Gap) -> bool:
        return (record.kind, record.namespace) == (AUDIT_LOG, self._namespace)

    def _take(self, write: Wrote) -> bool:
        received_s, answered_s = self._second(write.received), self._second(write.answered)
        if answered_s > write.at_s + CLOCK_ERROR_S:  # read before it was written: a clock stepped
            self.answer = None
            return True
        is_mine = self._is_my_kind(write.kind) and write.namespace == self._namespace
        begin_s, end_s = self._since_s - CLOCK_ERROR_S, self._until_s + CLOCK_ERROR_S
        is_then = answered_s >= begin_s and received_s <= end_s
        if is_mine and is_then and write.code < 400 and self.is_counted(write):
            self.answer = write
            return True
        if received_s >= self._until_s + IN_FLIGHT_S:
            self.answer = True
            return True
        return False

    def _is_my_kind(self, kind: str) -> bool:
        """The log names resources; one without a known kind may be any that the model has not."""
        return kind == self._kind or (kind.islower() and self._kind not in VIEWS)

    def _second(self, at: datetime) -> float:
        return self._opened.at_s + (at - self._opened.started).total_seconds()


class Hidden:
    """The gaps of a span, and whether the audit log shows that they hide nothing."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], Gap] = {}
        self._spans: list[tuple[Gap, float]] = []

    def note(self, entry: Entry, gaps: Iterable[Gap]) -> None:
        """Take into account that `gaps` are open at `entry`."""
        now = {(gap.kind, gap.namespace): gap for gap in gaps}
        closed = [gap for watch, gap in self._open.items() if watch not in now]
        self._spans += [(gap, entry.at_s) for gap in closed]
        self._open = now

    def hiding(self, entry: Entry | None) -> Gap | None:
        """The first gap in which something may be missing, by the record up to `entry`."""
        stands = next(iter(self._open.values()), None)
        hides = (gap for gap, until_s in self._spans if is_empty(gap, entry, until_s) is False)
        return stands or next(hides, None) or self.untold(entry)

    def untold(self, entry: Entry | None) -> Gap | None:
        """The first gap of which the log does not tell, or not yet."""
        untold = (gap for gap, until_s in self._spans if is_empty(gap, entry, until_s) is None)
        return next(untold, None)
