"""What a timeline's picture shows, as plain numbers and words: its layout is the browser's.

All seconds are the timeline's. `event` is a place in `Picture.events`. The limits keep a picture of
ten thousand deliveries as quick as one of fifty; what they leave out is counted and said.
"""

from __future__ import annotations

import msgspec

LANES_MAX = 60
EVENTS_MAX = 1500
EVENTS_OF_LANE_MAX = 80
GRAIN_S = 3  # digits: the picture's seconds are to the millisecond


class Struct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of what goes to the browser: fields that have their default stay at home."""


class Event(Struct, frozen=True):
    """One delivery of a watch, or one act of ours.

    `version` is the resourceVersion, `stamp` the server's own time (HH:MM:SS, whole seconds),
    `late_s` how long it waited here. `author` wrote it: `is_audited` where the audit log says so,
    otherwise it is who last had a say in the object's fields.
    """

    at_s: float
    text: str
    entry: int
    of: str = ""
    version: int = 0
    stamp: str = ""
    late_s: float = 0.0
    author: str = ""
    is_audited: bool = False


class Span(Struct, frozen=True):
    """A state that lasted; `event` is what began it."""

    state: str
    begin_s: float
    end_s: float
    event: int


class Lane(Struct, frozen=True):
    """The life of one pod, container or node; `marks` are events that did not change its state."""

    kind: str
    name: str
    note: str = ""
    is_target: bool = False
    spans: tuple[Span, ...] = ()
    marks: tuple[int, ...] = ()


class Count(Struct, frozen=True):
    """From here on so many pods are ready; `wanted` is what the owner asks for."""

    at_s: float
    ready: int
    wanted: int


class Group(Struct, frozen=True):
    """An owner and its pods, or the nodes; `unseen` says what was left out."""

    title: str
    kind: str = ""
    lanes: tuple[Lane, ...] = ()
    counts: tuple[Count, ...] = ()
    unseen: str = ""


class Step(Struct, frozen=True):
    """A step's span on the time axis."""

    number: int
    keyword: str
    text: str
    begin_s: float
    end_s: float
    is_failed: bool = False


class Act(Struct, frozen=True):
    """Something that the harness did: `inject`, `rollback`, `challenge`, `probe`."""

    word: str
    at_s: float
    event: int


class Band(Struct, frozen=True):
    """A stretch of time: a `fault` until it was taken back, an `outage` of a watch."""

    kind: str
    begin_s: float
    end_s: float
    text: str


class Strip(Struct, frozen=True):
    """A promise over time. `instant_s` is when it was settled: convergence, or the violation.

    `deadline_s` is None for an invariant: it has to be true all the while. `asked_s` is when it
    was asked for: `begin_s` lies before that where its judge read what had come already.
    """

    sentence: str
    verdict: str
    why: str
    begin_s: float
    end_s: float
    asked_s: float
    is_convergence: bool = False
    instant_s: float | None = None
    deadline_s: float | None = None
    deadline: str = ""


class Picture(Struct, frozen=True):
    """A scenario between `begin_s` and `end_s`; `started` is second 0 by the wall, in UTC."""

    end_s: float
    begin_s: float = 0.0
    started: str = ""
    fault_s: float | None = None
    steps: tuple[Step, ...] = ()
    acts: tuple[Act, ...] = ()
    bands: tuple[Band, ...] = ()
    strips: tuple[Strip, ...] = ()
    groups: tuple[Group, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def lanes(self) -> int:
        """How many lanes it has."""
        return sum(len(group.lanes) for group in self.groups)
