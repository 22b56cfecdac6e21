"""Which lives become lanes of the picture, in which order, and the events on them.

Pods of one owner stand together. A container has a lane of its own where its pod's does not tell
its story: there are several, or one was restarted. A node to which nothing happened has none, and
of very many pods those that the fault concerned are kept.
"""

from __future__ import annotations

from reconverge.report.html.picture import (
    EVENTS_MAX,
    EVENTS_OF_LANE_MAX,
    GRAIN_S,
    LANES_MAX,
    Count,
    Event,
    Group,
    Lane,
    Span,
)
from reconverge.report.html.tracks import NOBODY, Moment, Track, Tracks
from reconverge.timeline import Entry, Observed

NODES = "Nodes"
_COUNTS_MAX = 400


class Events:
    """The events that the picture can point at, in the order in which its parts ask for them."""

    def __init__(self) -> None:
        self.found: list[Event] = []

    @property
    def room(self) -> int:
        """How many more it takes."""
        return max(0, EVENTS_MAX - len(self.found))

    def delivered(self, moment: Moment, of: str) -> int:
        """A delivery of a watch; its place."""
        record = moment.entry.record
        assert isinstance(record, Observed), "only observations are delivered"
        stamp = record.stamp
        author, is_audited = moment.author
        return self._add(
            Event(
                at_s=_rounded(record.at_s),
                text=moment.text,
                entry=moment.entry.index,
                of=of,
                version=record.resource_version,
                stamp=f"{stamp.at:%H:%M:%S}" if stamp is not None else "",
                late_s=record.waited_s,
                author=author,
                is_audited=is_audited,
            )
        )

    def done(self, entry: Entry, text: str, *, of: str = "") -> int:
        """An act of ours; its place."""
        return self._add(Event(at_s=_rounded(entry.at_s), text=text, entry=entry.index, of=of))

    def _add(self, event: Event) -> int:
        self.found.append(event)
        return len(self.found) - 1


def groups(tracks: Tracks, events: Events, *, fault_s: float, end_s: float) -> tuple[Group, ...]:
    """The picture's rows: nodes first, since what befalls them comes before what befalls pods."""
    owners = dict.fromkeys(track.owner for track in tracks.pods.values())
    found = [_nodes(tracks, events, fault_s=fault_s, end_s=end_s)]
    left = LANES_MAX - (len(found[0].lanes) if found[0] is not None else 0)
    for owner in sorted(owners, key=lambda uid: uid == NOBODY):
        group = _pods(tracks, owner, events, fault_s=fault_s, end_s=end_s, limit=max(1, left))
        left -= len(group.lanes)
        found.append(group)
    return tuple(group for group in found if group is not None)


def _nodes(tracks: Tracks, events: Events, *, fault_s: float, end_s: float) -> Group | None:
    if not tracks.nodes:
        return None
    told = [one for one in tracks.nodes.values() if one.is_target or _has_changed(one)]
    quiet = len(tracks.nodes) - len(told)
    plural = "s" if quiet > 1 else ""
    unseen = f"{quiet} {'other ' if told else ''}node{plural}: nothing happened" if quiet else ""
    kept = _chosen(told, fault_s, LANES_MAX // 2)
    lanes = [_lane(one, events, of=one.name, end_s=end_s) for one in kept]
    return Group(title=NODES, lanes=tuple(lanes), unseen=unseen)


def _has_changed(track: Track) -> bool:
    return len(track.moments) > 1


def _pods(
    tracks: Tracks, owner: str, events: Events, *, fault_s: float, end_s: float, limit: int
) -> Group:
    pods = [one for one in tracks.pods.values() if one.owner == owner]
    kept = _chosen(pods, fault_s, limit)
    lanes: list[Lane] = []
    for pod in kept:
        lanes.append(_lane(pod, events, of=pod.name, end_s=end_s))
        for one in _told_apart(pod):
            lanes.append(_lane(one, events, of=f"{pod.name}/{one.name}", end_s=end_s))
    rows = tracks.musters[owner].rows[:_COUNTS_MAX] if owner in tracks.musters else []
    more = len(pods) - len(kept)
    title, kind = tracks.titles.get(owner, ("Pods without an owner", ""))
    return Group(
        title=title,
        kind=kind,
        lanes=tuple(lanes),
        counts=tuple(
            Count(at_s=_rounded(at_s), ready=ready, wanted=wanted) for at_s, ready, wanted in rows
        ),
        unseen=f"{more} more pods, to which less happened" if more else "",
    )


def _told_apart(pod: Track) -> list[Track]:
    """The containers that need lanes of their own."""
    containers = list(pod.containers.values())
    is_restarted = any("restart" in moment.text for one in containers for moment in one.moments)
    return containers if len(containers) > 1 or is_restarted else []


def _chosen(tracks: list[Track], fault_s: float, limit: int) -> list[Track]:
    """At most so many, targets and those with news since the fault first; in their own order."""
    if len(tracks) <= limit:
        return tracks
    ranked = sorted(tracks, key=lambda one: (not one.is_target, -one.news_after(fault_s)))
    kept = {id(one) for one in ranked[:limit]}
    return [one for one in tracks if id(one) in kept]


def _lane(track: Track, events: Events, *, of: str, end_s: float) -> Lane:
    moments = track.moments[: min(EVENTS_OF_LANE_MAX, events.room)]
    spans: list[Span] = []
    marks: list[int] = []
    for moment in moments:
        place, at_s = events.delivered(moment, of), _rounded(moment.entry.at_s)
        if spans and spans[-1].state == moment.state:
            marks.append(place)
            continue
        if spans:
            spans[-1] = _ended(spans[-1], at_s)
        if moment.state:
            spans.append(Span(state=moment.state, begin_s=at_s, end_s=end_s, event=place))
        else:
            marks.append(place)
    return Lane(
        kind=track.kind,
        name=track.name,
        note=track.note,
        is_target=track.is_target,
        spans=tuple(spans),
        marks=tuple(marks),
    )


def _ended(span: Span, at_s: float) -> Span:
    return Span(state=span.state, begin_s=span.begin_s, end_s=at_s, event=span.event)


def _rounded(at_s: float) -> float:
    return round(at_s, GRAIN_S)
