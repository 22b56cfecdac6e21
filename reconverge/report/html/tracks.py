"""The lives of pods, containers and nodes, followed through a record one delivery at a time.

A track is everything that happened to one object. Which of the tracks become lanes of the picture
is decided afterwards (`lanes`), when it is known what became of each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from reconverge.judges.ledger import SENTINEL_LABEL
from reconverge.model import (
    DaemonSet,
    Deployment,
    Named,
    Node,
    Pod,
    Ref,
    ReplicaSet,
    ReplicationController,
    StatefulSet,
)
from reconverge.report.html import states
from reconverge.report.html.authors import Authors
from reconverge.timeline import Entry, Injected, Observed, Opened, Timeline

NOBODY = ""  # the owner of pods that nobody owns


@dataclass(frozen=True)
class Moment:
    """One delivery that was news: the state from then on; empty once the object is gone."""

    entry: Entry
    state: str
    text: str
    author: tuple[str, bool]


@dataclass
class Track:
    """One object; `facts` are those of its newest version."""

    kind: str
    name: str
    owner: str = NOBODY
    note: str = ""
    is_target: bool = False
    facts: states.Facts = field(default_factory=dict)
    moments: list[Moment] = field(default_factory=list)
    containers: dict[str, Track] = field(default_factory=dict)

    @property
    def was_ready(self) -> bool:
        return any(one.state == states.READY for one in self.moments)

    def news_after(self, at_s: float) -> int:
        """How much happened to it from that second on."""
        return sum(one.entry.at_s >= at_s for one in self.moments)


@dataclass
class Muster:
    """The pods of one owner: who is ready, and how many are wanted; `rows` are its changes."""

    ready: set[str] = field(default_factory=set)
    wanted: int | None = None
    rows: list[tuple[float, int, int]] = field(default_factory=list)

    def note(self, at_s: float) -> None:
        """A row, if it says anything new."""
        if self.wanted is None:
            return
        row = (at_s, len(self.ready), self.wanted)
        if not self.rows or self.rows[-1][1:] != row[1:]:
            self.rows.append(row)


class Tracks:
    """All of a record up to the entry `stop`."""

    def __init__(self, timeline: Timeline, stop: int) -> None:
        opened = timeline[0].record
        assert isinstance(opened, Opened), "a timeline begins with its opening record"
        self.pods: dict[str, Track] = {}
        self.nodes: dict[str, Track] = {}
        self.titles: dict[str, tuple[str, str]] = {}
        self.musters: dict[str, Muster] = {}
        self._owners: dict[str, Named] = {}
        self._namespace = opened.namespace
        self._authors = Authors(timeline)
        for entry in timeline.entries(0, stop):
            if isinstance(entry.record, Observed) and entry.view is not None:
                self._follow(entry, entry.record, entry.view)
            elif isinstance(entry.record, Injected):
                self._mark(entry.record.targets)

    def all(self) -> Iterator[Track]:
        """Nodes, pods, and the containers of each."""
        yield from self.nodes.values()
        for pod in self.pods.values():
            yield pod
            yield from pod.containers.values()

    def _mark(self, targets: tuple[Ref, ...]) -> None:
        for one in targets:
            track = self.pods.get(one.uid) or self.nodes.get(one.uid)
            if track is not None:
                track.is_target = True

    def _follow(self, entry: Entry, record: Observed, view: Named) -> None:
        if isinstance(view, Node):
            self._node(entry, record, view)
        elif view.metadata.namespace != self._namespace:
            return
        elif isinstance(view, Pod):
            if SENTINEL_LABEL not in view.metadata.labels:
                self._pod(entry, record, view)
        elif record.kind != "Event":
            self._owners[view.uid] = view
            muster = self.musters.get(view.uid)
            if muster is not None:
                muster.wanted = _wanted(view)
                muster.note(entry.at_s)

    def _node(self, entry: Entry, record: Observed, node: Node) -> None:
        track = self.nodes.setdefault(node.uid, Track("node", node.name))
        author = self._authors.of(record, node)
        if record.change == "deleted":
            track.moments.append(Moment(entry, "", "gone", author))
            return
        facts = states.node_facts(node)
        _note(track, entry, states.node_state(node), facts, author)

    def _pod(self, entry: Entry, record: Observed, pod: Pod) -> None:
        track = self.pods.get(pod.uid)
        owner = self._owner(pod)
        if track is None:
            track = self.pods[pod.uid] = Track("pod", pod.name, owner)
        author = self._authors.of(record, pod)
        self._muster(entry, record, pod, owner)
        if record.change == "deleted":
            track.moments.append(Moment(entry, "", "gone", author))
            for one in track.containers.values():
                one.moments.append(Moment(entry, "", "gone with its pod", author))
            return
        track.note = pod.spec.node_name or track.note
        state = states.pod_state(pod, was_ready=track.was_ready)
        _note(track, entry, state, states.pod_facts(pod), author)
        for status in pod.status.container_statuses:
            one = track.containers.setdefault(status.name, Track("container", status.name))
            facts = {"state": states.container_words(status)}
            _note(one, entry, states.container_state(status), facts, author)

    def _owner(self, pod: Pod) -> str:
        """The UID of who keeps it in the end: a Deployment rather than its ReplicaSet."""
        controller, uid = pod.metadata.controller, NOBODY
        while controller is not None:
            uid = controller.uid
            self.titles[uid] = (controller.name, controller.kind)
            view = self._owners.get(uid)
            controller = view.metadata.controller if view is not None else None
        return uid

    def _muster(self, entry: Entry, record: Observed, pod: Pod, owner: str) -> None:
        for uid, muster in self.musters.items():
            if uid != owner and pod.uid in muster.ready:
                muster.ready.discard(pod.uid)
                muster.note(entry.at_s)
        if owner == NOBODY:
            return
        if owner not in self.musters:
            view = self._owners.get(owner)
            self.musters[owner] = Muster(wanted=_wanted(view) if view is not None else None)
        muster = self.musters[owner]
        is_ready = record.change != "deleted" and pod.is_active and pod.is_ready
        (muster.ready.add if is_ready else muster.ready.discard)(pod.uid)
        muster.note(entry.at_s)


def _note(
    track: Track, entry: Entry, state: str, facts: states.Facts, author: tuple[str, bool]
) -> None:
    """Another moment of it, if there is any news."""
    text = states.news(track.facts, facts)
    is_same = bool(track.moments) and track.moments[-1].state == state
    if is_same and not text:
        return
    if not track.moments and isinstance(entry.record, Observed) and entry.record.change == "added":
        text = f"created, {facts['state']}" if track.kind != "container" else text
    track.facts = facts
    track.moments.append(Moment(entry, state, text or state, author))


def _wanted(view: Named) -> int | None:
    match view:
        case ReplicationController() | ReplicaSet() | Deployment() | StatefulSet():
            return view.spec.replicas
        case DaemonSet():
            return view.status.desired_number_scheduled
    return None
