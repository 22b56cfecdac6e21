"""What the audit log proves: who wrote, and that nobody wrote.

A gap in a watch leaves a judge with UNKNOWN, since anything may have come and gone in it. Where the
API server's audit log is on the timeline, it has every write of that time: if none touched the
kind, nothing was missed, and the gap hides nothing.
"""

from __future__ import annotations

from datetime import datetime

from reconverge.model import VIEWS
from reconverge.timeline import AUDIT_LOG, Entry, Gap, Opened, Synced, Timeline, Wrote

# From taking effect in etcd to its line in the log a write took 1 to 31 ms on a loaded kind
# cluster (the API server writes the line itself, before the next request of that connection).
IN_FLIGHT_S = 1.0
# The log's stamps are wall time, a timeline's seconds are not: both run on one machine where the
# log can be read, so they differ by what lies between reading two clocks.
CLOCK_ERROR_S = 0.1
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
    timeline: Timeline, kind: str, namespace: str, *, since_s: float, until_s: float
) -> bool | None:
    """Whether nobody wrote to `kind` in `namespace` between two seconds of the timeline.

    `namespace` is empty for a cluster-scoped kind. None where the log cannot tell: it was not read
    all the while, it is not known yet to be past `until_s`, it leaves that kind out, or its clock
    does not agree with ours. A write counts with the whole time it was under way.
    """
    is_told = kind == "Node" if not namespace else kind not in UNAUDITED
    opened = timeline[0].record if len(timeline) else None
    if not is_told or not isinstance(opened, Opened):
        return None
    reading = _Reading(opened, kind, namespace, since_s=since_s, until_s=until_s)
    for entry in timeline.entries():
        if reading.is_over(entry):
            break
    return reading.answer


class _Reading:
    """One pass over the log; `answer` is None until it is certain."""

    def __init__(
        self, opened: Opened, kind: str, namespace: str, *, since_s: float, until_s: float
    ) -> None:
        self.answer: bool | None = None
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
        if is_mine and write.code < 400 and answered_s >= begin_s and received_s <= end_s:
            self.answer = False
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
