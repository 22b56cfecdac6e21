"""Whether the faults that a promise speaks of have shown on the record.

Before their effect was observed, what is seen is the world before the fault, and counts for
nothing that a promise waits for.
"""

from __future__ import annotations

from reconverge.judges.effects import AnyEffect, decode_effect, describe, is_seen
from reconverge.timeline import Entry, Injected, Observed


class Aftermath:
    """Follows the record until the effects of `injections` were all seen."""

    def __init__(self, injections: tuple[str, ...]) -> None:
        self._awaited = set(injections)
        self._unseen: list[AnyEffect] = []
        self._appeared: set[str] = set()

    def feed(self, entry: Entry) -> None:
        """Take one entry into account; a delivery may come before the record of the injection."""
        if self.has_come:
            return
        record = entry.record
        if isinstance(record, Observed) and record.kind == "Pod":
            self._appeared.add(record.uid)
        if isinstance(record, Injected) and record.id in self._awaited:
            self._awaited.discard(record.id)
            self._unseen.append(decode_effect(record.effect))
        self._unseen = [
            effect for effect in self._unseen if not is_seen(effect, entry, appeared=self._appeared)
        ]

    @property
    def has_come(self) -> bool:
        return not (self._awaited or self._unseen)

    @property
    def missing(self) -> str:
        """What was not seen, as a sentence."""
        if self._awaited:
            return "the fault was not injected"
        effects = " and ".join(describe(effect) for effect in self._unseen)
        return f"nothing was hit: it was never seen that {effects}" if effects else ""
