"""The world as an explanation looks at it: one snapshot, the present second, remarks by object.

Events are told by the UID of the object that they are about, so that a namesake's never count, and
by their resourceVersions, which order them where stamps are too coarse.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property

from reconverge.judges.why.words import Evidence, ago
from reconverge.model import Condition, Event, Named, Node, Pod, Ref, Snapshot, condition

NORMAL = "Normal"


class World:
    """What is known at one instant; `now` is None where the server's second is not known."""

    def __init__(self, snapshot: Snapshot, now: datetime | None) -> None:
        self.snapshot = snapshot
        self.now = now

    @cached_property
    def _remarks(self) -> dict[str, list[Event]]:
        found: dict[str, list[Event]] = {}
        for view in self.snapshot.objects("Event"):
            if isinstance(view, Event):
                found.setdefault(view.involved_object.uid, []).append(view)
        for events in found.values():
            events.sort(key=lambda event: event.resource_version, reverse=True)
        return found

    def remarks(self, uid: str, *reasons: str) -> list[Event]:
        """Events about the object of that UID, newest first; of these reasons, if any are given."""
        events = self._remarks.get(uid, []) if uid else []
        return [event for event in events if not reasons or event.reason in reasons]

    def newest(self, uid: str, *reasons: str) -> Event | None:
        """The newest event about that object, of these reasons."""
        return next(iter(self.remarks(uid, *reasons)), None)

    def owned_by(self, view: Named) -> tuple[Pod, ...]:
        """The pods that the workload controls: an owner in another namespace owns nothing here."""
        namespace = view.metadata.namespace
        found = self.snapshot.owned_pods(view.uid)
        return tuple(pod for pod in found if pod.metadata.namespace == namespace)

    def node_of(self, pod: Pod) -> Node | None:
        return self.snapshot.node(pod.spec.node_name) if pod.spec.node_name else None

    def shows(self, view: Named, text: str) -> Evidence:
        """What an object shows, and where on the timeline it does."""
        return Evidence(self.snapshot.index_of(view.uid), text)

    def shows_condition(self, view: Named, kind: str, rows: Iterable[Condition]) -> Evidence:
        """A condition of an object: type, status, reason, and since when."""
        row = condition(tuple(rows), kind)
        if row is None:
            return self.shows(view, f"{view.name} has no condition {kind}")
        reason = f" ({row.reason})" if row.reason else ""
        age = ago(row.last_transition_time, self.now)
        return self.shows(view, f"{view.name}: {kind} is {row.status}{reason}{age}")

    def shows_event(self, event: Event) -> Evidence:
        """An event: reason, who says it, how often, how long ago, and its own words."""
        stamp, source = stamp_of(event), event.source.component or event.reporting_component
        often = f", {event.count} times" if (event.count or 1) > 1 else ""
        age = ago(stamp, self.now).replace(" since ", ", last ")
        age = f"{age} ago" if age else ""
        return self.shows(event, f"{event.reason} by {source}{often}{age}: {event.message}")


def stamp_of(event: Event) -> datetime | None:
    """When it was last said: newer senders tell a first time, and a last one in a series."""
    repeated = event.series.last_observed_time if event.series is not None else None
    return repeated or event.last_timestamp or event.event_time or event.first_timestamp


def asked(ref: Ref, text: str, world: World) -> Evidence:
    """The head of a chain: what the workload asks for."""
    return Evidence(world.snapshot.index_of(ref.uid), f"{ref} {text}")
