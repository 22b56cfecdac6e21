"""Kubernetes Events: remarks about objects, kept by the API server for an hour by default."""

from __future__ import annotations

from datetime import datetime

from reconverge.model.meta import Named, View


class ObjectReference(View, frozen=True):
    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    field_path: str = ""


class EventSource(View, frozen=True):
    component: str = ""
    host: str = ""


class EventSeries(View, frozen=True):
    """Repetitions of one remark: `last_observed_time` is the newest (microseconds)."""

    last_observed_time: datetime | None = None


class Event(Named, frozen=True):
    """A Kubernetes Event: somebody's remark about an object, not a watch event."""

    involved_object: ObjectReference = ObjectReference()
    reason: str = ""
    message: str = ""
    type: str = ""
    count: int | None = None
    first_timestamp: datetime | None = None
    last_timestamp: datetime | None = None
    event_time: datetime | None = None
    series: EventSeries | None = None
    source: EventSource = EventSource()
    reporting_component: str = ""
