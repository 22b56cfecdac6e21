"""Proof that the pods that count are looked after: a pod's status is its kubelet's last word.

A node that loses its power leaves its pods Ready until the control plane gives it up, 50 s later by
default (--node-monitor-grace-period), and a controller that counts them is content. So before a
steady state is believed, the kubelet of every pod in it is asked whether it is there. One that is
not is asked again: its node will be given up, and then the state is another one.
"""

from __future__ import annotations

from collections.abc import Iterable

from reconverge.judges.judge import Want, WantProbe
from reconverge.timeline import Entry, Probed

AGAIN_S = 1.0


class RollCall:
    """The nodes whose kubelets must answer, each asked after `since_s`: feed it entries."""

    def __init__(self, nodes: Iterable[str], *, since_s: float) -> None:
        self._since_s = since_s
        self._ask_at_s = dict.fromkeys(sorted(set(nodes)), since_s)
        self._is_asked: set[str] = set()
        self._refusals: dict[str, str] = {}

    @property
    def is_complete(self) -> bool:
        return not self._ask_at_s

    @property
    def due_s(self) -> float | None:
        """When somebody is to be asked next."""
        planned = (at_s for node, at_s in self._ask_at_s.items() if node not in self._is_asked)
        return min(planned, default=None)

    def wants(self, now_s: float) -> tuple[Want, ...]:
        """The questions that are due, each once."""
        due = [
            node
            for node, at_s in self._ask_at_s.items()
            if at_s <= now_s and node not in self._is_asked
        ]
        self._is_asked.update(due)
        return tuple(WantProbe("kubelet", node) for node in due)

    def feed(self, entry: Entry) -> None:
        """Take an answer into account, unless it was asked for before all this."""
        record = entry.record
        if not isinstance(record, Probed) or record.probe != "kubelet":
            return
        if record.target not in self._ask_at_s or (record.asked_s or 0.0) < self._since_s:
            return
        if record.ok:
            del self._ask_at_s[record.target]
            return
        self._refusals[record.target] = record.answer
        self._ask_at_s[record.target] = record.at_s + AGAIN_S
        self._is_asked.discard(record.target)

    @property
    def silence(self) -> str:
        """Whose word is missing, as the end of a sentence."""
        node = next(iter(self._ask_at_s), "")
        said = self._refusals.get(node, "no answer yet")
        return f"the kubelet of {node}, which is to look after its pods there, is silent: {said}"
